/*
 * bench_peers.c - the same octets through libdovecot and libEtPan
 *
 * Built where both are installed (Debian: dovecot-dev, dovecot-core, libetpan-dev).  Each row is a fraction of the
 * peer's time, or of its speed; the peers parse what they are meant to parse, so none is judged by what it leaves out.
 */
#include <libetpan/libetpan.h>

#include "mailspec/content.h"
#include "mailspec/limits.h"
#include "mailspec/smtp_command.h"
#include "measure.h"
#include "peer_dovecot.h"
#include "smtp_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATHS = 5000, BODY = 4 * 1024 * 1024 };

static bench_stream paths; /* each ended by NUL, as Dovecot wants them */
static bench_stream body;
static uint8_t *out;
static size_t out_at;

static size_t our_paths(void)
{
    size_t good = 0;
    for (size_t at = 0; at < paths.len;) {
        const size_t len = strlen((const char *)paths.octets + at);
        const ms_smtp_path_parsed parsed =
            ms_smtp_path_parse(ms_span_make(paths.octets + at, len), MS_REVERSE_PATH, NULL);
        good += parsed.error == MS_SMTP_OK;
        at += len + 1;
    }
    return good;
}

static size_t dovecot_paths(void)
{
    return peer_dovecot_paths((const char *)paths.octets, paths.len);
}

static size_t our_stuffing(void)
{
    ms_stuffer stuffer;
    size_t written;
    ms_stuffer_init(&stuffer);
    ms_stuffer_next(&stuffer, ms_span_make(body.octets, body.len), out, 2 * (size_t)BODY, &written);
    return written;
}

/* libEtPan writes to a stream; this one copies into memory. */
static ssize_t take(mailstream_low *low, const void *octets, size_t len)
{
    (void)low;
    memcpy(out + out_at, octets, len);
    out_at += len;
    return (ssize_t)len;
}

static ssize_t give_nothing(mailstream_low *low, void *octets, size_t len)
{
    (void)low;
    (void)octets;
    (void)len;
    return 0;
}

static int succeed(mailstream_low *low)
{
    (void)low;
    return 0;
}

static void release(mailstream_low *low)
{
    free(low);
}

static mailstream *sink_stream;

static size_t etpan_stuffing(void)
{
    out_at = 0;
    mailstream_send_data(sink_stream, (const char *)body.octets, body.len, 0, NULL);
    mailstream_flush(sink_stream);
    return out_at;
}

static void make_octets(void)
{
    bench_stream_open(&paths, (size_t)PATHS * 170);
    bench_stream_open(&body, BODY);
    for (int i = 0; i < PATHS; i++) {
        char mailbox[160], path[170];
        const int len = snprintf(path, sizeof path, "<%s>", bench_mailbox(mailbox));
        bench_stream_add(&paths, path, (size_t)len + 1);
    }
    for (char line[78]; body.room - body.len >= sizeof line;) {
        memset(line, 'a' + (int)bench_random_below(26), sizeof line);
        if (bench_random_below(100) == 0)
            line[0] = '.';
        memcpy(line + 76, "\r\n", 2);
        bench_stream_add(&body, line, sizeof line);
    }
    out = malloc(2 * (size_t)BODY + 16);
    if (out == NULL)
        exit(1);
}

int main(void)
{
    static mailstream_low_driver driver = {.mailstream_read = give_nothing,
                                           .mailstream_write = take,
                                           .mailstream_close = succeed,
                                           .mailstream_get_fd = succeed,
                                           .mailstream_free = release};
    make_octets();
    peer_dovecot_begin();
    sink_stream = mailstream_new(mailstream_low_new(NULL, &driver), 8192);
    if (our_paths() != PATHS || dovecot_paths() != PATHS) {
        printf("of %d paths %zu were accepted here, %zu by libdovecot\n", PATHS, our_paths(), dovecot_paths());
        return 1;
    }
    bench_row row = {"SMTP path beside libdovecot", "path", PATHS, "libdovecot", PATHS, BENCH_TIMES, 0.25, 0.4};
    bench_measure(&row, our_paths, NULL, dovecot_paths);
    row = (bench_row){
        "stuffing beside libEtPan", "octet", (double)body.len, "libEtPan", (double)body.len, BENCH_FRACTION, 2.5, 1.5};
    bench_measure(&row, our_stuffing, NULL, etpan_stuffing);
    mailstream_close(sink_stream);
    peer_dovecot_end();
    free(paths.octets);
    free(body.octets);
    free(out);
    return 0;
}
