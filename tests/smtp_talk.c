/* smtp_talk.c - see smtp_talk.h */
#include "smtp_talk.h"

#include "feed.h"
#include "harness/requirement/register.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 1200, STREAM = 1 << 16, FOUND = 256, ID_MAX = 40 };

typedef struct step {
    char kind;             /* 'O' octets, 'T', 'X' */
    uint8_t side;          /* ms_side */
    size_t at, len;        /* in the stream of side */
    const char *breaks[2]; /* by ms_side: ids, as they stand in the text; NULL: none */
    size_t breaks_len[2];
} step;

typedef struct script {
    step steps[STEPS];
    size_t count;
    uint8_t stream[2][STREAM];
    size_t len[2];
} script;

typedef struct found {
    size_t step;
    uint16_t requirement;
    uint8_t side;
} found;

/* How the streams are given. */
typedef struct plan {
    bool octets; /* one at a time */
    int side;    /* -1: whole */
    size_t cut;
} plan;

typedef struct player {
    const script *script;
    ms_smtp_dialogue dialogue;
    size_t given[2], taken[2];
    found items[FOUND];
    size_t count;
} player;

/* --- reading ------------------------------------------------------------------ */

static uint8_t hex(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static size_t unescape(const char *text, size_t len, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\\') {
            out[n++] = (uint8_t)text[i];
            continue;
        }
        i++;
        cr_assert(i < len, "an escape at the end of a line");
        if (text[i] == 'x') {
            out[n++] = (uint8_t)(hex(text[i + 1]) << 4 | hex(text[i + 2]));
            i += 2;
        } else {
            out[n++] = text[i] == 'r' ? '\r' : text[i] == 'n' ? '\n' : text[i] == '0' ? 0 : (uint8_t)text[i];
        }
    }
    return n;
}

static void read_octets(script *s, const char *line, size_t len)
{
    const uint8_t side = line[0] == 'C' || line[0] == 'c' ? MS_CLIENT : MS_SERVER;
    const bool raw = line[0] == 'c' || line[0] == 's';
    uint8_t *out = s->stream[side] + s->len[side];
    cr_assert(s->len[side] + len + 2 < STREAM && s->count < STEPS && len >= 1);
    const size_t text = len < 2 ? 0 : len - 2;
    size_t n = text;
    if (raw) {
        n = unescape(line + 2, text, out);
    } else {
        memcpy(out, line + 2, text);
        out[n++] = '\r';
        out[n++] = '\n';
    }
    s->steps[s->count++] = (step){.kind = 'O', .side = side, .at = s->len[side], .len = n};
    s->len[side] += n;
}

static void read_line(script *s, const char *line, size_t len)
{
    const uint8_t side = line[0] == 'C' ? MS_CLIENT : MS_SERVER;
    if (len == 1 && line[0] == 'T') {
        s->steps[s->count++] = (step){.kind = 'T'};
    } else if (len == 2 && line[1] == 'X') {
        s->steps[s->count++] = (step){.kind = 'X', .side = side};
    } else if (len > 3 && line[1] == '!') {
        cr_assert(s->count > 0, "a finding before the first step");
        s->steps[s->count - 1].breaks[side] = line + 3;
        s->steps[s->count - 1].breaks_len[side] = len - 3;
    } else {
        cr_assert(len == 1 || line[1] == ' ', "unreadable step: %.*s", (int)len, line);
        read_octets(s, line, len);
    }
}

static script *read_script(const char *text)
{
    script *s = calloc(1, sizeof *s);
    cr_assert_not_null(s);
    while (*text != '\0') {
        const char *end = strchr(text, '\n');
        const size_t len = end == NULL ? strlen(text) : (size_t)(end - text);
        if (len > 0)
            read_line(s, text, len);
        text += end == NULL ? len : len + 1;
    }
    return s;
}

/* --- playing ------------------------------------------------------------------- */

static size_t step_of(const script *s, uint8_t side, uint64_t at, size_t now)
{
    for (size_t i = 0; i <= now; i++)
        if (s->steps[i].kind == 'O' && s->steps[i].side == side && at >= s->steps[i].at &&
            at < s->steps[i].at + s->steps[i].len)
            return i;
    return now;
}

static void keep(player *p, const ms_findings *findings, size_t now, bool here)
{
    cr_assert_eq(findings->lost, 0);
    for (size_t i = 0; i < findings->count; i++) {
        const ms_finding *f = &findings->items[i];
        const size_t at = here ? now : step_of(p->script, f->stream, f->at, now);
        bool known = false;
        for (size_t k = 0; k < p->count; k++)
            known |= p->items[k].step == at && p->items[k].requirement == f->requirement && p->items[k].side == f->side;
        cr_assert(p->count < FOUND);
        cr_expect_neq(f->requirement, MS_REQ_NONE);
        if (!known)
            p->items[p->count++] = (found){.step = at, .requirement = f->requirement, .side = f->side};
    }
}

/* Take from side's octets what can be taken; true if something was. */
static bool drain(player *p, uint8_t side, size_t now)
{
    bool any = false;
    for (;;) {
        const size_t pending = p->given[side] - p->taken[side];
        const ms_span input = heap_copy(p->script->stream[side] + p->taken[side], pending);
        ms_finding items[32];
        ms_findings findings = {.items = items, .capacity = COUNT(items)};
        ms_smtp_event event;
        memset(&event, 0xA5, sizeof event); /* whatever was there before must not come out */
        ms_smtp_dialogue_read(&p->dialogue, (ms_side)side, input, &findings, &event);
        cr_expect_eq(event.at, p->taken[side]);
        cr_assert_leq(event.consumed, pending);
        p->taken[side] += event.consumed;
        heap_free(input);
        keep(p, &findings, now, false);
        if (event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED)
            return any;
        any = true;
        if (side == MS_SERVER && p->given[MS_CLIENT] > p->taken[MS_CLIENT])
            drain(p, MS_CLIENT, now); /* what waited for this reply was sent before the next one */
    }
}

static void give(player *p, uint8_t side, size_t octets, size_t now)
{
    p->given[side] += octets;
    const uint8_t other = side == MS_CLIENT ? MS_SERVER : MS_CLIENT;
    while (drain(p, side, now) && p->given[other] > p->taken[other] && drain(p, other, now))
        continue;
}

static void play_octets(player *p, const step *s, const plan *how, size_t now)
{
    if (how->octets) {
        for (size_t i = 0; i < s->len; i++)
            give(p, s->side, 1, now);
        return;
    }
    const bool here = how->side == (int)s->side && how->cut > s->at && how->cut < s->at + s->len;
    const size_t head = here ? how->cut - s->at : s->len;
    give(p, s->side, head, now);
    if (here)
        give(p, s->side, s->len - head, now);
}

static void play(player *p, const plan *how)
{
    for (size_t i = 0; i < p->script->count; i++) {
        const step *s = &p->script->steps[i];
        ms_finding items[32];
        ms_findings findings = {.items = items, .capacity = COUNT(items)};
        const size_t client = p->given[MS_CLIENT] - p->taken[MS_CLIENT];
        const size_t server = p->given[MS_SERVER] - p->taken[MS_SERVER];
        if (s->kind == 'O') {
            play_octets(p, s, how, i);
            continue;
        }
        if (s->kind == 'X') {
            ms_smtp_dialogue_close(&p->dialogue, (ms_side)s->side, client, server, &findings);
        } else {
            ms_smtp_dialogue_tls(&p->dialogue, client, server, &findings);
            p->taken[MS_CLIENT] = p->given[MS_CLIENT];
            p->taken[MS_SERVER] = p->given[MS_SERVER];
        }
        keep(p, &findings, i, true);
    }
}

/* --- comparing ------------------------------------------------------------------- */

static bool next_id(const char **text, size_t *len, const char **id, size_t *id_len)
{
    while (*len > 0 && **text == ' ') {
        ++*text;
        --*len;
    }
    *id = *text;
    while (*len > 0 && **text != ' ') {
        ++*text;
        --*len;
    }
    *id_len = (size_t)(*text - *id);
    return *id_len > 0;
}

static bool is_expected(const script *s, const found *f)
{
    const char *text = s->steps[f->step].breaks[f->side];
    size_t len = text == NULL ? 0 : s->steps[f->step].breaks_len[f->side];
    const char *id;
    size_t id_len;
    while (next_id(&text, &len, &id, &id_len))
        if (ms_register_find(id, id_len) == f->requirement)
            return true;
    return false;
}

static bool was_found(const player *p, size_t at, uint8_t side, uint16_t requirement)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].step == at && p->items[i].side == side && p->items[i].requirement == requirement)
            return true;
    return false;
}

static void describe(const plan *how, char *out, size_t room)
{
    if (how->octets)
        snprintf(out, room, "octet by octet");
    else if (how->side < 0)
        snprintf(out, room, "whole");
    else
        snprintf(out, room, "%s's stream cut at %zu", how->side == MS_CLIENT ? "client" : "server", how->cut);
}

static void compare(const smtp_talk *talk, const player *p, const plan *how)
{
    static const char *const sides[] = {[MS_CLIENT] = "client", [MS_SERVER] = "server"};
    const script *s = p->script;
    char way[64];
    describe(how, way, sizeof way);
    for (size_t i = 0; i < p->count; i++) {
        const ms_register_row *row = ms_register_get(p->items[i].requirement);
        cr_expect(is_expected(s, &p->items[i]), "%s (%s): step %zu: nobody expected %s of the %s", talk->name, way,
                  p->items[i].step + 1, row == NULL ? "?" : row->id, sides[p->items[i].side]);
    }
    for (size_t i = 0; i < s->count; i++)
        for (uint8_t side = 0; side < 2; side++) {
            const char *text = s->steps[i].breaks[side];
            size_t len = text == NULL ? 0 : s->steps[i].breaks_len[side];
            const char *id;
            size_t id_len;
            while (next_id(&text, &len, &id, &id_len)) {
                const unsigned number = ms_register_find(id, id_len);
                cr_expect_gt(number, 0, "%s: no such requirement: %.*s", talk->name, (int)id_len, id);
                cr_expect(was_found(p, i, side, (uint16_t)number), "%s (%s): step %zu: %.*s of the %s was not found",
                          talk->name, way, i + 1, (int)id_len, id, sides[side]);
            }
        }
}

static void check_way(const smtp_talk *talk, const script *s, const plan *how)
{
    ms_smtp_run *runs = calloc(MS_SMTP_RUNS_DEFAULT, sizeof *runs);
    player *p = calloc(1, sizeof *p);
    cr_assert(runs != NULL && p != NULL);
    p->script = s;
    ms_smtp_dialogue_init(&p->dialogue, talk->variant, runs, MS_SMTP_RUNS_DEFAULT);
    play(p, how);
    compare(talk, p, how);
    free(p);
    free(runs);
}

void smtp_talk_check(const smtp_talk *talk)
{
    script *s = read_script(talk->text);
    check_way(talk, s, &(plan){.side = -1});
    check_way(talk, s, &(plan){.side = -1, .octets = true});
    for (int side = 0; side < 2; side++)
        for (size_t cut = 1; cut < s->len[side]; cut++)
            check_way(talk, s, &(plan){.side = side, .cut = cut});
    free(s);
}

void smtp_talk_check_all(const smtp_talk *talks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        smtp_talk_check(&talks[i]);
}

ms_smtp_dialogue smtp_talk_run(const smtp_talk *talk, ms_smtp_run *runs, size_t capacity, size_t *findings)
{
    script *s = read_script(talk->text);
    player *p = calloc(1, sizeof *p);
    cr_assert_not_null(p);
    p->script = s;
    ms_smtp_dialogue_init(&p->dialogue, talk->variant, runs, capacity);
    play(p, &(plan){.side = -1});
    *findings = p->count;
    const ms_smtp_dialogue dialogue = p->dialogue;
    free(p);
    free(s);
    return dialogue;
}
