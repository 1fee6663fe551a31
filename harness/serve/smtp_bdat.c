/*
 * smtp_bdat.c - BDAT: chunks that are counted (RFC 3030)
 */
#include "harness/serve/smtp_mutant.h"

#include <string.h>

/* A BDAT in which no chunk can have a place gets its reply; true: it did. */
static bool refuse_chunk(smtp_server *server)
{
    const smtp_transaction *t = &server->transaction;
    if (mutant_is(server->settings, MUTANT_SMTP_BDAT_AGAIN) && !t->open && server->by_chunks) {
        smtp_reply(server, 250, 0, 0, "Chunk taken");
        return true;
    }
    if (!smtp_in_order(server, MS_SMTP_BDAT))
        return true;
    /* RFC 2033 section 4.3: without recipients, LAST has no reply */
    if (server->variant == MS_VARIANT_LMTP && server->chunk_last && t->recipient_count == 0 &&
        !mutant_is(server->settings, MUTANT_LMTP_BDAT_NOBODY)) {
        smtp_transaction_clear(server);
        return true;
    }
    return !smtp_has_recipients(server);
}

static void answer_chunk(smtp_server *server)
{
    smtp_transaction *t = &server->transaction;
    if (server->chunk_malformed) {
        smtp_reply(server, 501, 5, 4, "Only LAST may follow the size of the chunk");
        return;
    }
    if (server->chunk_answered || refuse_chunk(server))
        return;
    if (mutant_is(server->settings, MUTANT_SMTP_BDAT_EMPTY) && server->chunk_last && server->chunk_size == 0) {
        smtp_reply(server, 501, 5, 4, "The chunk is empty");
        return;
    }
    t->chunks = true;
    if (server->chunk_last) {
        ms_content_chunks_end(&t->scanner);
        smtp_end_of_data(server);
    } else if (t->content_octets > server->settings->size_limit) {
        smtp_reply(server, 552, 3, 4, "The message is too large");
        smtp_transaction_clear(server); /* the chunks behind it find no transaction */
    } else {
        smtp_reply(server, 250, 0, 0, "Chunk taken");
        if (mutant_is(server->settings, MUTANT_SMTP_BDAT_BORDER))
            smtp_keep_content(server, MS_SPAN("\r\n"));
    }
}

/* The last octet of a chunk was read. */
static void end_chunk(smtp_server *server)
{
    ms_span line = MS_SPAN("");
    const size_t from = server->out->len;
    server->verb = MS_SMTP_BDAT;
    server->phase = PHASE_COMMANDS;
    if (!server->silent)
        server->wish = SERVE_AGAIN;
    if (!smtp_data_mutant_before(server, DATA_AT_CHUNK, &line))
        answer_chunk(server);
    else if (server->chunk_last)
        smtp_transaction_clear(server);
    smtp_data_mutant_after(server, from);
}

/* --- the command ------------------------------------------------------------------------------------ */

/* "BDAT 6 FIRST": how many octets follow can be told all the same. */
static bool read_size(ms_span line, uint64_t *octets)
{
    size_t at = sizeof "BDAT " - 1;
    const size_t from = at;
    uint64_t size = 0;
    for (; at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '9' && at - from < 18; at++)
        size = size * 10 + (uint64_t)(line.ptr[at] - '0');
    *octets = size;
    return at > from && at < line.len && line.ptr[at] == ' ';
}

/* Sizes as mutants read them. */
static void misread(smtp_server *server, ms_span line)
{
    size_t at = sizeof "BDAT " - 1;
    switch (server->settings->mutant) {
    case MUTANT_SMTP_BDAT_SHORT:
        server->chunk_remaining -= server->chunk_remaining > 0 ? 1 : 0;
        break;
    case MUTANT_SMTP_BDAT_32_BITS:
        server->chunk_remaining &= UINT32_MAX;
        break;
    case MUTANT_SMTP_BDAT_OCTAL:
        if (at >= line.len || line.ptr[at] != '0')
            break;
        for (server->chunk_remaining = 0; at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '7'; at++)
            server->chunk_remaining = server->chunk_remaining * 8 + (uint64_t)(line.ptr[at] - '0');
        break;
    default:
        break;
    }
}

/* Malformed sizes that a mutant takes all the same. */
static bool mistake(smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    const uint8_t first = line.len > sizeof "BDAT " - 1 ? line.ptr[sizeof "BDAT " - 1] : 0;
    const bool word = first >= 'A';
    const bool sign = first == '-' || first == '+';
    uint64_t octets;
    if (parsed->error == MS_SMTP_OK)
        return false;
    server->chunk_remaining = 0;
    server->chunk_last = false;
    if (mutant_is(server->settings, MUTANT_SMTP_BDAT_WORD_RUNS) && read_size(line, &octets)) {
        server->chunk_last = true;
        server->chunk_remaining = octets;
        return true;
    }
    if (sign && mutant_is(server->settings, MUTANT_SMTP_BDAT_SIGNED))
        return true;
    if (mutant_is(server->settings, MUTANT_SMTP_BDAT_32_BITS) && parsed->error == MS_SMTP_ERR_CHUNK_SIZE && !word &&
        !sign) {
        server->chunk_remaining = 1; /* of 2^64 + 1 */
        server->chunk_last = true;
        return true;
    }
    return word && mutant_is(server->settings, MUTANT_SMTP_BDAT_SIZE);
}

/* The chunk is not read: what follows is run. */
static bool runs_chunk(const smtp_server *server)
{
    const smtp_transaction *t = &server->transaction;
    switch (server->settings->mutant) {
    case MUTANT_SMTP_BDAT_FIRST_RUNS:
        return !t->open;
    case MUTANT_SMTP_BDAT_NO_RCPT_RUNS:
        return t->open && t->recipient_count == 0 && !t->recipient_refused;
    case MUTANT_SMTP_BDAT_REFUSED_RUNS:
        return t->open && t->recipient_count == 0 && t->recipient_refused;
    default:
        return false;
    }
}

static bool has_lower_last(ms_span line)
{
    return line.len > 4 && memcmp(line.ptr + line.len - 4, "LAST", 4) != 0 && (line.ptr[line.len - 1] | 0x20) == 't';
}

static void begin_chunk(smtp_server *server)
{
    smtp_transaction *t = &server->transaction;
    if (!t->chunks)
        ms_content_init(&t->scanner);
    server->chunk_size = server->chunk_remaining;
    if (!t->chunks || !mutant_is(server->settings, MUTANT_SMTP_BDAT_DOT_OVER))
        server->watch = (smtp_watch){.last = {[14] = '\r', [15] = '\n'}};
    server->phase = PHASE_CHUNK;
    server->chunk_answered = mutant_is(server->settings, MUTANT_SMTP_BDAT_EARLY) && t->open &&
                             server->chunk_remaining > server->settings->size_limit;
    if (server->chunk_answered) {
        smtp_reply(server, 552, 3, 4, "The message is too large");
        server->wish = SERVE_AGAIN;
    }
    if (server->chunk_remaining == 0 || runs_chunk(server)) {
        server->chunk_remaining = 0;
        end_chunk(server);
    }
}

/* The octets of the chunk follow the command at once, whatever is thought of it (RFC 3030 section 2): they are read
 * before the reply.  Where their number cannot be told, the connection ends, lest content is run as commands. */
void smtp_bdat(smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    const ms_deviations strays = parsed->deviations & ~MS_DEVIATION_BIT(MS_SMTP_DEV_TRAILING_BLANKS);
    const bool mistaken = mistake(server, parsed, line);
    server->chunk_malformed = !mistaken && (parsed->error != MS_SMTP_OK || strays != 0);
    if (mutant_is(server->settings, MUTANT_SMTP_BDAT_LAST_CASE) && has_lower_last(line))
        server->chunk_malformed = true;
    if (!server->chunk_malformed && !mistaken) {
        server->chunk_remaining = parsed->command.bdat.octets;
        server->chunk_last = parsed->command.bdat.last;
        misread(server, line);
    } else if (server->chunk_malformed && !read_size(line, &server->chunk_remaining)) {
        smtp_reply(server, 501, 5, 4, "The size of the chunk is malformed, closing");
        server->wish = SERVE_CLOSE;
        return;
    }
    begin_chunk(server);
}

/* --- its octets --------------------------------------------------------------------------------------- */

/* Where a lone dot ends the chunk although nothing but its size does. */
static size_t dot_in(smtp_server *server, ms_span slice)
{
    smtp_watch *w = &server->watch;
    const bool lf = mutant_is(server->settings, MUTANT_SMTP_BDAT_LF_DOT);
    const bool looks = lf || mutant_is(server->settings, MUTANT_SMTP_BDAT_FINAL_DOT) ||
                       mutant_is(server->settings, MUTANT_SMTP_BDAT_DOT_ENDS) ||
                       mutant_is(server->settings, MUTANT_SMTP_BDAT_DOT_OVER);
    for (size_t i = 0; looks && i < slice.len; i++) {
        memmove(w->last, w->last + 1, sizeof w->last - 1);
        w->last[sizeof w->last - 1] = slice.ptr[i];
        const uint8_t *last = w->last + sizeof w->last;
        if (lf ? memcmp(last - 3, "\n.\n", 3) == 0 : memcmp(last - 5, "\r\n.\r\n", 5) == 0)
            return i + 1;
    }
    return 0;
}

/* Dots at the start of lines mean nothing here. */
static void keep_chunk(smtp_server *server, ms_span slice)
{
    smtp_watch *w = &server->watch;
    if (!mutant_is(server->settings, MUTANT_SMTP_BDAT_UNSTUFFED)) {
        smtp_keep_content(server, slice);
        return;
    }
    for (size_t i = 0; i < slice.len; i++) {
        if (slice.ptr[i] != '.' || memcmp(w->last + sizeof w->last - 2, "\r\n", 2) != 0)
            smtp_keep_content(server, ms_span_make(slice.ptr + i, 1));
        memmove(w->last, w->last + 1, sizeof w->last - 1);
        w->last[sizeof w->last - 1] = slice.ptr[i];
    }
}

size_t smtp_take_chunk(smtp_server *server, ms_span input)
{
    smtp_transaction *t = &server->transaction;
    const ms_content_slice slice = ms_content_chunk(&t->scanner, &server->chunk_remaining, input);
    const size_t dot = dot_in(server, slice.slice);
    if (dot > 0) {
        server->chunk_remaining = 0;
        end_chunk(server);
        return dot;
    }
    if (t->open && t->recipient_count > 0 && !server->chunk_malformed)
        keep_chunk(server, slice.slice);
    if (server->chunk_remaining == 0)
        end_chunk(server);
    return slice.consumed;
}
