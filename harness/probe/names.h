/*
 * names.h - the names that every case finds: the accounts, the run's marks
 *
 * corpus/README.md lists them.  One whose option was not given has no value.
 */
#ifndef MAILSPEC_HARNESS_PROBE_NAMES_H
#define MAILSPEC_HARNESS_PROBE_NAMES_H

#include "harness/probe/settings.h"
#include "harness/probe/value.h"

void probe_names_set(probe_scope *scope, const probe_settings *settings, const char *mark, const char *host);

/* The option that gives the name a value, "--rcpt"; NULL if none does. */
const char *probe_names_option(ms_span name);

#endif
