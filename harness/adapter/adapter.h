/*
 * adapter.h - ask another implementation: a shared object (mailspec/adapter.h), or a program behind a pipe
 *
 * The program reads one JSON object a line and answers each by one:
 *
 *     {"kind":"smtp-command","octets":"<base64>","about":{"smtputf8":false,…,"after":"EHLO"}}
 *     {"verdict":"accept","fields":{"verb":"MAIL","local_part":"a"},"reason":"…","name":"smtplib 3.11"}
 *
 * A field is a string, a number, or {"base64":"…"} for octets that no JSON string can hold.  Streams have "pieces", a list of
 * base64, instead of "octets".  A verdict is accept, reject, incomplete or unsupported.
 */
#ifndef MAILSPEC_HARNESS_ADAPTER_ADAPTER_H
#define MAILSPEC_HARNESS_ADAPTER_ADAPTER_H

#include <jansson.h>
#include <stdbool.h>

#include "mailspec/adapter.h"

typedef enum adapter_kind {
    ADAPTER_SMTP_COMMAND,
    ADAPTER_SMTP_PATH,
    ADAPTER_SMTP_REPLY,
    ADAPTER_POP3_COMMAND,
    ADAPTER_POP3_RESPONSE,
    ADAPTER_CONTENT,
    ADAPTER_SMTP_SESSION,
    ADAPTER_POP3_SESSION,
    ADAPTER_KINDS
} adapter_kind;

/* "smtp-command" and so on, as 'mailspec parse' has them. */
extern const char *const adapter_kind_names[];

typedef struct adapter adapter;

typedef struct adapter_answer {
    ms_adapter_verdict verdict;
    json_t *fields; /* an object of strings; octets that are not UTF-8 are {"escaped": …}.  Owned. */
    char reason[200];
    char name[80]; /* who answered, where a program speaks for several; "": adapter_name */
} adapter_answer;

/* NULL, with a sentence in error.  The command is run by /bin/sh and ended by adapter_close. */
adapter *adapter_load(const char *path, char *error, size_t room);
adapter *adapter_start(const char *command, char *error, size_t room);
void adapter_close(adapter *a); /* NULL is fine */
const char *adapter_name(const adapter *a);
bool adapter_supports(const adapter *a, adapter_kind kind);

/* false, with a sentence in error: the adapter is broken (a pipe that closed, no JSON, no answer in ten seconds).  The answer's
 * fields are the caller's then, too. */
bool adapter_ask(adapter *a, adapter_kind kind, const ms_span *pieces, size_t count, const ms_adapter_about *about,
                 adapter_answer *answer, char *error, size_t room);

#endif
