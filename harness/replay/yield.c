/* yield.c - see yield.h */
#include "harness/replay/yield.h"

#include "harness/replay/message.h"
#include "harness/replay/yield_line.h"

#include <inttypes.h>

static const ms_rule *command_rule(unsigned n)
{
    return ms_smtp_deviation_rule((ms_smtp_deviation)n);
}

static const ms_rule *reply_rule(unsigned n)
{
    return ms_reply_deviation_rule((ms_reply_deviation)n);
}

static void put_path(yield_line *l, const char *name, const ms_smtp_path *path)
{
    if (path->kind == MS_PATH_NULL) {
        yield_put(l, " %s=null", name);
        return;
    }
    yield_put_octets(l, "source_route", path->source_route);
    yield_put_octets(l, "local_part", path->local_part);
    yield_put_octets(l, path->domain_kind == MS_DOMAIN_NAME ? "domain" : "address_literal", path->domain);
}

static void put_command(yield_line *l, const ms_smtp_command *command)
{
    switch (command->verb) {
    case MS_SMTP_HELO:
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
        yield_put_octets(l, command->ehlo.domain_kind == MS_DOMAIN_NAME ? "domain" : "address_literal",
                         command->ehlo.domain);
        break;
    case MS_SMTP_MAIL:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
        put_path(l, "reverse_path", &command->mail.path);
        yield_put_octets(l, "parameters", command->mail.parameters);
        break;
    case MS_SMTP_RCPT:
        put_path(l, "forward_path", &command->mail.path);
        yield_put_octets(l, "parameters", command->mail.parameters);
        break;
    case MS_SMTP_BDAT:
        yield_put(l, " octets=%" PRIu64 "%s", command->bdat.octets, command->bdat.last ? " last" : "");
        break;
    case MS_SMTP_AUTH:
        yield_put_octets(l, "mechanism", command->auth.mechanism);
        yield_put_octets(l, "initial_response", command->auth.initial_response);
        break;
    case MS_SMTP_AUTH_RESPONSE:
        if (command->auth_response.cancel)
            yield_put(l, " cancel");
        else
            yield_put_octets(l, "data", command->auth_response.data);
        break;
    case MS_SMTP_UNKNOWN:
        yield_put_octets(l, "keyword", command->keyword);
        yield_put_octets(l, "argument", command->argument);
        break;
    case MS_SMTP_NOOP:
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
    case MS_SMTP_HELP:
    case MS_SMTP_ETRN:
        yield_put_octets(l, "argument", command->argument);
        break;
    case MS_SMTP_DATA:
    case MS_SMTP_RSET:
    case MS_SMTP_QUIT:
    case MS_SMTP_STARTTLS:
    case MS_SMTP_TURN:
    case MS_SMTP_END_OF_DATA:
    case MS_SMTP_GREETING:
    case MS_SMTP_VERB_COUNT:
        break;
    }
}

void replay_yield_smtp_command(replay_track *track, const ms_smtp_event *event)
{
    const ms_smtp_parsed *parsed = &event->command;
    const char *name = ms_smtp_verb_name(parsed->command.verb);
    if (parsed->command.verb == MS_SMTP_AUTH_RESPONSE)
        name = "auth-response";
    else if (parsed->command.verb == MS_SMTP_UNKNOWN)
        name = "unknown";
    yield_line l = {.length = 0};
    yield_put(&l, "command %s at=%" PRIu64, name, event->at);
    if (parsed->error != MS_SMTP_OK)
        yield_put(&l, " error=%s error_at=%zu", ms_smtp_error_rule(parsed->error)->name, parsed->error_at);
    else
        put_command(&l, &parsed->command);
    yield_put_deviations(&l, parsed->deviations, command_rule);
    replay_track_yield(track, MS_CLIENT, event->at, "%s", l.text);
}

void replay_yield_smtp_reply(replay_track *track, const ms_smtp_event *event)
{
    const ms_reply_line *reply = &event->reply.line;
    yield_line l = {.length = 0};
    yield_put(&l, "reply %u at=%" PRIu64, reply->code, event->at);
    if (reply->more)
        yield_put(&l, " more");
    if (reply->error != MS_REPLY_OK)
        yield_put(&l, " error=%s error_at=%zu", ms_reply_error_rule(reply->error)->name, reply->error_at);
    if (reply->enhanced.class_ != 0)
        yield_put(&l, " enhanced=%u.%u.%u", reply->enhanced.class_, reply->enhanced.subject, reply->enhanced.detail);
    if (event->ehlo_line && event->reply.ehlo.error == MS_REPLY_OK) {
        yield_put_octets(&l, "keyword", event->reply.ehlo.keyword);
        yield_put_octets(&l, "parameters", event->reply.ehlo.parameters);
    } else {
        yield_put_octets(&l, "text", reply->free_text);
    }
    yield_put_deviations(&l, reply->deviations, reply_rule);
    replay_track_yield(track, MS_SERVER, event->at, "%s", l.text);
}

void replay_yield_smtp_content(replay_track *track, bool chunk, uint64_t end)
{
    replay_track_yield(track, MS_CLIENT, end > 0 ? end - 1 : 0, "%s end=%" PRIu64 " octets=%" PRIu64,
                       chunk ? "chunk" : "end-of-data", end, replay_message_octets(track->message));
}
