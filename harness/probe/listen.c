/* listen.c - see listen.h */
#include "harness/probe/listen.h"

#include <stdlib.h>
#include <string.h>

#include "harness/probe/manners.h"
#include "harness/requirement/register.h"

enum { FINDINGS_AT_ONCE = 64, HINTS_MAX = 100000 };

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

void probe_findings_free(probe_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free(findings->items[i].proof);
    free(findings->items);
    memset(findings, 0, sizeof *findings);
}

/* A fault that the octets alone prove: not what a site's policy decides, not the other side's rules, and a MAY cannot
 * be broken. */
static bool is_counted(const probe_listener *listener, const ms_finding *finding)
{
    const ms_register_row *row = ms_register_get(finding->requirement);
    const char *other = finding->side == MS_SERVER ? "client" : "server";
    return (finding->side == MS_SERVER || listener->clients) && row != NULL && row->level != MS_LEVEL_MAY &&
           strncmp(row->offline, "yes", 3) == 0 && strcmp(row->subject, other) != 0;
}

static void keep(probe_listener *listener, const ms_findings *found)
{
    probe_findings *all = listener->findings;
    for (size_t i = 0; i < found->count && !listener->deaf; i++) {
        bool known = !is_counted(listener, &found->items[i]);
        for (size_t k = 0; k < all->count && !known; k++)
            known = all->items[k].finding.requirement == found->items[i].requirement &&
                    all->items[k].finding.side == found->items[i].side;
        if (known)
            continue;
        if (all->count == all->room) {
            all->room = all->room == 0 ? 8 : all->room * 2;
            all->items = must(realloc(all->items, all->room * sizeof *all->items));
        }
        all->items[all->count++] =
            (probe_finding){.finding = found->items[i], .session = listener->session, .line = listener->line};
    }
}

static ms_smtp_variant variant_of(mst_protocol protocol)
{
    if (protocol == MST_LMTP)
        return MS_VARIANT_LMTP;
    return protocol == MST_SUBMISSION ? MS_VARIANT_SUBMISSION : MS_VARIANT_SMTP;
}

void probe_listen_begin(probe_listener *listener, mst_protocol protocol, probe_findings *findings, unsigned session)
{
    memset(listener, 0, sizeof *listener);
    listener->findings = findings;
    listener->session = session;
    listener->pop3_spoken = protocol == MST_POP3;
    if (listener->pop3_spoken) {
        listener->runs = must(calloc(PROBE_RUNS, sizeof(ms_pop3_run)));
        listener->messages = must(calloc(PROBE_MESSAGES, 1));
        ms_pop3_dialogue_init(&listener->pop3, listener->runs, PROBE_RUNS, listener->messages, PROBE_MESSAGES);
        return;
    }
    listener->runs = must(calloc(PROBE_RUNS, sizeof(ms_smtp_run)));
    ms_smtp_dialogue_init(&listener->smtp, variant_of(protocol), listener->runs, PROBE_RUNS);
}

void probe_listen_end(probe_listener *listener)
{
    octet_buffer_free(&listener->pending[MS_CLIENT]);
    octet_buffer_free(&listener->pending[MS_SERVER]);
    free(listener->runs);
    free(listener->messages);
    free(listener->hints);
    memset(listener, 0, sizeof *listener);
}

/* --- what a reply answers ------------------------------------------------------------ */

static void add_hint(probe_listener *listener, uint64_t at, unsigned verb, bool multi_line)
{
    if (listener->hint_first > 0 && listener->hint_count == listener->hint_room) {
        listener->hint_count -= listener->hint_first;
        memmove(listener->hints, listener->hints + listener->hint_first,
                listener->hint_count * sizeof *listener->hints);
        listener->hint_first = 0;
    }
    if (listener->hint_count >= HINTS_MAX)
        return;
    if (listener->hint_count == listener->hint_room) {
        listener->hint_room = listener->hint_room == 0 ? 32 : listener->hint_room * 2;
        listener->hints = must(realloc(listener->hints, listener->hint_room * sizeof *listener->hints));
    }
    listener->hints[listener->hint_count++] = (probe_hint){at, (uint8_t)verb, multi_line};
}

const probe_hint *probe_listen_hint(probe_listener *listener, uint64_t at)
{
    while (listener->hint_first < listener->hint_count && listener->hints[listener->hint_first].at < at)
        listener->hint_first++;
    if (listener->hint_first == listener->hint_count || listener->hints[listener->hint_first].at != at)
        return NULL;
    return &listener->hints[listener->hint_first];
}

/* --- octets ---------------------------------------------------------------------------- */

static size_t hear_smtp(probe_listener *listener, ms_side side, ms_span input, ms_findings *found, bool *over)
{
    const ms_smtp_session *session = &listener->smtp.session;
    const bool for_nobody = session->variant == MS_VARIANT_LMTP && session->recipients == 0;
    const ms_smtp_event event = ms_smtp_dialogue_next(&listener->smtp, side, input, found);
    *over = event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED;
    switch (event.kind) {
    case MS_SMTP_EVENT_REPLY_LINE:
    case MS_SMTP_EVENT_REPLY:
        add_hint(listener, event.at, event.unsolicited ? MS_SMTP_UNKNOWN : event.answered, false);
        break;
    case MS_SMTP_EVENT_COMMAND:
        listener->recipients += event.command.command.verb == MS_SMTP_RCPT;
        listener->mails += event.command.command.verb == MS_SMTP_BDAT && event.command.error == MS_SMTP_OK &&
                           event.command.command.bdat.last;
        /* what follows may be the chunk that could not be announced: how many replies are due is not known */
        listener->deaf |= event.command.command.verb == MS_SMTP_BDAT && event.command.error != MS_SMTP_OK;
        /* RFC 2033 section 4.3 wants no reply then; who gives one all the same is told by a case, and out of step here */
        listener->deaf |= event.command.command.verb == MS_SMTP_BDAT && for_nobody;
        break;
    case MS_SMTP_EVENT_END_OF_DATA:
        listener->mails++;
        break;
    case MS_SMTP_EVENT_NEED_MORE:
    case MS_SMTP_EVENT_UNDECIDED:
    case MS_SMTP_EVENT_CONTENT:
    case MS_SMTP_EVENT_CHUNK:
    case MS_SMTP_EVENT_CHUNK_END:
    case MS_SMTP_EVENT_DROPPED:
        break;
    }
    return event.consumed;
}

/* +OK to USER says nothing of the name (RFC 1939 section 7): that NUL cut it short, only a login behind it can show. */
static void forgive_name(ms_findings *found)
{
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++)
        if (found->items[i].requirement != MS_REQ_POP3_SEC_raw_01)
            found->items[kept++] = found->items[i];
    found->count = kept;
}

static size_t hear_pop3(probe_listener *listener, ms_side side, ms_span input, ms_findings *found, bool *over)
{
    const ms_pop3_event event = ms_pop3_dialogue_next(&listener->pop3, side, input, found);
    *over = event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED;
    if (event.kind == MS_POP3_EVENT_RESPONSE || event.kind == MS_POP3_EVENT_CONTINUATION)
        add_hint(listener, event.at, event.answered.verb, event.multi_line);
    if (event.kind == MS_POP3_EVENT_RESPONSE && event.answered.verb == MS_POP3_USER)
        forgive_name(found);
    return event.consumed;
}

static bool drain(probe_listener *listener, ms_side side)
{
    bool progress = false;
    bool over = false;
    while (!over) {
        ms_finding items[FINDINGS_AT_ONCE];
        ms_findings found = {.items = items, .capacity = FINDINGS_AT_ONCE};
        const ms_span input = octet_buffer_span(&listener->pending[side]);
        const size_t consumed = listener->pop3_spoken ? hear_pop3(listener, side, input, &found, &over)
                                                      : hear_smtp(listener, side, input, &found, &over);
        octet_buffer_drop(&listener->pending[side], consumed);
        keep(listener, &found);
        progress |= !over;
        /* the client's octets that waited for this reply were sent before the server's next one */
        if (side == MS_SERVER && !over && octet_buffer_span(&listener->pending[MS_CLIENT]).len > 0)
            drain(listener, MS_CLIENT);
    }
    return progress;
}

/* A bare LF ends a command for some servers and stands within it for others: how many replies are due behind it is not
 * known, and neither is which of them answers what.  In mail data it is harmless.  The same holds of a line that is longer
 * than any server has to read (RFC 2449 section 4, RFC 4954 section 4), and of an empty one, to which some say nothing. */
static bool is_ambiguous(const probe_listener *listener, ms_span octets)
{
    enum { LONG_POP3 = 2048, LONG_SMTP = 12288 }; /* beyond the responses that SASL mechanisms send */
    const size_t long_line = listener->pop3_spoken ? LONG_POP3 : LONG_SMTP;
    const ms_smtp_dialogue *smtp = &listener->smtp;
    uint8_t before = listener->last;
    size_t length = 0;
    if (!listener->pop3_spoken &&
        (ms_smtp_session_expect(&smtp->session) != MS_EXPECT_COMMAND || smtp->chunk_remaining > 0))
        return false;
    if (!listener->pop3_spoken && (before == '\n' || before == 0) && octets.len >= 2 &&
        memcmp(octets.ptr, "\r\n", 2) == 0)
        return true;
    for (size_t i = 0; i < octets.len; before = octets.ptr[i++]) {
        if (octets.ptr[i] == '\n' && before != '\r')
            return true;
        length = octets.ptr[i] == '\n' ? 0 : length + 1;
        if (length > long_line)
            return true;
    }
    return false;
}

/* An alert that comes in clear, where a handshake was due, or what is left of a handshake, is no reply (RFC 8446 section 5.1:
 * change_cipher_spec, alert, handshake, version 3). */
static bool is_record(ms_span octets)
{
    return octets.len >= 2 && octets.ptr[0] >= 20 && octets.ptr[0] <= 22 && octets.ptr[1] == 3;
}

void probe_listen(probe_listener *listener, ms_side side, ms_span octets)
{
    const ms_side other = side == MS_CLIENT ? MS_SERVER : MS_CLIENT;
    if (side == MS_CLIENT) {
        listener->deaf |= is_ambiguous(listener, octets);
        listener->last = octets.len > 0 ? octets.ptr[octets.len - 1] : listener->last;
    } else {
        listener->deaf |= is_record(octets);
        /* what it says from here on is about the session, not about the command */
        listener->deaf |= !listener->pop3_spoken && probe_octets_tell_of_limit(octets);
        listener->deaf |= listener->hurried && !listener->pop3_spoken && probe_octets_tell_of_early_talk(octets);
    }
    octet_buffer_add(&listener->pending[side], octets);
    /* what one side says may decide what the other's waiting octets are */
    bool again = drain(listener, side);
    while (again && octet_buffer_span(&listener->pending[other]).len > 0)
        again = drain(listener, other) && drain(listener, side);
}

/* What was awaited will not be answered any more, or late: which command the next reply answers cannot be told.  Of a group only
 * where PIPELINING was not offered, and what was sent ahead may be dropped (RFC 2449 section 6.6, RFC 2920 section 3.1); what is
 * lost of others is a breach. */
void probe_listen_silence(probe_listener *listener)
{
    bool none;
    bool offered;
    if (listener->pop3_spoken) {
        none = ms_pop3_session_answering(&listener->pop3.session).none;
        offered = ms_pop3_session_offers(&listener->pop3.session, MS_CAPA_PIPELINING);
    } else {
        (void)ms_smtp_session_answering(&listener->smtp.session, &none);
        offered = ms_smtp_session_offers(&listener->smtp.session, MS_EHLO_PIPELINING);
    }
    listener->deaf |= !none && !(listener->hurried && offered);
}

void probe_listen_tls(probe_listener *listener)
{
    ms_finding items[FINDINGS_AT_ONCE];
    ms_findings found = {.items = items, .capacity = FINDINGS_AT_ONCE};
    const size_t client = octet_buffer_span(&listener->pending[MS_CLIENT]).len;
    const size_t server = octet_buffer_span(&listener->pending[MS_SERVER]).len;
    if (listener->pop3_spoken)
        ms_pop3_dialogue_tls(&listener->pop3, client, server, &found);
    else
        ms_smtp_dialogue_tls(&listener->smtp, client, server, &found);
    octet_buffer_drop(&listener->pending[MS_CLIENT], client);
    octet_buffer_drop(&listener->pending[MS_SERVER], server);
    keep(listener, &found);
}

void probe_listen_close(probe_listener *listener, ms_side side)
{
    ms_finding items[FINDINGS_AT_ONCE];
    ms_findings found = {.items = items, .capacity = FINDINGS_AT_ONCE};
    if (listener->closed[side])
        return;
    listener->closed[side] = true;
    const size_t client = octet_buffer_span(&listener->pending[MS_CLIENT]).len;
    const size_t server = octet_buffer_span(&listener->pending[MS_SERVER]).len;
    if (listener->pop3_spoken)
        ms_pop3_dialogue_close(&listener->pop3, side, client, server, &found);
    else
        ms_smtp_dialogue_close(&listener->smtp, side, client, server, &found);
    keep(listener, &found);
}
