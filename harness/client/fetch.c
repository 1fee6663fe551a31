/* fetch.c - see fetch.h */
#include "harness/client/fetch.h"

#include "mailspec/pop3_response.h"

/* Without its line end. */
static ms_span first_line(const probe_reply *reply)
{
    ms_span line = reply->raw;
    while (line.len > 0 && (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r'))
        line.len--;
    return line;
}

/* RFC 1939 section 5: "+OK nn mm", and what follows is for people. */
static link_result count(mail_link *l, unsigned *messages)
{
    probe_reply reply;
    if (link_ask(l, "STAT", &reply) != LINK_DONE)
        return LINK_UNREACHABLE;
    if (!link_is_positive(l, &reply))
        return link_refused(l, "STAT", &reply);
    const ms_pop3_response_context after = {.after = MS_POP3_AFTER_STAT};
    const ms_pop3_response response = ms_pop3_response_parse(first_line(&reply), &after);
    if (response.error != MS_POP3_RESPONSE_OK)
        return link_refused(l, "STAT is answered by what cannot be read", &reply);
    *messages = response.drop.messages;
    return LINK_DONE;
}

/* The size by LIST; 0 if the server does not say. */
static link_result size(mail_link *l, unsigned number, uint64_t *octets)
{
    char line[40];
    probe_reply reply;
    *octets = 0;
    snprintf(line, sizeof line, "LIST %u", number);
    if (link_ask(l, line, &reply) != LINK_DONE)
        return LINK_UNREACHABLE;
    const ms_pop3_response_context after = {.after = MS_POP3_AFTER_LIST};
    const ms_pop3_response response = ms_pop3_response_parse(first_line(&reply), &after);
    if (link_is_positive(l, &reply) && response.error == MS_POP3_RESPONSE_OK)
        *octets = response.scan.octets;
    return LINK_DONE;
}

/* What the server is sending has no reader: without QUIT nothing is deleted either (RFC 1939 section 6). */
static link_result not_kept(mail_link *l, unsigned number)
{
    probe_peer_close(&l->peer, MST_ENDING_PLAIN, 0);
    return link_fail(l, LINK_REFUSED, "message %u could not be kept", number);
}

static link_result fetch_one(mail_link *l, const fetch_sink *sink, unsigned number, unsigned messages, bool *kept)
{
    char line[40];
    uint64_t octets;
    probe_reply reply;
    *kept = false;
    if (size(l, number, &octets) != LINK_DONE)
        return LINK_UNREACHABLE;
    snprintf(line, sizeof line, "RETR %u", number);
    probe_peer_say_text(&l->peer, line);
    probe_peer_take(&l->peer, PROBE_SHAPE_SINGLE, probe_peer_reply_end(&l->peer, l->settings->reply_ms), &reply);
    link_show(l);
    if (reply.came != PROBE_CAME_REPLY) {
        link_refused(l, line, &reply);
        return LINK_UNREACHABLE;
    }
    if (!link_is_positive(l, &reply))
        return link_refused(l, line, &reply);
    if (!sink->begin(sink->context, number, messages, octets))
        return not_kept(l, number);
    const bool whole = probe_peer_read_content(&l->peer, l->settings->reply_ms, sink->content, sink->context);
    link_show(l);
    *kept = sink->end(sink->context) && whole;
    if (*kept)
        return LINK_DONE;
    const bool gone = l->peer.ended != NET_OK || l->peer.flooded;
    not_kept(l, number);
    return gone ? link_fail(l, LINK_UNREACHABLE, "message %u did not come whole", number) : LINK_REFUSED;
}

static link_result delete_one(mail_link *l, unsigned number)
{
    char line[40];
    probe_reply reply;
    snprintf(line, sizeof line, "DELE %u", number);
    if (link_ask(l, line, &reply) != LINK_DONE)
        return LINK_UNREACHABLE;
    return link_is_positive(l, &reply) ? LINK_DONE : link_refused(l, line, &reply);
}

link_result fetch_messages(mail_link *l, const fetch_sink *sink, bool remove, fetch_done *done)
{
    *done = (fetch_done){.messages = 0};
    link_result result = count(l, &done->messages);
    for (unsigned i = 1; i <= done->messages && result == LINK_DONE; i++) {
        bool kept;
        result = fetch_one(l, sink, i, done->messages, &kept);
        done->fetched += kept;
        if (result == LINK_DONE && remove) {
            result = delete_one(l, i);
            done->deleted += result == LINK_DONE;
        }
    }
    return result;
}
