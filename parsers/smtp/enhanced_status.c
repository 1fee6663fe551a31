#include "mailspec/enhanced_status.h"

#include "../common/cursor.h"

enum { PLAIN_LEN = sizeof "2.1.0" - 1 };

typedef struct reading {
    cursor c;
    ms_deviations deviations;
    size_t wrong_at; /* of the first deviation */
} reading;

static void deviate(reading *r, ms_reply_deviation deviation, size_t at)
{
    if (r->deviations == 0)
        r->wrong_at = at;
    r->deviations |= MS_DEVIATION_BIT(deviation);
}

/* White-space characters are not allowed within a status code (RFC 3463 section 2). */
static void skip_white_space(reading *r)
{
    const size_t from = r->c.at;
    if (skip_class(&r->c, OCTET_BLANK) != 0)
        deviate(r, MS_REPLY_DEV_ENHANCED_WHITE_SPACE, from);
}

static bool take_dot(reading *r)
{
    skip_white_space(r);
    if (!skip_octet(&r->c, '.'))
        return false;
    skip_white_space(r);
    return true;
}

/* subject, detail = 1*3digit, without leading zeros (RFC 3463 section 2) */
static bool take_number(reading *r, uint16_t *number)
{
    const size_t from = r->c.at;
    unsigned value = 0;
    for (; next_is(&r->c, OCTET_DIGIT); r->c.at++) {
        if (r->c.at - from == 3)
            return false;
        value = value * 10 + (unsigned)(r->c.ptr[r->c.at] - '0');
    }
    if (r->c.at == from)
        return false;
    if (r->c.ptr[from] == '0' && r->c.at - from > 1)
        deviate(r, MS_REPLY_DEV_ENHANCED_LEADING_ZERO, from);
    *number = (uint16_t)value;
    return true;
}

/* status-code = class "." subject "." detail, class = "2" / "4" / "5"
 * RFC 3463 section 2.  One or more spaces follow it (RFC 2034 section 3). */
static bool take_status(reading *r, ms_enhanced_status *out)
{
    const int class_ = peek(&r->c);
    if (class_ != '2' && class_ != '4' && class_ != '5')
        return false;
    r->c.at++;
    ms_enhanced_status status = {.class_ = (uint8_t)(class_ - '0')};
    if (!take_dot(r) || !take_number(r, &status.subject) || !take_dot(r) || !take_number(r, &status.detail))
        return false;
    if (peek(&r->c) == '.') /* 2.1.0.5 is something else */
        return false;
    if (at_end(&r->c))
        deviate(r, MS_REPLY_DEV_ENHANCED_NO_TEXT, r->c.at);
    else if (peek(&r->c) != ' ')
        deviate(r, MS_REPLY_DEV_ENHANCED_NO_SPACE, r->c.at);
    *out = status;
    return true;
}

/* The common case: "2.1.0 ". */
static bool take_plain(ms_span text, ms_enhanced_status *out)
{
    const uint8_t *p = text.ptr;
    if (text.len <= PLAIN_LEN || p[1] != '.' || p[3] != '.' || p[5] != ' ')
        return false;
    const bool known_class = p[0] == '2' || p[0] == '5' || p[0] == '4';
    if (!known_class || !octet_is(p[2], OCTET_DIGIT) || !octet_is(p[4], OCTET_DIGIT))
        return false;
    out->class_ = (uint8_t)(p[0] - '0');
    out->subject = (uint16_t)(p[2] - '0');
    out->detail = (uint16_t)(p[4] - '0');
    return true;
}

size_t ms_enhanced_status_parse(ms_span text, ms_enhanced_status *out, ms_deviations *deviations, size_t *wrong_at)
{
    if (take_plain(text, out))
        return PLAIN_LEN;
    reading r = {cursor_of(text), 0, 0};
    *out = (ms_enhanced_status){0};
    if (take_status(&r, out)) {
        if (r.deviations != 0)
            *wrong_at = r.wrong_at;
        *deviations |= r.deviations;
        return r.c.at;
    }
    const bool begins_like_one = text.len > 1 && octet_is(text.ptr[0], OCTET_DIGIT) && (text.ptr[1] == '.');
    if (begins_like_one) {
        *deviations |= MS_DEVIATION_BIT(MS_REPLY_DEV_ENHANCED_MALFORMED);
        *wrong_at = r.c.at;
    }
    return 0;
}
