/*
 * parameter_value.c - the values of the registered ESMTP parameters, each by the grammar of its RFC
 *
 * Each function stops behind the last octet that fits; the caller sees to it
 * that a blank or the end follows.
 */
#include "mailspec/limits.h"
#include "parameter_read.h"

/* How many octets at the cursor are those of the word, in any letter case. */
static size_t octets_alike(const cursor *c, ms_span word)
{
    size_t count = 0;
    while (count < word.len && c->at + count < c->len && octet_upper(c->ptr[c->at + count]) == word.ptr[count])
        count++;
    return count;
}

/* Take one of the words, given in capitals; none begins with another.  Where none fits, the cursor is put on the
 * octet up to which the best of them does. */
static bool take_word(cursor *c, const ms_span *words, size_t count, unsigned *which)
{
    size_t best = 0;
    for (unsigned i = 0; i < count; i++) {
        const size_t alike = octets_alike(c, words[i]);
        if (alike == words[i].len) {
            *which = i;
            c->at += alike;
            return true;
        }
        if (alike > best)
            best = alike;
    }
    c->at += best;
    return false;
}

#define WORD(literal)                                   \
    {                                                   \
        (const uint8_t *)(literal), sizeof(literal) - 1 \
    }

/* At most `digits` digits as a number. */
static bool take_digits(cursor *c, size_t digits, uint64_t *value)
{
    const size_t from = c->at;
    *value = 0;
    while (c->at - from < digits && next_is(c, OCTET_DIGIT)) {
        const uint64_t digit = (uint64_t)(c->ptr[c->at] - '0');
        *value = *value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *value * 10 + digit;
        c->at++;
    }
    return c->at != from;
}

/* size-value ::= 1*20DIGIT
 * RFC 1870 section 3.  Twenty digits may say more than 64 bits hold. */
static bool read_size(cursor *c, uint64_t *size)
{
    return take_digits(c, MS_SMTP_SIZE_DIGITS_MAX, size);
}

/* body-value = "7BIT" / "8BITMIME"   (RFC 6152 section 2)
 * body-value ::= … / "BINARYMIME"    (RFC 3030 section 3) */
static bool read_body(cursor *c, uint8_t *body)
{
    static const ms_span words[] = {WORD("7BIT"), WORD("8BITMIME"), WORD("BINARYMIME")};
    unsigned which = 0;
    if (!take_word(c, words, 3, &which))
        return false;
    *body = (uint8_t)(MS_BODY_7BIT + which);
    return true;
}

/* RFC 3461 section 4.3 */
static bool read_ret(cursor *c, uint8_t *ret)
{
    static const ms_span words[] = {WORD("FULL"), WORD("HDRS")};
    unsigned which = 0;
    if (!take_word(c, words, 2, &which))
        return false;
    *ret = (uint8_t)(MS_RET_FULL + which);
    return true;
}

static void skip_octets(cursor *c, uint8_t octet)
{
    while (skip_octet(c, octet))
        continue;
}

/* notify-esmtp-value  = "NEVER" / 1#notify-list-element
 * notify-list-element = "SUCCESS" / "FAILURE" / "DELAY"
 * RFC 3461 section 4.1.  "1#" is that of RFC 822 section 2.7, which lets elements be empty. */
static bool read_notify(cursor *c, uint8_t *notify)
{
    static const ms_span words[] = {WORD("SUCCESS"), WORD("FAILURE"), WORD("DELAY"), WORD("NEVER")};
    static const uint8_t bits[] = {MS_NOTIFY_SUCCESS, MS_NOTIFY_FAILURE, MS_NOTIFY_DELAY, MS_NOTIFY_NEVER};
    unsigned which = 0;
    const bool list = peek(c) == ','; /* of which NEVER is no element */
    skip_octets(c, ',');
    if (!take_word(c, words, list ? 3 : 4, &which))
        return false;
    *notify = bits[which];
    while (*notify != MS_NOTIFY_NEVER && skip_octet(c, ',')) {
        skip_octets(c, ',');
        if (at_end(c) || next_is(c, OCTET_BLANK))
            break;
        if (!take_word(c, words, 3, &which))
            return false;
        *notify |= bits[which];
    }
    return true;
}

enum { FLAW_LOWER_HEX = 1, FLAW_NOT_PRINTABLE = 2 };

/* xtext, as in xtext.c, with the flaws of its hexchars. */
static bool read_xtext(cursor *c, unsigned *flaws)
{
    while (next_is(c, OCTET_XCHAR) || peek(c) == '+') {
        if (c->ptr[c->at++] != '+')
            continue;
        unsigned value = 0;
        for (int i = 0; i < 2; i++, c->at++) {
            if (!next_is(c, OCTET_HEX))
                return false;
            if (next_is(c, OCTET_LOWER))
                *flaws |= FLAW_LOWER_HEX;
            value = value << 4 | octet_hex_value(c->ptr[c->at]);
        }
        if (value != '\t' && (value < ' ' || value > '~'))
            *flaws |= FLAW_NOT_PRINTABLE;
    }
    return true;
}

static void deviate_xtext(smtp_reader *r, unsigned flaws)
{
    if ((flaws & FLAW_LOWER_HEX) != 0)
        deviate(r, MS_SMTP_DEV_XTEXT_LOWER_HEX);
    if ((flaws & FLAW_NOT_PRINTABLE) != 0)
        deviate(r, MS_SMTP_DEV_XTEXT_NOT_PRINTABLE);
}

/* envid-parameter = "ENVID=" xtext
 * RFC 3461 section 4.4.  An empty xtext would be an empty esmtp-value, which RFC 5321 section 4.1.2 has not. */
static bool read_envid(smtp_reader *r)
{
    const size_t from = r->c.at;
    unsigned flaws = 0;
    if (!read_xtext(&r->c, &flaws))
        return false;
    deviate_xtext(r, flaws);
    if (r->c.at - from > MS_SMTP_ENVID_MAX)
        deviate(r, MS_SMTP_DEV_PARAMETER_TOO_LONG);
    return r->c.at != from;
}

/* original-recipient-address = addr-type ";" xtext
 * addr-type                  = atom
 * RFC 3461 section 4.2.  The address type utf-8 carries UTF-8 in the clear (RFC 6533 section 3). */
static bool read_orcpt(smtp_reader *r, ms_smtp_parameter *out)
{
    cursor *const c = &r->c;
    const size_t from = c->at;
    unsigned flaws = 0;
    while (next_is(c, OCTET_ATEXT) && peek(c) != '=')
        c->at++;
    out->orcpt.address_type = span_since(c, from);
    if (c->at == from || !skip_octet(c, ';'))
        return false;
    const bool utf8 = span_equal_nocase(out->orcpt.address_type, MS_SPAN("utf-8"));
    const size_t xtext = c->at;
    do {
        if (!read_xtext(c, &flaws))
            return false;
    } while (utf8 && next_is(c, OCTET_8BIT) && ms_smtp_utf8_read(r) == MS_SMTP_OK);
    out->orcpt.xtext = span_since(c, xtext);
    deviate_xtext(r, flaws);
    if (c->at - from > MS_SMTP_ORCPT_MAX)
        deviate(r, MS_SMTP_DEV_PARAMETER_TOO_LONG);
    return true;
}

static bool is_mailbox_or_null(ms_span text)
{
    const ms_smtp_context context = {.smtputf8 = true};
    smtp_reader r = reader_of(text, &context);
    ms_smtp_path path;
    clear(&path, sizeof path);
    if (span_equal(text, MS_SPAN("<>")))
        return true;
    return ms_smtp_mailbox_read(&r, &path) == MS_SMTP_OK && at_end(&r.c) && path.domain_kind != MS_DOMAIN_NONE &&
           (r.deviations & ~ms_smtp_still_mailbox) == 0;
}

/* auth-param = "AUTH=" xtext
 *              ;; The decoded form of the xtext MUST be either a <mailbox> or the two characters "<>"
 * RFC 4954 sections 5 and 8, which takes hexadecimal digits in either case. */
static bool read_auth(smtp_reader *r)
{
    uint8_t decoded[MS_SMTP_MAIL_AUTH_EXTRA];
    const size_t from = r->c.at;
    unsigned flaws = 0;
    if (!read_xtext(&r->c, &flaws) || r->c.at == from)
        return false;
    const ms_span xtext = span_since(&r->c, from);
    if (xtext.len > sizeof decoded) {
        deviate(r, MS_SMTP_DEV_PARAMETER_TOO_LONG);
        return true;
    }
    size_t written = 0, wrong = 0;
    ms_smtp_xtext_decode(xtext, decoded, &written, &wrong);
    if (!is_mailbox_or_null(ms_span_make(decoded, written)))
        deviate(r, MS_SMTP_DEV_AUTH_VALUE_NOT_MAILBOX);
    return true;
}

/* priority-value = (["-"] NZDIGIT) / "0"
 * RFC 6710 section 7 */
static bool read_priority(cursor *c, int8_t *priority)
{
    const bool negative = skip_octet(c, '-');
    if (!next_is(c, OCTET_DIGIT) || (negative && peek(c) == '0'))
        return false;
    const int digit = c->ptr[c->at++] - '0';
    *priority = (int8_t)(negative ? -digit : digit);
    return true;
}

/* by-value = by-time ";" by-mode [by-trace]
 * by-time  = ["-" / "+"] 1*9DIGIT ; a negative or zero value is not allowed with a by-mode of "R"
 * by-mode  = "N" / "R"
 * by-trace = "T"
 * RFC 2852 section 4 */
static bool read_by(smtp_reader *r, ms_smtp_parameter *out)
{
    cursor *const c = &r->c;
    const bool negative = peek(c) == '-';
    uint64_t seconds = 0;
    if (negative || peek(c) == '+')
        c->at++;
    if (!take_digits(c, MS_SMTP_BY_DIGITS_MAX, &seconds) || !skip_octet(c, ';'))
        return false;
    out->by.seconds = negative ? -(int64_t)seconds : (int64_t)seconds;
    if (next_is(c, OCTET_ALPHA) && octet_upper(c->ptr[c->at]) == 'R') {
        out->by.mode = MS_BY_RETURN;
        if (out->by.seconds <= 0) {
            r->requirement = MS_REQ_SMTP_2852_4_01;
            return false;
        }
    } else if (!next_is(c, OCTET_ALPHA) || octet_upper(c->ptr[c->at]) != 'N') {
        return false;
    }
    c->at++;
    out->by.trace = skip_octet(c, 'T') || skip_octet(c, 't');
    return true;
}

/* Two digits from low to high. */
static bool take_pair(cursor *c, unsigned low, unsigned high, unsigned *value)
{
    if (!next_is(c, OCTET_DIGIT) || (unsigned)(c->ptr[c->at] - '0') > high / 10)
        return false;
    *value = (unsigned)(c->ptr[c->at++] - '0') * 10;
    if (!next_is(c, OCTET_DIGIT))
        return false;
    *value += (unsigned)(c->ptr[c->at] - '0');
    if (*value < low || *value > high)
        return false;
    c->at++;
    return true;
}

static unsigned days_of(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* time-offset = "Z" / ( ("+" / "-") time-hour ":" time-minute ) */
static bool read_time_offset(cursor *c)
{
    unsigned hour = 0, minute = 0;
    if (skip_octet(c, 'Z') || skip_octet(c, 'z'))
        return true;
    if (!skip_octet(c, '+') && !skip_octet(c, '-'))
        return false;
    return take_pair(c, 0, 23, &hour) && skip_octet(c, ':') && take_pair(c, 0, 59, &minute);
}

/* date-time = full-date "T" full-time
 * RFC 3339 section 5.6; RFC 4865 means it by erratum 2040 (verified) */
static bool read_date_time(cursor *c)
{
    unsigned century = 0, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    if (!take_pair(c, 0, 99, &century) || !take_pair(c, 0, 99, &year) || !skip_octet(c, '-') ||
        !take_pair(c, 1, 12, &month) || !skip_octet(c, '-') ||
        !take_pair(c, 1, days_of(century * 100 + year, month), &day))
        return false;
    if (!skip_octet(c, 'T') && !skip_octet(c, 't'))
        return false;
    if (!take_pair(c, 0, 23, &hour) || !skip_octet(c, ':') || !take_pair(c, 0, 59, &minute) || !skip_octet(c, ':') ||
        !take_pair(c, 0, 60, &second))
        return false;
    if (skip_octet(c, '.') && skip_class(c, OCTET_DIGIT) == 0)
        return false;
    return read_time_offset(c);
}

/* "RRVS=" date-time [ ";" ( "C" / "R" ) ]
 * RFC 7293 section 3.1 */
static bool read_rrvs(cursor *c)
{
    static const ms_span words[] = {WORD("C"), WORD("R")};
    unsigned which = 0;
    if (!read_date_time(c))
        return false;
    return !skip_octet(c, ';') || take_word(c, words, 2, &which);
}

/* "MTRK=" certifier [ ":" timeout ]
 * RFC 3885 section 3, whose base64 is the alphabet without the pad ("=" cannot stand in an esmtp-value). */
static bool read_mtrk(cursor *c)
{
    uint64_t seconds = 0;
    if (skip_class(c, OCTET_BASE64) == 0)
        return false;
    return !skip_octet(c, ':') || take_digits(c, MS_SMTP_BY_DIGITS_MAX, &seconds);
}

/* esmtp-value  = 1*(%d33-60 / %d62-126)
 * esmtp-value  =/ UTF8-non-ascii         (RFC 6531 section 3.3) */
static bool read_any(smtp_reader *r)
{
    const size_t from = r->c.at;
    do
        skip_class(&r->c, OCTET_ESMTP_VALUE);
    while (next_is(&r->c, OCTET_8BIT) && ms_smtp_utf8_read(r) == MS_SMTP_OK);
    return r->c.at != from;
}

static bool read_some_xtext(smtp_reader *r)
{
    const size_t from = r->c.at;
    unsigned flaws = 0;
    return read_xtext(&r->c, &flaws) && r->c.at != from;
}

bool ms_smtp_parameter_value_read(smtp_reader *r, ms_smtp_parameter *out)
{
    switch (out->id) {
    case MS_PARAM_SIZE:
        return read_size(&r->c, &out->size);
    case MS_PARAM_BODY:
        return read_body(&r->c, &out->body);
    case MS_PARAM_RET:
        return read_ret(&r->c, &out->ret);
    case MS_PARAM_ENVID:
        return read_envid(r);
    case MS_PARAM_NOTIFY:
        return read_notify(&r->c, &out->notify);
    case MS_PARAM_ORCPT:
        return read_orcpt(r, out);
    case MS_PARAM_AUTH:
        return read_auth(r);
    case MS_PARAM_MT_PRIORITY:
        return read_priority(&r->c, &out->priority);
    case MS_PARAM_BY:
        return read_by(r, out);
    case MS_PARAM_HOLDFOR:
        return take_digits(&r->c, MS_SMTP_BY_DIGITS_MAX, &out->size);
    case MS_PARAM_HOLDUNTIL:
        return read_date_time(&r->c);
    case MS_PARAM_MTRK:
        return read_mtrk(&r->c);
    case MS_PARAM_RRVS:
        return read_rrvs(&r->c);
    case MS_PARAM_SUBMITTER:
        return read_some_xtext(r);
    case MS_PARAM_UNKNOWN:
    case MS_PARAM_SMTPUTF8:
    case MS_PARAM_REQUIRETLS:
    case MS_PARAM_CONPERM:
    case MS_PARAM_CONNEG:
    case MS_PARAM_TRANSID:
    case MS_PARAM_SOLICIT:
    case MS_PARAM_COUNT:
        break;
    }
    return read_any(r);
}
