/* dovecot_session.h - between dovecot.c, which has the table, and the sessions */
#ifndef MAILSPEC_ADAPTERS_DOVECOT_SESSION_H
#define MAILSPEC_ADAPTERS_DOVECOT_SESSION_H

#include "mailspec/adapter.h"

ms_adapter_stream dovecot_smtp_session;

#endif
