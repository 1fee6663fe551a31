/* source.h - private to harness/adapter: where answers come from */
#ifndef MAILSPEC_HARNESS_ADAPTER_SOURCE_H
#define MAILSPEC_HARNESS_ADAPTER_SOURCE_H

#include "harness/adapter/adapter.h"

#include <sys/types.h>

struct adapter {
    void *object; /* of dlopen; NULL: a program */
    const ms_adapter *table;
    char *command;
    pid_t process;
    int in, out; /* to it, from it */
    char *line;  /* what it has said and was not read yet */
    size_t length, room;
};

/* program.c */
void adapter_end(adapter *a);
bool adapter_ask_program(adapter *a, adapter_kind kind, const ms_span *pieces, size_t count,
                         const ms_adapter_about *about, adapter_answer *answer, char *error, size_t room);

/* adapter.c: sets a field, or appends to it */
void adapter_field(json_t *fields, const char *name, ms_span octets);

#endif
