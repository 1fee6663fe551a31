/* smtp.c - the rows of the SMTP session: transitions, breaches, and refusals that change nothing */
#include "fuzz/rows/rows.h"

#include <stdio.h>

#include "harness/requirement/register.h"
#include "mailspec/smtp_dialogue.h"
#include "smtp/session_internal.h"

static const char *verb_name(uint8_t verb, bool last)
{
    switch ((ms_smtp_verb)verb) {
    case MS_SMTP_UNKNOWN:
        return "unknown";
    case MS_SMTP_AUTH_RESPONSE:
        return "AUTH-response";
    case MS_SMTP_END_OF_DATA:
        return "end-of-data";
    case MS_SMTP_GREETING:
        return "greeting";
    case MS_SMTP_BDAT:
        return last ? "BDAT-LAST" : "BDAT";
    default: /* of 20: the others have a keyword */
        return ms_smtp_verb_name((ms_smtp_verb)verb);
    }
}

static void name_row(char name[ROW_NAME_MAX], uint8_t state, uint8_t verb, bool last, unsigned class_)
{
    snprintf(name, ROW_NAME_MAX, "smtp %s %s %uyz", ms_smtp_state_name((ms_smtp_state)state), verb_name(verb, last),
             class_);
}

/* What the tables say of a reply; false: nothing. */
static bool outcome_of(char outcome[ROW_NAME_MAX], uint8_t state, uint8_t verb, bool last, uint8_t class_)
{
    const transition *t = ms_smtp_transition_find(state, verb, class_, last ? RUN_LAST : 0);
    const uint16_t requirement = ms_smtp_breach_find(state, verb, class_);
    if (t != NULL)
        snprintf(outcome, ROW_NAME_MAX, "%s, %s",
                 t->next == SAME ? "stays" : ms_smtp_state_name((ms_smtp_state)t->next), t->rule);
    else if (requirement != MS_REQ_NONE)
        snprintf(outcome, ROW_NAME_MAX, "breaks %s", ms_register_get(requirement)->id);
    return t != NULL || requirement != MS_REQ_NONE;
}

static void add_place(row_set *set, uint8_t state, uint8_t verb, bool last)
{
    char name[ROW_NAME_MAX], outcome[ROW_NAME_MAX];
    bool any = false;
    for (uint8_t class_ = 2; class_ <= 5; class_++)
        if (outcome_of(outcome, state, verb, last, class_)) {
            name_row(name, state, verb, last, class_);
            rows_add(set, name, outcome);
            any = true;
        }
    for (uint8_t class_ = 4; any && class_ <= 5; class_++) {
        name_row(name, state, verb, last, class_);
        if (!outcome_of(outcome, state, verb, last, class_))
            rows_add(set, name, "refused: stays");
    }
}

void rows_of_smtp(row_set *set)
{
    for (uint8_t state = 0; state < MS_SMTP_STATE_COUNT; state++)
        for (uint8_t verb = 0; verb < MS_SMTP_VERB_COUNT; verb++) {
            add_place(set, state, verb, false);
            if (verb == MS_SMTP_BDAT)
                add_place(set, state, verb, true);
        }
}

typedef struct reader {
    ms_smtp_dialogue dialogue;
    ms_smtp_run runs[MS_SMTP_RUNS_DEFAULT];
    row_set *set;
} reader;

static fuzz_taken take(void *state, ms_side side, ms_span window, uint64_t at)
{
    reader *r = state;
    ms_finding items[64];
    ms_findings findings = {.items = items, .capacity = 64};
    ms_smtp_event event;
    ms_smtp_run front = {.flags = 0};
    const uint8_t before = r->dialogue.session.state;
    (void)ms_smtp_ring_front(&r->dialogue.session, &front);
    (void)at;
    ms_smtp_dialogue_read(&r->dialogue, side, window, &findings, &event);
    if (event.kind == MS_SMTP_EVENT_REPLY && !event.unsolicited) {
        char name[ROW_NAME_MAX];
        const bool last = event.answered == MS_SMTP_BDAT && (front.flags & RUN_LAST) != 0;
        name_row(name, before, (uint8_t)event.answered, last, event.reply.whole.code / 100);
        rows_show(r->set, name);
    }
    return (fuzz_taken){event.consumed, event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED};
}

static void tls(void *state, size_t client, size_t server)
{
    ms_finding items[64];
    ms_findings findings = {.items = items, .capacity = 64};
    ms_smtp_dialogue_tls(&((reader *)state)->dialogue, client, server, &findings);
}

static void end(void *state, ms_side side, size_t client, size_t server)
{
    ms_finding items[64];
    ms_findings findings = {.items = items, .capacity = 64};
    ms_smtp_dialogue_close(&((reader *)state)->dialogue, side, client, server, &findings);
}

void rows_play_smtp(row_set *set, const fuzz_input *input, const fuzz_talk *talk)
{
    static reader r;
    const fuzz_reader with = {&r, take, tls, end, true};
    r.set = set;
    ms_smtp_dialogue_init(&r.dialogue, (ms_smtp_variant)((input->options & 3) % (MS_VARIANT_LMTP + 1)), r.runs,
                          MS_SMTP_RUNS_DEFAULT);
    if ((input->options & 8) != 0)
        tls(&r, 0, 0);
    fuzz_talk_play(talk, input, FUZZ_WHOLE, &with);
}
