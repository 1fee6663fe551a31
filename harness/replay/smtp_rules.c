/* smtp_rules.c - see smtp_rules.h; which rule speaks when */
#include "harness/replay/smtp_rules_internal.h"

#include "harness/replay/message.h"

#include <stdlib.h>
#include <string.h>

/* --- life ------------------------------------------------------------------------- */

replay_smtp_rules *replay_smtp_rules_new(void)
{
    replay_smtp_rules *rules = calloc(1, sizeof *rules);
    if (rules == NULL)
        abort();
    rules->innocent = true;
    rules->auth = smtp_auth_new();
    return rules;
}

void replay_smtp_rules_free(replay_smtp_rules *rules)
{
    if (rules == NULL)
        return;
    while (rules->count > 0)
        smtp_history_pop(rules);
    smtp_texts *const all[] = {&rules->refused_steps, &rules->keywords,   &rules->mechanisms, &rules->refused,
                               &rules->accepted,      &rules->recipients, &rules->verified,   &rules->secrets,
                               &rules->mails,         &rules->challenges};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        smtp_texts_clear(all[i]);
    free((void *)(uintptr_t)rules->mail_path.ptr);
    octet_buffer_free(&rules->in_clear);
    free(rules->queue);
    smtp_auth_free(rules->auth);
    free(rules);
}

void smtp_rules_find(const replay_track *track, ms_findings *findings, ms_side side, uint16_t requirement, uint64_t at,
                     const smtp_view *view)
{
    (void)track;
    if (requirement == MS_REQ_NONE)
        return;
    const ms_finding finding = {
        .at = at,
        .requirement = requirement,
        .code = view == NULL ? 0 : view->code,
        .side = (uint8_t)side,
        .stream = (uint8_t)side,
        .verb = view == NULL ? 0 : view->command->verb,
        .state = view == NULL ? 0 : view->before->state,
    };
    ms_findings_add(findings, finding);
}

/* --- one rule in the place of another ------------------------------------------------ */

/* Rules about the form of a reply line stand beside a rule about its code. */
static bool is_about_form(uint16_t requirement)
{
    for (unsigned n = 0; n < MS_REPLY_DEV_COUNT; n++)
        if (ms_reply_deviation_rule((ms_reply_deviation)n)->requirement == requirement)
            return true;
    for (unsigned n = 0; n < MS_REPLY_ERR_COUNT; n++)
        if (ms_reply_error_rule((ms_reply_error)n)->requirement == requirement)
            return true;
    return false;
}

/* What the session machine said of the code gives way. */
void smtp_rules_replace(ms_findings *findings, uint64_t at, uint16_t requirement, const smtp_view *view)
{
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const ms_finding *f = &findings->items[i];
        const bool same_reply = f->side == MS_SERVER && f->at == at;
        if (!same_reply || is_about_form(f->requirement))
            findings->items[kept++] = *f;
    }
    findings->count = kept;
    smtp_rules_find(NULL, findings, MS_SERVER, requirement, at, view);
}

bool smtp_rules_found(const ms_findings *findings, uint16_t requirement)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].side == MS_SERVER && findings->items[i].requirement == requirement)
            return true;
    return false;
}

smtp_view smtp_view_of(const replay_track *track, const ms_smtp_session *before, const smtp_facts *command,
                       const ms_smtp_event *event)
{
    return (smtp_view){
        .history = track->smtp_rules,
        .before = before,
        .command = command,
        .code = event->reply.whole.code,
        .enhanced = event->reply.line.enhanced.class_ != 0 ? event->reply.line.enhanced : event->reply.whole.enhanced,
        .variant = (ms_smtp_variant)before->variant,
    };
}

/* --- replies ---------------------------------------------------------------------------- */

static void hear_reply(replay_track *track, const ms_smtp_event *event, const ms_smtp_session *before,
                       ms_findings *findings)
{
    replay_smtp_rules *rules = track->smtp_rules;
    if (event->answered == MS_SMTP_EHLO || event->answered == MS_SMTP_LHLO)
        if (event->reply.whole.lines == 1 && event->reply.whole.code / 100 == 2)
            smtp_history_offer_begins(rules);
    if (event->ehlo_line)
        smtp_history_offer(rules, &event->reply.ehlo);
    if (event->kind == MS_SMTP_EVENT_REPLY_LINE)
        return;
    if (event->answered == MS_SMTP_GREETING) {
        rules->greeting_521 = event->reply.whole.code == 521;
        if (before->variant == MS_VARIANT_SUBMISSION && rules->greeting_521)
            smtp_rules_find(track, findings, MS_SERVER, MS_REQ_SMTP_6409_7_08, event->at, NULL);
        return;
    }
    const ms_smtp_session *after = &track->smtp.session;
    if (rules->forgot || ms_smtp_session_out_of_step(before)) {
        smtp_history_forget(rules);
        rules->forgot = after->outstanding > 0 || ms_smtp_session_limited(after);
        return;
    }
    if (event->unsolicited) {
        smtp_rules_surplus(track, event, before, findings);
        return;
    }
    if (rules->count == 0)
        return;
    /* LMTP: the same entry answers more than once */
    const bool more = after->outstanding == before->outstanding;
    smtp_rules_exchange(track, event, before, &rules->queue[rules->first], findings);
    /* one was answered; where replies were missing, the machine has dropped more */
    if (!more)
        smtp_history_pop(rules);
    while (rules->count > after->outstanding)
        smtp_history_pop(rules);
}

/* --- the client ---------------------------------------------------------------------------- */

static bool is_7bit(ms_span line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] > 127 || line.ptr[i] == 0)
            return false;
    return true;
}

static void hear_command(replay_track *track, const ms_smtp_event *event, const ms_smtp_session *before,
                         ms_findings *findings)
{
    replay_smtp_rules *rules = track->smtp_rules;
    smtp_facts facts;
    smtp_facts_take(&facts, event, before, &rules->keywords);
    if (before->outstanding > 0)
        facts.set |= FACT(IN_GROUP);
    if (before->state == MS_SMTP_DATA_SENT && before->outstanding > 0)
        facts.set |= FACT(BEHIND_DATA);
    if (!rules->any_greeting_command && rules->count == 0 && !rules->previous.valid && (facts.set & FACT(HTTP)) != 0)
        rules->first_line_http = true;
    if (!is_7bit(event->slice) || (facts.set & FACT(HTTP)) != 0)
        rules->innocent = false;
    if (event->spilled)
        facts.set |= FACT(SPILLED);
    /* the machine passes over what gets no reply */
    while (!rules->forgot && rules->count > 0 && rules->count + 1 > track->smtp.session.outstanding)
        smtp_history_pop(rules);
    smtp_rules_client_line(track, &facts, event, before, findings);
    if (facts.verb == MS_SMTP_AUTH)
        smtp_auth_begin(track, &facts, event, before, findings);
    else if (facts.verb == MS_SMTP_AUTH_RESPONSE)
        smtp_auth_response(track, event, findings);
    if (facts.verb == MS_SMTP_EHLO || facts.verb == MS_SMTP_HELO || facts.verb == MS_SMTP_LHLO)
        rules->any_greeting_command = true;
    smtp_history_push(rules, &facts, ms_smtp_session_limited(&track->smtp.session));
}

/* DATA went out in a group whose RCPTs were all refused, and was answered 354: a lone dot is due (RFC 2920 section
 * 3.1). */
static bool message_for_nobody(const replay_smtp_rules *rules, const ms_smtp_session *before)
{
    return rules->previous.valid && rules->previous.verb == MS_SMTP_DATA && rules->previous.answered_in_group &&
           before->recipients == 0 && rules->last_rcpt_group_failed &&
           ms_smtp_session_offers(before, MS_EHLO_PIPELINING);
}

static void hear_content(replay_track *track, const ms_smtp_event *event, const ms_smtp_session *before, ms_span raw,
                         ms_findings *findings)
{
    replay_smtp_rules *rules = track->smtp_rules;
    if (!rules->in_content) {
        rules->in_content = true;
        rules->content_seen = false;
        smtp_false_end_init(&rules->false_end);
    }
    if (event->slice.len > 0 && !rules->content_seen) {
        rules->content_seen = true;
        if (message_for_nobody(rules, before))
            smtp_rules_find(track, findings, MS_CLIENT, MS_REQ_SMTP_2920_3_1_04, replay_message_slice_at(event, raw),
                            NULL);
    }
    smtp_false_end_feed(&rules->false_end, ms_span_make(raw.ptr, event->consumed));
    if (event->kind != MS_SMTP_EVENT_END_OF_DATA)
        return;
    rules->in_content = false;
    smtp_facts facts;
    memset(&facts, 0, sizeof facts);
    facts.verb = MS_SMTP_END_OF_DATA;
    facts.set = FACT(OK) | FACT(CLEAN);
    smtp_history_push(rules, &facts, ms_smtp_session_limited(&track->smtp.session));
}

/* CRLF "." CRLF inside a chunk ends nothing (RFC 3030 section 2), and is remembered in case a server thinks so. */
static void hear_chunk(replay_smtp_rules *rules, const ms_smtp_event *event, ms_span raw)
{
    static const char end[] = "\r\n.\r\n";
    for (size_t i = 0; i < event->consumed; i++) {
        const uint8_t octet = raw.ptr[i];
        rules->end_matched = octet == (uint8_t)end[rules->end_matched] ? (uint8_t)(rules->end_matched + 1)
                             : octet == '\r'                           ? 1
                                                                       : 0;
        if (rules->end_matched == 5) {
            rules->chunk_has_end = true;
            rules->chunk_joins_end |= rules->end_split;
            rules->end_matched = 2; /* the CRLF may begin another one */
        }
        if (rules->end_matched < 3)
            rules->end_split = false;
    }
    if (event->kind == MS_SMTP_EVENT_CHUNK_END && rules->end_matched > 0)
        rules->end_split = true;
}

void replay_smtp_rules_hear(replay_track *track, ms_side side, const ms_smtp_event *event,
                            const ms_smtp_session *before, ms_span raw, ms_findings *findings)
{
    switch (event->kind) {
    case MS_SMTP_EVENT_COMMAND:
        hear_command(track, event, before, findings);
        break;
    case MS_SMTP_EVENT_CONTENT:
        hear_content(track, event, before, raw, findings);
        break;
    case MS_SMTP_EVENT_END_OF_DATA:
        hear_content(track, event, before, raw, findings);
        break;
    case MS_SMTP_EVENT_REPLY_LINE:
    case MS_SMTP_EVENT_REPLY:
        hear_reply(track, event, before, findings);
        break;
    case MS_SMTP_EVENT_CHUNK:
    case MS_SMTP_EVENT_CHUNK_END:
        hear_chunk(track->smtp_rules, event, raw);
        break;
    case MS_SMTP_EVENT_DROPPED:
        if (side == MS_CLIENT && before->state == MS_SMTP_TLS_NEXT &&
            octet_buffer_span(&track->smtp_rules->in_clear).len < HISTORY_CLEAR)
            octet_buffer_add(&track->smtp_rules->in_clear, event->slice);
        break;
    case MS_SMTP_EVENT_NEED_MORE:
    case MS_SMTP_EVENT_UNDECIDED:
        break;
    }
}
