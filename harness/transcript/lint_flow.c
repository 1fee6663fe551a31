/*
 * lint_flow.c - who speaks when: sides, held groups, closed connections, and
 * steps that are never reached
 */
#include <string.h>

#include "harness/transcript/lint_part.h"
#include "harness/transcript/words.h"

/* What is known of each connection at a step.  A block may not be taken, so
 * behind it counts what was known before it. */
typedef struct wires {
    struct {
        const mst_step *held[2]; /* by side: the last C+ or S+ not yet written */
        bool used, gone[2];      /* gone: that side has closed */
        mst_protocol protocol;
    } of[MST_CONNECTIONS_MAX];
} wires;

static void mistake(mst_linter *linter, mst_position at, const char *message, const char *hint)
{
    mst_lint_add(linter, MST_MISTAKE, at, message, ms_span_absent(), hint);
}

/* ---- one step --------------------------------------------------------- */

static void check_side(mst_linter *linter, const mst_step *step)
{
    const ms_side tested = linter->document->header.tests;
    if (!linter->document->live)
        return;
    if (step->kind == MST_SAY && step->say.side == tested)
        mistake(linter, step->at, "this line would be said by the side under test",
                tested == MS_SERVER ? "write S? and a pattern" : "write C? and a pattern");
    if (step->kind == MST_EXPECT && step->expect.side != tested)
        mistake(linter, step->at, "this line is expected of our own side",
                tested == MS_SERVER ? "write C:, or 'tests: client'" : "write S:");
}

/* Before something waits for the peer, what was held must be written. */
static void check_held(mst_linter *linter, const mst_step *waiting, wires *known)
{
    for (unsigned side = 0; side < 2; side++) {
        const mst_step *held = known->of[waiting->connection].held[side];
        if (held == NULL)
            continue;
        mistake(linter, held->at, "this line is still held when an answer is awaited",
                "the last line of a group has ':' or '<' and no '+'");
        known->of[waiting->connection].held[side] = NULL;
    }
}

static void check_say(mst_linter *linter, const mst_step *step, wires *known)
{
    const ms_side side = step->say.side, other = side == MS_CLIENT ? MS_SERVER : MS_CLIENT;
    const mst_step *held = known->of[step->connection].held[other];
    if (held != NULL)
        mistake(linter, held->at, "the other side speaks before this group is complete",
                "the last line of a group has ':' or '<' and no '+'");
    known->of[step->connection].held[other] = NULL;
    known->of[step->connection].held[side] = step->say.held ? step : NULL;
    if (known->of[step->connection].gone[side])
        mistake(linter, step->at, "this side has closed the connection",
                "'open' opens it again; or use a connection of another name");
    else if (linter->document->live && known->of[step->connection].gone[other])
        mistake(linter, step->at, "the connection is closed",
                "'open' opens it again; or use a connection of another name");
}

static void check_reply(mst_linter *linter, const mst_match *match, bool pop3)
{
    const mst_status_kind kind = match->status.kind;
    const bool pop3_status = kind == MST_STATUS_OK || kind == MST_STATUS_ERR || kind == MST_STATUS_CONTINUE;
    if (!match->has_status || kind == MST_STATUS_ANY || pop3_status == pop3)
        return;
    mistake(linter, match->at, pop3 ? "POP3 has no reply codes" : "SMTP has no status indicators",
            pop3 ? "write +OK or -ERR" : "write a code, as 250 or 2yz");
}

static void check_covered(mst_linter *linter, const mst_step *step, const mst_alternative *later,
                          const mst_match *match)
{
    for (const mst_alternative *earlier = step->alternatives; earlier != later; earlier = earlier->next)
        for (const mst_match *one = earlier->matches; one != NULL; one = one->next)
            if (mst_match_covers(one, match)) {
                mistake(linter, match->at, "an alternative above takes all that this one takes",
                        "put the narrower one first");
                return;
            }
}

enum { ALTERNATIVES_CHECKED = 200 }; /* each against all before it */

static void check_alternatives(mst_linter *linter, const mst_step *step, bool pop3)
{
    unsigned count = 0;
    for (const mst_alternative *one = step->alternatives; one != NULL && count < ALTERNATIVES_CHECKED;
         one = one->next) {
        for (const mst_match *match = one->matches; match != NULL && count < ALTERNATIVES_CHECKED;
             match = match->next, count++) {
            if (step->kind == MST_EXPECT || step->kind == MST_FENCE || step->kind == MST_QUIET)
                check_reply(linter, match, pop3);
            check_covered(linter, step, one, match);
            const bool counted = step->kind == MST_DELIVERED && match->kind == MST_MATCH_COUNT;
            if (counted && match->range.min >= step->delivered.count.min &&
                match->range.max <= step->delivered.count.max)
                mistake(linter, match->at, "this count is the one that the step wants",
                        "its outcome stands behind the step: delivered 1 => pass kept");
        }
    }
}

static void check_open(mst_linter *linter, const mst_step *step, wires *known)
{
    const bool closed = known->of[step->connection].gone[0] || known->of[step->connection].gone[1];
    const mst_protocol protocol = step->open.protocol_given ? step->open.protocol : linter->document->header.protocol;
    const bool pop3 = protocol == MST_POP3, shared = step->open.state == MST_STATE_CONNECTED ||
                                                     step->open.state == MST_STATE_GREETED ||
                                                     step->open.state == MST_STATE_TLS;
    if (known->of[step->connection].used && !closed)
        mistake(linter, step->at, "the connection is open already",
                "close or hangup come first; or use a connection of another name");
    if (step->open.state_given && !shared && pop3 != (step->open.state == MST_STATE_TRANSACTION))
        mistake(linter, step->at, "the protocol has no such state",
                pop3 ? "POP3 has connected, greeted, tls, transaction"
                     : "SMTP has connected, greeted, ehlo, tls, auth, mail, rcpt, data");
    memset(&known->of[step->connection], 0, sizeof known->of[0]);
    known->of[step->connection].protocol = protocol;
}

static void check_wait(mst_linter *linter, const mst_step *step, wires *known)
{
    check_held(linter, step, known);
    if (known->of[step->connection].gone[linter->document->header.tests])
        mistake(linter, step->at, "the side under test has closed the connection", "'open' opens it again");
}

/* What one step does to its connection. */
static void follow(mst_linter *linter, const mst_step *step, wires *known)
{
    check_side(linter, step);
    check_alternatives(linter, step, known->of[step->connection].protocol == MST_POP3);
    switch (step->kind) {
    case MST_SAY:
        check_say(linter, step, known);
        break;
    case MST_EXPECT:
    case MST_QUIET:
        check_wait(linter, step, known);
        break;
    case MST_TLS: /* held octets go out with the handshake; a fence's with its command */
    case MST_FENCE:
        known->of[step->connection].held[0] = known->of[step->connection].held[1] = NULL;
        break;
    case MST_CLOSE:
        known->of[step->connection].gone[MS_SERVER] = true;
        known->of[step->connection].held[MS_SERVER] = NULL;
        break;
    case MST_HANGUP:
        known->of[step->connection].gone[MS_CLIENT] = true;
        known->of[step->connection].held[MS_CLIENT] = NULL;
        break;
    case MST_OPEN:
        check_open(linter, step, known);
        break;
    case MST_PAUSE:
    case MST_LET:
    case MST_CHECK:
    case MST_REPEAT:
    case MST_WHEN:
    case MST_CONTROL:
    case MST_DELIVERED:
    case MST_VERDICT:
    case MST_END:
    case MST_STEP_KINDS:
        return;
    }
    known->of[step->connection].used = true;
}

/* ---- blocks ---------------------------------------------------------- */

static bool ends(const mst_block *block);

/* Does the script never go on behind this step? */
static bool stops(const mst_step *step)
{
    if (step->kind == MST_END)
        return true;
    if (step->kind == MST_WHEN)
        return step->when.else_block != NULL && ends(step->when.then_block) && ends(step->when.else_block);
    if (step->kind != MST_EXPECT)
        return false;
    for (const mst_alternative *one = step->alternatives; one != NULL; one = one->next)
        if (one->block == NULL || !ends(one->block))
            return false;
    return true;
}

static bool ends(const mst_block *block)
{
    for (const mst_step *step = block->first; step != NULL; step = step->next)
        if (step->next == NULL)
            return stops(step);
    return false;
}

/* In the block of a refusal the connection is not there: it may be opened once more. */
static bool is_refusal(const mst_step *step, const mst_block *block)
{
    for (const mst_alternative *one = step->alternatives; one != NULL; one = one->next)
        if (step->kind == MST_OPEN && one->block == block && one->matches != NULL &&
            one->matches->kind == MST_MATCH_REFUSED)
            return true;
    return false;
}

static void check_block(mst_linter *linter, const mst_block *block, wires *known, unsigned depth)
{
    bool stopped = false;
    for (const mst_step *step = block->first; step != NULL; step = step->next) {
        if (stopped && step->kind != MST_CONTROL) {
            mistake(linter, step->at, "this step is never reached", "the script stops above it");
            return;
        }
        if (step->kind == MST_CONTROL && (depth > 0 || step->next != NULL))
            mistake(linter, step->at, "'control' is not the last step",
                    "it is a script of its own, behind the one it controls");
        follow(linter, step, known);
        stopped = stops(step);
        mst_blocks blocks = mst_blocks_of(step);
        for (const mst_block *inner; (inner = mst_blocks_next(&blocks)) != NULL;) {
            wires taken;
            if (step->kind == MST_CONTROL)
                memset(&taken, 0, sizeof taken);
            else
                taken = *known;
            if (is_refusal(step, inner))
                taken.of[step->connection].gone[MS_SERVER] = true;
            for (unsigned i = 0; step->kind == MST_CONTROL && i < MST_CONNECTIONS_MAX; i++)
                taken.of[i].protocol = linter->document->header.protocol;
            check_block(linter, inner, &taken, depth + 1);
        }
    }
    for (unsigned i = 0; i < linter->document->connection_count; i++)
        for (unsigned side = 0; side < 2; side++)
            if (known->of[i].held[side] != NULL && depth == 0)
                mistake(linter, known->of[i].held[side]->at, "this group is never complete",
                        "the last line of a group has ':' or '<' and no '+'");
}

/* timed: is what lets a run without waiting leave such cases out. */
static bool waits(const mst_block *block)
{
    for (const mst_step *step = block->first; step != NULL; step = step->next) {
        if (step->kind == MST_PAUSE || step->kind == MST_QUIET)
            return true;
        mst_blocks blocks = mst_blocks_of(step);
        for (const mst_block *inner; (inner = mst_blocks_next(&blocks)) != NULL;)
            if (waits(inner))
                return true;
    }
    return false;
}

void mst_lint_flow(mst_linter *linter)
{
    const mst_document *document = linter->document;
    wires known;
    memset(&known, 0, sizeof known);
    for (unsigned i = 0; i < MST_CONNECTIONS_MAX; i++)
        known.of[i].protocol = document->header.protocol;
    check_block(linter, &document->script, &known, 0);
    if (!document->header.timed && waits(&document->script))
        mst_lint_add(linter, MST_WARNING, document->header.fields->at, "the case waits, but is not marked",
                     ms_span_absent(), "add 'timed: yes'");
    if (document->live && document->script.first == NULL)
        mistake(linter, document->header.fields->at, "the case has no steps", "");
}
