/*
 * ehlo_value.h - the parameters of EHLO keywords, typed
 *
 * Between ehlo.c, which knows the keywords, and ehlo_value.c, which knows the values.
 */
#ifndef MAILSPEC_SMTP_EHLO_VALUE_H
#define MAILSPEC_SMTP_EHLO_VALUE_H

#include "mailspec/smtp_ehlo.h"

/* What the parameters of a keyword are. */
typedef enum ehlo_value {
    EHLO_ANY,  /* no text to go by */
    EHLO_NONE, /* there are none */
    EHLO_SIZE,
    EHLO_MECHANISMS,
    EHLO_DELIVERBY,
    EHLO_FUTURERELEASE,
    EHLO_PROFILE,
    EHLO_LIMITS,
} ehlo_value;

/* Fill the union of line from its parameters.  text: where the offsets of line are counted from. */
void ehlo_value_parse(ms_ehlo_line *line, ehlo_value value, const uint8_t *text);

static inline void ehlo_deviate(ms_ehlo_line *line, ms_reply_deviation deviation, size_t at)
{
    if (line->deviations == 0 || at < line->deviation_at)
        line->deviation_at = at;
    line->deviations |= MS_DEVIATION_BIT(deviation);
}

#endif
