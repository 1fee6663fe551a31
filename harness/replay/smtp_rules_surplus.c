/* smtp_rules_surplus.c - replies that nothing asked for: more of them than commands show what a server took for one */
#include "harness/replay/smtp_rules_internal.h"

#include "mailspec/limits.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef struct surplus {
    const replay_track *track;
    const replay_smtp_rules *rules;
    const ms_smtp_session *before;
    const ms_findings *findings; /* of the session machine */
    uint8_t class_;              /* first digit of the reply's code */
} surplus;

static bool in_content(const surplus *s)
{
    return s->before->state == MS_SMTP_MAIL_DATA;
}

static bool follows(const surplus *s, uint8_t verb)
{
    return s->rules->previous.valid && s->rules->previous.verb == verb;
}

/* SMTP smuggling: a sequence in the mail data was taken for its end (RFC 5321 section 4.1.1.4). */
static uint16_t false_end_rule(const surplus *s)
{
    uint16_t rule = MS_REQ_NONE;
    if (in_content(s) && s->class_ == 2)
        rule = smtp_false_end_now(&s->rules->false_end);
    else if (follows(s, MS_SMTP_END_OF_DATA))
        rule = s->rules->false_end.requirement != MS_REQ_NONE ? s->rules->false_end.requirement
               : s->rules->false_end.last_dot_line_doubled_cr ? MS_REQ_SMTP_SEC_smuggling_11
                                                              : MS_REQ_NONE;
    return rule != MS_REQ_NONE && s->rules->tls ? MS_REQ_SMTP_SEC_smuggling_26 : rule;
}

/* The declared SIZE is an estimate, and ends nothing (RFC 1870 section 6). */
static uint16_t declared_size_rule(const surplus *s)
{
    const bool reached = s->before->size_declared > 0 && s->before->content_octets >= s->before->size_declared;
    return in_content(s) && s->class_ == 2 && reached ? MS_REQ_SMTP_1870_6_04 : MS_REQ_NONE;
}

/* One reply to a message; in LMTP, one for each recipient that was accepted (RFC 2033 section 4.2). */
static uint16_t second_reply_rule(const surplus *s)
{
    const bool lmtp = s->before->variant == MS_VARIANT_LMTP;
    if (follows(s, MS_SMTP_END_OF_DATA))
        return lmtp ? MS_REQ_SMTP_2033_4_2_02 : MS_REQ_SMTP_5321_4_1_1_4_06;
    const bool last = follows(s, MS_SMTP_BDAT) && (s->rules->previous.facts & FACT(LAST)) != 0;
    return lmtp && last ? MS_REQ_SMTP_2033_4_3_01 : MS_REQ_NONE;
}

static uint16_t bare_cr_rule(const surplus *s)
{
    return s->rules->previous.valid && (s->rules->previous.facts & FACT(BARE_CR)) != 0 ? MS_REQ_SMTP_5321_2_3_8_02
                                                                                       : MS_REQ_NONE;
}

/* What in the chunks may have been taken for an end, or for commands (RFC 3030 section 2). */
static uint16_t chunk_rule(const surplus *s)
{
    if (!follows(s, MS_SMTP_BDAT) || !ms_smtp_session_offers(s->before, MS_EHLO_CHUNKING))
        return MS_REQ_NONE; /* who does not offer CHUNKING need not know what a chunk is */
    if (s->rules->previous.code >= 400)
        return MS_REQ_SMTP_SEC_bdat_03;
    if (s->rules->chunk_joins_end)
        return MS_REQ_SMTP_SEC_bdat_02;
    return s->rules->chunk_has_end ? MS_REQ_SMTP_SEC_bdat_01 : MS_REQ_NONE;
}

/* Inside TLS, of replies that nothing said inside TLS called for: what stood in clear behind STARTTLS. */
static uint16_t injection_rule(const surplus *s)
{
    if (!smtp_rules_found(s->findings, MS_REQ_SMTP_SEC_starttls_01))
        return MS_REQ_NONE;
    if (s->rules->injected_bare_lf)
        return MS_REQ_SMTP_SEC_starttls_04;
    return s->rules->injected_in_group ? MS_REQ_SMTP_SEC_starttls_05 : MS_REQ_SMTP_SEC_starttls_01;
}

/* The rest of an over-long response was run as a command. */
static uint16_t long_response_rule(const surplus *s)
{
    return follows(s, MS_SMTP_AUTH_RESPONSE) && (s->rules->previous.facts & FACT(LINE_OVER)) != 0
               ? MS_REQ_SMTP_4954_4_25
               : MS_REQ_NONE;
}

/* The client has sent a piece of a line only. */
static uint16_t half_line_rule(const surplus *s)
{
    const ms_span half = octet_buffer_span(&s->track->streams[MS_CLIENT].pending);
    if (half.len == 0 || in_content(s) || s->before->state == MS_SMTP_TLS_NEXT)
        return MS_REQ_NONE;
    if (half.ptr[half.len - 1] == '\r')
        return s->class_ == 2 || s->class_ == 3 ? MS_REQ_SMTP_5321_2_3_8_02 : MS_REQ_NONE;
    return half.len >= MS_SMTP_COMMAND_LINE_MAX && s->class_ >= 4 ? MS_REQ_NONE : MS_REQ_SMTP_5321_2_4_07;
}

/* The first that speaks is the one. */
static uint16_t (*const rules_of_surplus[])(const surplus *s) = {
    false_end_rule, declared_size_rule, second_reply_rule,  bare_cr_rule,
    chunk_rule,     injection_rule,     long_response_rule, half_line_rule,
};

void smtp_rules_surplus(replay_track *track, const ms_smtp_event *event, const ms_smtp_session *before,
                        ms_findings *findings)
{
    const uint16_t code = event->reply.whole.code;
    const surplus s = {.track = track,
                       .rules = track->smtp_rules,
                       .before = before,
                       .findings = findings,
                       .class_ = (uint8_t)(code / 100)};
    if (code == 421)
        return;
    uint16_t rule = MS_REQ_NONE;
    for (size_t i = 0; i < COUNT(rules_of_surplus) && rule == MS_REQ_NONE; i++)
        rule = rules_of_surplus[i](&s);
    /* a refusal in the middle of the mail data is early, not wrong */
    if (rule == MS_REQ_NONE && !(in_content(&s) && s.class_ >= 4))
        return;
    smtp_facts none;
    memset(&none, 0, sizeof none);
    const smtp_view view = smtp_view_of(track, before, &none, event);
    smtp_rules_replace(findings, event->at, rule, &view);
}
