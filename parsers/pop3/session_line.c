/*
 * session_line.c - what a line of the server looks like, and its response code, whatever the command was
 */
#include "session_internal.h"

#include "common/cursor.h"
#include "mailspec/limits.h"

/* RFC 1939 section 3: lines end with CRLF and hold no other CR or LF.  A server that does not do so does it always:
 * told once. */
void ms_pop3_server_line_ends(const judge *j, const ms_line *line)
{
    if (line->flags & MS_LINE_BARE_CR && first_time(j->s, SERVER_BARE_CR))
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_1939_3_12, line->bare_cr_at);
    if (line->flags & MS_LINE_BARE_LF && first_time(j->s, SERVER_BARE_LF))
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_1939_3_12, line->text.len);
}

static bool is_habitual(uint8_t octet, ms_pop3_response_deviation deviation)
{
    if (deviation == MS_POP3_RESPONSE_DEV_NUL)
        return octet == 0;
    if (deviation == MS_POP3_RESPONSE_DEV_8BIT)
        return octet >= 0x80;
    return octet != 0 && octet < 0x20 && octet != '\t' && octet != '\r';
}

static size_t find_octet(ms_span text, ms_pop3_response_deviation deviation)
{
    size_t at = 0;
    while (at < text.len && !is_habitual(text.ptr[at], deviation))
        at++;
    return at;
}

static void octet_finding(const judge *j, const ms_line *line, ms_pop3_response_deviation deviation, habit h)
{
    if (first_time(j->s, h))
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_2449_3_04, find_octet(line->text, deviation));
}

/* The text of which these are answers is UTF-8 once LANG has chosen a language (RFC 6856 section 3.2). */
static bool is_localised(const judge *j)
{
    return is(j->s, LANG_CHOSEN) || (j->verb == MS_POP3_LANG && j->indicator != MS_POP3_NEGATIVE);
}

static void text_deviation(const judge *j, const ms_pop3_response *response, const ms_line *line, ms_pop3_after after,
                           ms_pop3_response_deviation deviation)
{
    const uint16_t requirement = ms_pop3_response_deviation_requirement(deviation, after);
    const bool status = j->indicator != MS_POP3_NONE;
    switch (deviation) {
    case MS_POP3_RESPONSE_DEV_BARE_LF: /* server_line_ends */
    case MS_POP3_RESPONSE_DEV_BARE_CR:
    case MS_POP3_RESPONSE_DEV_BARE_CONTINUATION: /* exchange.c */
    case MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER:
    case MS_POP3_RESPONSE_DEV_CAPABILITY_MECHANISM:
    case MS_POP3_RESPONSE_DEV_MESSAGE_ZERO: /* session_content.c knows what numbers there are */
    case MS_POP3_RESPONSE_DEV_COUNT:
        return;
    case MS_POP3_RESPONSE_DEV_NUL:
        if (status)
            octet_finding(j, line, deviation, SERVER_NUL);
        return;
    case MS_POP3_RESPONSE_DEV_CONTROL:
        if (status)
            octet_finding(j, line, deviation, SERVER_CONTROL);
        return;
    case MS_POP3_RESPONSE_DEV_8BIT:
        if (status)
            octet_finding(j, line, deviation, SERVER_8BIT);
        return;
    case MS_POP3_RESPONSE_DEV_UTF8:
        if (!is_localised(j))
            return;
        break;
    case MS_POP3_RESPONSE_DEV_EXTRA_TEXT: /* once per listing */
        if (after == MS_POP3_AFTER_LIST && !status) {
            const bool told = (j->s->open.listing.flags & LISTING_EXTRA_TOLD) != 0;
            j->s->open.listing.flags |= LISTING_EXTRA_TOLD;
            if (told)
                return;
        }
        break;
    case MS_POP3_RESPONSE_DEV_TOO_LONG:
    case MS_POP3_RESPONSE_DEV_INDICATOR_CASE:
    case MS_POP3_RESPONSE_DEV_NO_SPACE:
    case MS_POP3_RESPONSE_DEV_EXTRA_BLANKS:
    case MS_POP3_RESPONSE_DEV_UNIQUE_ID_TOO_LONG:
    case MS_POP3_RESPONSE_DEV_UNIQUE_ID_OCTET:
    case MS_POP3_RESPONSE_DEV_TIMESTAMP:
    case MS_POP3_RESPONSE_DEV_TWO_TIMESTAMPS:
    case MS_POP3_RESPONSE_DEV_GREETING_NEGATIVE:
    case MS_POP3_RESPONSE_DEV_LANGUAGE_SPACE:
    case MS_POP3_RESPONSE_DEV_TIMESTAMP_NOT_CLOSED:
        break;
    }
    ms_pop3_find(j, MS_SERVER, requirement, response->deviation_at);
}

/* What the command's answer must hold, and is judged only where +OK was allowed. */
static const ms_deviations typed_deviations =
    MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_EXTRA_BLANKS) | MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_EXTRA_TEXT) |
    MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_UNIQUE_ID_TOO_LONG) | MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_UNIQUE_ID_OCTET) |
    MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_LANGUAGE_SPACE);

static bool error_is_judged(ms_pop3_response_error error, bool typed)
{
    switch (error) {
    case MS_POP3_RESPONSE_OK:
    case MS_POP3_RESPONSE_ERR_INCOMPLETE:
    case MS_POP3_RESPONSE_ERR_NUMBER_RANGE: /* our limit */
    case MS_POP3_RESPONSE_ERR_CHALLENGE:    /* exchange.c */
    case MS_POP3_RESPONSE_ERR_CONTINUATION:
    case MS_POP3_RESPONSE_ERR_CAPABILITY: /* session_capability.c */
    case MS_POP3_RESPONSE_ERR_CAPABILITY_TAG:
    case MS_POP3_RESPONSE_ERR_COUNT:
        return false;
    case MS_POP3_RESPONSE_ERR_INDICATOR:
    case MS_POP3_RESPONSE_ERR_RESPONSE_CODE:
    case MS_POP3_RESPONSE_ERR_RESPONSE_CODE_LEVEL:
    case MS_POP3_RESPONSE_ERR_RESPONSE_CODE_OCTET:
        return true;
    case MS_POP3_RESPONSE_ERR_DROP_LISTING:
    case MS_POP3_RESPONSE_ERR_SCAN_LISTING:
    case MS_POP3_RESPONSE_ERR_UNIQUE_ID_LISTING:
    case MS_POP3_RESPONSE_ERR_UNIQUE_ID_EMPTY:
    case MS_POP3_RESPONSE_ERR_LANGUAGE:
    case MS_POP3_RESPONSE_ERR_LANGUAGE_LISTING:
        break;
    }
    return typed;
}

void ms_pop3_server_text(const judge *j, const ms_pop3_response *response, const ms_line *line, ms_pop3_after after,
                         bool typed)
{
    if (response->error == MS_POP3_RESPONSE_OK && response->deviations == 0)
        return;
    if (error_is_judged(response->error, typed))
        ms_pop3_find(j, MS_SERVER, ms_pop3_response_error_rule(response->error)->requirement, response->error_at);
    ms_deviations left = typed ? response->deviations : response->deviations & ~typed_deviations;
    if (left & MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_TWO_TIMESTAMPS)) /* one finding, whatever else they are */
        left &= ~MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_TIMESTAMP);
    for (int d = 0; left != 0; d++, left >>= 1)
        if (left & 1)
            text_deviation(j, response, line, after, (ms_pop3_response_deviation)d);
}

#define VERB(v) (UINT32_C(1) << (v))
static const uint32_t login_verbs = VERB(MS_POP3_PASS) | VERB(MS_POP3_APOP) | VERB(MS_POP3_AUTH);
static const uint32_t message_verbs = VERB(MS_POP3_LIST) | VERB(MS_POP3_TOP) | VERB(MS_POP3_RETR);

static bool is_registered(ms_pop3_response_code code)
{
    switch (code) {
    case MS_POP3_CODE_LOGIN_DELAY:
    case MS_POP3_CODE_IN_USE:
    case MS_POP3_CODE_SYS_TEMP:
    case MS_POP3_CODE_SYS_PERM:
    case MS_POP3_CODE_AUTH:
    case MS_POP3_CODE_UTF8:
        return true;
    case MS_POP3_CODE_NONE:
    case MS_POP3_CODE_UNKNOWN:
    case MS_POP3_CODE_SYS:
    case MS_POP3_CODE_COUNT:
        break;
    }
    return false;
}

/* Which commands may be refused with this code (RFC 2449 sections 8.1.1 and 8.1.2, RFC 6856 section 5). */
static uint16_t misplaced(const judge *j, ms_pop3_response_code code)
{
    const uint32_t verb = VERB(j->verb);
    if (code == MS_POP3_CODE_LOGIN_DELAY && (verb & (login_verbs | VERB(MS_POP3_USER))) == 0)
        return MS_REQ_POP3_2449_8_1_1_01;
    if (code == MS_POP3_CODE_IN_USE && (verb & login_verbs) == 0)
        return MS_REQ_POP3_2449_8_1_2_01;
    if (code == MS_POP3_CODE_UTF8 && (verb & message_verbs) == 0)
        return MS_REQ_POP3_6856_5_01;
    if (code == MS_POP3_CODE_UTF8 && is(j->s, UTF8_MODE))
        return MS_REQ_POP3_6856_2_1_13;
    return MS_REQ_NONE;
}

enum { LONGEST_CODE = sizeof "LOGIN-DELAY" - 1 };

/* A registered code in brackets that does not begin the text (RFC 2449 section 8: at the beginning). */
static bool has_code_inside(ms_span text, size_t *at)
{
    cursor c = cursor_of(text);
    if (peek(&c) == '[')
        return false;
    for (take_until(&c, '['); !at_end(&c); take_until(&c, '[')) {
        *at = c.at++;
        for (int code = MS_POP3_CODE_LOGIN_DELAY; code < MS_POP3_CODE_SYS; code++) {
            const char *name = ms_pop3_response_code_name((ms_pop3_response_code)code);
            cursor end = c;
            size_t octets = 0;
            while (octets < LONGEST_CODE && name[octets] != '\0') /* the bound keeps gcc from calling strlen */
                octets++;
            if (skip_word(&end, ms_span_make(name, octets)) && (peek(&end) == ']' || peek(&end) == '/'))
                return true;
        }
    }
    return false;
}

void ms_pop3_server_codes(const judge *j, const ms_pop3_response *response)
{
    ms_pop3_session *s = j->s;
    const bool announced = is(s, LIST_CURRENT) && (s->offered >> MS_CAPA_RESP_CODES & 1) != 0;
    const bool missing = is(s, LIST_CURRENT) && !announced;
    size_t inside = 0;
    if (is_registered(response->code)) {
        if (missing) {
            if (first_time(s, CODE_UNLISTED))
                ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_2449_8_05, 0);
        } else if (response->indicator == MS_POP3_POSITIVE) {
            ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_2449_8_07, 0);
        } else {
            ms_pop3_find(j, MS_SERVER, misplaced(j, response->code), 0);
        }
    } else if (announced && has_code_inside(response->text, &inside)) {
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_2449_8_06, inside);
    }
}
