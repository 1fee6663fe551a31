/*
 * session_client.c - what a command line of the client breaks: its octets, its grammar, its place
 */
#include "session_internal.h"

#include "common/cursor.h"
#include "common/plain_octets.h"
#include "common/utf8.h"
#include "mailspec/limits.h"

#define VERB(v) (UINT32_C(1) << (v))
enum { TEXT_MAX = MS_POP3_COMMAND_LINE_MAX - 2 };

static const uint32_t mailbox_verbs = VERB(MS_POP3_STAT) | VERB(MS_POP3_LIST) | VERB(MS_POP3_RETR) |
                                      VERB(MS_POP3_DELE) | VERB(MS_POP3_NOOP) | VERB(MS_POP3_RSET) | VERB(MS_POP3_TOP) |
                                      VERB(MS_POP3_UIDL);
static const uint32_t login_verbs = VERB(MS_POP3_PASS) | VERB(MS_POP3_APOP) | VERB(MS_POP3_AUTH);
static const uint32_t name_verbs = VERB(MS_POP3_USER) | VERB(MS_POP3_PASS) | VERB(MS_POP3_APOP);

static size_t keyword_end(ms_span text)
{
    cursor c = cursor_of(text);
    skip_class(&c, OCTET_BLANK);
    while (!at_end(&c) && !next_is(&c, OCTET_BLANK))
        c.at++;
    return c.at;
}

/* An octet above 127 that may stand here, with the rest of its character: its length; 0 when it may not.  In names and
 * passwords it is judged by what was announced (judge_utf8), but ill-formed UTF-8 is allowed nowhere. */
static size_t allowed_8bit(const ms_pop3_session *s, uint8_t verb, ms_span text, size_t at)
{
    const size_t octets = ms_utf8_char(text, at);
    if (VERB(verb) & name_verbs)
        return octets != 0 ? octets : is(s, LIST_UTF8_USER) ? 0 : 1;
    return is(s, UTF8_MODE) ? octets : 0;
}

static habit habit_of(uint8_t octet)
{
    if (octet == 0)
        return CLIENT_NUL;
    if (octet == '\r')
        return CLIENT_BARE_CR;
    return octet_is(octet, OCTET_8BIT) ? CLIENT_8BIT : CLIENT_CONTROL;
}

void ms_pop3_forbidden_octets(const ms_pop3_session *s, const ms_pop3_parsed *parsed, ms_span text, octet_fault *found)
{
    const uint8_t verb = (uint8_t)parsed->command.verb;
    const size_t plain = plain_octets(text.ptr, text.len);
    found->habits = 0;
    found->first = text.len;
    if (plain == text.len)
        return;
    const size_t end = keyword_end(text);
    found->keyword_end = end;
    for (size_t i = plain; i < text.len;) {
        const uint8_t octet = text.ptr[i];
        size_t octets = 1;
        bool forbidden = false;
        if (octet_is(octet, OCTET_8BIT)) {
            const size_t allowed = i < end ? 0 : allowed_8bit(s, verb, text, i);
            forbidden = allowed == 0;
            octets = forbidden ? 1 : allowed;
        } else if (octet == '\t') { /* a blank, but for the inside of a password */
            forbidden = verb == MS_POP3_PASS && i > end;
        } else {
            forbidden = octet_is(octet, OCTET_CONTROL);
        }
        if (forbidden) {
            const habit h = habit_of(octet);
            const unsigned index = (unsigned)(h - CLIENT_BARE_CR);
            if (found->first == text.len)
                found->first = i;
            if ((found->habits >> h & 1) == 0)
                found->at[index] = i;
            found->habits |= UINT32_C(1) << h;
        }
        i += octets;
    }
}

/* Keywords and arguments are printable ASCII (RFC 1939 section 3). */
static void judge_octets(const judge *j, const octet_fault *octets)
{
    if (octets->habits == 0)
        return;
    for (int h = CLIENT_BARE_CR; h <= CLIENT_8BIT; h++)
        if (octets->habits >> h & 1 && first_time(j->s, (habit)h))
            ms_pop3_find(j, MS_CLIENT, MS_REQ_POP3_1939_3_05, octets->at[h - CLIENT_BARE_CR]);
}

static bool error_is_judged(ms_pop3_error error)
{
    switch (error) {
    case MS_POP3_OK:
    case MS_POP3_ERR_INCOMPLETE:
    case MS_POP3_ERR_LINE_TOO_LONG: /* judge_length */
    case MS_POP3_ERR_OCTET:         /* judge_octets */
    case MS_POP3_ERR_8BIT:
    case MS_POP3_ERR_UTF8:
    case MS_POP3_ERR_NUMBER_RANGE: /* a number like any other: our limit */
    case MS_POP3_ERR_LANGUAGE_TAG:
    case MS_POP3_ERR_COUNT:
        return false;
    case MS_POP3_ERR_KEYWORD:
    case MS_POP3_ERR_EMPTY_LINE:
    case MS_POP3_ERR_ARGUMENT_MISSING:
    case MS_POP3_ERR_MESSAGE_NUMBER:
    case MS_POP3_ERR_MESSAGE_ZERO:
    case MS_POP3_ERR_LINE_COUNT:
    case MS_POP3_ERR_DIGEST:
    case MS_POP3_ERR_MECHANISM:
    case MS_POP3_ERR_BASE64:
    case MS_POP3_ERR_BASE64_OCTET:
        break;
    }
    return true;
}

/* RFC 2449 section 4, and RFC 5034 section 4 for an AUTH that would have been short without its initial response. */
static bool judge_length(const judge *j, const ms_line *line)
{
    if (line->text.len <= TEXT_MAX && (line->flags & MS_LINE_TOO_LONG) == 0)
        return false;
    cursor c = cursor_of(line->text);
    c.at = keyword_end(line->text);
    skip_class(&c, OCTET_BLANK);
    while (!at_end(&c) && !next_is(&c, OCTET_BLANK))
        c.at++;
    skip_class(&c, OCTET_BLANK);
    const bool response = j->verb == MS_POP3_AUTH && !at_end(&c);
    ms_pop3_find(j, MS_CLIENT, response ? MS_REQ_POP3_5034_4_10 : MS_REQ_POP3_2449_4_04, TEXT_MAX);
    return true;
}

void ms_pop3_client_bare_lf(const judge *j, const ms_line *line)
{
    if (line->flags & MS_LINE_BARE_LF && first_time(j->s, CLIENT_BARE_LF))
        ms_pop3_find(j, MS_CLIENT, MS_REQ_POP3_1939_3_04, line->text.len);
}

void ms_pop3_client_lexical(const judge *j, const ms_pop3_parsed *parsed, const ms_line *line,
                            const octet_fault *octets)
{
    const ms_deviations habitual = MS_DEVIATION_BIT(MS_POP3_DEV_BARE_LF) | MS_DEVIATION_BIT(MS_POP3_DEV_BARE_CR);
    ms_pop3_client_bare_lf(j, line);
    judge_octets(j, octets);
    const bool too_long = judge_length(j, line);
    if (octets->habits == 0 && error_is_judged(parsed->error))
        ms_pop3_find(j, MS_CLIENT, ms_pop3_error_requirement(parsed->error, (ms_pop3_verb)j->verb), parsed->error_at);
    ms_deviations left = parsed->deviations & ~habitual;
    if (too_long || j->verb == MS_POP3_AUTH)
        left &= ~MS_DEVIATION_BIT(MS_POP3_DEV_ARGUMENT_TOO_LONG);
    for (int d = 0; left != 0; d++, left >>= 1)
        if (left & 1)
            ms_pop3_find(j, MS_CLIENT, ms_pop3_deviation_requirement((ms_pop3_deviation)d, (ms_pop3_verb)j->verb),
                         parsed->deviation_at);
}

/* PASS comes behind a USER that was accepted (RFC 1939 section 7). */
static uint16_t order_of_pass(const ms_pop3_session *s)
{
    if (ms_pop3_ring_has(s->room, VERB(MS_POP3_USER) | login_verbs))
        return MS_REQ_NONE;
    switch ((user_state)s->user) {
    case USER_ACCEPTED:
    case USER_UNKNOWN:
        break;
    case USER_WAS_REFUSED:
    case USER_OTHER_REFUSED:
        return MS_REQ_POP3_1939_7_36;
    case USER_NEVER:
    case USER_PASS_FAILED:
    case USER_USED_UP:
        return MS_REQ_POP3_1939_7_37;
    }
    return MS_REQ_NONE;
}

static bool user_again(const ms_pop3_session *s)
{
    return s->user == USER_ACCEPTED && !is(s, USER_BEFORE_TLS) &&
           !ms_pop3_ring_has(s->room, VERB(MS_POP3_USER) | login_verbs);
}

/* RFC 1939 section 7, RFC 2449 section 6: the timestamp in the greeting announces APOP. */
static uint16_t order_of_apop(const ms_pop3_session *s)
{
    if (!is(s, GREETING_ANGLE))
        return MS_REQ_POP3_2449_6_02;
    if (is(s, GREETING_BRACKETS) && !is(s, GREETING_TIMESTAMP))
        return MS_REQ_POP3_SEC_apop_01;
    return user_again(s) ? MS_REQ_POP3_1939_7_64 : MS_REQ_NONE;
}

/* RFC 5034 section 3: no AUTH, and no initial response at all, unless SASL was announced. */
static uint16_t order_of_auth(const ms_pop3_session *s, const ms_pop3_parsed *parsed, const ms_pop3_run *run)
{
    /* a list stands until the next one, though CAPA was refused since */
    const bool unannounced = is(s, LIST_CURRENT) ? (s->offered >> MS_CAPA_SASL & 1) == 0 : is(s, CAPA_REFUSED_LAST);
    cursor c = cursor_of(parsed->command.argument);
    if (!unannounced || run->fault == FAULT_MISSING || ms_pop3_ring_has(s->room, login_verbs))
        return MS_REQ_NONE;
    skip_class(&c, OCTET_BLANK);
    while (!at_end(&c) && !next_is(&c, OCTET_BLANK))
        c.at++;
    skip_class(&c, OCTET_BLANK);
    return at_end(&c) ? MS_REQ_POP3_5034_3_03 : MS_REQ_POP3_5034_3_04;
}

static uint16_t order_in_authorization(const judge *j, const ms_pop3_parsed *parsed, const ms_pop3_run *run)
{
    const ms_pop3_session *s = j->s;
    if (VERB(j->verb) & mailbox_verbs)
        return ms_pop3_ring_has(s->room, login_verbs) ? MS_REQ_NONE : MS_REQ_POP3_1939_5_50;
    if (j->verb == MS_POP3_PASS)
        return order_of_pass(s);
    if (j->verb == MS_POP3_USER)
        return user_again(s) ? MS_REQ_POP3_1939_7_64 : MS_REQ_NONE;
    if (j->verb == MS_POP3_APOP)
        return run->fault == FAULT_MISSING ? MS_REQ_NONE : order_of_apop(s);
    if (j->verb == MS_POP3_AUTH)
        return order_of_auth(s, parsed, run);
    if (j->verb == MS_POP3_STLS && is(s, UTF8_MODE))
        return MS_REQ_POP3_6856_2_1_10;
    return MS_REQ_NONE;
}

static uint16_t order_in_transaction(const judge *j, const ms_pop3_run *run)
{
    const ms_pop3_session *s = j->s;
    if (VERB(j->verb) & name_verbs)
        return MS_REQ_POP3_1939_7_63;
    if (j->verb == MS_POP3_STLS)
        return MS_REQ_POP3_2595_4_18;
    if (j->verb == MS_POP3_AUTH)
        return run->fault == FAULT_MISSING ? MS_REQ_NONE : MS_REQ_POP3_5034_4_38;
    if (j->verb == MS_POP3_UTF8)
        return MS_REQ_POP3_6856_2_04;
    if (run->flags & RUN_NUMBERED && ms_pop3_is_marked(s, run->number) &&
        !ms_pop3_ring_has(s->room, VERB(MS_POP3_RSET)))
        return MS_REQ_POP3_1939_5_51;
    return MS_REQ_NONE;
}

/* RFC 6856 section 2.2: no UTF-8 name or password unless UTF8 USER was announced. */
static void judge_utf8(const judge *j, const ms_line *line)
{
    const ms_pop3_session *s = j->s;
    const bool known = is(s, CAPA_REFUSED_LAST) || is(s, LIST_CURRENT);
    if ((line->flags & MS_LINE_8BIT) == 0 || (VERB(j->verb) & name_verbs) == 0 || !known)
        return;
    if (!is(s, LIST_UTF8_USER)) /* nor does a refusal list it */
        ms_pop3_find(j, MS_CLIENT, MS_REQ_POP3_6856_2_2_05, line->eight_bit_at);
}

void ms_pop3_client_order(const judge *j, const ms_pop3_parsed *parsed, const ms_line *line, const ms_pop3_run *run)
{
    ms_pop3_session *s = j->s;
    if (s->state == MS_POP3_AUTHORIZATION)
        ms_pop3_find(j, MS_CLIENT, order_in_authorization(j, parsed, run), 0);
    else if (s->state == MS_POP3_TRANSACTION)
        ms_pop3_find(j, MS_CLIENT, order_in_transaction(j, run), 0);
    judge_utf8(j, line);
    if (j->verb == MS_POP3_QUIT)
        ms_pop3_client_leaves(j);
}

/* RFC 2595 section 4: under TLS the client asks for the capabilities again. */
void ms_pop3_client_leaves(const judge *j)
{
    ms_pop3_session *s = j->s;
    if (is(s, TLS_BY_STLS) && is(s, CAPA_BEFORE_STLS) && !is(s, CAPA_SENT)) {
        set(s, CAPA_BEFORE_STLS, false);
        ms_pop3_find(j, MS_CLIENT, MS_REQ_POP3_2595_4_12, 0);
    }
}
