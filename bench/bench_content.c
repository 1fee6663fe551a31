/*
 * bench_content.c - how fast content is un-stuffed, stuffed and framed, beside memchr and memcpy
 *
 * The un-stuffed octets are compared with the original first: a broken scanner is a fast one.
 */
#include "mailspec/content.h"
#include "mailspec/line.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIB = 1024 * 1024 };

typedef struct block {
    uint8_t *ptr;
    size_t len;
} block;

static volatile size_t sink;

static block new_block(size_t len)
{
    block b = {malloc(len), len};
    if (b.ptr == NULL)
        abort();
    memset(b.ptr, 0, len); /* no page fault is timed */
    return b;
}

/* Content of whole lines: shortest to longest octets of text, every dots-th of them with a dot in front. */
static block make_text(size_t len, uint32_t shortest, uint32_t longest, uint32_t dots)
{
    block b = new_block(len);
    size_t at = 0;
    while (len - at > longest + 3) {
        const uint32_t octets = shortest + bench_random_below(longest - shortest + 1);
        for (uint32_t i = 0; i < octets; i++)
            b.ptr[at + i] = (uint8_t)(bench_random_below(7) == 0 ? ' ' : 'a' + bench_random_below(26));
        if (octets > 0)
            b.ptr[at] = bench_random_below(dots) == 0 ? '.' : 'T';
        at += octets;
        b.ptr[at++] = '\r';
        b.ptr[at++] = '\n';
    }
    b.len = at;
    return b;
}

static block make_repeated(size_t len, const char *unit, size_t unit_len)
{
    block b = new_block(len / unit_len * unit_len);
    for (size_t at = 0; at < b.len; at++)
        b.ptr[at] = (uint8_t)unit[at % unit_len];
    return b;
}

static block stuffed(block content)
{
    block b = new_block(content.len + content.len / 2 + 16);
    ms_stuffer stuffer;
    size_t written;
    ms_stuffer_init(&stuffer);
    if (ms_stuffer_next(&stuffer, ms_span_make(content.ptr, content.len), b.ptr, b.len, &written) != content.len)
        abort();
    b.len = written + ms_stuffer_end(&stuffer, b.ptr + written);
    return b;
}

static block other; /* where copies go */

/* Candidates and yard-sticks: each goes once through the block. */
static void yard_memchr(block b)
{
    sink += (size_t)(memchr(b.ptr, 0xFE, b.len) != NULL);
}

static void yard_memcpy(block b)
{
    memcpy(other.ptr, b.ptr, b.len);
    sink += other.ptr[b.len / 2];
}

static void slices_of(ms_content *content, block b)
{
    for (size_t at = 0; at < b.len;) {
        const ms_content_slice got = ms_content_next(content, ms_span_make(b.ptr + at, b.len - at));
        sink += got.slice.len;
        at += got.consumed;
        if (got.status != MS_CONTENT_SLICE)
            break;
    }
}

static void slices(block b)
{
    ms_content content;
    ms_content_init(&content);
    slices_of(&content, b);
}

static void slices_in_pieces(block b, size_t piece)
{
    ms_content content;
    ms_content_init(&content);
    for (size_t at = 0; at < b.len; at += piece) {
        const block part = {b.ptr + at, b.len - at < piece ? b.len - at : piece};
        slices_of(&content, part);
    }
}

static void slices_of_16k(block b)
{
    slices_in_pieces(b, 16 * 1024);
}

static void slices_of_octets(block b)
{
    slices_in_pieces(b, 1);
}

static void copies(block b)
{
    ms_content content;
    size_t written;
    ms_content_init(&content);
    ms_content_copy(&content, ms_span_make(b.ptr, b.len), other.ptr, &written);
    sink += written;
}

static void stuffs(block b)
{
    ms_stuffer stuffer;
    size_t written;
    ms_stuffer_init(&stuffer);
    sink += ms_stuffer_next(&stuffer, ms_span_make(b.ptr, b.len), other.ptr, other.len, &written);
    sink += written;
}

static void split(block b)
{
    for (size_t at = 0; at < b.len;) {
        const uint8_t *lf = memchr(b.ptr + at, '\n', b.len - at);
        if (lf == NULL)
            break;
        sink += (size_t)(lf - b.ptr) - at;
        at = (size_t)(lf - b.ptr) + 1;
    }
}

static void lines(block b)
{
    ms_line_framer framer;
    ms_line_init(&framer, 1000);
    for (size_t at = 0; at < b.len;) {
        const ms_line line = ms_line_next(&framer, ms_span_make(b.ptr + at, b.len - at));
        if (line.status == MS_LINE_NEED_MORE)
            break;
        sink += line.text.len + line.flags;
        at += line.consumed;
    }
}

static void lines_by_octets(block b)
{
    ms_line_framer framer;
    ms_line_init(&framer, 1000);
    size_t at = 0;
    for (size_t shown = 1; shown <= b.len; shown++)
        at += ms_line_next(&framer, ms_span_make(b.ptr + at, shown - at)).consumed;
    sink += at;
}

/* What is measured at the moment. */
static block measured;
static void (*candidate_of_row)(block), (*yard_of_row)(block);

static size_t run_candidate(void)
{
    candidate_of_row(measured);
    return sink;
}

static size_t run_yard(void)
{
    yard_of_row(measured);
    return sink;
}

/* goal and least: fractions of the yard-stick's speed; 0: none. */
static void row(const char *name, block b, void (*candidate)(block), void (*yard)(block), const char *yard_name,
                double goal, double least)
{
    measured = b;
    candidate_of_row = candidate;
    yard_of_row = yard;
    const bench_row r = {name, "octet", (double)b.len, yard_name, (double)b.len, BENCH_FRACTION, goal, least};
    bench_measure(&r, run_candidate, NULL, run_yard);
}

static void check(const char *name, block content, block wire)
{
    ms_content scanner;
    size_t at = 0, written = 0;
    ms_content_init(&scanner);
    for (ms_content_slice got = {.status = MS_CONTENT_SLICE}; got.status == MS_CONTENT_SLICE; at += got.consumed) {
        got = ms_content_next(&scanner, ms_span_make(wire.ptr + at, wire.len - at));
        if (got.slice.len > content.len - written ||
            (got.slice.len > 0 && memcmp(got.slice.ptr, content.ptr + written, got.slice.len) != 0))
            break;
        written += got.slice.len;
    }
    bool same = at == wire.len && written == content.len;
    ms_content_init(&scanner);
    same &= ms_content_copy(&scanner, ms_span_make(wire.ptr, wire.len), other.ptr, &written).status == MS_CONTENT_END;
    same &= written == content.len && memcmp(other.ptr, content.ptr, written) == 0;
    if (!same) {
        printf("%s: un-stuffing does not give back the content\n", name);
        exit(1);
    }
}

static void hostile(const char *name, const char *unit, size_t len)
{
    const block b = unit != NULL ? make_repeated(16 * MIB, unit, len) : make_repeated(100000000, "x", 1);
    char words[96];
    snprintf(words, sizeof words, "hostile, %s: slices", name);
    row(words, b, slices, yard_memchr, "memchr", 0.03, 0.02);
    snprintf(words, sizeof words, "hostile, %s: copying", name);
    row(words, b, copies, yard_memchr, "memchr", 0.03, 0.02);
    free(b.ptr);
}

static void run(const char *only)
{
    const block text = make_text(64 * MIB, 76, 76, 100), wire = stuffed(text);
    const block mixed = make_text(16 * MIB, 0, 120, 100), mixed_wire = stuffed(mixed);
    check("76 octets", text, wire);
    check("variable", mixed, mixed_wire);
    if (only == NULL || strchr(only, 's') != NULL) {
        row("slices, 64 MiB, 76 octets, 1 % dots", wire, slices, yard_memchr, "memchr", 0.55, 0.35);
        row("slices, 16 MiB, variable", mixed_wire, slices, yard_memchr, "memchr", 0.45, 0.25);
        row("slices, 16 KiB chunks", wire, slices_of_16k, slices, "whole", 0.95, 0.90);
        row("copying, 64 MiB, 76 octets, 1 % dots", wire, copies, yard_memcpy, "memcpy", 0.55, 0.4);
        row("copying, 16 MiB, variable", mixed_wire, copies, yard_memcpy, "memcpy", 0, 0);
        row("stuffing, 64 MiB, 76 octets", text, stuffs, yard_memcpy, "memcpy", 0, 0);
        row("stuffing, 16 MiB, variable", mixed, stuffs, yard_memcpy, "memcpy", 0, 0);
    }
    block part = wire;
    part.len = 4 * MIB;
    if (only == NULL || strchr(only, 'o') != NULL) {
        row("slices, octet by octet", part, slices_of_octets, yard_memchr, "memchr", 0, 0);
        row("lines", part, lines, split, "split", 0, 0);
        part.len = MIB;
        row("lines, octet by octet", part, lines_by_octets, split, "split", 0, 0);
        part.len = 4 * MIB;
    }
    if (only == NULL || strchr(only, 'e') != NULL) {
        for (size_t at = 30; at < part.len; at += 60)
            part.ptr[at] = part.ptr[at] == 'a' ? 0xE4 : part.ptr[at] == 'b' ? '\t' : part.ptr[at];
        row("slices, 8-bit and tabs", part, slices, yard_memchr, "memchr", 0, 0);
    }
    if (only == NULL || strchr(only, 'h') != NULL) {
        hostile("\"..\" CRLF", "..\r\n", 4);
        hostile("only dots", ".", 1);
        hostile("empty lines", "\r\n", 2);
        hostile("bare CR", "\r", 1);
        hostile("bare LF", "\n", 1);
        hostile("LF . LF", "\n.\n", 3);
        hostile("CRLF .. CR", "\r\n..\r", 5);
        hostile("x CR", "x\r", 2);
        hostile("8-bit", "\xE4\xB8\xAD", 3);
        hostile("NUL", "\0", 1);
        hostile("one line, 100 MB", NULL, 0);
        const block noise = make_repeated(16 * MIB, "x", 1);
        for (size_t at = 2; at < noise.len; at++) { /* no dot starts a line, or the end would come soon */
            const bool line_start = noise.ptr[at - 2] == '\r' && noise.ptr[at - 1] == '\n';
            noise.ptr[at] = (uint8_t) "x\r\n."[bench_random_below(line_start ? 3 : 4)];
        }
        row("hostile, CR LF . x at random: slices", noise, slices, yard_memchr, "memchr", 0.03, 0.02);
        free(noise.ptr);
    }
    free(text.ptr);
    free(wire.ptr);
    free(mixed.ptr);
    free(mixed_wire.ptr);
}

int main(int argc, char **argv)
{
    other = new_block(100 * MIB);
    run(argc > 1 ? argv[1] : NULL);
    free(other.ptr);
    return 0;
}
