/*
 * expectation.h - what an expectation looks for
 *
 * A match is one of the `|`-separated patterns before an arrow.  Which kinds
 * can occur depends on the step:
 *
 *     S?         REPLY CLOSE ALERT NONE
 *     C?         COMMAND LINE DATA CHUNK HELLO CLOSE ALERT NONE
 *     fence      DONE EXTRA MISSING CLOSE
 *     quiet      DONE EXTRA CLOSE
 *     tls        DONE ALERT PLAINTEXT CLOSE
 *     open       DONE REFUSED
 *     check      DONE ELSE
 *     delivered  DONE COUNT ELSE
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_EXPECTATION_H
#define MAILSPEC_HARNESS_TRANSCRIPT_EXPECTATION_H

#include "harness/transcript/expression.h"
#include "harness/transcript/position.h"

typedef enum mst_match_kind {
    MST_MATCH_REPLY,     /* a complete SMTP reply or POP3 response */
    MST_MATCH_COMMAND,   /* a command, by verb */
    MST_MATCH_LINE,      /* "line": any line, as a SASL response */
    MST_MATCH_DATA,      /* "data": the mail data up to its end */
    MST_MATCH_CHUNK,     /* "chunk": the octets that BDAT announced */
    MST_MATCH_HELLO,     /* "tls": the client starts the handshake */
    MST_MATCH_CLOSE,     /* the side under test closes */
    MST_MATCH_ALERT,     /* a TLS alert */
    MST_MATCH_NONE,      /* "none 3s": nothing for that long; what comes later can still be awaited */
    MST_MATCH_DONE,      /* the step's success */
    MST_MATCH_EXTRA,     /* a reply more than was awaited; reply may say which */
    MST_MATCH_MISSING,   /* fewer replies than awaited */
    MST_MATCH_PLAINTEXT, /* the peer went on without TLS */
    MST_MATCH_REFUSED,   /* the connection was refused */
    MST_MATCH_ELSE,      /* the comparison is false; what arrived is something else */
    MST_MATCH_COUNT,     /* that many messages */
    MST_MATCH_KINDS,
} mst_match_kind;

typedef struct mst_range {
    uint64_t min, max; /* UINT64_MAX: no upper bound */
} mst_range;

/* ~"pattern", ~i"pattern": see pattern.h. */
typedef struct mst_text_pattern {
    ms_span source; /* between the quotes; absent: no pattern */
    bool fold_case;
    mst_position at;
} mst_text_pattern;

typedef enum mst_test_kind {
    MST_TEST_TEXT,     /* ~"p": the text of the first line, or the argument of a command */
    MST_TEST_EACH,     /* each ~"p": every further line (SMTP), every content line (POP3) */
    MST_TEST_SOME,     /* some ~"p": at least one of them */
    MST_TEST_NO,       /* no ~"p": none of them */
    MST_TEST_HAS,      /* has KEYWORD, has KEYWORD(parameter), has KEYWORD(~"p") */
    MST_TEST_LACKS,    /* lacks …: the same, absent */
    MST_TEST_LINES,    /* lines 2, lines 1..3: lines of the reply, or of the content (POP3) */
    MST_TEST_WITHIN,   /* within 2s: it came in time */
    MST_TEST_CONTAINS, /* contains EXPRESSION: octets of the content */
    MST_TEST_CONTENT,  /* content EXPRESSION: exactly the content, dots unstuffed */
} mst_test_kind;

/* One condition more on a reply or command; all of them must hold. */
typedef struct mst_test {
    const struct mst_test *next;
    mst_position at;
    mst_test_kind kind;
    mst_text_pattern pattern;
    ms_span keyword, parameter;       /* HAS, LACKS; parameter absent: not looked at */
    mst_range range;                  /* LINES */
    uint64_t duration_ms;             /* WITHIN */
    const mst_expression *expression; /* CONTAINS, CONTENT */
} mst_test;

typedef enum mst_status_kind {
    MST_STATUS_ANY,      /* "any" */
    MST_STATUS_CODE,     /* 250, 25z, 2yz */
    MST_STATUS_OK,       /* +OK */
    MST_STATUS_ERR,      /* -ERR */
    MST_STATUS_CONTINUE, /* "+": a POP3 continuation */
} mst_status_kind;

enum { MST_WILDCARD = 0xffff };

/* A reply code, enhanced status code and response code, or parts of them. */
typedef struct mst_status {
    const struct mst_status *next; /* in mst_match.excluded */
    mst_position at;
    mst_status_kind kind;
    uint16_t digits[3]; /* MST_STATUS_CODE; MST_WILDCARD for y and z */
    bool has_enhanced;
    uint16_t enhanced[3];  /* class, subject, detail; MST_WILDCARD for * */
    ms_span response_code; /* IN-USE, without brackets; absent if not given */
} mst_status;

/* How many lines a POP3 response has; else the command that it answers decides. */
typedef enum mst_shape { MST_SHAPE_BY_COMMAND, MST_SHAPE_SINGLE, MST_SHAPE_MULTI } mst_shape;

typedef struct mst_match {
    const struct mst_match *next;
    mst_position at;
    mst_match_kind kind;
    mst_status status;          /* REPLY; EXTRA if has_status */
    bool has_status;            /* EXTRA: a certain reply is meant */
    const mst_status *excluded; /* "not 500 not 502" */
    mst_shape shape;
    ms_span verb;                   /* COMMAND; absent: any */
    const mst_word *excluded_verbs; /* COMMAND: "any not NOOP not RSET" */
    const mst_test *tests;
    uint64_t duration_ms; /* NONE */
    mst_range range;      /* COUNT */
} mst_match;

#endif
