/* smtp_rules.c - see smtp_rules.h; history, and which rule speaks when */
#include "harness/replay/smtp_rules_internal.h"

#include "harness/replay/message.h"

#include <stdlib.h>
#include <string.h>

/* --- texts ------------------------------------------------------------------------ */

void smtp_texts_add(smtp_texts *texts, ms_span text)
{
    if (texts->count == HISTORY_REMEMBERED || smtp_texts_has(texts, text))
        return;
    uint8_t *copy = malloc(text.len + 1);
    if (copy == NULL)
        abort();
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    texts->items[texts->count++] = ms_span_make(copy, text.len);
}

bool smtp_texts_has(const smtp_texts *texts, ms_span text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (texts->items[i].len == text.len && (text.len == 0 || memcmp(texts->items[i].ptr, text.ptr, text.len) == 0))
            return true;
    return false;
}

void smtp_texts_clear(smtp_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free((void *)(uintptr_t)texts->items[i].ptr);
    texts->count = 0;
}

struct smtp_texts *replay_track_challenges(replay_track *track)
{
    return track->challenges != NULL ? track->challenges : &track->smtp_rules->challenges;
}

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

static void pop(replay_smtp_rules *rules)
{
    smtp_facts_free(&rules->queue[rules->first]);
    rules->first = (rules->first + 1) % rules->room;
    rules->count--;
}

void replay_smtp_rules_free(replay_smtp_rules *rules)
{
    if (rules == NULL)
        return;
    while (rules->count > 0)
        pop(rules);
    smtp_texts *const all[] = {&rules->refused_steps, &rules->keywords,   &rules->mechanisms, &rules->refused,
                               &rules->accepted,      &rules->recipients, &rules->verified,   &rules->challenges,
                               &rules->secrets,       &rules->mails};
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

/* --- history -------------------------------------------------------------------------- */

static void grow(replay_smtp_rules *rules)
{
    const size_t room = rules->room == 0 ? 8 : rules->room * 2;
    smtp_facts *queue = malloc(room * sizeof *queue);
    if (queue == NULL)
        abort();
    for (size_t i = 0; i < rules->count; i++)
        queue[i] = rules->queue[(rules->first + i) % rules->room];
    free(rules->queue);
    rules->queue = queue;
    rules->first = 0;
    rules->room = room;
}

/* Too many to know what each was: no rules until all were answered. */
static void forget_queue(replay_smtp_rules *rules)
{
    while (rules->count > 0)
        pop(rules);
    rules->previous.valid = false;
    rules->between = 0;
    rules->forgot = true;
}

static void push(replay_smtp_rules *rules, smtp_facts *facts, bool limited)
{
    if (rules->forgot || limited || rules->count == HISTORY_OUTSTANDING) {
        forget_queue(rules);
        smtp_facts_free(facts);
        return;
    }
    if (rules->count == rules->room)
        grow(rules);
    rules->queue[(rules->first + rules->count) % rules->room] = *facts;
    rules->count++;
}

static void keep_path(replay_smtp_rules *rules, const smtp_facts *facts)
{
    const bool same = rules->mail_path.len == facts->path.len && facts->path.len > 0 &&
                      memcmp(rules->mail_path.ptr, facts->path.ptr, facts->path.len) == 0;
    if (!same)
        smtp_texts_clear(&rules->accepted);
    free((void *)(uintptr_t)rules->mail_path.ptr);
    uint8_t *copy = malloc(facts->path.len + 1);
    if (copy == NULL)
        abort();
    if (facts->path.len > 0)
        memcpy(copy, facts->path.ptr, facts->path.len);
    rules->mail_path = ms_span_make(copy, facts->path.len);
}

static void forget_refusals(replay_smtp_rules *rules)
{
    smtp_texts_clear(&rules->refused);
    smtp_texts_clear(&rules->refused_steps);
}

static void remember_answer(replay_smtp_rules *rules, const smtp_view *view)
{
    const smtp_facts *c = view->command;
    const uint16_t code = view->code;
    if (code / 100 == 4 || code / 100 == 5)
        rules->errors++;
    switch ((ms_smtp_verb)c->verb) {
    case MS_SMTP_MAIL:
        keep_path(rules, c);
        rules->last_rcpt_group_failed = false;
        rules->rcpt_refused_5_3 = false;
        rules->same_recipient = false;
        smtp_texts_clear(&rules->recipients);
        if (code / 100 == 2)
            smtp_texts_add(&rules->mails, c->line);
        break;
    case MS_SMTP_RCPT:
        if (code / 100 == 2) {
            rules->same_recipient |= smtp_texts_has(&rules->recipients, c->path);
            smtp_texts_add(&rules->recipients, c->path);
            smtp_texts_add(&rules->accepted, c->path);
        } else {
            rules->last_rcpt_group_failed = true;
            if (view->enhanced.class_ != 0 && view->enhanced.subject == 5 && view->enhanced.detail == 3)
                rules->rcpt_refused_5_3 = true;
        }
        break;
    case MS_SMTP_BDAT:
        if (code / 100 == 2 && (c->set & FACT(LAST)) != 0)
            rules->had_chunks = true;
        break;
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
        rules->ehlo_refused |= code >= 400;
        if (code / 100 == 2)
            rules->hello_was_helo = false;
        break;
    case MS_SMTP_HELO:
        if (code / 100 == 2)
            rules->hello_was_helo = true;
        break;
    case MS_SMTP_AUTH:
    case MS_SMTP_AUTH_RESPONSE:
        rules->auth_failures += code >= 400;
        break;
    default: /* nothing to keep */
        break;
    }
    const bool repeats = c->verb == MS_SMTP_MAIL || c->verb == MS_SMTP_RCPT || c->verb == MS_SMTP_VRFY ||
                         c->verb == MS_SMTP_EXPN || c->verb == MS_SMTP_DATA || c->verb == MS_SMTP_UNKNOWN;
    if (repeats && code / 100 == 5 && code != 503 && code != 530 && code != 552)
        smtp_texts_add(c->verb == MS_SMTP_RCPT || c->verb == MS_SMTP_DATA ? &rules->refused_steps : &rules->refused,
                       c->line);
    if (code / 100 == 2 && (c->verb == MS_SMTP_RSET || c->verb == MS_SMTP_EHLO || c->verb == MS_SMTP_HELO ||
                            c->verb == MS_SMTP_LHLO || c->verb == MS_SMTP_AUTH || c->verb == MS_SMTP_AUTH_RESPONSE))
        forget_refusals(rules);
}

/* Which commands stood between two steps of a transaction. */
static void remember_order(replay_smtp_rules *rules, const smtp_view *view)
{
    const uint8_t verb = view->command->verb;
    if (verb == MS_SMTP_VRFY || verb == MS_SMTP_EXPN || verb == MS_SMTP_HELP || verb == MS_SMTP_NOOP) {
        if (rules->between != 0 && rules->between != verb)
            rules->between_mixed = true;
        rules->between = verb;
    } else {
        rules->between = 0;
        rules->between_mixed = false;
    }
    rules->previous = (smtp_previous){.valid = true,
                                      .verb = verb,
                                      .code = view->code,
                                      .facts = view->command->set,
                                      .answered_in_group = (view->command->set & FACT(IN_GROUP)) != 0};
    rules->first_in_tls = false;
}

static void hear_ehlo_line(replay_smtp_rules *rules, const ms_ehlo_line *ehlo)
{
    if (ehlo->error != MS_REPLY_OK)
        return;
    smtp_texts_add(&rules->keywords, ehlo->keyword);
    switch (ehlo->id) {
    case MS_EHLO_SIZE:
        rules->size_without_number = !ehlo->size.given;
        break;
    case MS_EHLO_DELIVERBY:
        rules->deliverby_min =
            ehlo->deliverby.given && ehlo->deliverby.seconds <= UINT32_MAX ? (uint32_t)ehlo->deliverby.seconds : 0;
        break;
    case MS_EHLO_FUTURERELEASE:
        rules->hold_max = ehlo->futurerelease.max_interval;
        break;
    case MS_EHLO_AUTH: {
        ms_span rest = ehlo->parameters;
        ms_span word;
        while (!ms_span_is_absent(rest) && ms_ehlo_parameter_next(&rest, &word))
            smtp_texts_add(&rules->mechanisms, word);
        break;
    }
    case MS_EHLO_ENHANCEDSTATUSCODES:
        rules->enhanced_once = true;
        break;
    default: /* nothing to keep */
        break;
    }
}

/* --- replies ---------------------------------------------------------------------------- */

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

/* A reply to BDAT while octets of its chunk are still to come. */
static uint16_t early_chunk_rule(const replay_track *track, const smtp_view *view)
{
    const smtp_facts *c = view->command;
    const uint64_t missing = track->smtp.chunk_remaining;
    const uint16_t code = view->code;
    if (c->verb != MS_SMTP_BDAT || missing == 0 || track->smtp_rules->count != 1 || code == 421)
        return MS_REQ_NONE;
    if (code / 100 == 2 && track->smtp_rules->chunk_has_end)
        return MS_REQ_SMTP_SEC_bdat_01;
    if (code / 100 == 2 && c->chunk > UINT32_MAX)
        return MS_REQ_SMTP_SEC_bdat_04;
    if (code / 100 == 2 && (c->set & FACT(LEADING_ZERO)) != 0)
        return MS_REQ_SMTP_SEC_bdat_06;
    if (code == 521 || code == 500 || code == 501 || !smtp_view_offers(view, MS_EHLO_CHUNKING))
        return MS_REQ_NONE;
    return MS_REQ_SMTP_3030_2_14;
}

/* Replies that were caught up with (a 221 came early): by what stood in the group. */
static uint16_t catch_up_rule(const replay_smtp_rules *rules, const ms_findings *findings)
{
    if (!smtp_rules_found(findings, MS_REQ_SMTP_2920_3_2_10))
        return MS_REQ_NONE;
    const smtp_facts *oldest = &rules->queue[rules->first];
    if ((oldest->set & FACT(BEHIND_DATA)) != 0)
        return MS_REQ_SMTP_2920_3_2_12;
    return rules->previous.valid && rules->previous.code >= 400 && rules->previous.answered_in_group
               ? MS_REQ_SMTP_2920_3_2_11
               : MS_REQ_NONE;
}

/* LMTP: two accepted recipients are the same mailbox, and got one reply. */
static uint16_t lmtp_rule(const replay_smtp_rules *rules, const ms_findings *findings)
{
    if (!smtp_rules_found(findings, MS_REQ_SMTP_2033_4_2_02) || !rules->same_recipient)
        return MS_REQ_NONE;
    return MS_REQ_SMTP_2033_4_2_03;
}

static bool has_8bit(ms_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] > 127)
            return true;
    return false;
}

/* A control character of the reply that stood in the command (terminal escapes, log injection). */
static bool echoes_control(const smtp_view *view, const ms_smtp_event *event)
{
    for (size_t i = 0; i < event->slice.len; i++) {
        const uint8_t c = event->slice.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return view->command->line.len > 0 && memchr(view->command->line.ptr, c, view->command->line.len) != NULL;
    }
    return false;
}

static void take_out(ms_findings *findings, uint16_t requirement)
{
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].side != MS_SERVER || findings->items[i].requirement != requirement)
            findings->items[kept++] = findings->items[i];
    findings->count = kept;
}

/* Rules about a reply line's octets that hang on the command. */
static void judge_octets(const smtp_view *view, const ms_smtp_event *event, ms_findings *findings)
{
    const bool verifies = view->command->verb == MS_SMTP_VRFY || view->command->verb == MS_SMTP_EXPN;
    if (verifies && (view->code == 250 || view->code == 251) && has_8bit(event->slice) &&
        (view->command->set & FACT(SMTPUTF8_WORD)) == 0) {
        take_out(findings, MS_REQ_SMTP_6531_3_7_4_1_01);
        smtp_rules_find(NULL, findings, MS_SERVER, MS_REQ_SMTP_6531_3_7_4_2_02, event->at, view);
    }
    if (smtp_rules_found(findings, MS_REQ_SMTP_5321_4_2_02) && echoes_control(view, event)) {
        take_out(findings, MS_REQ_SMTP_5321_4_2_02);
        smtp_rules_find(NULL, findings, MS_SERVER, MS_REQ_SMTP_SEC_injection_11, event->at, view);
    }
    /* after HELO nothing of EHLO holds but this (RFC 2034 section 4) */
    const uint8_t class_ = (uint8_t)(view->code / 100);
    const bool due = class_ == 2 || class_ == 4 || class_ == 5;
    const uint8_t verb = view->command->verb;
    if (view->history->enhanced_once && view->history->hello_was_helo && due && view->enhanced.class_ == 0 &&
        verb != MS_SMTP_HELO && verb != MS_SMTP_EHLO && verb != MS_SMTP_LHLO && view->code != 421)
        smtp_rules_find(NULL, findings, MS_SERVER, MS_REQ_SMTP_2034_4_06, event->at, view);
}

static void hear_reply_to(replay_track *track, const ms_smtp_event *event, const ms_smtp_session *before,
                          const smtp_facts *command, ms_findings *findings)
{
    replay_smtp_rules *rules = track->smtp_rules;
    const smtp_view view = smtp_view_of(track, before, command, event);
    uint16_t rule = smtp_auth_reply(track, &view, event, findings);
    if (rule == MS_REQ_NONE)
        rule = early_chunk_rule(track, &view);
    if (rule == MS_REQ_NONE)
        rule = catch_up_rule(rules, findings);
    if (rule == MS_REQ_NONE)
        rule = lmtp_rule(rules, findings);
    if (rule == MS_REQ_NONE && rules->first_in_tls && rules->injected_half && command->verb == MS_SMTP_UNKNOWN &&
        view.code / 100 == 2)
        rule = MS_REQ_SMTP_SEC_starttls_03;
    if (rule == MS_REQ_NONE && view.code == 220 && command->verb == MS_SMTP_AUTH_RESPONSE &&
        smtp_text_is(command->line, "STARTTLS"))
        rule = MS_REQ_SMTP_SEC_starttls_12;
    if (rule == MS_REQ_NONE && (command->set & FACT(SPILLED)) == 0)
        rule = smtp_rule_of_reply(&view);
    judge_octets(&view, event, findings);
    /* a breach of the transaction's order, which the machine knows better, is not talked over by a listing rule */
    if (rule != MS_REQ_NONE)
        smtp_rules_replace(findings, event->at, rule, &view);
    if (rule == MS_REQ_NONE && (command->set & FACT(BARE_LF)) != 0 && (view.code / 100 == 2 || view.code / 100 == 3) &&
        !rules->lf_taken_told) {
        rules->lf_taken_told = true;
        smtp_rules_find(track, findings, MS_SERVER, MS_REQ_SMTP_5321_2_3_8_01, event->at, &view);
    }
    const uint16_t status = smtp_rule_of_status(&view);
    smtp_rules_find(track, findings, MS_SERVER, status, event->at, &view);
    smtp_rules_reply_text(track, &view, event, findings);
    const bool step = command->verb == MS_SMTP_MAIL || command->verb == MS_SMTP_RCPT || command->verb == MS_SMTP_DATA ||
                      command->verb == MS_SMTP_END_OF_DATA;
    const bool out_of_range = smtp_rules_found(findings, MS_REQ_SMTP_5321_4_2_10);
    const bool malformed = smtp_rules_found(findings, MS_REQ_SMTP_5321_2_4_15) ||
                           smtp_rules_found(findings, MS_REQ_SMTP_5321_4_3_2_14) ||
                           smtp_rules_found(findings, MS_REQ_SMTP_5321_4_2_13);
    rules->broken_reply = step && out_of_range ? (uint16_t)(view.code == 0 ? 1 : view.code) : 0;
    rules->malformed_reply = step && malformed;
    remember_answer(rules, &view);
    remember_order(rules, &view);
}

static void hear_reply(replay_track *track, const ms_smtp_event *event, const ms_smtp_session *before,
                       ms_findings *findings)
{
    replay_smtp_rules *rules = track->smtp_rules;
    if (event->answered == MS_SMTP_EHLO || event->answered == MS_SMTP_LHLO)
        if (event->reply.whole.lines == 1) {
            smtp_texts_clear(&rules->keywords);
            smtp_texts_clear(&rules->mechanisms);
        }
    if (event->ehlo_line)
        hear_ehlo_line(rules, &event->reply.ehlo);
    if (event->kind == MS_SMTP_EVENT_REPLY_LINE)
        return;
    if (event->answered == MS_SMTP_GREETING) {
        rules->greeting_521 = event->reply.whole.code == 521;
        if (before->variant == MS_VARIANT_SUBMISSION && rules->greeting_521)
            smtp_rules_find(track, findings, MS_SERVER, MS_REQ_SMTP_6409_7_08, event->at, NULL);
        return;
    }
    const ms_smtp_session *after = &track->smtp.session;
    if (rules->forgot) {
        forget_queue(rules);
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
    hear_reply_to(track, event, before, &rules->queue[rules->first], findings);
    /* one was answered; where replies were missing, the machine has dropped more */
    if (!more)
        pop(rules);
    while (rules->count > after->outstanding)
        pop(rules);
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
    smtp_facts_take(&facts, event, before);
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
    smtp_rules_client_line(track, &facts, event, before, findings);
    if (facts.verb == MS_SMTP_AUTH)
        smtp_auth_begin(track, &facts, event, before, findings);
    else if (facts.verb == MS_SMTP_AUTH_RESPONSE)
        smtp_auth_response(track, event, findings);
    if (facts.verb == MS_SMTP_EHLO || facts.verb == MS_SMTP_HELO || facts.verb == MS_SMTP_LHLO)
        rules->any_greeting_command = true;
    /* the machine passes over what gets no reply */
    while (!rules->forgot && rules->count > 0 && rules->count + 1 > track->smtp.session.outstanding)
        pop(rules);
    push(rules, &facts, ms_smtp_session_limited(&track->smtp.session));
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
    push(rules, &facts, ms_smtp_session_limited(&track->smtp.session));
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

/* --- TLS and the ends ------------------------------------------------------------------------ */

/* What the client had sent in clear behind STARTTLS, in case a server runs it inside TLS. */
static void look_at_injection(replay_smtp_rules *rules, ms_span text)
{
    rules->sent_in_clear_mail = false;
    rules->injected_bare_lf =
        text.len > 0 && text.ptr[text.len - 1] == '\n' && (text.len == 1 || text.ptr[text.len - 2] != '\r');
    rules->injected_half = text.len > 0 && text.ptr[text.len - 1] != '\n';
    rules->injected_in_group = rules->previous.valid && (rules->previous.facts & FACT(IN_GROUP)) != 0;
    for (size_t i = 0; i + 5 <= text.len; i++)
        if ((i == 0 || text.ptr[i - 1] == '\n') && smtp_text_is(ms_span_make(text.ptr + i, 5), "MAIL "))
            rules->sent_in_clear_mail = true;
}

void replay_smtp_rules_tls(replay_track *track, ms_span dropped, ms_findings *findings)
{
    (void)findings;
    replay_smtp_rules *rules = track->smtp_rules;
    while (rules->count > 0)
        pop(rules);
    rules->forgot = false;
    rules->tls = true;
    rules->offered_in_clear = track->smtp.session.offered;
    rules->authenticated_before_tls = rules->authenticated_in_clear;
    rules->authenticated_in_clear = false;
    rules->tls_by_starttls = rules->previous.valid && rules->previous.verb == MS_SMTP_STARTTLS;
    rules->first_in_tls = true;
    octet_buffer_add(&rules->in_clear, dropped);
    look_at_injection(rules, octet_buffer_span(&rules->in_clear));
    octet_buffer_drop(&rules->in_clear, octet_buffer_span(&rules->in_clear).len);
    forget_refusals(rules);
    rules->previous.valid = false;
    rules->between = 0;
}

/* The server closes: the rule that it breaks by that, or MS_REQ_NONE. */
static uint16_t rule_of_close(const replay_smtp_rules *rules, const ms_smtp_session *before)
{
    const smtp_previous *p = &rules->previous;
    ms_smtp_run front = {.verb = 0};
    const bool waiting = rules->count > 0;
    if (waiting)
        front.verb = rules->queue[rules->first].verb;
    const bool told = before->state == MS_SMTP_CLOSING;
    if (before->state == MS_SMTP_REFUSED)
        return rules->greeting_521 ? MS_REQ_NONE : MS_REQ_SMTP_5321_3_1_02;
    if (told || before->state == MS_SMTP_CONNECTED)
        return MS_REQ_NONE;
    if (waiting && front.verb == MS_SMTP_RSET)
        return MS_REQ_SMTP_5321_4_1_1_5_06;
    if (waiting && front.verb == MS_SMTP_END_OF_DATA)
        return before->variant == MS_VARIANT_LMTP ? MS_REQ_NONE : MS_REQ_SMTP_5321_4_1_1_4_06;
    if (waiting)
        return rules->errors == 0 && front.verb != MS_SMTP_QUIT ? MS_REQ_SMTP_5321_3_8_03 : MS_REQ_NONE;
    if (!p->valid)
        return MS_REQ_NONE;
    if (p->verb == MS_SMTP_RSET)
        return MS_REQ_SMTP_5321_4_1_1_5_06;
    if ((p->verb == MS_SMTP_AUTH || p->verb == MS_SMTP_AUTH_RESPONSE) && p->code >= 400)
        return rules->auth_failures <= 2 ? MS_REQ_SMTP_4954_9_01 : MS_REQ_NONE;
    if (p->code / 100 != 5 || rules->errors > 3)
        return MS_REQ_NONE;
    if (p->verb == MS_SMTP_UNKNOWN && !rules->innocent && ms_smtp_session_offers(before, MS_EHLO_CHUNKING) &&
        !rules->first_line_http)
        return MS_REQ_SMTP_3030_2_26;
    if (!rules->innocent)
        return MS_REQ_NONE;
    if (p->code == 503)
        return MS_REQ_SMTP_5321_4_1_1_10_05;
    if (p->verb == MS_SMTP_UNKNOWN)
        return MS_REQ_SMTP_5321_3_8_01;
    return (p->facts & FACT(CLEAN)) == 0 && !(p->verb == MS_SMTP_QUIT) ? MS_REQ_SMTP_5321_3_8_02 : MS_REQ_NONE;
}

void replay_smtp_rules_close(replay_track *track, ms_side side, const ms_smtp_session *before, ms_span pending,
                             ms_findings *findings)
{
    replay_smtp_rules *rules = track->smtp_rules;
    (void)pending;
    bool quit_sent = rules->previous.valid && rules->previous.verb == MS_SMTP_QUIT;
    for (size_t i = 0; i < rules->count; i++)
        quit_sent |= rules->queue[(rules->first + i) % rules->room].verb == MS_SMTP_QUIT;
    if (side != MS_SERVER || quit_sent || track->closed[MS_CLIENT])
        return;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].requirement == MS_REQ_SMTP_5321_4_2_1_02)
            return;
    uint16_t rule = rule_of_close(rules, before);
    if (rule == MS_REQ_SMTP_4954_9_01 && smtp_auth_was_cancelled(track))
        rule = MS_REQ_SMTP_4954_4_09;
    smtp_rules_find(track, findings, MS_SERVER, rule, track->smtp.at[MS_SERVER], NULL);
}
