/* command_read.h - what the files of the command parser share */
#ifndef MAILSPEC_SMTP_COMMAND_READ_H
#define MAILSPEC_SMTP_COMMAND_READ_H

#include "mailspec/smtp_command.h"
#include "reader.h"

/* The blanks between two elements; the cursor stands on them or at the end.  One space is right (RFC 5321 section
 * 4.1.1).  false: nothing follows them, so they end the line, which receivers should tolerate. */
static inline bool next_element(smtp_reader *r)
{
    cursor *const c = &r->c;
    if (octets_left(c) > 1 && c->ptr[c->at] == ' ' && !octet_is(c->ptr[c->at + 1], OCTET_BLANK)) {
        c->at++;
        return true;
    }
    const size_t blanks = skip_class(c, OCTET_BLANK);
    if (!at_end(c))
        deviate(r, MS_SMTP_DEV_EXTRA_BLANKS);
    else if (blanks != 0)
        deviate(r, MS_SMTP_DEV_TRAILING_BLANKS);
    return !at_end(c);
}

/* Nothing but blanks may follow. */
static inline ms_smtp_error expect_end(smtp_reader *r)
{
    const ms_deviations before = r->deviations;
    if (!next_element(r))
        return MS_SMTP_OK;
    r->deviations = before;
    return MS_SMTP_ERR_TRAILING_OCTETS;
}

/* command.c: ms_smtp_command_parse_line, without a copy of the result. */
void ms_smtp_command_read_line(const ms_line *line, const ms_smtp_context *context, ms_smtp_parsed *parsed);

/* verb.c */
ms_smtp_error ms_smtp_verb_read(smtp_reader *r, ms_smtp_command *command);

/* command_mail.c: MAIL, RCPT, SEND, SOML, SAML */
ms_smtp_error ms_smtp_mail_read(smtp_reader *r, ms_smtp_command *command);

/* command_argument.c: the others; the cursor stands behind the verb. */
ms_smtp_error ms_smtp_ehlo_read(smtp_reader *r, ms_smtp_command *command);
ms_smtp_error ms_smtp_bdat_read(smtp_reader *r, ms_smtp_command *command);
ms_smtp_error ms_smtp_auth_read(smtp_reader *r, ms_smtp_command *command);
ms_smtp_error ms_smtp_auth_response_read(smtp_reader *r, ms_smtp_command *command);
ms_smtp_error ms_smtp_etrn_read(smtp_reader *r, ms_smtp_command *command);
/* VRFY, EXPN: one String; HELP, NOOP: one or none. */
ms_smtp_error ms_smtp_name_read(smtp_reader *r, ms_smtp_command *command);
ms_smtp_error ms_smtp_string_read(smtp_reader *r, ms_smtp_command *command);
/* Whatever stands up to the end of the line, its trailing blanks left out. */
ms_smtp_error ms_smtp_text_read(smtp_reader *r, ms_span *text);

#endif
