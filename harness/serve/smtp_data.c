/*
 * smtp_data.c - DATA: the octets of a message, and the replies behind them; what BDAT shares with it
 */
#include "harness/serve/header.h"
#include "harness/serve/smtp_mutant.h"

#include <string.h>

#include "mailspec/limits.h"

/* --- content ---------------------------------------------------------------------------------- */

static bool too_large(const smtp_server *server)
{
    const smtp_transaction *t = &server->transaction;
    const bool trusted = mutant_is(server->settings, MUTANT_SMTP_SIZE_TRUSTED) && t->size > 0;
    const bool strict = mutant_is(server->settings, MUTANT_SMTP_SIZE_STRICT) && t->size > 0;
    if (trusted || mutant_is(server->settings, MUTANT_SMTP_SIZE_CONTENT))
        return false;
    return t->content_octets > server->settings->size_limit || (strict && t->content_octets >= t->size);
}

/* Octets over the limit are counted, not kept (RFC 1870 section 6.1). */
void smtp_keep_content(smtp_server *server, ms_span slice)
{
    smtp_transaction *t = &server->transaction;
    t->content_octets += slice.len;
    /* twice the limit, so that a mutant that knows none is bounded, too */
    if (t->content_octets <= server->settings->size_limit * (mutant_is(server->settings, MUTANT_NONE) ? 1 : 8))
        serve_octets_add(&t->content, slice);
}

/* RFC 5321 section 2.3.8: CR and LF occur together only; what another system makes of them is how mail is smuggled.
 * BINARYMIME may hold anything (RFC 3030 section 3). */
static bool holds_bare(const smtp_server *server)
{
    const smtp_transaction *t = &server->transaction;
    if (server->false_end || mutant_is(server->settings, MUTANT_SMTP_LF_CONTENT) ||
        mutant_is(server->settings, MUTANT_SMTP_LF_HEADER) || mutant_is(server->settings, MUTANT_SMTP_LF_STORED) ||
        mutant_is(server->settings, MUTANT_POP3_LF_DOT) ||
        (mutant_is(server->settings, MUTANT_POP3_LF_CHUNK) && t->chunks))
        return false;
    return t->body != MS_BODY_BINARYMIME && (t->scanner.flags & (MS_CONTENT_BARE_CR | MS_CONTENT_BARE_LF)) != 0;
}

/* Why the whole message is refused; NULL: it is not. */
static const smtp_refusal *refusal_of(const smtp_server *server)
{
    static const smtp_refusal large = {552, 3, 4, "The message is too large"};
    static const smtp_refusal bare = {554, 6, 0, "The message holds a bare CR or LF"};
    static const smtp_refusal without_reason = {554, 6, 0, "The message is not liked"};
    if (too_large(server))
        return &large;
    if (holds_bare(server))
        return &bare;
    if (smtp_mutant_refuses_content(server, serve_octets_span(&server->transaction.content)))
        return &without_reason;
    return NULL;
}

/* --- the replies behind it ---------------------------------------------------------------------- */

static bool is_lost(const smtp_server *server, size_t recipient)
{
    return (mutant_is(server->settings, MUTANT_SMTP_ACCEPTED_LOST) && server->messages > 0) ||
           (mutant_is(server->settings, MUTANT_SMTP_SECOND_LOST) && recipient == 1) ||
           (mutant_is(server->settings, MUTANT_SMTP_RECIPIENT_LOST) && recipient == 99);
}

/* LMTP: a reply for each recipient, in their order (RFC 2033 section 4.2). */
static bool is_answered(const smtp_server *server, size_t recipient)
{
    const smtp_transaction *t = &server->transaction;
    if (mutant_is(server->settings, MUTANT_LMTP_ONE_REPLY) ||
        (mutant_is(server->settings, MUTANT_LMTP_BDAT) && t->chunks))
        return recipient == 0;
    for (size_t i = 0; mutant_is(server->settings, MUTANT_LMTP_TWICE) && i < recipient; i++)
        if (t->recipients[i].path.len == t->recipients[recipient].path.len &&
            memcmp(t->recipients[i].path.ptr, t->recipients[recipient].path.ptr, t->recipients[i].path.len) == 0)
            return false;
    return true;
}

static void answer_recipient(smtp_server *server, const smtp_refusal *refused, bool done)
{
    if (refused != NULL)
        smtp_reply(server, refused->code, refused->subject, refused->detail, refused->text);
    else if (done)
        smtp_reply(server, 250, 0, 0, "Delivered");
    else
        smtp_reply(server, 452, 2, 2, "The maildrop is full");
}

/* SMTP: one reply for all (RFC 5321 section 4.1.1.4). */
static void answer_message(smtp_server *server, const smtp_refusal *refused, bool delivered)
{
    const bool dated = header_has(serve_octets_span(&server->transaction.content), "Date");
    if (refused != NULL)
        smtp_reply(server, refused->code, refused->subject, refused->detail, refused->text);
    else if (delivered)
        smtp_reply(server, dated && mutant_is(server->settings, MUTANT_SMTP_END_CODE) ? 251 : 250, 0, 0,
                   "Message accepted");
    else
        smtp_reply(server, 452, 3, 1, "There is no room for the message");
}

/* The buffers are empty then, whatever came of the message (RFC 5321 section 4.1.1.4). */
static void end_transaction(smtp_server *server, bool refused)
{
    smtp_transaction *t = &server->transaction;
    server->messages++;
    server->ended_here = true;
    server->by_chunks = t->chunks;
    server->false_end = false;
    serve_octets_clear(&t->content);
    t->content_octets = 0;
    if (mutant_is(server->settings, MUTANT_SMTP_DATA_KEEPS_RECIPIENTS))
        t->open = false;
    else if (!mutant_is(server->settings, MUTANT_SMTP_DATA_KEEPS) &&
             !(mutant_is(server->settings, MUTANT_SMTP_REFUSED_DATA_KEEPS) && refused))
        smtp_transaction_clear(server);
}

static void end_of_data(smtp_server *server)
{
    smtp_transaction *t = &server->transaction;
    const bool lmtp = server->variant == MS_VARIANT_LMTP;
    server->verb = MS_SMTP_END_OF_DATA;
    const smtp_refusal *refused = server->edits_message ? NULL : refusal_of(server); /* what it changes it takes */
    const bool anyway = refused == NULL || mutant_is(server->settings, MUTANT_SMTP_REFUSED_DELIVERED);
    bool delivered = t->recipient_count == 0; /* which only a mutant lets come so far */
    for (size_t i = 0; i < t->recipient_count; i++) {
        const bool done = anyway && (is_lost(server, i) || smtp_deliver(server, &t->recipients[i]));
        delivered = delivered || done;
        if (lmtp && is_answered(server, i))
            answer_recipient(server, refused, done);
    }
    if (anyway)
        smtp_deliver_to_header(server);
    if (!lmtp)
        answer_message(server, refused, delivered);
    end_transaction(server, refused != NULL);
    smtp_mutant_effect(server);
}

void smtp_end_of_data(smtp_server *server)
{
    ms_span line = MS_SPAN("");
    const size_t from = server->out->len;
    if (!server->transaction.chunks && smtp_data_mutant_before(server, DATA_AT_END_OF_DATA, &line)) {
        end_transaction(server, true);
        return;
    }
    if (smtp_data_mutant_message(server)) {
        end_transaction(server, true);
        return;
    }
    end_of_data(server);
    smtp_data_mutant_after(server, from);
}

/* --- DATA ------------------------------------------------------------------------------------------ */

bool smtp_has_recipients(smtp_server *server)
{
    const smtp_transaction *t = &server->transaction;
    const bool nobody_is_fine = (mutant_is(server->settings, MUTANT_SMTP_DATA_FIRST) && !t->open) ||
                                (mutant_is(server->settings, MUTANT_SMTP_DATA_FOR_NOBODY) && t->recipient_refused);
    if (t->recipient_count > 0 || nobody_is_fine)
        return true;
    if (t->recipient_refused && server->variant != MS_VARIANT_LMTP)
        smtp_reply(server, 554, 5, 1, "No valid recipients");
    else
        smtp_reply(server, 503, 5, 1, "RCPT comes first"); /* RFC 2033 section 4.2 allows nothing else */
    return false;
}

void smtp_data(smtp_server *server)
{
    if (!smtp_has_recipients(server))
        return;
    ms_content_init(&server->transaction.scanner);
    server->watch = (smtp_watch){.last = {[14] = '\r', [15] = '\n'}};
    server->phase = PHASE_DATA;
    smtp_reply_bare(server, 354, "Send the message, end it by a line with a single dot");
}

/* A message over the limit is read to its end all the same. */
static bool gives_up(smtp_server *server)
{
    if (!mutant_is(server->settings, MUTANT_SMTP_OVERSIZE_STEP) || !too_large(server))
        return false;
    server->phase = PHASE_COMMANDS;
    smtp_end_of_data(server);
    return true;
}

size_t smtp_take_data(smtp_server *server, ms_span input)
{
    ms_content_slice slice = ms_content_next(&server->transaction.scanner, input);
    if (slice.status == MS_CONTENT_SLICE && slice.consumed == 0) {
        /* a CR that came before this input is handed out first */
        smtp_keep_content(server, slice.slice);
        slice = ms_content_next(&server->transaction.scanner, input);
    }
    smtp_mutant_split_dot(server, input);
    const size_t end = smtp_mutant_false_end(server, ms_span_make(input.ptr, slice.consumed));
    if (end > 0) {
        server->false_end = true;
        smtp_keep_content(server, ms_span_make(input.ptr, end));
        server->phase = PHASE_COMMANDS;
        smtp_end_of_data(server);
        return end;
    }
    smtp_keep_content(server, smtp_mutant_raw_content(server) ? ms_span_make(input.ptr, slice.consumed) : slice.slice);
    if (slice.status == MS_CONTENT_END && !smtp_mutant_misses_end(server, input.len)) {
        if (smtp_mutant_raw_content(server) && server->transaction.content.len >= sizeof ".\r\n" - 1)
            server->transaction.content.len -= sizeof ".\r\n" - 1;
        server->phase = PHASE_COMMANDS;
        smtp_end_of_data(server);
    } else if (gives_up(server)) {
        return slice.consumed;
    }
    return slice.consumed;
}

/* A client that goes in the middle of the data did not send a message (RFC 5321 section 4.1.1.10). */
void smtp_abandon_data(smtp_server *server)
{
    const smtp_transaction *t = &server->transaction;
    if (!mutant_is(server->settings, MUTANT_SMTP_PARTIAL_DELIVERED) || (server->phase != PHASE_DATA && !t->chunks))
        return;
    for (size_t i = 0; i < t->recipient_count; i++)
        smtp_deliver(server, &t->recipients[i]);
}
