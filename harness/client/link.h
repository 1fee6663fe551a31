/*
 * link.h - a mail client's connection: to its server, into TLS, logged in
 *
 * The two clients, send and fetch, stand on it.  It is the machinery of the prober, told to keep the rules: what a server
 * says is framed and heard by the session machine, and nothing of it is shown raw.
 */
#ifndef MAILSPEC_HARNESS_CLIENT_LINK_H
#define MAILSPEC_HARNESS_CLIENT_LINK_H

#include <stdio.h>

#include "harness/probe/prologue.h"

typedef enum link_tls {
    LINK_TLS_AUTO,   /* where it is offered */
    LINK_TLS_ALWAYS, /* or not at all */
    LINK_TLS_NEVER,  /* in clear, unless the URL begins with TLS */
} link_tls;

typedef enum link_result {
    LINK_DONE,
    LINK_REFUSED,     /* the server said no, or what is wanted cannot be done by the rules */
    LINK_UNREACHABLE, /* no connection, or it broke */
} link_result;

typedef struct link_settings {
    const char *url;
    const char *user, *password; /* NULL: no login */
    const char *client;          /* what EHLO says; NULL: the machine's name */
    link_tls tls_use;
    net_tls_settings tls;
    int64_t reply_ms;
    FILE *dialogue; /* NULL: not shown */
} link_settings;

typedef struct mail_link {
    const link_settings *settings;
    probe_endpoint endpoint;
    probe_settings peer_settings;
    probe_ledger ledger;
    probe_scope scope;
    probe_log log;
    probe_findings findings;
    probe_peer peer;
    probe_prologue prologue;
    atomic_bool stop;
    char why[PROBE_WHY_MAX + 64];
} mail_link;

/* Connect, greet, TLS, log in; otherwise link->why says why not. To be closed in any case. */
link_result link_open(mail_link *l, const link_settings *settings);
/* QUIT, if the connection stands, and give everything back.  LINK_DONE if QUIT was answered. */
link_result link_quit(mail_link *l);
void link_close(mail_link *l);

/* Say a line, take its reply. */
link_result link_ask(mail_link *l, const char *line, probe_reply *reply);
/* Take another reply. */
link_result link_take(mail_link *l, probe_reply *reply);
bool link_is_positive(const mail_link *l, const probe_reply *reply);
/* Sets link->why to what was asked and what came. */
link_result link_refused(mail_link *l, const char *what, const probe_reply *reply);
link_result link_fail(mail_link *l, link_result result, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Print what was said since the last call, if the dialogue is to be shown, and forget it. */
void link_show(mail_link *l);

#endif
