#include "serve_feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "harness/serve/pop3_server.h"
#include "harness/serve/smtp_server.h"
#include "serve_still.h"

store *serve_feed_store(void)
{
    store *s = store_new(SERVE_STILL_TIME, (size_t)64 << 20);
    store_add_user(s, "alice", "secret");
    store_add_user(s, "bob", "secret");
    return s;
}

serve_settings serve_feed_settings(store *s)
{
    serve_settings settings = serve_settings_default(s);
    settings.clock = serve_still_clock;
    settings.random = serve_still_random;
    settings.tls = true;
    return settings;
}

/* One of the two. */
typedef struct server {
    smtp_server *smtp;
    pop3_server *pop3;
} server;

static serve_taken take(const server *of, ms_span input, serve_octets *out)
{
    const ms_span copy = heap_copy(input.ptr, input.len);
    const serve_taken taken =
        of->smtp != NULL ? smtp_server_take(of->smtp, copy, out) : pop3_server_take(of->pop3, copy, out);
    heap_free(copy);
    return taken;
}

static size_t begin_tls(const server *of, size_t pending)
{
    return of->smtp != NULL ? smtp_server_tls(of->smtp, pending, "TLS_AES_256_GCM_SHA384")
                            : pop3_server_tls(of->pop3, pending);
}

/* Feed until all was taken, or the server wants to close. */
static serve_wish converse(const server *of, ms_span input, size_t cut, serve_octets *out)
{
    size_t from = 0, to = 0;
    serve_wish wish = SERVE_AGAIN;
    while (wish != SERVE_CLOSE) {
        if (wish == SERVE_INPUT) {
            if (to == input.len)
                break;
            const size_t room = SERVE_INPUT_ROOM - (to - from);
            const size_t due = cut == SERVE_FEED_OCTETS ? 1 : to < cut && cut < input.len ? cut - to : input.len - to;
            const size_t more = due < room ? due : room;
            to += more;
        }
        const serve_taken taken = take(of, ms_span_make(input.ptr + from, to - from), out);
        from += taken.consumed;
        wish = taken.wish;
        if (wish == SERVE_TLS) {
            from = to - begin_tls(of, to - from);
            wish = SERVE_AGAIN;
        }
    }
    return wish;
}

serve_feed_result serve_feed_smtp(const serve_settings *settings, ms_smtp_variant variant, bool tls, ms_span input,
                                  size_t cut)
{
    const serve_peer peer = {"127.0.0.1", "127.0.0.1"};
    serve_feed_result result = {{0}, SERVE_INPUT};
    const server of = {smtp_server_new(settings, variant, &peer, tls ? "TLS_AES_256_GCM_SHA384" : ""), NULL};
    serve_still_count = 0;
    result.wish = converse(&of, input, cut, &result.said);
    smtp_server_free(of.smtp);
    return result;
}

serve_feed_result serve_feed_pop3(const serve_settings *settings, bool tls, ms_span input, size_t cut)
{
    serve_feed_result result = {{0}, SERVE_INPUT};
    const server of = {NULL, pop3_server_new(settings, tls)};
    serve_still_count = 0;
    result.wish = converse(&of, input, cut, &result.said);
    pop3_server_free(of.pop3);
    return result;
}

/* --- what was said -------------------------------------------------------------------------------- */

static void add(char *out, size_t room, const char *word, size_t len)
{
    const size_t used = strlen(out);
    snprintf(out + used, room - used, "%s%.*s", used == 0 ? "" : " ", (int)len, word);
}

void serve_feed_codes(ms_span said, char *out, size_t room)
{
    out[0] = '\0';
    for (size_t at = 0; at < said.len;) {
        const uint8_t *lf = memchr(said.ptr + at, '\n', said.len - at);
        const char *line = (const char *)said.ptr + at;
        const size_t end = lf == NULL ? said.len : (size_t)(lf - said.ptr) + 1;
        const size_t len = end - at;
        if (len >= 2 && line[0] == '+' && line[1] == ' ')
            add(out, room, "c", 1);
        else if (len >= 3 && memcmp(line, "+OK", 3) == 0)
            add(out, room, "+", 1);
        else if (len >= 4 && memcmp(line, "-ERR", 4) == 0)
            add(out, room, "-", 1);
        else if (len >= 4 && line[0] >= '2' && line[0] <= '5' && line[3] == ' ')
            add(out, room, line, 3);
        at = end;
    }
}
