/*
 * smtp_data.c - DATA and BDAT: the octets of a message, and the replies behind them
 */
#include "harness/serve/smtp_internal.h"

#include <string.h>

/* --- what both have in common ------------------------------------------------------------- */

/* Octets over the limit are counted, not kept (RFC 1870 section 6.1). */
static void keep(smtp_server *server, ms_span slice)
{
    smtp_transaction *t = &server->transaction;
    t->content_octets += slice.len;
    if (t->content_octets <= server->settings->size_limit)
        serve_octets_add(&t->content, slice);
}

static bool too_large(const smtp_server *server)
{
    return server->transaction.content_octets > server->settings->size_limit;
}

/* Why the whole message is refused. */
static bool refuse_content(smtp_server *server, unsigned *code, unsigned *subject, unsigned *detail, const char **text)
{
    const smtp_transaction *t = &server->transaction;
    if (too_large(server)) {
        *code = 552;
        *subject = 3;
        *detail = 4;
        *text = "The message is too large";
        return true;
    }
    /* RFC 5321 section 2.3.8: CR and LF occur together only; what another system makes of them is how mail is
     * smuggled.  BINARYMIME may hold anything (RFC 3030 section 3). */
    if (t->body != MS_BODY_BINARYMIME && (t->scanner.flags & (MS_CONTENT_BARE_CR | MS_CONTENT_BARE_LF)) != 0) {
        *code = 554;
        *subject = 6;
        *detail = 0;
        *text = "The message holds a bare CR or LF";
        return true;
    }
    return false;
}

/* SMTP: one reply for all (RFC 5321 section 4.1.1.4).  LMTP: one for each recipient (RFC 2033 section 4.2). */
void smtp_end_of_data(smtp_server *server)
{
    unsigned code, subject, detail;
    const char *text;
    smtp_transaction *t = &server->transaction;
    const bool lmtp = server->variant == MS_VARIANT_LMTP;
    server->verb = MS_SMTP_END_OF_DATA;
    const bool refused = refuse_content(server, &code, &subject, &detail, &text);
    size_t delivered = 0;
    for (size_t i = 0; i < t->recipient_count; i++) {
        const bool done = !refused && smtp_deliver(server, &t->recipients[i]);
        delivered += done ? 1 : 0;
        if (lmtp && refused)
            smtp_reply(server, code, subject, detail, text);
        else if (lmtp && done)
            smtp_reply(server, 250, 0, 0, "Delivered");
        else if (lmtp)
            smtp_reply(server, 452, 2, 2, "The maildrop is full");
    }
    if (!lmtp && refused)
        smtp_reply(server, code, subject, detail, text);
    else if (!lmtp && delivered > 0)
        smtp_reply(server, 250, 0, 0, "Message accepted");
    else if (!lmtp)
        smtp_reply(server, 452, 3, 1, "There is no room for the message");
    smtp_transaction_clear(server);
}

/* --- DATA ------------------------------------------------------------------------------------ */

/* false: there is nobody to send to, and the refusal is written. */
static bool has_recipients(smtp_server *server)
{
    const smtp_transaction *t = &server->transaction;
    if (t->recipient_count > 0)
        return true;
    if (t->recipient_refused && server->variant != MS_VARIANT_LMTP)
        smtp_reply(server, 554, 5, 1, "No valid recipients");
    else
        smtp_reply(server, 503, 5, 1, "RCPT comes first"); /* RFC 2033 section 4.2 allows nothing else */
    return false;
}

void smtp_data(smtp_server *server)
{
    if (!has_recipients(server))
        return;
    ms_content_init(&server->transaction.scanner);
    server->phase = PHASE_DATA;
    smtp_reply_bare(server, 354, "Send the message, end it by a line with a single dot");
}

size_t smtp_take_data(smtp_server *server, ms_span input)
{
    const ms_content_slice slice = ms_content_next(&server->transaction.scanner, input);
    keep(server, slice.slice);
    if (slice.status == MS_CONTENT_END) {
        server->phase = PHASE_COMMANDS;
        smtp_end_of_data(server);
    }
    return slice.consumed;
}

/* --- BDAT ------------------------------------------------------------------------------------ */

/* The last octet of a chunk was read. */
static void end_chunk(smtp_server *server)
{
    smtp_transaction *t = &server->transaction;
    server->verb = MS_SMTP_BDAT;
    server->phase = PHASE_COMMANDS;
    server->wish = SERVE_AGAIN;
    if (server->chunk_malformed) {
        smtp_reply(server, 501, 5, 4, "Only LAST may follow the size of the chunk");
        return;
    }
    if (!smtp_in_order(server, MS_SMTP_BDAT))
        return;
    /* RFC 2033 section 4.3: without recipients, LAST has no reply */
    if (server->variant == MS_VARIANT_LMTP && server->chunk_last && t->recipient_count == 0) {
        smtp_transaction_clear(server);
        return;
    }
    if (!has_recipients(server))
        return;
    t->chunks = true;
    if (server->chunk_last) {
        ms_content_chunks_end(&t->scanner);
        smtp_end_of_data(server);
    } else if (too_large(server)) {
        smtp_reply(server, 552, 3, 4, "The message is too large");
        smtp_transaction_clear(server); /* the chunks behind it find no transaction */
    } else {
        smtp_reply(server, 250, 0, 0, "Chunk taken");
    }
}

/* "BDAT 6 FIRST": how many octets follow can be told all the same. */
static bool read_size(ms_span line, uint64_t *octets)
{
    size_t at = sizeof "BDAT ";
    at--;
    const size_t from = at;
    uint64_t size = 0;
    for (; at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '9' && at - from < 18; at++)
        size = size * 10 + (uint64_t)(line.ptr[at] - '0');
    *octets = size;
    return at > from && at < line.len && line.ptr[at] == ' ';
}

/* The octets of the chunk follow the command at once, whatever is thought of it (RFC 3030 section 2): they are read
 * before the reply.  Where their number cannot be told, the connection ends, lest content is run as commands. */
void smtp_bdat(smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    const ms_deviations strays = parsed->deviations & ~MS_DEVIATION_BIT(MS_SMTP_DEV_TRAILING_BLANKS);
    server->chunk_malformed = parsed->error != MS_SMTP_OK || strays != 0;
    server->chunk_last = false;
    if (!server->chunk_malformed) {
        server->chunk_remaining = parsed->command.bdat.octets;
        server->chunk_last = parsed->command.bdat.last;
    } else if (!read_size(line, &server->chunk_remaining)) {
        smtp_reply(server, 501, 5, 4, "The size of the chunk is malformed, closing");
        server->wish = SERVE_CLOSE;
        return;
    }
    if (!server->transaction.chunks)
        ms_content_init(&server->transaction.scanner);
    server->phase = PHASE_CHUNK;
    if (server->chunk_remaining == 0)
        end_chunk(server);
}

size_t smtp_take_chunk(smtp_server *server, ms_span input)
{
    smtp_transaction *t = &server->transaction;
    const ms_content_slice slice = ms_content_chunk(&t->scanner, &server->chunk_remaining, input);
    if (t->open && t->recipient_count > 0 && !server->chunk_malformed)
        keep(server, slice.slice);
    if (server->chunk_remaining == 0)
        end_chunk(server);
    return slice.consumed;
}
