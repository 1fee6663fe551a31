/*
 * reader.h - a cursor over an SMTP command line, and what was noticed on the way
 *
 * Every rule of the grammar is a function that takes the reader and returns an
 * error.  Where it fails, the cursor stands on the first wrong octet (or at the
 * end, when the line ended too early), so that c.at is the error_at of the
 * results; where it succeeds, the cursor stands behind what it read.
 */
#ifndef MAILSPEC_SMTP_READER_H
#define MAILSPEC_SMTP_READER_H

#include "../common/cursor.h"
#include "mailspec/smtp_error.h"
#include "mailspec/smtp_path.h"

typedef struct smtp_reader {
    cursor c;
    ms_deviations deviations;
    uint16_t requirement; /* of the error, where it is known better than from the error's own row; or MS_REQ_NONE */
    bool utf8;            /* SMTPUTF8 is in force */
} smtp_reader;

/* Zero an object of at most 192 octets, in pieces: gcc makes one memset of more than 72 a string instruction, which
 * takes as long to start as a short command takes to be read. */
static inline void clear(void *object, size_t len)
{
    uint8_t *p = object;
    for (int i = 0; i < 2 && len > 64; i++, p += 64, len -= 64)
        memset(p, 0, 64);
    memset(p, 0, len);
}

static inline smtp_reader reader_of(ms_span text, const ms_smtp_context *context)
{
    const smtp_reader r = {cursor_of(text), 0, MS_REQ_NONE, context != NULL && context->smtputf8};
    return r;
}

static inline void deviate(smtp_reader *r, ms_smtp_deviation deviation)
{
    r->deviations |= MS_DEVIATION_BIT(deviation);
}

static inline ms_smtp_error wrong_at(smtp_reader *r, size_t at, ms_smtp_error error)
{
    r->c.at = at;
    return error;
}

/* The same, with the requirement that this very error breaks. */
static inline ms_smtp_error wrong_by(smtp_reader *r, size_t at, ms_smtp_error error, ms_requirement requirement)
{
    r->requirement = (uint16_t)requirement;
    r->c.at = at;
    return error;
}

static inline bool at_end_or_blank(const smtp_reader *r)
{
    return at_end(&r->c) || next_is(&r->c, OCTET_BLANK);
}

/* The error as the caller sees it: a control character is never right in a mailbox, and
 * says more than the rule it broke. */
static inline ms_smtp_error final_error(smtp_reader *r, ms_smtp_error error)
{
    const int octet = peek(&r->c);
    const bool control = (octet >= 0 && octet < 0x20) || octet == 0x7f;
    if (error == MS_SMTP_OK || !control)
        return error;
    if (octet == 0)
        r->requirement = MS_REQ_SMTP_SEC_injection_03;
    else if (error == MS_SMTP_ERR_LOCAL_PART || error == MS_SMTP_ERR_DOMAIN)
        r->requirement = MS_REQ_SMTP_5321_4_1_2_28;
    return octet == 0 ? MS_SMTP_ERR_NUL : error;
}

static inline uint16_t error_requirement(const smtp_reader *r, ms_smtp_error error)
{
    return r->requirement != MS_REQ_NONE ? r->requirement : ms_smtp_error_rule(error)->requirement;
}

/* domain.c */
/* The offset behind the run of letters, digits, hyphens and dots that begins at `at`.  *odd is set, and never cleared,
 * when it is anything but letters and digits with single separators between them: then it is to be read again, more
 * closely. */
size_t ms_smtp_name_end(const uint8_t *ptr, size_t at, size_t len, bool *odd);
ms_smtp_error ms_smtp_domain_read(smtp_reader *r, ms_span *domain);
/* One well-formed character above ASCII at the cursor; deviates without SMTPUTF8. */
ms_smtp_error ms_smtp_utf8_read(smtp_reader *r);

/* address_literal.c: with its brackets; *kind is set on MS_SMTP_OK. */
ms_smtp_error ms_smtp_address_literal_read(smtp_reader *r, uint8_t *kind);

/* path.c */
ms_smtp_error ms_smtp_local_part_read(smtp_reader *r, ms_smtp_path *path);
ms_smtp_error ms_smtp_mailbox_read(smtp_reader *r, ms_smtp_path *path);
/* What a Mailbox may show without ceasing to be one by the grammar. */
static const ms_deviations ms_smtp_still_mailbox =
    MS_DEVIATION_BIT(MS_SMTP_DEV_LOCAL_PART_TOO_LONG) | MS_DEVIATION_BIT(MS_SMTP_DEV_DOMAIN_TOO_LONG) |
    MS_DEVIATION_BIT(MS_SMTP_DEV_LABEL_TOO_LONG) | MS_DEVIATION_BIT(MS_SMTP_DEV_UNNEEDED_QUOTES) |
    MS_DEVIATION_BIT(MS_SMTP_DEV_LITERAL_TAG_UNREGISTERED);
ms_smtp_error ms_smtp_path_read(smtp_reader *r, ms_smtp_path_role role, ms_smtp_path *path);

#endif
