/*
 * read_in_place.h - the parsers that a dialogue calls for each line, without a copy of their result
 *
 * Each is its public namesake (…_parse_line, …_parse); context is never NULL.
 */
#ifndef MAILSPEC_POP3_READ_IN_PLACE_H
#define MAILSPEC_POP3_READ_IN_PLACE_H

#include "mailspec/pop3_command.h"
#include "mailspec/pop3_response.h"

void ms_pop3_command_read_line(const ms_line *line, const ms_pop3_context *context, ms_pop3_parsed *out);
void ms_pop3_response_read_line(const ms_line *line, const ms_pop3_response_context *context, ms_pop3_response *out);
void ms_pop3_listing_read(ms_span line, const ms_pop3_response_context *context, ms_pop3_response *out);

#endif
