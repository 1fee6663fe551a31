/*
 * reply_read.h - the parsers that a dialogue calls for each reply line, without a copy of their result
 *
 * Each is its public namesake (ms_reply_next, ms_ehlo_line_parse); context is never NULL.
 */
#ifndef MAILSPEC_SMTP_REPLY_READ_H
#define MAILSPEC_SMTP_REPLY_READ_H

#include "mailspec/smtp_ehlo.h"
#include "mailspec/smtp_reply.h"

void ms_reply_read(ms_reply *reply, const ms_line *line, const ms_reply_context *context, ms_reply_line *out);
void ms_ehlo_line_read(ms_span text, ms_ehlo_line *line);

#endif
