/*
 * data_mutant.h - mutants that are rows of a file: corpus/mutants
 *
 * A rule that is broken by what is said in one place needs no code.  The columns are described in corpus/mutants/README.md.
 */
#ifndef MAILSPEC_HARNESS_SERVE_DATA_MUTANT_H
#define MAILSPEC_HARNESS_SERVE_DATA_MUTANT_H

#include "harness/serve/octets.h"
#include "harness/transcript/pattern.h"

/* Where the text is said. */
typedef enum data_place {
    DATA_AT_COMMAND,     /* a command line, or a line of a SASL exchange, that the pattern matches */
    DATA_AT_GREETING,    /* when the connection begins */
    DATA_AT_END_OF_DATA, /* in reply to the final dot of DATA */
    DATA_AT_CHUNK,       /* in reply to BDAT, behind the octets of its chunk */
    DATA_AT_RESPONSE,    /* in reply to any line of a SASL exchange */
    DATA_AT_MESSAGE,     /* when all octets of a message are there, if it holds certain ones */
    DATA_AT_DATA,        /* within mail data, behind certain octets */
    DATA_AT_STORED,      /* when a copy with its trace fields, or a notification, is stored */
    DATA_PLACES,
} data_place;

typedef enum data_action {
    DATA_ANSWER, /* the command is not run, the text is the reply */
    DATA_REPLY,  /* it is run, the text replaces the reply */
    DATA_AS,     /* the text is run instead of the line */
    DATA_CLOSE,  /* the connection is closed, nothing is run or said */
    DATA_LAST,   /* as answer, and the connection is closed behind it */
    DATA_SILENT, /* it is run, without a reply */
    DATA_EDIT,   /* it is run, and octets of the reply, or of the message, become others */
    DATA_STALL,  /* it is run, when the whole server has stood still for some seconds */
    DATA_END,    /* the mail data end there */
    DATA_DROP,   /* it is run, and what came with it is lost */
    DATA_ACTIONS,
} data_action;

/* Sets of these say where a mutant holds. */
enum { DATA_SMTP = 1, DATA_SUBMISSION = 2, DATA_LMTP = 4, DATA_POP3 = 8, DATA_ANY_SMTP = 7 };
enum {
    DATA_GREETED = 1, /* SMTP: before EHLO and HELO */
    DATA_EHLO = 2,    /* behind it, no mail transaction */
    DATA_MAIL = 4,    /* a transaction without recipients */
    DATA_RCPT = 8,    /* one with recipients */
    DATA_AUTHORIZATION = 16,
    DATA_TRANSACTION = 32,
    DATA_STAGES = 63,
    /* these come on top of one of those above */
    DATA_TLS = 64,
    DATA_AUTH = 128,   /* SMTP: authenticated */
    DATA_CLEAR = 256,  /* no TLS */
    DATA_FAILED = 512, /* a login failed in this session */
};

/* How often a row is passed over in a session before it holds. */
enum { DATA_AGAIN = 1, DATA_TENTH = 9 };

typedef struct data_mutant {
    char *memory;         /* of the line that it was read from; private */
    const char *id;       /* stable, as of a built-in one */
    uint16_t requirement; /* the ms_requirement that it breaks */
    uint8_t services;     /* set of DATA_SMTP and so on */
    uint8_t stages;       /* set of DATA_GREETED to DATA_TRANSACTION */
    uint16_t conditions;  /* DATA_TLS and so on: all of them */
    uint8_t spared;       /* 0, DATA_AGAIN or DATA_TENTH */
    data_place place;
    data_action action;
    mst_pattern *pattern; /* of DATA_AT_COMMAND */
    const char *command;  /* as written: the pattern, or <greeting> and so on */
    const char *text;     /* as written, with its escapes */
    const char *file;     /* where it stands; */
    unsigned long line;
    bool follows;                   /* a row before it has the same id */
    const struct data_mutant *also; /* the next row of the same id; NULL: none */
} data_mutant;

/* What ${name} of the text stands for. */
typedef struct data_captures {
    ms_span values[MST_PATTERN_CAPTURES_MAX];
} data_captures;

/* Where a session is: service is one of DATA_SMTP and so on, stage one of DATA_GREETED and so on with its conditions. */
typedef struct data_session {
    unsigned service, stage;
    unsigned *hits; /* how often a row that waits for that would have held so far; counted on */
} data_session;

/* The first row of the mutant that has something to say in this place; NULL: none.  line: of DATA_AT_COMMAND, without its
 * end; the octets of DATA_AT_MESSAGE. */
const data_mutant *data_mutant_applies(const data_mutant *mutant, data_place place, const data_session *session,
                                       ms_span line, data_captures *captures);

/* The text, or what of it stands behind \|, its escapes undone, its captures inserted.  CRLF follows what is a reply,
 * unless it ends with \!.  What is no escape, or names no capture, is said by the result: its offset in text, SIZE_MAX if
 * there is none.  out may be NULL, and captures with it. */
size_t data_mutant_text(const data_mutant *mutant, const data_captures *captures, serve_octets *out);
/* Likewise what stands before \|; without one, the text of those actions that only look for octets. */
size_t data_mutant_wanted(const data_mutant *mutant, const data_captures *captures, serve_octets *out);

/* octets with each wanted replaced by text, added to out; nothing wanted stands at their beginning. */
void data_mutant_edit(ms_span octets, ms_span wanted, ms_span text, serve_octets *out);
/* What is to be stored, as the mutant has it; true: copy holds it. */
bool data_mutant_stored(const data_mutant *mutant, ms_span octets, serve_octets *copy);

/* What it says, from the line until the reply has been made.  All zero: nothing. */
typedef struct data_mutant_say {
    bool due;      /* in the place of the reply */
    bool edits;    /* text becomes what wanted is in the reply, or in the message */
    bool stalls;   /* the whole server stands still, see store_stall */
    bool lose;     /* what came behind the line is to be dropped */
    unsigned hits; /* of data_session */
    serve_octets text, wanted;
} data_mutant_say;

void data_mutant_say_free(data_mutant_say *say);

/* It applies to line, which is about to be answered.  true: line is not to be run, its reply, if there is one, stands in out, and
 * with *close the connection ends behind it.  false: line, which may have become another one, is to be run. */
bool data_mutant_before(const data_mutant *mutant, const data_captures *captures, data_mutant_say *say, ms_span *line,
                        serve_octets *out, bool *close);
/* Likewise to a message whose octets are all there; what edits it is in say. */
bool data_mutant_message(const data_mutant *mutant, const data_captures *captures, data_mutant_say *say,
                         serve_octets *out, bool *close);
/* line was run, and its reply stands in out from there: say takes its place, if it is due. */
bool data_mutant_after(data_mutant_say *say, serve_octets *out, size_t from);

/* "VRFY .*: answer 252 …" on the heap. */
char *data_mutant_title(const data_mutant *mutant);

/* All the rows of the files *.tsv of a folder, ordered by id. */
typedef struct data_mutants {
    data_mutant *rows;
    size_t count;
    char **files; /* their paths; private */
    size_t file_count;
} data_mutants;

/* Read them.  Each fault is said by complain, as "path:line: what", and makes the result false; the rows without one are
 * there all the same.  A folder that does not exist is one without files. */
bool data_mutants_read(data_mutants *mutants, const char *folder, void complain(const char *text));
const data_mutant *data_mutants_find(const data_mutants *mutants, const char *id);
void data_mutants_free(data_mutants *mutants);

#endif
