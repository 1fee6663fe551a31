/* smtp_internal.h - what the files of the SMTP server share */
#ifndef MAILSPEC_HARNESS_SERVE_SMTP_INTERNAL_H
#define MAILSPEC_HARNESS_SERVE_SMTP_INTERNAL_H

#include "harness/serve/address.h"
#include "harness/serve/auth.h"
#include "harness/serve/data_mutant.h"
#include "harness/serve/smtp_server.h"
#include "mailspec/content.h"
#include "mailspec/line.h"
#include "mailspec/smtp_command.h"

enum { HELLO_NONE, HELLO_HELO, HELLO_EHLO /* LHLO, too */ };

/* What the client's next octets are. */
typedef enum smtp_phase { PHASE_COMMANDS, PHASE_DATA, PHASE_CHUNK, PHASE_AUTH } smtp_phase;

typedef struct smtp_recipient {
    address to;
    serve_octets path;  /* as given, without brackets */
    serve_octets orcpt; /* value of ORCPT=, still xtext; empty without */
    uint8_t notify;     /* set of MS_NOTIFY_…; 0: not given */
} smtp_recipient;

/* Mail data as a mutant watches it for a false end: see smtp_mutant_content.c. */
typedef struct smtp_watch {
    uint8_t last[16]; /* the last octets, the CRLF of the DATA command included */
    uint64_t octets;
    bool body;               /* the empty line behind the header section was seen */
    bool line_seen, lf_mode; /* the first line was seen, and ended with a bare LF */
    bool begins;             /* the last octet was the first one of a segment */
    bool dot_begins;         /* the last dot was */
} smtp_watch;

/* A mail transaction: the buffers of RFC 5321 section 4.1.1. */
typedef struct smtp_transaction {
    bool open;                 /* MAIL was accepted */
    serve_octets reverse_path; /* without brackets and route; empty for the null one */
    address from;              /* the same, resolved */
    serve_octets envid;        /* value of ENVID=, still xtext; empty without */
    uint8_t body, ret;
    uint64_t size;   /* SIZE=, 0 without */
    bool auth_given; /* AUTH= */
    bool smtputf8;
    smtp_recipient *recipients;
    size_t recipient_count;
    bool recipient_refused; /* a RCPT was refused in it */
    bool chunks;            /* a BDAT was accepted */
    serve_octets content;
    uint64_t content_octets; /* counted on when content is full */
    ms_content scanner;
} smtp_transaction;

struct smtp_server {
    const serve_settings *settings;
    serve_peer peer;
    ms_smtp_variant variant;
    serve_octets *out; /* of the call that is running */
    ms_line_framer framer;
    bool greeted;
    bool bad_line; /* a bare LF or too long a line was seen; what follows up to CRLF belongs to it */
    bool long_line;
    smtp_phase phase;
    serve_wish wish;
    ms_smtp_verb verb; /* being answered */
    uint8_t hello;
    serve_octets hello_name;
    bool tls;
    char cipher[64];
    int user; /* authenticated as; -1: not */
    unsigned failed_logins;
    auth_exchange auth;
    smtp_transaction transaction;
    uint64_t chunk_remaining;
    bool chunk_last;
    bool chunk_malformed; /* its octets are read, and 501 is the reply */
    bool chunk_answered;  /* the reply was given before the octets were read */
    uint64_t chunk_size;
    uint64_t serial; /* of trace ids */
    /* what only mutants ask for */
    ms_span input;      /* of the call that is running */
    unsigned last_code; /* of the last reply */
    size_t reply_from;  /* where it begins in out */
    size_t mail_reply;  /* where the reply to MAIL begins, if it is the one before; else SIZE_MAX */
    unsigned messages;  /* accepted in this session */
    bool ended_here;    /* an end of data was read in this call */
    bool by_chunks;     /* the last message came by BDAT */
    bool false_end;     /* the data ended where they do not */
    bool lose_input;    /* the rest of the input is dropped */
    bool swallow_line;  /* the line was answered before its end */
    size_t segment_at;  /* offset in the call's input of what is read now */
    bool silent;        /* what stands behind STARTTLS is run, its replies are not sent */
    serve_octets held;  /* a reply that waits for more input */
    smtp_watch watch;
    data_mutant_say data; /* of a mutant that is a row of a file */
    bool edits_message;   /* … which changes the message */
};

typedef struct smtp_refusal {
    uint16_t code, subject, detail;
    const char *text;
} smtp_refusal;

/* What follows the reply code; .subject NO_STATUS: nothing. */
enum { NO_STATUS = 0xffff };

/* One reply of one line.  The class of the enhanced status code is that of code (RFC 2034 section 4). */
void smtp_reply(smtp_server *server, unsigned code, unsigned subject, unsigned detail, const char *text);
/* One line of several; more: another one follows. */
void smtp_reply_line(smtp_server *server, unsigned code, bool more, unsigned subject, unsigned detail, ms_span text);
/* Without an enhanced status code: 3yz, greetings, HELO and EHLO. */
void smtp_reply_bare(smtp_server *server, unsigned code, const char *text);

void smtp_transaction_clear(smtp_server *server);
smtp_recipient *smtp_recipient_add(smtp_transaction *transaction);

/* The commands.  Syntax was checked, order too. */
void smtp_hello(smtp_server *server, const ms_smtp_parsed *parsed);
void smtp_mail(smtp_server *server, const ms_smtp_parsed *parsed);
void smtp_rcpt(smtp_server *server, const ms_smtp_parsed *parsed);
void smtp_vrfy(smtp_server *server, const ms_smtp_parsed *parsed);
void smtp_expn(smtp_server *server, const ms_smtp_parsed *parsed);
void smtp_help(smtp_server *server, const ms_smtp_parsed *parsed);
void smtp_data(smtp_server *server);
void smtp_bdat(smtp_server *server, const ms_smtp_parsed *parsed, ms_span line);
void smtp_starttls(smtp_server *server);
void smtp_auth(smtp_server *server, const ms_smtp_parsed *parsed);
void smtp_auth_go_on(smtp_server *server, const ms_smtp_parsed *parsed);

/* Whether the command may stand here; the refusal is written if not. */
bool smtp_in_order(smtp_server *server, ms_smtp_verb verb);
/* The line was understood and keeps the rules; the refusal is written if not. */
bool smtp_well_formed(smtp_server *server, const ms_smtp_parsed *parsed, const ms_line *line);

/* Mail data: octets consumed. */
size_t smtp_take_data(smtp_server *server, ms_span input);
size_t smtp_take_chunk(smtp_server *server, ms_span input);
/* Octets of the message, as far as there is room for them. */
void smtp_keep_content(smtp_server *server, ms_span slice);
/* false: there is nobody to send to, and the refusal is written. */
bool smtp_has_recipients(smtp_server *server);
/* The connection ended in the middle of the data. */
void smtp_abandon_data(smtp_server *server);
/* All of the content is there: deliver it, answer, and end the transaction. */
void smtp_end_of_data(smtp_server *server);

/* One recipient's copy into the store. */
bool smtp_deliver(smtp_server *server, const smtp_recipient *recipient);
void smtp_deliver_to_header(smtp_server *server);

#endif
