/* pop3_internal.h - what the files of the POP3 server share */
#ifndef MAILSPEC_HARNESS_SERVE_POP3_INTERNAL_H
#define MAILSPEC_HARNESS_SERVE_POP3_INTERNAL_H

#include "harness/serve/auth.h"
#include "harness/serve/data_mutant.h"
#include "harness/serve/pop3_server.h"
#include "mailspec/content.h"
#include "mailspec/line.h"
#include "mailspec/pop3_command.h"

typedef enum pop3_phase { POP3_COMMANDS, POP3_EXCHANGE /* a SASL response is due */ } pop3_phase;

struct pop3_server {
    const serve_settings *settings;
    serve_octets *out; /* of the call that is running */
    ms_line_framer framer;
    bool greeted;
    bool bad_line; /* a bare LF or too long a line was seen; what follows up to CRLF belongs to it */
    bool long_line;
    pop3_phase phase;
    serve_wish wish;
    ms_pop3_verb verb; /* being answered */
    bool tls;
    bool utf8;           /* RFC 6856 section 2 */
    char timestamp[300]; /* of the greeting, for APOP */
    char name[STORE_PASSWORD_MAX + 1];
    bool named;        /* the last command was a successful USER */
    bool named_before; /* a successful USER, and no PASS since */
    unsigned failed_logins;
    auth_exchange auth;
    bool logged_in; /* TRANSACTION state */
    store_view view;
    uint8_t *marked;  /* an octet for each message */
    uint32_t visible; /* messages that have a number: view.count */
    /* a message on its way */
    const store_message *sending;
    size_t sent, end; /* octets of it */
    ms_stuffer stuffer;
    /* what only mutants ask for */
    ms_span line;      /* that is being answered */
    uint32_t offset;   /* of the numbers that are shown */
    uint8_t *touched;  /* an octet for each message: fetched, or once marked */
    bool one;          /* a listing of one message */
    bool raw;          /* the message is sent as it is */
    bool quitting;     /* QUIT was answered, UPDATE waits */
    bool lose_input;   /* the rest of the input is dropped */
    bool swallow_line; /* what follows up to CRLF gets no response */
    bool silent;       /* what stands behind STLS is run, its responses are not sent */
    bool more_waits;   /* input stands behind the command */
    bool idled;        /* there was a NOOP */
    unsigned fetches;
    store_message other; /* an edited copy, in: */
    serve_octets edited;
    data_mutant_say data; /* of a mutant that is a row of a file */
};

/* "+OK text" and "-ERR text". */
void pop3_ok(pop3_server *server, const char *text);
void pop3_err(pop3_server *server, const char *text);
/* "." CRLF */
void pop3_end(pop3_server *server);

void pop3_user(pop3_server *server, const ms_pop3_command *command);
void pop3_pass(pop3_server *server, const ms_pop3_command *command, bool named);
void pop3_apop(pop3_server *server, const ms_pop3_command *command);
void pop3_auth(pop3_server *server, const ms_pop3_command *command);
void pop3_auth_response(pop3_server *server, const ms_pop3_command *command);
/* The maildrop, exclusively; false: it is in use. */
bool pop3_open(pop3_server *server, int user);
void pop3_stls(pop3_server *server);
void pop3_quit(pop3_server *server);

void pop3_stat(pop3_server *server);
void pop3_list(pop3_server *server, const ms_pop3_command *command);
void pop3_uidl(pop3_server *server, const ms_pop3_command *command);
void pop3_retr(pop3_server *server, const ms_pop3_command *command);
void pop3_top(pop3_server *server, const ms_pop3_command *command);
void pop3_dele(pop3_server *server, const ms_pop3_command *command);
void pop3_rset(pop3_server *server);
/* The next piece of a message that is on its way. */
void pop3_send_more(pop3_server *server);

void pop3_capa(pop3_server *server);
void pop3_lang(pop3_server *server, const ms_pop3_command *command);

/* Whether the command may stand here; the refusal is written if not. */
bool pop3_in_order(pop3_server *server, ms_pop3_verb verb);

/* USER and PASS may be used now; else they are neither announced nor taken up (RFC 2449 section 6.3). */
bool pop3_takes_user(const pop3_server *server);
bool pop3_takes_auth(const pop3_server *server);

#endif
