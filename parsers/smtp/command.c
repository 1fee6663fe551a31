/* command.c - SMTP command lines (RFC 5321 section 4.1.1): from the verb to who reads the rest */
#include "command_read.h"

/* A verb that takes no argument. */
static ms_smtp_error read_nothing(smtp_reader *r, ms_smtp_command *command, ms_smtp_deviation deviation)
{
    if (!next_element(r))
        return MS_SMTP_OK;
    deviate(r, deviation);
    return ms_smtp_text_read(r, &command->argument);
}

static ms_smtp_error read_argument(smtp_reader *r, ms_smtp_command *command)
{
    switch (command->verb) {
    case MS_SMTP_HELO:
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
        return ms_smtp_ehlo_read(r, command);
    case MS_SMTP_MAIL:
    case MS_SMTP_RCPT:
        return ms_smtp_mail_read(r, command);
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
        deviate(r, MS_SMTP_DEV_OBSOLETE_VERB);
        return ms_smtp_mail_read(r, command);
    case MS_SMTP_DATA:
    case MS_SMTP_RSET:
    case MS_SMTP_QUIT:
        return read_nothing(r, command, MS_SMTP_DEV_ARGUMENT_NOT_ALLOWED);
    case MS_SMTP_TURN:
        deviate(r, MS_SMTP_DEV_TURN);
        return read_nothing(r, command, MS_SMTP_DEV_ARGUMENT_NOT_ALLOWED);
    case MS_SMTP_STARTTLS:
        return read_nothing(r, command, MS_SMTP_DEV_STARTTLS_ARGUMENT);
    case MS_SMTP_BDAT:
        return ms_smtp_bdat_read(r, command);
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
        return ms_smtp_name_read(r, command);
    case MS_SMTP_NOOP:
    case MS_SMTP_HELP:
        return ms_smtp_string_read(r, command);
    case MS_SMTP_AUTH:
        return ms_smtp_auth_read(r, command);
    case MS_SMTP_ETRN:
        return ms_smtp_etrn_read(r, command);
    case MS_SMTP_UNKNOWN:
        return next_element(r) ? ms_smtp_text_read(r, &command->argument) : MS_SMTP_OK;
    case MS_SMTP_AUTH_RESPONSE:
        return ms_smtp_auth_response_read(r, command);
    case MS_SMTP_END_OF_DATA:
    case MS_SMTP_GREETING:
    case MS_SMTP_VERB_COUNT:
        break;
    }
    return MS_SMTP_ERR_VERB;
}

/* RFC 2033 section 4.1: LHLO takes the place of HELO and EHLO. */
static void judge_greeting(smtp_reader *r, ms_smtp_verb verb, bool lmtp)
{
    if (lmtp && (verb == MS_SMTP_HELO || verb == MS_SMTP_EHLO))
        deviate(r, MS_SMTP_DEV_VERB_NOT_IN_LMTP);
    if (!lmtp && verb == MS_SMTP_LHLO)
        deviate(r, MS_SMTP_DEV_VERB_NOT_IN_SMTP);
}

static ms_smtp_error read_command(smtp_reader *r, const ms_smtp_context *context, ms_smtp_command *command)
{
    if (context != NULL && context->auth_response) {
        command->verb = MS_SMTP_AUTH_RESPONSE;
        return read_argument(r, command);
    }
    if (next_is(&r->c, OCTET_BLANK)) {
        skip_class(&r->c, OCTET_BLANK);
        deviate(r, MS_SMTP_DEV_LEADING_BLANKS);
    }
    if (at_end(&r->c))
        return MS_SMTP_ERR_EMPTY_LINE;
    const ms_smtp_error error = ms_smtp_verb_read(r, command);
    if (error != MS_SMTP_OK)
        return error;
    judge_greeting(r, command->verb, context != NULL && context->lmtp);
    return read_argument(r, command);
}

static void read_line(ms_span line, const ms_smtp_context *context, ms_smtp_parsed *parsed)
{
    smtp_reader r = reader_of(line, context);
    clear(parsed, sizeof *parsed);
    parsed->error = read_command(&r, context, &parsed->command);
    parsed->deviations = r.deviations;
    if (parsed->error == MS_SMTP_OK)
        return;

    const ms_smtp_verb verb = parsed->command.verb;
    const ms_span keyword = parsed->command.keyword;
    parsed->error = final_error(&r, parsed->error);
    parsed->requirement = error_requirement(&r, parsed->error);
    parsed->error_at = r.c.at;
    clear(&parsed->command, sizeof parsed->command);
    parsed->command.verb = verb;
    parsed->command.keyword = keyword;
}

ms_smtp_parsed ms_smtp_command_parse(ms_span line, const ms_smtp_context *context)
{
    ms_smtp_parsed parsed;
    read_line(line, context, &parsed);
    return parsed;
}

/* A line that has not ended, or is over the limit and so comes in pieces, is no command; the verb of its first piece
 * is told all the same. */
static void refuse(const ms_line *line, const ms_smtp_context *context, ms_smtp_error error, ms_smtp_parsed *parsed)
{
    smtp_reader r = reader_of(line->text, context);
    clear(parsed, sizeof *parsed);
    if (context != NULL && context->auth_response)
        parsed->command.verb = MS_SMTP_AUTH_RESPONSE;
    else if (line->status == MS_LINE_HEAD)
        (void)ms_smtp_verb_read(&r, &parsed->command);
    parsed->error = error;
    parsed->requirement = ms_smtp_error_rule(error)->requirement;
    parsed->error_at = line->text.len;
}

void ms_smtp_command_read_line(const ms_line *line, const ms_smtp_context *context, ms_smtp_parsed *parsed)
{
    if (line->status == MS_LINE_NEED_MORE)
        refuse(line, context, MS_SMTP_ERR_INCOMPLETE, parsed);
    else if ((line->flags & MS_LINE_TOO_LONG) != 0)
        refuse(line, context, MS_SMTP_ERR_LINE_TOO_LONG, parsed);
    else
        read_line(line->text, context, parsed);
    if ((line->flags & MS_LINE_BARE_LF) != 0)
        parsed->deviations |= MS_DEVIATION_BIT(MS_SMTP_DEV_BARE_LF);
    if ((line->flags & MS_LINE_BARE_CR) != 0)
        parsed->deviations |= MS_DEVIATION_BIT(MS_SMTP_DEV_BARE_CR);
}

ms_smtp_parsed ms_smtp_command_parse_line(const ms_line *line, const ms_smtp_context *context)
{
    ms_smtp_parsed parsed;
    ms_smtp_command_read_line(line, context, &parsed);
    return parsed;
}
