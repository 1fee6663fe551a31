/* smtp_internal.h - what the files of the SMTP server share */
#ifndef MAILSPEC_HARNESS_SERVE_SMTP_INTERNAL_H
#define MAILSPEC_HARNESS_SERVE_SMTP_INTERNAL_H

#include "harness/serve/address.h"
#include "harness/serve/auth.h"
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

/* A mail transaction: the buffers of RFC 5321 section 4.1.1. */
typedef struct smtp_transaction {
    bool open;                 /* MAIL was accepted */
    serve_octets reverse_path; /* without brackets and route; empty for the null one */
    address from;              /* the same, resolved */
    serve_octets envid;        /* value of ENVID=, still xtext; empty without */
    uint8_t body, ret;
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
    uint64_t serial;      /* of trace ids */
};

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
/* All of the content is there: deliver it, answer, and end the transaction. */
void smtp_end_of_data(smtp_server *server);

/* One recipient's copy into the store. */
bool smtp_deliver(smtp_server *server, const smtp_recipient *recipient);

#endif
