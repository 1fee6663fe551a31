/* yield_pop3.c - see yield.h; commands, responses and what follows them in POP3 */
#include "harness/replay/yield.h"

#include "harness/replay/yield_line.h"

#include <inttypes.h>

static const ms_rule *command_rule(unsigned n)
{
    return ms_pop3_deviation_rule((ms_pop3_deviation)n);
}

static const ms_rule *response_rule(unsigned n)
{
    return ms_pop3_response_deviation_rule((ms_pop3_response_deviation)n);
}

static void put_arguments(yield_line *l, const ms_pop3_command *command)
{
    switch (command->verb) {
    case MS_POP3_USER:
        yield_put_octets(l, "name", command->user.name);
        break;
    case MS_POP3_PASS:
        yield_put_octets(l, "password", command->pass.password);
        break;
    case MS_POP3_APOP:
        yield_put_octets(l, "name", command->apop.name);
        yield_put_octets(l, "digest", command->apop.digest);
        break;
    case MS_POP3_LIST:
    case MS_POP3_RETR:
    case MS_POP3_DELE:
    case MS_POP3_UIDL:
        if (command->message.given)
            yield_put(l, " message_number=%" PRIu32, command->message.number);
        break;
    case MS_POP3_TOP:
        yield_put(l, " message_number=%" PRIu32 " lines=%" PRIu64, command->top.number, command->top.lines);
        break;
    case MS_POP3_AUTH:
        yield_put_octets(l, "mechanism", command->auth.mechanism);
        yield_put_octets(l, "initial_response", command->auth.initial_response);
        break;
    case MS_POP3_AUTH_RESPONSE:
        if (command->auth_response.cancel)
            yield_put(l, " cancel");
        else
            yield_put_octets(l, "data", command->auth_response.data);
        break;
    case MS_POP3_LANG:
        yield_put_octets(l, "tag", command->lang.tag);
        break;
    case MS_POP3_UNKNOWN:
    case MS_POP3_STAT:
    case MS_POP3_RSET:
    case MS_POP3_NOOP:
    case MS_POP3_QUIT:
    case MS_POP3_CAPA:
    case MS_POP3_STLS:
    case MS_POP3_UTF8:
    case MS_POP3_VERB_COUNT:
        yield_put_octets(l, "argument", command->argument);
        break;
    }
}

static const char *verb_text(ms_pop3_verb verb)
{
    if (verb == MS_POP3_AUTH_RESPONSE)
        return "auth-response";
    return verb == MS_POP3_UNKNOWN ? "unknown" : ms_pop3_verb_name(verb);
}

static void yield_command(replay_track *track, const ms_pop3_event *event)
{
    const ms_pop3_parsed *parsed = &event->command;
    yield_line l = {.length = 0};
    yield_put(&l, "command %s at=%" PRIu64, verb_text(parsed->command.verb), event->at);
    if (parsed->command.verb == MS_POP3_UNKNOWN)
        yield_put_octets(&l, "keyword", parsed->command.keyword);
    if (parsed->error != MS_POP3_OK)
        yield_put(&l, " error=%s error_at=%zu", ms_pop3_error_rule(parsed->error)->name, parsed->error_at);
    else
        put_arguments(&l, &parsed->command);
    yield_put_deviations(&l, parsed->deviations, command_rule);
    replay_track_yield(track, MS_CLIENT, event->at, "%s", l.text);
}

/* Where an answer's text is more than a text. */
static void put_answer(yield_line *l, const ms_pop3_event *event)
{
    const ms_pop3_response *response = &event->response;
    const bool transaction = event->state == MS_POP3_TRANSACTION;
    const ms_pop3_verb verb = event->answered.verb;
    if (event->state == MS_POP3_CONNECTED)
        yield_put_octets(l, "timestamp", response->greeting.timestamp);
    else if (verb == MS_POP3_STAT && transaction)
        yield_put(l, " messages=%" PRIu32 " octets=%" PRIu64, response->drop.messages, response->drop.octets);
    else if (verb == MS_POP3_LIST && transaction && event->answered.argument)
        yield_put(l, " message_number=%" PRIu32 " octets=%" PRIu64, response->scan.number, response->scan.octets);
    else if (verb == MS_POP3_UIDL && transaction && event->answered.argument) {
        yield_put(l, " message_number=%" PRIu32, response->unique.number);
        yield_put_octets(l, "unique_id", response->unique.unique_id);
    } else if (verb == MS_POP3_LANG && event->answered.argument) {
        yield_put_octets(l, "tag", response->language.tag);
        yield_put_octets(l, "description", response->language.description);
    }
}

static void yield_response(replay_track *track, const ms_pop3_event *event)
{
    const ms_pop3_response *response = &event->response;
    const bool positive = response->indicator == MS_POP3_POSITIVE;
    const char *indicator = positive ? "+OK" : response->indicator == MS_POP3_NEGATIVE ? "-ERR" : "unknown";
    yield_line l = {.length = 0};
    yield_put(&l, "response %s at=%" PRIu64, indicator, event->at);
    if (event->multi_line)
        yield_put(&l, " more");
    if (response->error != MS_POP3_RESPONSE_OK)
        yield_put(&l, " error=%s error_at=%zu", ms_pop3_response_error_rule(response->error)->name, response->error_at);
    else if (positive)
        put_answer(&l, event);
    yield_put_octets(&l, "code", response->code_text);
    yield_put_octets(&l, "text", response->text);
    yield_put_deviations(&l, response->deviations, response_rule);
    replay_track_yield(track, MS_SERVER, event->at, "%s", l.text);
}

static void yield_continuation(replay_track *track, const ms_pop3_event *event)
{
    yield_line l = {.length = 0};
    yield_put(&l, "continuation at=%" PRIu64, event->at);
    if (event->response.error != MS_POP3_RESPONSE_OK)
        yield_put(&l, " error=%s error_at=%zu", ms_pop3_response_error_rule(event->response.error)->name,
                  event->response.error_at);
    yield_put_octets(&l, "challenge", event->response.continuation.data);
    yield_put_deviations(&l, event->response.deviations, response_rule);
    replay_track_yield(track, MS_SERVER, event->at, "%s", l.text);
}

static void yield_listing(replay_track *track, const ms_pop3_event *event)
{
    const ms_pop3_response *item = &event->response;
    yield_line l = {.length = 0};
    yield_put(&l, "listing at=%" PRIu64, event->at);
    if (item->error != MS_POP3_RESPONSE_OK) {
        yield_put(&l, " error=%s error_at=%zu", ms_pop3_response_error_rule(item->error)->name, item->error_at);
    } else if (event->answered.verb == MS_POP3_LIST) {
        yield_put(&l, " message_number=%" PRIu32 " octets=%" PRIu64, item->scan.number, item->scan.octets);
    } else if (event->answered.verb == MS_POP3_UIDL) {
        yield_put(&l, " message_number=%" PRIu32, item->unique.number);
        yield_put_octets(&l, "unique_id", item->unique.unique_id);
    } else {
        yield_put_octets(&l, "tag", item->language.tag);
        yield_put_octets(&l, "description", item->language.description);
    }
    yield_put_deviations(&l, item->deviations, response_rule);
    replay_track_yield(track, MS_SERVER, event->at, "%s", l.text);
}

static void yield_capability(replay_track *track, const ms_pop3_event *event)
{
    const ms_pop3_capability *line = &event->capability;
    yield_line l = {.length = 0};
    yield_put(&l, "capability at=%" PRIu64, event->at);
    if (line->error != MS_POP3_RESPONSE_OK)
        yield_put(&l, " error=%s error_at=%zu", ms_pop3_response_error_rule(line->error)->name, line->error_at);
    yield_put_octets(&l, "tag", line->tag);
    yield_put_octets(&l, "parameters", line->parameters);
    yield_put_deviations(&l, line->deviations, response_rule);
    replay_track_yield(track, MS_SERVER, event->at, "%s", l.text);
}

/* The end of a message or listing; at the octet behind it. */
static void yield_end(replay_track *track, const ms_pop3_event *event)
{
    const uint64_t end = event->at + event->consumed;
    const bool content = event->answered.verb == MS_POP3_RETR || event->answered.verb == MS_POP3_TOP;
    yield_line l = {.length = 0};
    yield_put(&l, "end end=%" PRIu64, end);
    if (content)
        yield_put(&l, " octets=%" PRIu64, track->content_octets);
    replay_track_yield(track, MS_SERVER, end - 1, "%s", l.text);
}

void replay_yield_pop3(replay_track *track, const ms_pop3_event *event)
{
    switch (event->kind) {
    case MS_POP3_EVENT_COMMAND:
        yield_command(track, event);
        break;
    case MS_POP3_EVENT_RESPONSE:
        yield_response(track, event);
        break;
    case MS_POP3_EVENT_CONTINUATION:
        yield_continuation(track, event);
        break;
    case MS_POP3_EVENT_LISTING:
        yield_listing(track, event);
        break;
    case MS_POP3_EVENT_CAPABILITY:
        yield_capability(track, event);
        break;
    case MS_POP3_EVENT_END:
        yield_end(track, event);
        break;
    case MS_POP3_EVENT_NEED_MORE:
    case MS_POP3_EVENT_UNDECIDED:
    case MS_POP3_EVENT_TEXT:
    case MS_POP3_EVENT_UNJUDGED:
    case MS_POP3_EVENT_DROPPED:
        break;
    }
}
