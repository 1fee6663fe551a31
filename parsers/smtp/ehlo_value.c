#include "ehlo_value.h"

#include "../common/cursor.h"
#include "mailspec/sasl.h"

/* What is being read: the line, and where in its text the parameters begin. */
typedef struct reading {
    ms_ehlo_line *line;
    const uint8_t *text;
} reading;

static void deviate(const reading *r, ms_reply_deviation deviation, const uint8_t *at)
{
    ehlo_deviate(r->line, deviation, (size_t)(at - r->text));
}

/* Where the parameters are missed. */
static const uint8_t *behind_keyword(const reading *r)
{
    return r->line->keyword.ptr + r->line->keyword.len;
}

/* The only word of the parameters; absent with a deviation if there are more. */
static ms_span only_word(const reading *r)
{
    ms_span rest = r->line->parameters;
    ms_span word = ms_span_absent();
    ms_span surplus;
    if (ms_ehlo_parameter_next(&rest, &word) && ms_ehlo_parameter_next(&rest, &surplus)) {
        deviate(r, MS_REPLY_DEV_EHLO_PARAMETER_VALUE, surplus.ptr);
        return ms_span_absent();
    }
    return word;
}

/* size-param ::= [1*DIGIT]
 * RFC 1870 section 3 */
static void parse_size(const reading *r)
{
    const ms_span word = only_word(r);
    if (ms_span_is_absent(word))
        return;
    cursor c = cursor_of(word);
    uint64_t octets;
    const decimal digits = take_decimal(&c, UINT64_MAX, &octets);
    if (digits == DECIMAL_NONE || !at_end(&c)) {
        deviate(r, MS_REPLY_DEV_EHLO_PARAMETER_VALUE, word.ptr + c.at);
        return;
    }
    r->line->size.octets = octets;
    r->line->size.given = true;
}

/* "The AUTH EHLO keyword contains as a parameter a space-separated list of the names of available [SASL] mechanisms"
 * RFC 4954 section 3; sasl-mech = 1*20mech-char (RFC 4422 section 3.1) */
static void parse_mechanisms(const reading *r)
{
    ms_span rest = r->line->parameters;
    ms_span name;
    if (ms_span_is_absent(rest))
        deviate(r, MS_REPLY_DEV_EHLO_PARAMETER_VALUE, behind_keyword(r));
    while (ms_ehlo_parameter_next(&rest, &name)) {
        bool valid = false;
        const ms_sasl_mechanism mechanism = ms_sasl_mechanism_parse(name, &valid);
        if (!valid)
            deviate(r, MS_REPLY_DEV_EHLO_PARAMETER_VALUE, name.ptr);
        r->line->mechanisms |= UINT32_C(1) << mechanism;
    }
}

/* deliverby-param = min-by-time *( "," extension-token ), min-by-time = [1*9DIGIT]
 * RFC 2852 section 2: one parameter, a list of options with commas between, of which the number is the first. */
static void parse_deliverby(const reading *r)
{
    enum { MIN_BY_TIME_DIGITS = 9 };
    const ms_span word = only_word(r);
    if (ms_span_is_absent(word))
        return;
    cursor c = cursor_of(word);
    uint64_t seconds;
    const decimal digits = take_decimal(&c, UINT64_MAX, &seconds);
    if (c.at > MIN_BY_TIME_DIGITS || (!at_end(&c) && peek(&c) != ',')) {
        deviate(r, MS_REPLY_DEV_EHLO_PARAMETER_VALUE,
                word.ptr + (c.at > MIN_BY_TIME_DIGITS ? MIN_BY_TIME_DIGITS : c.at));
        return;
    }
    r->line->deliverby.seconds = seconds;
    r->line->deliverby.given = digits == DECIMAL_OK;
}

/* Two parameters: the longest time in seconds, and the latest date and time (RFC 4865 section 3).  What is written
 * otherwise is not judged. */
static void parse_futurerelease(const reading *r)
{
    ms_span rest = r->line->parameters;
    ms_span interval;
    ms_span datetime;
    if (!ms_ehlo_parameter_next(&rest, &interval))
        return;
    cursor c = cursor_of(interval);
    uint64_t seconds;
    if (take_decimal(&c, UINT64_MAX, &seconds) == DECIMAL_OK && at_end(&c))
        r->line->futurerelease.max_interval = seconds;
    if (ms_ehlo_parameter_next(&rest, &datetime))
        r->line->futurerelease.max_datetime = datetime;
}

/* mt-priority-ehlo = "MT-PRIORITY" [SP priority-profile], priority-profile = 1*20(ALPHA / DIGIT / "-" / "_" / ".")
 * RFC 6710 section 7 */
static void parse_profile(const reading *r)
{
    enum { PROFILE_MAX = 20 };
    const ms_span word = only_word(r);
    cursor c = cursor_of(word);
    while (next_is(&c, OCTET_LET_DIG) || peek(&c) == '-' || peek(&c) == '_' || peek(&c) == '.')
        c.at++;
    if (c.at > PROFILE_MAX)
        c.at = PROFILE_MAX;
    if (!at_end(&c))
        deviate(r, MS_REPLY_DEV_EHLO_PARAMETER_VALUE, word.ptr + c.at);
}

/* %x31-39 0*5DIGIT ; 0 not allowed, six-digit maximum
 * RFC 9422 section 4.  The cursor stands behind the "=". */
static bool take_limit(cursor *c, uint32_t *limit)
{
    enum { LIMIT_DIGITS = 6 };
    const size_t from = c->at;
    uint64_t value;
    if (peek(c) == '0' || take_decimal(c, UINT64_MAX, &value) == DECIMAL_NONE || !at_end(c))
        return false;
    if (c->at - from > LIMIT_DIGITS) {
        c->at = from + LIMIT_DIGITS;
        return false;
    }
    *limit = (uint32_t)value;
    return true;
}

/* limit-name-value = limit-name ["=" limit-value]
 * limit-name = 1*(ALPHA / DIGIT / "-" / "_"), limit-value = 1*(%x21-3A / %x3C-7E)
 * RFC 9422 section 3.  Limits that are not known may have any value. */
static void parse_limit(const reading *r, ms_span word)
{
    uint32_t *const values[] = {&r->line->limits.mailmax, &r->line->limits.rcptmax, &r->line->limits.rcptdomainmax};
    static const char *const names[] = {"MAILMAX", "RCPTMAX", "RCPTDOMAINMAX"};
    static const uint8_t lens[] = {7, 7, 13};
    cursor c = cursor_of(word);
    while (next_is(&c, OCTET_LET_DIG) || peek(&c) == '-' || peek(&c) == '_')
        c.at++;
    const ms_span name = span_since(&c, 0);
    const bool has_value = name.len != 0 && skip_octet(&c, '=');
    cursor value = c;
    take_until(&value, ';');
    const bool well_formed = has_value ? !at_end(&c) && at_end(&value) : name.len != 0 && at_end(&c);
    if (!well_formed) {
        deviate(r, MS_REPLY_DEV_EHLO_PARAMETER_VALUE, word.ptr + (has_value ? value.at : c.at));
        return;
    }
    for (size_t i = 0; i < sizeof lens; i++) {
        if (!span_equal_nocase(name, ms_span_make(names[i], lens[i])))
            continue;
        if (!take_limit(&c, values[i]))
            deviate(r, MS_REPLY_DEV_EHLO_LIMIT_VALUE, word.ptr + c.at);
    }
}

static void parse_limits(const reading *r)
{
    ms_span rest = r->line->parameters;
    ms_span word;
    if (ms_span_is_absent(rest))
        deviate(r, MS_REPLY_DEV_EHLO_PARAMETER_VALUE, behind_keyword(r));
    while (ms_ehlo_parameter_next(&rest, &word))
        parse_limit(r, word);
}

void ehlo_value_parse(ms_ehlo_line *line, ehlo_value value, const uint8_t *text)
{
    const reading r = {line, text};
    switch (value) {
    case EHLO_ANY:
        break;
    case EHLO_NONE:
        if (!ms_span_is_absent(line->parameters))
            deviate(&r, MS_REPLY_DEV_EHLO_PARAMETER_FORBIDDEN, line->parameters.ptr);
        break;
    case EHLO_SIZE:
        parse_size(&r);
        break;
    case EHLO_MECHANISMS:
        parse_mechanisms(&r);
        break;
    case EHLO_DELIVERBY:
        parse_deliverby(&r);
        break;
    case EHLO_FUTURERELEASE:
        parse_futurerelease(&r);
        break;
    case EHLO_PROFILE:
        parse_profile(&r);
        break;
    case EHLO_LIMITS:
        parse_limits(&r);
        break;
    }
}
