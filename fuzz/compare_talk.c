/* compare_talk.c - see compare_talk.h */
#include "fuzz/compare_talk.h"

#include <string.h>

#include "harness/requirement/register.h"

FILE *talk_trace;
const talk_judge *talk_second_judge;

static void print(ms_side side, const char *octets)
{
    if (talk_trace == NULL)
        return;
    fprintf(talk_trace, "    %c< \"", side == MS_CLIENT ? 'C' : 'S');
    for (size_t i = 0; octets[i] != '\0'; i++)
        if (octets[i] == '\r' || octets[i] == '\n')
            fputs(octets[i] == '\r' ? "\\r" : "\\n", talk_trace);
        else
            fputc(octets[i], talk_trace);
    fputs("\"\n", talk_trace);
}

static bool names(const char *ids, const char *id)
{
    const size_t len = strlen(id);
    for (const char *at = ids; at != NULL && (at = strstr(at, id)) != NULL; at += len)
        if ((at[len] == ' ' || at[len] == '\0') && (at == ids || at[-1] == ' '))
            return true;
    return false;
}

static bool is_of(const model_verdict *verdict, const char *id)
{
    return verdict->judgement == MODEL_FAULT && (names(verdict->ids, id) || names(verdict->more_ids, id));
}

/* What was said with the octet of the finding. */
static talk_said *where(compare_talk *talk, const ms_finding *finding)
{
    talk_said *last = NULL;
    for (size_t i = 0; i < talk->count; i++)
        if (talk->said[i].side == finding->stream && talk->said[i].from <= finding->at)
            last = &talk->said[i];
    return last;
}

static void disagree(compare_talk *talk, const char *what, const char *ids)
{
    static char text[400];
    if (talk->why != NULL)
        return;
    snprintf(text, sizeof text, "%s %s", what, ids == NULL ? "" : ids);
    talk->why = text;
}

static bool is_habit(const char *id)
{
    static const char habits[] =
        "SMTP-5321-4.3.1-01 SMTP-5321-4.3.1-02 SMTP-5321-4.1.4-22 SMTP-5321-2.3.8-05 POP3-2449-6.6-06 "
        "SMTP-5321-2.3.8-03 SMTP-5321-2.3.8-04 SMTP-3030-2-23 POP3-1939-3-05 POP3-1939-3-12";
    return names(habits, id);
}

static bool is_told(const compare_talk *talk, const char *ids)
{
    const char *told = talk->habits;
    while (*told != '\0') {
        char id[40];
        const size_t len = strcspn(told, " ");
        snprintf(id, sizeof id, "%.*s", (int)len, told);
        if (names(ids, id))
            return true;
        told += len + (told[len] == ' ');
    }
    return false;
}

static void found(compare_talk *talk, const ms_finding *finding, const char *reader)
{
    const char *id = ms_register_get(finding->requirement)->id;
    if (talk_trace != NULL)
        fprintf(talk_trace, "    ! %s %s (%s)\n", finding->side == MS_CLIENT ? "client" : "server", id, reader);
    if (strncmp(id, "SMTP-5322-", 10) == 0 || strncmp(id, "POP3-5322-", 10) == 0)
        return; /* the message's own syntax */
    if (is_habit(id) && strlen(talk->habits) + strlen(id) + 2 < sizeof talk->habits)
        strcat(strcat(talk->habits, id), " ");
    for (size_t i = 0; i < talk->count; i++)
        if (talk->said[i].side == finding->side && is_of(&talk->said[i].verdict, id))
            talk->said[i].found = true;
    const talk_said *said = where(talk, finding);
    if (said == NULL || said->side != finding->side || is_of(&said->verdict, id) || said->verdict.open)
        return;
    const char *what = said->verdict.judgement == MODEL_FINE ? finding->side == MS_CLIENT
                                                                   ? "the client is right, and was found to break"
                                                                   : "the server is right, and was found to break"
                       : finding->side == MS_CLIENT          ? "the client is wrong otherwise than by breaking"
                                                             : "the server is wrong otherwise than by breaking";
    disagree(talk, what, id);
}

void talk_found(compare_talk *talk, const ms_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        found(talk, &findings->items[i], "machine");
}

static void judge_found(compare_talk *talk)
{
    ms_finding finding;
    while (talk->judge != NULL && talk->judge->found(talk->judge_state, talk->judged, &finding)) {
        talk->judged++;
        found(talk, &finding, "track");
    }
}

/* --- the octets ------------------------------------------------------------------------------------------------- */

void talk_begin(compare_talk *talk, talk_protocol protocol, const talk_reader *reader)
{
    /* not the octets and the verdicts, of which most dialogues have few: clearing 30,000 octets takes as long as a line does */
    talk->judged = talk->count = talk->checked = 0;
    talk->len[0] = talk->len[1] = 0;
    talk->at[0] = talk->at[1] = 0;
    talk->habits[0] = '\0';
    talk->why = NULL;
    talk->reader = *reader;
    talk->judge = talk_second_judge;
    talk->judge_state = talk->judge == NULL ? NULL : talk->judge->begin(protocol);
}

void talk_end(compare_talk *talk)
{
    if (talk->judge != NULL)
        talk->judge->end(talk->judge_state);
}

/* Reads one thing of the side's; false: it waits. */
static bool read_one(compare_talk *talk, ms_side side)
{
    ms_finding items[TALK_FINDINGS];
    ms_findings findings = {.items = items, .capacity = TALK_FINDINGS};
    bool waits = false;
    const ms_span held = ms_span_make(talk->held[side], talk->len[side]);
    const size_t consumed = talk->reader.take(talk->reader.state, side, held, &findings, &waits);
    talk_found(talk, &findings);
    talk->len[side] -= consumed;
    memmove(talk->held[side], talk->held[side] + consumed, talk->len[side]);
    return !waits;
}

static void read_all(compare_talk *talk)
{
    while (read_one(talk, MS_CLIENT)) {
    }
    while (talk->len[MS_SERVER] > 0 && read_one(talk, MS_SERVER))
        while (talk->len[MS_CLIENT] > 0 && read_one(talk, MS_CLIENT)) {
        }
}

void talk_say(compare_talk *talk, ms_side side, const char *octets, model_verdict verdict)
{
    const size_t len = strlen(octets);
    if (talk->count == TALK_SAID || talk->len[side] + len > TALK_HELD)
        return;
    print(side, octets);
    talk_said *said = &talk->said[talk->count++];
    said->side = side;
    said->from = talk->at[side];
    said->verdict = verdict;
    said->found = false;
    memcpy(talk->held[side] + talk->len[side], octets, len);
    talk->len[side] += len;
    talk->at[side] += len;
    said->to = talk->at[side];
    read_all(talk);
    if (talk->judge != NULL)
        talk->judge->hear(talk->judge_state, side, ms_span_make((const uint8_t *)octets, len), talk->count);
    judge_found(talk);
}

void talk_close(compare_talk *talk, ms_side side, model_verdict verdict)
{
    ms_finding items[TALK_FINDINGS];
    ms_findings findings = {.items = items, .capacity = TALK_FINDINGS};
    if (talk->count == TALK_SAID)
        return;
    if (talk_trace != NULL)
        fprintf(talk_trace, "    %c closes\n", side == MS_CLIENT ? 'C' : 'S');
    talk->said[talk->count++] =
        (talk_said){.side = side, .from = talk->at[side], .to = talk->at[side], .verdict = verdict};
    talk->reader.close(talk->reader.state, side, talk->len, &findings);
    talk_found(talk, &findings);
    if (talk->judge != NULL)
        talk->judge->close(talk->judge_state, side, talk->count);
    judge_found(talk);
}

void talk_tls(compare_talk *talk)
{
    talk->len[MS_CLIENT] = talk->len[MS_SERVER] = 0;
    if (talk->judge != NULL)
        talk->judge->tls(talk->judge_state);
    judge_found(talk);
}

void talk_settle(compare_talk *talk)
{
    for (; talk->judge != NULL && talk->checked < talk->count; talk->checked++) {
        const talk_said *said = &talk->said[talk->checked];
        const model_verdict *verdict = &said->verdict;
        if (verdict->judgement == MODEL_FAULT && !said->found && !is_told(talk, verdict->ids) &&
            !(verdict->more_ids != NULL && is_told(talk, verdict->more_ids)))
            disagree(talk,
                     said->side == MS_CLIENT ? "the client was not found to break one of"
                                             : "the server was not found to break one of",
                     verdict->ids);
    }
}

sasl_text talk_initial_response(compare_choices *choices)
{
    if (compare_one_of(choices, 6))
        return SASL_NOISE;
    return compare_one_of(choices, 2) ? SASL_BASE64 : SASL_NONE;
}

sasl_text talk_response(compare_choices *choices, sasl_text challenge)
{
    if (compare_one_of(choices, 6))
        return SASL_NOISE;
    return compare_one_of(choices, 6) || challenge == SASL_NOISE ? SASL_CANCEL : SASL_BASE64;
}
