/* talk.c - see talk.h */
#include "fuzz/talk.h"

typedef struct player {
    const fuzz_talk *talk;
    const fuzz_reader *reader;
    size_t from[2], to[2]; /* the octets given and not consumed, by ms_side */
    size_t calls;
} player;

static bool drain(player *p, ms_side side)
{
    bool progress = false;
    for (;;) {
        const ms_span window = ms_span_make(p->talk->stream[side].ptr + p->from[side], p->to[side] - p->from[side]);
        const size_t said = p->talk->stream[0].len + p->talk->stream[1].len + p->talk->count;
        FUZZ_EXPECT(ORACLE_WORK, p->from[side], ++p->calls <= 8 * said + 16);
        const fuzz_taken taken = p->reader->take(p->reader->state, side, window, p->from[side]);
        FUZZ_EXPECT(ORACLE_WORK, p->from[side], taken.consumed <= window.len);
        p->from[side] += taken.consumed;
        if (taken.waits)
            return progress;
        progress = true;
        if (side == MS_SERVER && p->reader->client_between && p->to[MS_CLIENT] > p->from[MS_CLIENT])
            drain(p, MS_CLIENT);
    }
}

static void hear(player *p, ms_side side, size_t octets)
{
    const ms_side other = side == MS_CLIENT ? MS_SERVER : MS_CLIENT;
    fuzz_reveal(p->talk->block[side], p->to[side], p->to[side] + octets);
    p->to[side] += octets;
    bool again = drain(p, side);
    while (again && p->to[other] > p->from[other]) {
        again = drain(p, other);
        if (again)
            again = drain(p, side);
    }
}

void fuzz_talk_play(const fuzz_talk *talk, const fuzz_input *input, fuzz_way way, const fuzz_reader *reader)
{
    player p = {.talk = talk, .reader = reader};
    fuzz_cutter cutter = fuzz_cutter_make(input, way);
    bool closed[2] = {false, false};
    fuzz_hide(talk->block[0], 0);
    fuzz_hide(talk->block[1], 0);
    for (size_t i = 0; i < talk->count; i++) {
        const fuzz_segment *segment = &talk->segments[i];
        const size_t client = p.to[MS_CLIENT] - p.from[MS_CLIENT];
        const size_t server = p.to[MS_SERVER] - p.from[MS_SERVER];
        switch (segment->kind) {
        case FUZZ_SAID:
            for (size_t left = segment->len; left > 0;) {
                const size_t piece = fuzz_cutter_next(&cutter, left);
                hear(&p, segment->side, piece);
                left -= piece;
            }
            break;
        case FUZZ_TLS:
            reader->tls(reader->state, client, server);
            p.from[MS_CLIENT] = p.to[MS_CLIENT];
            p.from[MS_SERVER] = p.to[MS_SERVER];
            break;
        case FUZZ_CLOSE:
            if (!closed[segment->side])
                reader->close(reader->state, segment->side, client, server);
            closed[segment->side] = true;
            break;
        }
    }
    fuzz_show(talk->block[0]);
    fuzz_show(talk->block[1]);
}

void fuzz_note_begin(fuzz_note *note, fuzz_way way)
{
    *note = (fuzz_note){fuzz_log_of(way), {0, 0}};
    note->log->count = 0;
}

void fuzz_note_content(fuzz_note *note, ms_side side, unsigned kind, ms_span octets)
{
    uint64_t digest = note->content[side];
    for (size_t i = 0; i < octets.len; i++)
        digest = (digest ^ octets.ptr[i] ^ (uint64_t)kind << 8) * UINT64_C(0x100000001b3);
    note->content[side] = digest;
}

void fuzz_note_add(fuzz_note *note, ms_side side, uint64_t at, uint64_t digest)
{
    fuzz_look look = fuzz_look_at(ms_span_absent());
    look.digest = digest;
    look_number(&look, note->content[side]);
    look_number(&look, side);
    note->content[side] = 0;
    fuzz_log_add(note->log, (size_t)at, look.digest);
}

void fuzz_note_end(fuzz_note *note, fuzz_way way)
{
    fuzz_note_add(note, MS_CLIENT, 0, 0);
    fuzz_note_add(note, MS_SERVER, 0, 0);
    if (way != FUZZ_WHOLE)
        fuzz_log_compare(way);
}

void fuzz_note_findings(fuzz_note *note, const ms_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const ms_finding *f = &findings->items[i];
        fuzz_look look = fuzz_look_at(ms_span_absent());
        look_number(&look, f->at);
        look_number(&look, (uint64_t)f->requirement << 16 | f->code);
        look_number(&look, (uint64_t)f->side << 24 | (uint64_t)f->stream << 16 | (uint64_t)f->verb << 8 | f->state);
        fuzz_log_add(note->log, (size_t)f->at, look.digest);
    }
}
