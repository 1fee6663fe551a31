/* smtp_rules_text.c - what the text of a reply must hold: addresses of VRFY and EXPN, names, and no secrets */
#include "harness/replay/smtp_rules_internal.h"

#include "mailspec/base64.h"

#include <stdlib.h>
#include <string.h>

static void find(ms_findings *findings, uint16_t requirement, uint64_t at, const smtp_view *view)
{
    smtp_rules_find(NULL, findings, MS_SERVER, requirement, at, view);
}

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

/* local@domain between blanks: an "@" with something other than a blank on both sides. */
static bool holds_mailbox(ms_span text)
{
    for (size_t i = 1; i + 1 < text.len; i++)
        if (text.ptr[i] == '@' && !is_blank(text.ptr[i - 1]) && !is_blank(text.ptr[i + 1]))
            return true;
    return false;
}

/* The content of the first <…>; absent if there is none. *rest is what stands behind it. */
static ms_span bracketed(ms_span text, ms_span *rest)
{
    const uint8_t *open = text.len == 0 ? NULL : memchr(text.ptr, '<', text.len);
    if (open == NULL)
        return ms_span_absent();
    const size_t left = text.len - (size_t)(open - text.ptr) - 1;
    const uint8_t *close = memchr(open + 1, '>', left);
    if (close == NULL)
        return ms_span_absent();
    *rest = ms_span_make(close + 1, (size_t)(text.ptr + text.len - close) - 1);
    return ms_span_make(open + 1, (size_t)(close - open) - 1);
}

static bool only_word(ms_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (is_blank(text.ptr[i]))
            return false;
    return text.len > 0;
}

/* A reply to VRFY or EXPN that names somebody (RFC 5321 sections 3.5.1 and 3.5.2). */
static void judge_verification(replay_track *track, const smtp_view *view, const ms_smtp_event *event,
                               ms_findings *findings)
{
    const bool vrfy = view->command->verb == MS_SMTP_VRFY;
    const uint16_t code = view->code;
    const ms_span text = event->reply.line.free_text;
    if (ms_span_is_absent(text) || (code != 250 && code != 251 && code != 551))
        return;
    const bool single = event->reply.whole.lines == 1;
    ms_span rest = ms_span_make("", 0);
    const ms_span address = bracketed(text, &rest);
    const bool has = holds_mailbox(text);
    if (!ms_span_is_absent(address) && address.len > 0 && address.ptr[0] == '@' &&
        memchr(address.ptr, ':', address.len) != NULL) {
        find(findings, MS_REQ_SMTP_5321_3_5_2_04, event->at, view);
        return;
    }
    if (!ms_span_is_absent(address) && memchr(address.ptr, '@', address.len) == NULL) {
        find(findings, MS_REQ_SMTP_5321_3_5_2_01, event->at, view);
        return;
    }
    if (code != 250)
        return;
    if (vrfy && !has && single) {
        find(findings, MS_REQ_SMTP_5321_3_5_1_03, event->at, view);
        return;
    }
    if (!vrfy && !has) {
        find(findings, single ? MS_REQ_SMTP_5321_3_5_1_05 : MS_REQ_SMTP_5321_3_5_1_06, event->at, view);
        return;
    }
    ms_span second = ms_span_make("", 0);
    if (!vrfy && !single && !ms_span_is_absent(address) && !ms_span_is_absent(bracketed(rest, &second))) {
        find(findings, MS_REQ_SMTP_5321_3_5_1_06, event->at, view);
        return;
    }
    if (!ms_span_is_absent(address))
        smtp_texts_add(&track->smtp_rules->verified, address);
    else if (only_word(text))
        smtp_texts_add(&track->smtp_rules->verified, text);
    if (has && ms_span_is_absent(address) && only_word(text)) {
        find(findings, MS_REQ_SMTP_5321_3_5_2_02, event->at, view);
        return;
    }
    if (vrfy && single && has && (ms_span_is_absent(address) ? !only_word(text) : rest.len > 0))
        find(findings, MS_REQ_SMTP_5321_3_5_1_04, event->at, view);
}

/* 221 and 421 begin with the server's name (RFC 5321 section 4.3.1). */
static void judge_name(const smtp_view *view, const ms_smtp_event *event, ms_findings *findings)
{
    const bool named = (view->code == 221 && view->command->verb == MS_SMTP_QUIT) || view->code == 421;
    const ms_span text = event->reply.line.free_text;
    if (!named || ms_span_is_absent(text) || text.len == 0 || event->reply.whole.lines > 1)
        return;
    size_t length = 0;
    while (length < text.len && text.ptr[length] != ' ')
        length++;
    size_t wrong;
    ms_deviations deviations = 0;
    const ms_smtp_domain_kind kind = ms_smtp_domain_parse(ms_span_make(text.ptr, length), NULL, &wrong, &deviations);
    if (kind == MS_DOMAIN_NONE || deviations != 0)
        find(findings, MS_REQ_SMTP_5321_4_3_1_06, event->at, view);
}

static bool holds(ms_span text, ms_span what)
{
    for (size_t i = 0; what.len > 0 && i + what.len <= text.len; i++)
        if (memcmp(text.ptr + i, what.ptr, what.len) == 0)
            return true;
    return false;
}

static void judge_secrets(const replay_track *track, const smtp_view *view, const ms_smtp_event *event,
                          ms_findings *findings)
{
    const smtp_texts *secrets = &track->smtp_rules->secrets;
    for (size_t i = 0; i < secrets->count; i++) {
        uint8_t encoded[512];
        bool told = holds(event->slice, secrets->items[i]);
        if (!told && secrets->items[i].len <= 300)
            told = holds(event->slice, ms_span_make(encoded, ms_base64_encode(secrets->items[i], encoded)));
        if (told) {
            find(findings, MS_REQ_SMTP_SEC_authdown_08, event->at, view);
            return;
        }
    }
}

void smtp_rules_reply_text(replay_track *track, const smtp_view *view, const ms_smtp_event *event,
                           ms_findings *findings)
{
    if (view->command->verb == MS_SMTP_VRFY || view->command->verb == MS_SMTP_EXPN)
        judge_verification(track, view, event, findings);
    judge_name(view, event, findings);
    judge_secrets(track, view, event, findings);
}
