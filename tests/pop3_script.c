#include "pop3_script.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "harness/requirement/register.h"

enum { STEPS = 80, FINDINGS = 64, STREAM = 16384, RUNS = 128, MESSAGES = 64, TRACE = 65536 };

typedef struct due {
    size_t step;
    uint16_t requirement;
    uint8_t side;
} due;

typedef struct step {
    char what;        /* C S T X H */
    size_t from, len; /* in octets of all steps */
} step;

typedef struct script {
    step steps[STEPS];
    size_t count;
    uint8_t octets[STREAM];
    size_t len;
    due dues[FINDINGS];
    size_t due_count;
} script;

static size_t add_octets(script *s, const char *text, size_t len)
{
    const size_t from = s->len;
    for (size_t i = 0; i < len; i++) {
        unsigned octet = (unsigned char)text[i];
        if (text[i] == '%' && sscanf(text + i + 1, "%2x", &octet) == 1)
            i += 2;
        cr_assert(s->len < STREAM);
        s->octets[s->len++] = (uint8_t)octet;
    }
    return s->len - from;
}

static void add_step(script *s, const char *line, size_t len)
{
    cr_assert(s->count < STEPS);
    step *next = &s->steps[s->count++];
    next->what = line[0];
    next->from = s->len;
    if (line[0] != 'C' && line[0] != 'S')
        return;
    const bool raw = len > 1 && line[1] == '>';
    const size_t head = raw ? 3 : 2;
    next->len = len > head ? add_octets(s, line + head, len - head) : 0;
    if (!raw)
        next->len += add_octets(s, "\r\n", 2);
}

static void read_script(script *s, const script_row *row)
{
    memset(s, 0, sizeof *s);
    for (const char *line = row->script; *line != '\0';) {
        const size_t len = strcspn(line, "\n");
        if (line[0] == '!') {
            due *d = &s->dues[s->due_count++];
            d->step = s->count - 1;
            d->side = line[1] == 'c' ? MS_CLIENT : MS_SERVER;
            d->requirement = (uint16_t)ms_register_find(line + 3, len - 3);
            cr_assert_neq(d->requirement, MS_REQ_NONE, "%s: no such requirement: %.*s", row->id, (int)len, line);
        } else {
            add_step(s, line, len);
        }
        line += len + (line[len] == '\n');
    }
}

/* One run of a script. */
typedef struct player {
    ms_pop3_dialogue dialogue;
    uint8_t stream[2][STREAM]; /* not consumed yet */
    size_t pending[2];
    uint64_t said[2];
    ms_finding found[FINDINGS];
    size_t found_count;
    char trace[TRACE];
    size_t trace_len;
    size_t text_octets; /* of the message being read */
} player;

static void note(player *p, const ms_pop3_event *e)
{
    if (e->kind == MS_POP3_EVENT_TEXT)
        p->text_octets += e->slice.len;
    if (e->kind == MS_POP3_EVENT_NEED_MORE || e->kind == MS_POP3_EVENT_UNDECIDED || e->kind == MS_POP3_EVENT_TEXT)
        return;
    const bool end = e->kind == MS_POP3_EVENT_END;
    const uint64_t at = end ? e->at + e->consumed : e->at; /* an end may come with the octets before it, or without */
    p->trace_len += (size_t)snprintf(p->trace + p->trace_len, TRACE - p->trace_len, "%d@%llu+%zu %d#%u %zu\n", e->kind,
                                     (unsigned long long)at, end ? 0 : e->consumed, e->answered.verb,
                                     e->answered.sequence, end ? p->text_octets + e->slice.len : 0);
    cr_assert(p->trace_len < TRACE);
    if (end)
        p->text_octets = 0;
}

static void keep(player *p, const ms_findings *findings)
{
    cr_assert_eq(findings->lost, 0);
    for (size_t i = 0; i < findings->count; i++) {
        cr_assert(p->found_count < FINDINGS);
        p->found[p->found_count++] = findings->items[i];
    }
}

static bool take(player *p, ms_side side)
{
    bool moved = false;
    for (;;) {
        ms_finding items[16];
        ms_findings findings = {items, 16, 0, 0};
        const ms_span input = heap_copy(p->stream[side], p->pending[side]);
        ms_pop3_event event;
        memset(&event, 0xA5, sizeof event); /* whatever was there before must not come out */
        ms_pop3_dialogue_read(&p->dialogue, side, input, &findings, &event);
        cr_assert(event.consumed <= input.len);
        note(p, &event);
        heap_free(input);
        p->pending[side] -= event.consumed;
        memmove(p->stream[side], p->stream[side] + event.consumed, p->pending[side]);
        keep(p, &findings);
        moved |= event.consumed > 0;
        if (event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED)
            return moved;
    }
}

static void say(player *p, ms_side side, const uint8_t *octets, size_t len)
{
    memcpy(p->stream[side] + p->pending[side], octets, len);
    p->pending[side] += len;
    for (bool moved = take(p, side); moved;) {
        moved = take(p, side == MS_CLIENT ? MS_SERVER : MS_CLIENT);
        moved |= take(p, side);
    }
}

static void mark(player *p, char what)
{
    ms_finding items[16];
    ms_findings findings = {items, 16, 0, 0};
    if (what == 'T') {
        ms_pop3_dialogue_tls(&p->dialogue, p->pending[MS_CLIENT], p->pending[MS_SERVER], &findings);
        p->pending[MS_CLIENT] = p->pending[MS_SERVER] = 0;
    } else {
        ms_pop3_dialogue_close(&p->dialogue, what == 'X' ? MS_SERVER : MS_CLIENT, p->pending[MS_CLIENT],
                               p->pending[MS_SERVER], &findings);
    }
    keep(p, &findings);
}

/* cut: octets of all steps before the place where they are cut; SIZE_MAX: each octet by itself. */
static void play(player *p, const script *s, size_t cut, size_t runs, size_t messages)
{
    ms_pop3_run *run_memory = calloc(runs, sizeof *run_memory);
    uint8_t *message_memory = calloc(messages + 1, 1);
    memset(p, 0, sizeof *p);
    ms_pop3_dialogue_init(&p->dialogue, run_memory, runs, message_memory, messages);
    for (size_t i = 0; i < s->count; i++) {
        const step *st = &s->steps[i];
        const uint8_t *octets = s->octets + st->from;
        const ms_side side = st->what == 'C' ? MS_CLIENT : MS_SERVER;
        if (st->what != 'C' && st->what != 'S') {
            mark(p, st->what);
            continue;
        }
        if (cut == SIZE_MAX) {
            for (size_t k = 0; k < st->len; k++)
                say(p, side, octets + k, 1);
        } else {
            const size_t first = cut > st->from && cut < st->from + st->len ? cut - st->from : st->len;
            say(p, side, octets, first);
            if (first < st->len)
                say(p, side, octets + first, st->len - first);
        }
    }
    free(run_memory);
    free(message_memory);
}

/* The step whose octets the finding points at; a finding behind all octets belongs to the last mark. */
static size_t step_of(const script *s, const ms_finding *f)
{
    uint64_t at = 0;
    size_t last = s->count - 1;
    for (size_t i = 0; i < s->count; i++) {
        const step *st = &s->steps[i];
        const bool of_stream = st->what == (f->stream == MS_CLIENT ? 'C' : 'S');
        if (st->what == 'X' || st->what == 'H')
            last = i;
        if (!of_stream)
            continue;
        if (f->at >= at && f->at < at + st->len)
            return i;
        at += st->len;
    }
    return last;
}

static void compare(const script_row *row, const script *s, const player *p, const char *way)
{
    bool met[FINDINGS] = {false};
    for (size_t i = 0; i < p->found_count; i++) {
        const ms_finding *f = &p->found[i];
        const size_t at = step_of(s, f);
        size_t k = 0;
        while (k < s->due_count && (met[k] || s->dues[k].requirement != f->requirement || s->dues[k].side != f->side ||
                                    s->dues[k].step != at))
            k++;
        cr_expect(k < s->due_count, "%s (%s): %s by the %s in step %zu is not due", row->id, way,
                  ms_register_get(f->requirement)->id, f->side == MS_CLIENT ? "client" : "server", at + 1);
        if (k < s->due_count)
            met[k] = true;
    }
    for (size_t k = 0; k < s->due_count; k++)
        cr_expect(met[k], "%s (%s): %s is missing in step %zu", row->id, way,
                  ms_register_get(s->dues[k].requirement)->id, s->dues[k].step + 1);
}

void script_check_in(const script_row *row, size_t runs, size_t messages)
{
    script *s = malloc(sizeof *s);
    player *whole = malloc(sizeof *whole), *other = malloc(sizeof *other);
    cr_assert(s != NULL && whole != NULL && other != NULL);
    read_script(s, row);
    play(whole, s, 0, runs, messages);
    compare(row, s, whole, "lines");
    play(other, s, SIZE_MAX, runs, messages);
    compare(row, s, other, "octets");
    cr_expect_str_eq(other->trace, whole->trace, "%s: events differ octet by octet:\n%s\n%s", row->id, whole->trace,
                     other->trace);
    for (size_t cut = 1; cut < s->len; cut++) {
        play(other, s, cut, runs, messages);
        const bool same = other->found_count == whole->found_count &&
                          memcmp(other->found, whole->found, whole->found_count * sizeof whole->found[0]) == 0 &&
                          strcmp(other->trace, whole->trace) == 0;
        cr_expect(same, "%s: differs when cut at %zu", row->id, cut);
    }
    free(s);
    free(whole);
    free(other);
}

void script_check(const script_row *row)
{
    script_check_in(row, RUNS, MESSAGES);
}
