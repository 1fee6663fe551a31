/*
 * document.h - a transcript (.mst) as the reader hands it out
 *
 * A document is immutable.  Everything in it lives as long as it does and
 * nothing points into the reader's input.  Lists are linked in file order:
 *
 *     for (const mst_step *step = document->script.first; step != NULL; step = step->next)
 *
 * A *recording* (document->live is false) holds MST_SAY, MST_TLS, MST_CLOSE
 * and MST_HANGUP steps, and constant MST_LETs; every MST_SAY has its octets.
 * All other constructs make a *case*, which needs a peer to run against.
 * The language is described in corpus/README.md; the expressions and matches
 * are in expression.h and expectation.h.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_DOCUMENT_H
#define MAILSPEC_HARNESS_TRANSCRIPT_DOCUMENT_H

#include "harness/transcript/expectation.h"
#include "harness/transcript/expression.h"
#include "harness/transcript/position.h"
#include "mailspec/span.h"

/* ---- header ---------------------------------------------------------- */

typedef enum mst_protocol {
    MST_SMTP,
    MST_SUBMISSION, /* RFC 6409 */
    MST_LMTP,       /* RFC 2033 */
    MST_POP3,
    MST_PROTOCOLS,
} mst_protocol;

typedef enum mst_level {
    MST_LEVEL_OF_FIRST_CITED, /* no level: in the header */
    MST_LEVEL_MUST,
    MST_LEVEL_MUST_NOT,
    MST_LEVEL_SHOULD,
    MST_LEVEL_SHOULD_NOT,
    MST_LEVEL_MAY,
    MST_LEVEL_SECURITY,
    MST_LEVELS,
} mst_level;

typedef enum mst_exposure {
    MST_EXPOSURE_NONE,
    MST_EXPOSURE_SMUGGLING,
    MST_EXPOSURE_INJECTION,
    MST_EXPOSURE_RELAY,
    MST_EXPOSURE_DISCLOSURE,
    MST_EXPOSURE_DENIAL,
    MST_EXPOSURES,
} mst_exposure;

/* Bits of mst_header.profiles: the profiles that shift levels. */
enum { MST_PROFILE_MX = 1, MST_PROFILE_SUBMISSION = 2, MST_PROFILE_LMTP = 4, MST_PROFILE_STRICT = 8 };

/* How far the standard prologue goes before the script's first step. */
typedef enum mst_state {
    MST_STATE_CONNECTED,   /* nothing was read yet */
    MST_STATE_GREETED,     /* the greeting was read */
    MST_STATE_EHLO,        /* SMTP: EHLO (LMTP: LHLO) was accepted */
    MST_STATE_TLS,         /* STARTTLS or STLS and the handshake; SMTP: a new EHLO as well */
    MST_STATE_AUTH,        /* SMTP: authenticated */
    MST_STATE_READY,       /* SMTP: MAIL is expected: as EHLO, with TLS and login where the server demands them */
    MST_STATE_MAIL,        /* SMTP: MAIL FROM:<${from}> was accepted */
    MST_STATE_RCPT,        /* SMTP: RCPT TO:<${rcpt}> was accepted */
    MST_STATE_DATA,        /* SMTP: DATA was answered by 354 */
    MST_STATE_TRANSACTION, /* POP3: logged in */
    MST_STATES,
} mst_state;

/* A header line as it was written; the known ones are also in mst_header. */
typedef struct mst_field {
    const struct mst_field *next;
    mst_trivia trivia;
    mst_position at, value_at;
    ms_span key, value;
    bool known;
} mst_field;

typedef struct mst_start {
    const struct mst_start *next;
    mst_position at;
    unsigned connection; /* index in mst_document.connections */
    mst_state state;
} mst_start;

typedef enum mst_gate_kind {
    MST_GATE_EHLO,      /* ehlo:KEYWORD[ PARAMETER]: offered */
    MST_GATE_NO_EHLO,   /* noehlo:KEYWORD: not offered */
    MST_GATE_CAPA,      /* capa[:TAG[ ARGUMENT]]: CAPA works, and lists the tag */
    MST_GATE_NO_CAPA,   /* nocapa:TAG */
    MST_GATE_AUTH,      /* auth[:MECHANISM]: an account, and the mechanism, can be used */
    MST_GATE_MESSAGES,  /* messages>=N or messages=N in the maildrop */
    MST_GATE_CONDITION, /* a word of the table in gate.c, as tls, second-account, pop3 */
    MST_GATE_UNKNOWN,   /* lint complains; a prober skips the case */
} mst_gate_kind;

typedef struct mst_gate {
    const struct mst_gate *next;
    mst_position at;
    mst_gate_kind kind;
    ms_span text;      /* as written: the reason when a case is skipped */
    ms_span word;      /* KEYWORD, TAG, MECHANISM or condition; absent if there is none */
    ms_span parameter; /* absent if there is none */
    bool at_least;     /* MST_GATE_MESSAGES: >= and not = */
    uint64_t number;   /* MST_GATE_MESSAGES */
} mst_gate;

typedef struct mst_header {
    const mst_field *fields; /* all of them, in file order */
    mst_trivia tail;         /* comments between the last field and the empty line */
    unsigned version;        /* mailspec: */
    mst_protocol protocol;
    ms_span id, title, note, precondition; /* absent if not given */
    const mst_word *cites, *tags;
    mst_level level;
    mst_exposure exposure;
    unsigned profiles; /* MST_PROFILE_MX and so on; 0: all */
    const mst_start *starts;
    const mst_gate *needs;
    const mst_word *not_offered; /* keywords or tags that the server must not list, else skip */
    ms_side tests;               /* the side under test, in a case */
    bool tests_given;            /* tests: stands in the header */
    bool mutates, stress, timed; /* delivers or deletes; loads the server; waits for the clock */
    bool only;                   /* no implicit alternatives anywhere (421, 4yz) */
    bool feed_fixed;             /* the segmentation is the stimulus: never re-cut it */
    bool seed_given;
    uint64_t seed;
    uint64_t timeout_ms; /* for each expectation; 0: the prober's own */
} mst_header;

/* ---- steps ----------------------------------------------------------- */

typedef enum mst_step_kind {
    MST_SAY,       /* C: C+ C< C+< and S: …: these octets went, or go, out */
    MST_EXPECT,    /* S? C?: a reply or command of the side under test */
    MST_TLS,       /* the TLS handshake; a layer marker in a recording */
    MST_CLOSE,     /* the server's side closes the connection */
    MST_HANGUP,    /* the client's side closes it */
    MST_OPEN,      /* the connection is opened (again) */
    MST_PAUSE,     /* we wait */
    MST_QUIET,     /* nothing may come for that long */
    MST_FENCE,     /* a command with an unmistakable reply; replies before it are counted */
    MST_LET,       /* a name for a value */
    MST_CHECK,     /* two values compared */
    MST_REPEAT,    /* a block several times */
    MST_WHEN,      /* a block if a named outcome was taken */
    MST_CONTROL,   /* the same dialogue without the stimulus */
    MST_DELIVERED, /* what must have arrived in the maildrop, or not */
    MST_VERDICT,   /* an outcome without a question */
    MST_END,       /* the script stops here */
    MST_STEP_KINDS,
} mst_step_kind;

typedef enum mst_verdict {
    MST_PASS,
    MST_NONSTRICT, /* a SHOULD not followed, a tolerated deviation */
    MST_FAIL,
    MST_INCONCLUSIVE,
    MST_SKIP,
    MST_ERROR, /* our side or the environment */
    MST_VERDICTS,
} mst_verdict;

typedef struct mst_block {
    const struct mst_step *first; /* NULL: empty */
    mst_position at;              /* of the opening brace */
    mst_trivia tail;              /* comments behind the last step */
} mst_block;

/* [VERDICT] [NAME] [REQUIREMENT] ["reason"] */
typedef struct mst_outcome {
    mst_position at;     /* of the arrow; line 0: none was written, which means pass */
    mst_verdict verdict; /* MST_PASS if not written */
    bool verdict_given;
    ms_span name, requirement, reason; /* absent if not written */
    mst_position name_at, requirement_at;
} mst_outcome;

/* One alternative: any of its matches leads to its outcome, then its block. */
typedef struct mst_alternative {
    const struct mst_alternative *next;
    mst_trivia trivia;
    mst_position at;
    const mst_match *matches; /* NULL: the step's own success, as in "fence => pass" */
    mst_outcome outcome;
    const mst_block *block; /* NULL: none; the script goes on behind the step in any case */
} mst_alternative;

/* "! server ID": the octets up to here prove that this requirement is broken. */
typedef struct mst_violation {
    const struct mst_violation *next;
    mst_trivia trivia;
    mst_position at;
    ms_side side;
    ms_span requirement;
    mst_position requirement_at;
} mst_violation;

/* "= text": what the parsers must yield for the step above. */
typedef struct mst_yield {
    const struct mst_yield *next;
    mst_trivia trivia;
    mst_position at;
    bool reviewed; /* false: "=?", which nobody has read yet */
    ms_span text;  /* behind the sign and one blank, trailing blanks removed */
} mst_yield;

/* How a side closes. */
typedef enum mst_ending {
    MST_ENDING_PLAIN, /* orderly; inside TLS with close_notify */
    MST_ENDING_RESET, /* RST */
    MST_ENDING_HALF,  /* only the sending direction */
} mst_ending;

typedef enum mst_compare {
    MST_EQUAL,     /* = */
    MST_DIFFERENT, /* != */
    MST_LESS,      /* < */
    MST_AT_MOST,   /* <= */
    MST_MORE,      /* > */
    MST_AT_LEAST,  /* >= */
    MST_WITHIN,    /* within: each element of the left set is in the right one */
    MST_DISJOINT,  /* disjoint: no element is in both */
    MST_COMPARES,
} mst_compare;

typedef struct mst_step {
    const struct mst_step *next;
    mst_trivia trivia;
    mst_position at;
    mst_step_kind kind;  /* says which member of the union is set */
    unsigned connection; /* index in mst_document.connections */
    bool named;          /* "@name " stands before the step */
    const mst_violation *violations;
    const mst_yield *yields;
    const mst_alternative *alternatives; /* EXPECT, TLS, QUIET, FENCE, CHECK, DELIVERED, OPEN */
    union {
        struct {
            ms_side side;
            bool raw;  /* < : nothing added */
            bool held; /* + : written together with the next one, as one segment */
            const mst_expression *content;
            mst_position content_at;
            /* The octets, CRLF included; absent if they depend on a variable. */
            ms_span octets;
        } say;
        struct {
            ms_side side;
            bool only; /* no implicit alternatives here */
        } expect;
        struct {
            ms_span version;            /* "1.0" to "1.3" to offer no other; absent: any */
            const mst_expression *name; /* for SNI; NULL: the target's */
            bool certificate;           /* the client presents its certificate */
        } tls;
        struct {
            mst_ending ending;
        } end; /* CLOSE, HANGUP */
        struct {
            bool protocol_given, state_given;
            bool clear;            /* without TLS, where the port begins with it */
            mst_protocol protocol; /* another endpoint of the target */
            mst_state state;       /* the prologue goes that far */
        } open;
        struct {
            uint64_t duration_ms; /* PAUSE; QUIET: 0 = the prober's own */
        } wait;
        struct {
            ms_span name;
            const mst_expression *value;
        } let;
        struct {
            mst_compare compare;
            const mst_expression *left, *right;
        } check;
        struct {
            const mst_expression *count;
            ms_span counter; /* counts from 1; absent if not named */
            const mst_block *block;
        } repeat;
        struct {
            bool negated;
            const mst_word *names;                    /* outcomes; one of them was taken on the connection */
            const mst_block *then_block, *else_block; /* else_block may be NULL */
        } when;
        struct {
            const mst_block *block;
        } control;
        struct {
            bool negated;                    /* "not delivered" */
            mst_range count;                 /* messages */
            const mst_expression *recipient; /* NULL: ${rcpt} */
            const mst_expression *contains;  /* NULL: not looked at */
            const mst_expression *octets;    /* NULL: not looked at; else the exact content */
            mst_text_pattern header;         /* of the unfolded header section; no source: not looked at */
        } delivered;
        struct {
            mst_outcome outcome;
        } verdict;
    };
} mst_step;

typedef struct mst_connection {
    ms_span name; /* absent: the unnamed one */
    mst_position at;
} mst_connection;

enum { MST_CONNECTIONS_MAX = 64 }; /* per document */

typedef struct mst_document {
    const char *filename; /* as given to the reader */
    mst_header header;
    bool live; /* a case, and no recording */
    mst_block script;
    /* In order of their first use, those of start: first. */
    const mst_connection *connections;
    unsigned connection_count;
} mst_document;

/* The words of the language for these values, NUL-terminated. */
const char *mst_protocol_name(mst_protocol protocol);
const char *mst_level_name(mst_level level); /* "" for MST_LEVEL_OF_FIRST_CITED */
const char *mst_exposure_name(mst_exposure exposure);
const char *mst_state_name(mst_state state);
const char *mst_verdict_name(mst_verdict verdict);
const char *mst_compare_name(mst_compare compare);
const char *mst_step_kind_name(mst_step_kind kind);

#endif
