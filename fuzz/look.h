/* look.h - the results of the parsers, looked at field by field (see oracle.h) */
#ifndef MAILSPEC_FUZZ_LOOK_H
#define MAILSPEC_FUZZ_LOOK_H

#include "fuzz/oracle.h"
#include "mailspec/line.h"
#include "mailspec/pop3_dialogue.h"
#include "mailspec/sasl.h"
#include "mailspec/smtp_dialogue.h"

void look_smtp_path(fuzz_look *look, const ms_smtp_path *path);
void look_smtp_path_parsed(fuzz_look *look, const ms_smtp_path_parsed *parsed);
void look_smtp_parsed(fuzz_look *look, const ms_smtp_parsed *parsed);
void look_smtp_parameter(fuzz_look *look, const ms_smtp_parameter *parameter);
void look_reply_line(fuzz_look *look, const ms_reply_line *line);
void look_reply(fuzz_look *look, const ms_reply *reply);
void look_ehlo_line(fuzz_look *look, const ms_ehlo_line *line);
/* What can be asked of a session. */
void look_smtp_session(fuzz_look *look, const ms_smtp_session *session);

/* What the commands say beside their verb. */
void look_smtp_argument(fuzz_look *look, const ms_smtp_command *command);
void look_pop3_argument(fuzz_look *look, const ms_pop3_command *command);

void look_pop3_parsed(fuzz_look *look, const ms_pop3_parsed *parsed);
/* listing: by ms_pop3_listing_parse. */
void look_pop3_response(fuzz_look *look, const ms_pop3_response *response, bool listing);
void look_pop3_capability(fuzz_look *look, const ms_pop3_capability *capability);
void look_pop3_session(fuzz_look *look, const ms_pop3_session *session);

/* The brackets that a path lacked are written, and may make it too long. */
static inline ms_deviations fuzz_brackets(ms_deviations had)
{
    const ms_deviations lacked =
        MS_DEVIATION_BIT(MS_SMTP_DEV_MISSING_BRACKETS) | MS_DEVIATION_BIT(MS_SMTP_DEV_PATH_NOT_CLOSED);
    return (had & lacked) != 0 ? MS_DEVIATION_BIT(MS_SMTP_DEV_PATH_TOO_LONG) : 0;
}

/* text only: of a line in pieces, the flags grow. */
void look_line(fuzz_look *look, const ms_line *line);

#endif
