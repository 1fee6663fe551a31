/* track.c - see track.h; what is common to both protocols */
#include "harness/replay/track.h"

#include "harness/replay/maildrop.h"
#include "harness/replay/message.h"
#include "harness/replay/smtp_rules.h"
#include "harness/requirement/register.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    YIELD_ROOM = 1024,
    NEAR = 256, /* findings among which those of one step are */
};

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

void replay_findings_add(replay_findings *findings, replay_finding finding)
{
    if (findings->count == findings->room) {
        findings->room = findings->room == 0 ? 16 : findings->room * 2;
        findings->items = must(realloc(findings->items, findings->room * sizeof *findings->items));
    }
    findings->items[findings->count++] = finding;
}

void replay_findings_free(replay_findings *findings)
{
    free(findings->items);
    memset(findings, 0, sizeof *findings);
}

void replay_yields_free(replay_yields *yields)
{
    for (size_t i = 0; i < yields->count; i++)
        free(yields->items[i].text);
    free(yields->items);
    yields->items = NULL;
    yields->count = yields->room = 0;
}

static int by_step(const void *a, const void *b)
{
    const replay_yield *x = a;
    const replay_yield *y = b;
    if (x->step != y->step)
        return (uintptr_t)x->step < (uintptr_t)y->step ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void replay_yields_sort(replay_yields *yields)
{
    if (yields->count > 1)
        qsort(yields->items, yields->count, sizeof *yields->items, by_step);
}

size_t replay_yields_first(const replay_yields *yields, const mst_step *step)
{
    size_t low = 0;
    size_t high = yields->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if ((uintptr_t)yields->items[middle].step < (uintptr_t)step)
            low = middle + 1;
        else
            high = middle;
    }
    return low < yields->count && yields->items[low].step == step ? low : yields->count;
}

/* --- digest: FNV-1a over numbers and octets -------------------------------- */

void replay_track_digest(replay_track *track, uint64_t value)
{
    track->digest = (track->digest ^ value) * UINT64_C(0x100000001b3);
}

void replay_track_digest_octets(replay_track *track, ms_span octets)
{
    uint64_t digest = track->digest;
    for (size_t i = 0; i < octets.len; i++)
        digest = (digest ^ octets.ptr[i]) * UINT64_C(0x100000001b3);
    track->digest = digest;
}

/* --- where things stand ------------------------------------------------------ */

const mst_step *replay_track_step(const replay_track *track, ms_side side, uint64_t at)
{
    const replay_stream *stream = &track->streams[side];
    if (stream->segment_count == 0 || at >= stream->fed)
        return track->now;
    size_t low = 0;
    size_t high = stream->segment_count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (stream->segments[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return stream->segments[low].step;
}

static void add_segment(replay_stream *stream, const mst_step *step)
{
    if (stream->segment_count > 0 && stream->segments[stream->segment_count - 1].step == step)
        return;
    if (stream->segment_count == stream->segment_room) {
        stream->segment_room = stream->segment_room == 0 ? 32 : stream->segment_room * 2;
        stream->segments = must(realloc(stream->segments, stream->segment_room * sizeof *stream->segments));
    }
    stream->segments[stream->segment_count++] = (replay_segment){.at = stream->fed, .step = step};
}

/* Whether a recording suffices to hold this against that side: rows that need more than octets (a site's policy,
 * the registry of tomorrow), and rows about the other side, are for others to judge. */
static bool is_judged(ms_finding finding)
{
    const ms_register_row *row = ms_register_get(finding.requirement);
    if (row == NULL || strncmp(row->offline, "yes", 3) != 0)
        return false;
    return strcmp(row->subject, finding.side == MS_CLIENT ? "server" : "client") != 0;
}

static void add_finding(replay_track *track, ms_finding finding, const mst_step *step)
{
    if (!is_judged(finding))
        return;
    const size_t count = track->findings->count;
    for (size_t i = count; i-- > (count > NEAR ? count - NEAR : 0);) {
        const replay_finding *f = &track->findings->items[i];
        if (f->connection == track->connection && f->step == step && f->finding.side == finding.side &&
            f->finding.requirement == finding.requirement)
            return; /* a requirement is broken once by a step */
    }
    replay_findings_add(track->findings,
                        (replay_finding){.finding = finding, .step = step, .connection = track->connection});
    const uint64_t prime = UINT64_C(0x100000001b3);
    track->digest_found += ((finding.at ^ finding.requirement) * prime ^ finding.side) * prime;
}

void replay_track_found(replay_track *track, const ms_findings *findings, const mst_step *step)
{
    for (size_t i = 0; i < findings->count; i++) {
        const ms_finding *finding = &findings->items[i];
        add_finding(track, *finding,
                    step != NULL ? step : replay_track_step(track, (ms_side)finding->stream, finding->at));
    }
    if (findings->lost > 0)
        track->limited = true;
}

uint32_t replay_track_line(const replay_track *track, ms_side side)
{
    const replay_stream *stream = &track->streams[side];
    const mst_step *step = replay_track_step(track, side, stream->fed - octet_buffer_span(&stream->pending).len);
    return step == NULL ? 0 : step->at.line;
}

void replay_track_find(replay_track *track, ms_side side, uint16_t requirement, ms_side stream, uint64_t at)
{
    const ms_finding finding = {.at = at, .requirement = requirement, .side = (uint8_t)side, .stream = (uint8_t)stream};
    add_finding(track, finding, replay_track_step(track, stream, at));
}

void replay_track_yield(replay_track *track, ms_side side, uint64_t at, const char *format, ...)
{
    replay_yields *yields = track->yields;
    if (yields == NULL || !yields->wanted)
        return;
    char line[YIELD_ROOM];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    char *text = must(strdup(line));
    if (yields->count == yields->room) {
        yields->room = yields->room == 0 ? 32 : yields->room * 2;
        yields->items = must(realloc(yields->items, yields->room * sizeof *yields->items));
    }
    yields->items[yields->count] =
        (replay_yield){.step = replay_track_step(track, side, at), .order = yields->count, .text = text};
    yields->count++;
}

/* --- the track --------------------------------------------------------------- */

static ms_smtp_variant variant_of(mst_protocol protocol)
{
    if (protocol == MST_LMTP)
        return MS_VARIANT_LMTP;
    return protocol == MST_SUBMISSION ? MS_VARIANT_SUBMISSION : MS_VARIANT_SMTP;
}

void replay_track_init(replay_track *track, mst_protocol protocol, unsigned connection, replay_findings *findings,
                       replay_yields *yields, struct replay_maildrop *maildrop)
{
    memset(track, 0, sizeof *track);
    track->protocol = protocol;
    track->connection = connection;
    track->findings = findings;
    track->yields = yields;
    track->maildrop = maildrop;
    track->digest = UINT64_C(0xcbf29ce484222325);
    if (protocol == MST_POP3) {
        replay_pop3_begin(track);
        return;
    }
    ms_smtp_run *runs = must(calloc(REPLAY_RUNS, sizeof *runs));
    track->memory = runs;
    ms_smtp_dialogue_init(&track->smtp, variant_of(protocol), runs, REPLAY_RUNS);
    track->message = must(replay_message_new());
    track->smtp_rules = replay_smtp_rules_new();
}

void replay_track_free(replay_track *track)
{
    for (int side = 0; side < 2; side++) {
        octet_buffer_free(&track->streams[side].pending);
        free(track->streams[side].segments);
    }
    replay_message_free(track->message);
    replay_smtp_rules_free(track->smtp_rules);
    replay_pop_session_free(track->pop_session);
    free(track->memory);
    memset(track, 0, sizeof *track);
}

static bool drain(replay_track *track, ms_side side)
{
    return track->protocol == MST_POP3 ? replay_pop3_drain(track, side) : replay_smtp_drain(track, side);
}

void replay_track_feed(replay_track *track, ms_side side, ms_span octets, const mst_step *step)
{
    replay_stream *stream = &track->streams[side];
    const ms_side other = side == MS_CLIENT ? MS_SERVER : MS_CLIENT;
    track->now = step;
    if (octets.len == 0)
        return;
    add_segment(stream, step);
    octet_buffer_add(&stream->pending, octets);
    stream->fed += octets.len;
    /* what one side says may decide what the other's waiting octets are */
    bool again = drain(track, side);
    while (again && octet_buffer_span(&track->streams[other].pending).len > 0) {
        again = drain(track, other);
        if (again)
            again = drain(track, side);
    }
}

void replay_track_tls(replay_track *track, const mst_step *step)
{
    ms_finding items[REPLAY_FINDINGS];
    ms_findings findings = {.items = items, .capacity = REPLAY_FINDINGS};
    const size_t client = octet_buffer_span(&track->streams[MS_CLIENT].pending).len;
    const size_t server = octet_buffer_span(&track->streams[MS_SERVER].pending).len;
    track->now = step;
    if (track->protocol != MST_POP3) {
        replay_smtp_rules_tls(track, octet_buffer_span(&track->streams[MS_CLIENT].pending), &findings);
        ms_smtp_dialogue_tls(&track->smtp, client, server, &findings);
    } else {
        replay_pop3_tls(track, client, server, &findings);
    }
    octet_buffer_drop(&track->streams[MS_CLIENT].pending, client);
    octet_buffer_drop(&track->streams[MS_SERVER].pending, server);
    replay_track_found(track, &findings, step);
}

void replay_track_close(replay_track *track, ms_side side, const mst_step *step)
{
    ms_finding items[REPLAY_FINDINGS];
    ms_findings findings = {.items = items, .capacity = REPLAY_FINDINGS};
    const size_t client = octet_buffer_span(&track->streams[MS_CLIENT].pending).len;
    const size_t server = octet_buffer_span(&track->streams[MS_SERVER].pending).len;
    track->now = step;
    if (track->closed[side])
        return;
    track->closed[side] = true;
    if (track->protocol != MST_POP3) {
        const ms_smtp_session before = track->smtp.session;
        ms_smtp_dialogue_close(&track->smtp, side, client, server, &findings);
        replay_smtp_rules_close(track, side, &before, octet_buffer_span(&track->streams[MS_CLIENT].pending), &findings);
    } else {
        replay_pop3_close(track, side, client, server, &findings);
    }
    replay_track_found(track, &findings, step);
}
