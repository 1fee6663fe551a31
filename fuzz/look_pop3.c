/* look_pop3.c - see look.h */
#include "fuzz/look.h"
#include "fuzz/reached.h"

void look_pop3_argument(fuzz_look *look, const ms_pop3_command *command)
{
    switch (command->verb) {
    case MS_POP3_USER:
        look_span(look, command->user.name);
        break;
    case MS_POP3_PASS:
        look_span(look, command->pass.password);
        break;
    case MS_POP3_APOP:
        look_span(look, command->apop.name);
        look_span(look, command->apop.digest);
        break;
    case MS_POP3_LIST:
    case MS_POP3_RETR:
    case MS_POP3_DELE:
    case MS_POP3_UIDL:
        look_number(look, command->message.number);
        look_number(look, command->message.given);
        break;
    case MS_POP3_TOP:
        look_number(look, command->top.number);
        look_number(look, command->top.lines);
        break;
    case MS_POP3_AUTH:
        look_span(look, command->auth.mechanism);
        look_span(look, command->auth.initial_response);
        break;
    case MS_POP3_AUTH_RESPONSE:
        look_span(look, command->auth_response.data);
        look_number(look, command->auth_response.cancel);
        break;
    case MS_POP3_LANG:
        look_span(look, command->lang.tag);
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
        break;
    }
}

void look_pop3_parsed(fuzz_look *look, const ms_pop3_parsed *parsed)
{
    const ms_pop3_verb verb = parsed->command.verb;
    look_one_of(look, parsed->error, MS_POP3_ERR_COUNT);
    look_one_of(look, verb, MS_POP3_VERB_COUNT);
    if (parsed->error != MS_POP3_OK) {
        look_offset(look, parsed->error_at);
        look_requirement(look, ms_pop3_error_requirement(parsed->error, verb));
    }
    LOOK_DEVIATIONS(look, parsed->deviations, MS_POP3_DEV_COUNT, ms_pop3_deviation, ms_pop3_deviation_rule);
    for (unsigned i = 0; i < MS_POP3_DEV_COUNT; i++)
        if ((parsed->deviations >> i & 1) != 0)
            look_requirement(look, ms_pop3_deviation_requirement((ms_pop3_deviation)i, verb));
    if (parsed->deviations != 0)
        look_offset(look, parsed->deviation_at);
    look_span(look, parsed->command.keyword);
    look_span(look, parsed->command.argument);
    if (parsed->error == MS_POP3_OK)
        look_pop3_argument(look, &parsed->command);
}

static void look_item(fuzz_look *look, const ms_pop3_response *response)
{
    switch (response->after) {
    case MS_POP3_AFTER_STAT:
        look_number(look, response->drop.messages);
        look_number(look, response->drop.octets);
        break;
    case MS_POP3_AFTER_LIST:
        look_number(look, response->scan.number);
        look_number(look, response->scan.octets);
        break;
    case MS_POP3_AFTER_UIDL:
        look_number(look, response->unique.number);
        look_span(look, response->unique.unique_id);
        break;
    case MS_POP3_AFTER_GREETING:
        look_span(look, response->greeting.timestamp);
        break;
    case MS_POP3_AFTER_LANG:
        look_span(look, response->language.tag);
        look_span(look, response->language.description);
        break;
    case MS_POP3_AFTER_STATUS:
    case MS_POP3_AFTER_CAPA:
    case MS_POP3_AFTER_AUTH:
    case MS_POP3_AFTER_TEXT:
    case MS_POP3_AFTER_COUNT:
        break;
    }
}

static void look_response_faults(fuzz_look *look, ms_pop3_response_error error, size_t error_at,
                                 ms_deviations deviations, size_t deviation_at)
{
    look_one_of(look, error, MS_POP3_RESPONSE_ERR_COUNT);
    if (error != MS_POP3_RESPONSE_OK) {
        look_offset(look, error_at);
        look_requirement(look, ms_pop3_response_error_rule(error)->requirement);
    }
    LOOK_DEVIATIONS(look, deviations, MS_POP3_RESPONSE_DEV_COUNT, ms_pop3_response_deviation,
                    ms_pop3_response_deviation_rule);
    if (deviations != 0)
        look_offset(look, deviation_at);
}

void look_pop3_response(fuzz_look *look, const ms_pop3_response *response, bool listing)
{
    look_response_faults(look, response->error, response->error_at, response->deviations, response->deviation_at);
    for (unsigned i = 0; i < MS_POP3_RESPONSE_DEV_COUNT; i++)
        if ((response->deviations >> i & 1) != 0)
            look_requirement(look,
                             ms_pop3_response_deviation_requirement((ms_pop3_response_deviation)i, response->after));
    look_one_of(look, response->after, MS_POP3_AFTER_COUNT);
    look_one_of(look, response->indicator, MS_POP3_CONTINUATION + 1);
    look_one_of(look, response->code, MS_POP3_CODE_COUNT);
    look_span(look, response->code_text);
    look_span(look, response->text);
    if (!listing && response->indicator == MS_POP3_CONTINUATION)
        look_span(look, response->continuation.data);
    else if (response->error == MS_POP3_RESPONSE_OK && (listing || response->indicator == MS_POP3_POSITIVE))
        look_item(look, response);
}

void look_pop3_capability(fuzz_look *look, const ms_pop3_capability *capability)
{
    look_response_faults(look, capability->error, capability->error_at, capability->deviations,
                         capability->deviation_at);
    look_one_of(look, capability->id, MS_CAPA_COUNT);
    for (unsigned i = 0; i < MS_POP3_RESPONSE_DEV_COUNT; i++)
        if ((capability->deviations >> i & 1) != 0)
            look_requirement(look, ms_pop3_capability_requirement((ms_pop3_response_deviation)i, capability->id));
    look_span(look, capability->tag);
    look_span(look, capability->parameters);
    if (capability->error != MS_POP3_RESPONSE_OK)
        return;
    if (capability->id == MS_CAPA_SASL) {
        FUZZ_EXPECT(ORACLE_RANGE, 0, capability->mechanisms >> MS_SASL_MECHANISM_COUNT == 0);
        look_number(look, capability->mechanisms);
    }
    if (capability->id == MS_CAPA_EXPIRE) {
        look_number(look, capability->expire.days);
        look_number(look, (uint64_t)capability->expire.never << 1 | capability->expire.user);
    }
    if (capability->id == MS_CAPA_LOGIN_DELAY) {
        look_number(look, capability->login_delay.seconds);
        look_number(look, capability->login_delay.user);
    }
    if (capability->id == MS_CAPA_UTF8)
        look_number(look, capability->utf8.user);
}

void look_pop3_session(fuzz_look *look, const ms_pop3_session *session)
{
    const ms_pop3_context command = ms_pop3_session_command_context(session);
    const ms_pop3_response_context response = ms_pop3_session_response_context(session);
    const ms_pop3_answering answering = ms_pop3_session_answering(session);
    uint32_t messages = 0;
    look_one_of(look, session->state, MS_POP3_STATE_COUNT);
    look_one_of(look, ms_pop3_session_expect(session), MS_POP3_EXPECT_NOTHING + 1);
    look_one_of(look, ms_pop3_session_reading(session), MS_POP3_READ_UNJUDGED + 1);
    look_number(look, (uint64_t)command.utf8 << 2 | (uint64_t)command.auth_response << 1 | command.capa_seen);
    look_one_of(look, response.after, MS_POP3_AFTER_COUNT);
    look_number(look, (uint64_t)response.utf8 << 1 | response.resp_codes);
    look_one_of(look, answering.verb, MS_POP3_VERB_COUNT);
    fuzz_reached(FUZZ_REACHED_STATE, session->state, answering.verb);
    look_number(look, answering.none);
    look_number(look, answering.number);
    look_number(look, ms_pop3_session_messages(session, &messages) ? messages : UINT64_MAX);
    look_number(look, ms_pop3_session_limited(session));
    look_number(look, ms_pop3_session_tls_active(session));
    look_number(look, ms_pop3_session_marked(session, 1));
    look_number(look, ms_pop3_session_offers(session, MS_CAPA_PIPELINING));
    FUZZ_EXPECT(ORACLE_RANGE, (size_t)look->base, session->room->run_count <= session->room->run_capacity);
}
