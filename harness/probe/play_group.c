/*
 * play_group.c - --feed pipelined: commands that a case sends one by one go out as one segment
 *
 * Only what a client may do: MAIL, RCPT and RSET, and one of the commands that end a group (RFC 2920 section 3.1);
 * commands of the TRANSACTION state (RFC 2449 section 6.6); and only where PIPELINING is offered.  The case must not
 * branch between the lines, and must break no rule on purpose.
 */
#include <string.h>

#include "harness/probe/stage.h"

static const char *const inside[] = {"MAIL", "RCPT", "RSET"};
static const char *const last[] = {"DATA", "NOOP", "VRFY", "EXPN", "QUIT"};
static const char *const transaction[] = {"STAT", "LIST", "RETR", "DELE", "RSET", "NOOP", "TOP", "UIDL"};

static bool begins_with(ms_span line, const char *const *verbs, size_t count)
{
    size_t length = 0;
    while (length < line.len && line.ptr[length] != ' ' && line.ptr[length] != '\r')
        length++;
    for (size_t i = 0; i < count; i++)
        if (probe_is_word(ms_span_make(line.ptr, length), verbs[i]))
            return true;
    return false;
}

static bool is_plain_say(const mst_step *step, unsigned connection)
{
    return step != NULL && step->kind == MST_SAY && step->connection == connection && !step->say.raw &&
           !step->say.held && step->say.side == MS_CLIENT && step->violations == NULL;
}

static bool captures(const mst_match *match)
{
    for (const mst_test *test = match->tests; test != NULL; test = test->next)
        for (size_t i = 0; i + 1 < test->pattern.source.len; i++)
            if (test->pattern.source.ptr[i] == '$' && test->pattern.source.ptr[i + 1] == '{')
                return true;
    return false;
}

/* Whatever comes, the script goes on behind it, and knows no more than before. */
static bool does_not_branch(const mst_step *step, unsigned connection)
{
    if (step == NULL || step->kind != MST_EXPECT || step->connection != connection)
        return false;
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
        if (a->block != NULL || (a->matches != NULL && captures(a->matches)))
            return false;
    return true;
}

/* In this session, that is: who has said HELO was offered nothing. */
static bool is_offered(const stage *s, const mst_step *step, const probe_peer *peer)
{
    const probe_offer *offer = &s->ways[step->connection].offer;
    const probe_offer *known = offer->known ? offer : &s->endpoint->clear;
    return probe_offer_has(known, MS_SPAN("PIPELINING"), ms_span_absent()) &&
           (peer->pop3_spoken || ms_smtp_session_offers(&peer->listener.smtp.session, MS_EHLO_PIPELINING));
}

void stage_group(stage *s, const mst_step *step, probe_peer *peer)
{
    const bool pop3 = peer->pop3_spoken;
    const char *const *verbs = pop3 ? transaction : inside;
    const size_t count = pop3 ? sizeof transaction / sizeof transaction[0] : sizeof inside / sizeof inside[0];
    s->ahead_count = 0;
    if (s->document->header.feed_fixed || !is_plain_say(step, step->connection) || !is_offered(s, step, peer))
        return;
    for (const mst_step *said = step; s->ahead_count < STAGE_AHEAD;) {
        ms_span octets;
        ms_span shown;
        if (!stage_octets(s, said, &octets, &shown) || !begins_with(octets, verbs, count))
            return;
        const mst_step *next = said->next == NULL ? NULL : said->next->next;
        if (!does_not_branch(said->next, step->connection) || !is_plain_say(next, step->connection))
            return;
        if (!stage_octets(s, next, &octets, &shown))
            return;
        const bool ends = !pop3 && begins_with(octets, last, sizeof last / sizeof last[0]);
        if (!ends && !begins_with(octets, verbs, count))
            return;
        probe_peer_hold(peer, octets, shown);
        s->ahead[s->ahead_count++] = next;
        if (ends)
            return;
        said = next;
    }
}
