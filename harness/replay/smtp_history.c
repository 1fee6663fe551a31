/* smtp_history.c - see smtp_history.h */
#include "harness/replay/smtp_rules_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- commands whose replies are due ---------------------------------------------------- */

void smtp_history_pop(replay_smtp_rules *rules)
{
    smtp_facts_free(&rules->queue[rules->first]);
    rules->first = (rules->first + 1) % rules->room;
    rules->count--;
}

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
void smtp_history_forget(replay_smtp_rules *rules)
{
    while (rules->count > 0)
        smtp_history_pop(rules);
    rules->previous.valid = false;
    rules->between = 0;
    rules->forgot = true;
}

void smtp_history_push(replay_smtp_rules *rules, smtp_facts *facts, bool limited)
{
    if (rules->forgot || limited || rules->count == HISTORY_OUTSTANDING) {
        smtp_history_forget(rules);
        smtp_facts_free(facts);
        return;
    }
    if (rules->count == rules->room)
        grow(rules);
    rules->queue[(rules->first + rules->count) % rules->room] = *facts;
    rules->count++;
}

/* --- what was answered ------------------------------------------------------------------ */

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

void smtp_history_forget_refusals(replay_smtp_rules *rules)
{
    smtp_texts_clear(&rules->refused);
    smtp_texts_clear(&rules->refused_steps);
}

static void remember_sender(replay_smtp_rules *rules, const smtp_view *view)
{
    keep_path(rules, view->command);
    rules->last_rcpt_group_failed = false;
    rules->rcpt_refused_5_3 = false;
    rules->same_recipient = false;
    rules->chunk_refused &= view->code / 100 != 2;
    smtp_texts_clear(&rules->recipients);
    if (view->code / 100 == 2)
        smtp_texts_add(&rules->mails, view->command->line);
}

static void remember_recipient(replay_smtp_rules *rules, const smtp_view *view)
{
    const ms_span path = view->command->path;
    if (view->code / 100 == 2) {
        rules->same_recipient |= smtp_texts_has(&rules->recipients, path);
        smtp_texts_add(&rules->recipients, path);
        smtp_texts_add(&rules->accepted, path);
        return;
    }
    rules->last_rcpt_group_failed = true;
    if (view->enhanced.class_ != 0 && view->enhanced.subject == 5 && view->enhanced.detail == 3)
        rules->rcpt_refused_5_3 = true;
}

static void remember_verb(replay_smtp_rules *rules, const smtp_view *view)
{
    const smtp_facts *c = view->command;
    const uint16_t code = view->code;
    switch ((ms_smtp_verb)c->verb) {
    case MS_SMTP_MAIL:
        remember_sender(rules, view);
        break;
    case MS_SMTP_RCPT:
        remember_recipient(rules, view);
        break;
    case MS_SMTP_BDAT:
        if (code / 100 == 2 && (c->set & FACT(LAST)) != 0)
            rules->had_chunks = true;
        rules->chunk_refused |= code >= 400;
        break;
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
        if (code / 100 == 2)
            rules->hello_was_helo = false;
        break;
    case MS_SMTP_HELO:
        if (code / 100 == 2) {
            rules->hello_was_helo = true;
            smtp_history_offer_begins(rules); /* … and is empty */
        }
        break;
    case MS_SMTP_AUTH:
    case MS_SMTP_AUTH_RESPONSE:
        rules->auth_failures += code >= 400;
        break;
    default: /* nothing to keep */
        break;
    }
}

static void remember_answer(replay_smtp_rules *rules, const smtp_view *view)
{
    const smtp_facts *c = view->command;
    const uint16_t code = view->code;
    if (code / 100 == 4 || code / 100 == 5)
        rules->errors++;
    remember_verb(rules, view);
    const bool repeats = c->verb == MS_SMTP_MAIL || c->verb == MS_SMTP_RCPT || c->verb == MS_SMTP_VRFY ||
                         c->verb == MS_SMTP_EXPN || c->verb == MS_SMTP_DATA || c->verb == MS_SMTP_UNKNOWN;
    if (repeats && (c->set & FACT(BARE_LF)) == 0 && code / 100 == 5 && code != 503 && code != 530 && code != 552)
        smtp_texts_add(c->verb == MS_SMTP_RCPT || c->verb == MS_SMTP_DATA ? &rules->refused_steps : &rules->refused,
                       c->line);
    if (code / 100 == 2 && (c->verb == MS_SMTP_RSET || c->verb == MS_SMTP_EHLO || c->verb == MS_SMTP_HELO ||
                            c->verb == MS_SMTP_LHLO || c->verb == MS_SMTP_AUTH || c->verb == MS_SMTP_AUTH_RESPONSE))
        smtp_history_forget_refusals(rules);
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

void smtp_history_answered(replay_smtp_rules *rules, const smtp_view *view)
{
    remember_answer(rules, view);
    remember_order(rules, view);
}

/* --- what EHLO listed --------------------------------------------------------------------- */

void smtp_history_offer_begins(replay_smtp_rules *rules)
{
    smtp_texts_clear(&rules->keywords);
    smtp_texts_clear(&rules->mechanisms);
}

void smtp_history_offer(replay_smtp_rules *rules, const ms_ehlo_line *ehlo)
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
