/*
 * command_mail.c - MAIL and RCPT (RFC 5321 sections 4.1.1.2 and 4.1.1.3), and SEND, SOML, SAML, which are like MAIL
 *
 * mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF
 * rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path ) [SP Rcpt-parameters] CRLF
 */
#include "command_read.h"
#include "parameter_read.h"

/* Skip the word in any letter case, or stop at the first octet that is not its. */
static bool skip_exactly(cursor *c, const char *word)
{
    for (; *word != '\0'; word++, c->at++)
        if (at_end(c) || octet_upper(c->ptr[c->at]) != (uint8_t)*word)
            return false;
    return true;
}

/* " FROM:" or " TO:".  "spaces are not permitted on either side of the colon" (RFC 5321 section 3.3): clients send
 * them all the same. */
static ms_smtp_error read_preposition(smtp_reader *r, bool rcpt)
{
    cursor *const c = &r->c;
    const ms_smtp_error error = rcpt ? MS_SMTP_ERR_EXPECTED_TO : MS_SMTP_ERR_EXPECTED_FROM;
    if (!next_element(r) || !skip_exactly(c, rcpt ? "TO" : "FROM"))
        return error;
    if (skip_class(c, OCTET_BLANK) != 0 && peek(c) == ':')
        deviate(r, MS_SMTP_DEV_SPACE_BEFORE_COLON);
    if (!skip_octet(c, ':'))
        return error;
    if (next_is(c, OCTET_BLANK)) {
        skip_class(c, OCTET_BLANK);
        deviate(r, MS_SMTP_DEV_SPACE_AFTER_COLON);
    }
    return MS_SMTP_OK;
}

/* Something other than a blank follows the path: a parameter whose space was forgotten, if it is a known one. */
static ms_smtp_error check_join(smtp_reader *r)
{
    if (at_end_or_blank(r))
        return MS_SMTP_OK;
    if (ms_smtp_parameter_here(r) != MS_PARAM_UNKNOWN) {
        deviate(r, MS_SMTP_DEV_MISSING_SPACE);
        return MS_SMTP_OK;
    }
    return wrong_by(r, r->c.at, MS_SMTP_ERR_TRAILING_OCTETS,
                    peek(&r->c) == '<' ? MS_REQ_SMTP_5321_4_1_2_32 : MS_REQ_SMTP_5321_4_1_2_31);
}

static void keep_typed(ms_smtp_command *command, const ms_smtp_parameter *parameter)
{
    if (parameter->id == MS_PARAM_SIZE)
        command->mail.size = parameter->size;
    else if (parameter->id == MS_PARAM_BODY)
        command->mail.body = parameter->body;
    else if (parameter->id == MS_PARAM_NOTIFY)
        command->mail.notify = parameter->notify;
}

/* Mail-parameters = esmtp-param *(SP esmtp-param)
 * Rcpt-parameters = esmtp-param *(SP esmtp-param) */
static ms_smtp_error read_parameters(smtp_reader *r, ms_smtp_parameter_of of, ms_smtp_command *command)
{
    const bool joined = !at_end_or_blank(r);
    if (!joined && !next_element(r))
        return MS_SMTP_OK;
    const size_t from = r->c.at;
    do {
        ms_smtp_parameter parameter;
        clear(&parameter, sizeof parameter);
        const ms_smtp_error error = ms_smtp_parameter_read(r, of, &command->mail.known, &parameter);
        if (error != MS_SMTP_OK)
            return error;
        keep_typed(command, &parameter);
        command->mail.parameters = span_since(&r->c, from);
    } while (next_element(r));
    return MS_SMTP_OK;
}

ms_smtp_error ms_smtp_mail_read(smtp_reader *r, ms_smtp_command *command)
{
    const bool rcpt = command->verb == MS_SMTP_RCPT;
    ms_smtp_error error = read_preposition(r, rcpt);
    if (error == MS_SMTP_OK)
        error = ms_smtp_path_read(r, rcpt ? MS_FORWARD_PATH : MS_REVERSE_PATH, &command->mail.path);
    if (error == MS_SMTP_ERR_PATH)
        r->requirement = rcpt ? MS_REQ_SMTP_5321_4_1_1_3_07 : MS_REQ_SMTP_5321_4_1_1_2_03;
    if (error == MS_SMTP_OK)
        error = check_join(r);
    if (error == MS_SMTP_OK)
        error = read_parameters(r, rcpt ? MS_PARAMETER_OF_RCPT : MS_PARAMETER_OF_MAIL, command);
    /* SMTPUTF8 stands behind the path that it allows to hold UTF-8 (RFC 6531 section 3.4). */
    if ((command->mail.known & ((uint32_t)1 << MS_PARAM_SMTPUTF8)) != 0)
        r->deviations &= ~MS_DEVIATION_BIT(MS_SMTP_DEV_8BIT);
    return error;
}
