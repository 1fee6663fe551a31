/* look_smtp.c - see look.h */
#include "fuzz/look.h"
#include "fuzz/reached.h"

void look_line(fuzz_look *look, const ms_line *line)
{
    const uint32_t at[] = {line->bare_cr_at, line->nul_at, line->eight_bit_at};
    look_one_of(look, line->status, MS_LINE_CONTINUED + 1);
    look_one_of(look, line->flags, 2 * MS_LINE_TOO_LONG);
    look_span(look, line->text);
    look_offset(look, line->consumed);
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        if (at[i] != MS_LINE_NOWHERE && at[i] >= line->text.len)
            fuzz_fail(ORACLE_OFFSET, (size_t)look->base, "flag %zu at %u of %zu", i, (unsigned)at[i], line->text.len);
        look_number(look, at[i]);
    }
}

void look_smtp_path(fuzz_look *look, const ms_smtp_path *path)
{
    look_one_of(look, path->kind, MS_PATH_MAILBOX + 1);
    look_one_of(look, path->domain_kind, MS_DOMAIN_GENERAL + 1);
    look_number(look, path->quoted);
    look_span(look, path->source_route);
    look_span(look, path->local_part);
    look_span(look, path->domain);
}

static void look_smtp_error(fuzz_look *look, ms_smtp_error error, size_t error_at, uint16_t requirement)
{
    look_one_of(look, error, MS_SMTP_ERR_COUNT);
    if (error != MS_SMTP_OK) {
        look_offset(look, error_at);
        look_requirement(look, requirement);
    } else if (requirement != MS_REQ_NONE) {
        fuzz_fail(ORACLE_REQUIREMENT, (size_t)look->base, "requirement %u without an error", requirement);
    }
}

void look_smtp_path_parsed(fuzz_look *look, const ms_smtp_path_parsed *parsed)
{
    look_smtp_error(look, parsed->error, parsed->error_at, parsed->requirement);
    LOOK_DEVIATIONS(look, parsed->deviations, MS_SMTP_DEV_COUNT, ms_smtp_deviation, ms_smtp_deviation_rule);
    look_offset(look, parsed->consumed);
    if (parsed->error == MS_SMTP_OK)
        look_smtp_path(look, &parsed->path);
}

static void look_mail(fuzz_look *look, const ms_smtp_command *command)
{
    look_smtp_path(look, &command->mail.path);
    look_span(look, command->mail.parameters);
    FUZZ_EXPECT(ORACLE_RANGE, (size_t)look->base, command->mail.known >> MS_PARAM_COUNT == 0);
    look_number(look, command->mail.known);
    look_one_of(look, command->mail.body, MS_BODY_BINARYMIME + 1);
    look_one_of(look, command->mail.notify, 2 * MS_NOTIFY_DELAY);
    if ((command->mail.known >> MS_PARAM_SIZE & 1) != 0)
        look_number(look, command->mail.size);
}

void look_smtp_argument(fuzz_look *look, const ms_smtp_command *command)
{
    switch (command->verb) {
    case MS_SMTP_HELO:
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
        look_span(look, command->ehlo.domain);
        look_one_of(look, command->ehlo.domain_kind, MS_DOMAIN_GENERAL + 1);
        break;
    case MS_SMTP_MAIL:
    case MS_SMTP_RCPT:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
        look_mail(look, command);
        break;
    case MS_SMTP_BDAT:
        look_number(look, command->bdat.octets);
        look_number(look, command->bdat.last);
        break;
    case MS_SMTP_AUTH:
        look_span(look, command->auth.mechanism);
        look_span(look, command->auth.initial_response);
        break;
    case MS_SMTP_AUTH_RESPONSE:
        look_span(look, command->auth_response.data);
        look_number(look, command->auth_response.cancel);
        break;
    case MS_SMTP_UNKNOWN:
    case MS_SMTP_DATA:
    case MS_SMTP_RSET:
    case MS_SMTP_NOOP:
    case MS_SMTP_QUIT:
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
    case MS_SMTP_HELP:
    case MS_SMTP_STARTTLS:
    case MS_SMTP_ETRN:
    case MS_SMTP_TURN:
        look_span(look, command->argument);
        break;
    case MS_SMTP_END_OF_DATA:
    case MS_SMTP_GREETING:
    case MS_SMTP_VERB_COUNT:
        fuzz_fail(ORACLE_RANGE, (size_t)look->base, "a parsed command has the verb %u", (unsigned)command->verb);
    }
}

void look_smtp_parsed(fuzz_look *look, const ms_smtp_parsed *parsed)
{
    look_smtp_error(look, parsed->error, parsed->error_at, parsed->requirement);
    LOOK_DEVIATIONS(look, parsed->deviations, MS_SMTP_DEV_COUNT, ms_smtp_deviation, ms_smtp_deviation_rule);
    look_one_of(look, parsed->command.verb, MS_SMTP_VERB_COUNT);
    look_span(look, parsed->command.keyword);
    look_number(look, parsed->command.smtputf8);
    if (parsed->error == MS_SMTP_OK)
        look_smtp_argument(look, &parsed->command);
}

static void look_value(fuzz_look *look, const ms_smtp_parameter *parameter)
{
    switch (parameter->id) {
    case MS_PARAM_SIZE:
    case MS_PARAM_HOLDFOR:
        look_number(look, parameter->size);
        break;
    case MS_PARAM_BODY:
        look_one_of(look, parameter->body, MS_BODY_BINARYMIME + 1);
        break;
    case MS_PARAM_RET:
        look_one_of(look, parameter->ret, MS_RET_HDRS + 1);
        break;
    case MS_PARAM_NOTIFY:
        look_one_of(look, parameter->notify, 2 * MS_NOTIFY_DELAY);
        break;
    case MS_PARAM_MT_PRIORITY:
        look_one_of(look, (unsigned)(parameter->priority + 9), 19);
        break;
    case MS_PARAM_ORCPT:
        look_span(look, parameter->orcpt.address_type);
        look_span(look, parameter->orcpt.xtext);
        break;
    case MS_PARAM_BY:
        look_number(look, (uint64_t)parameter->by.seconds);
        look_one_of(look, parameter->by.mode, 2);
        look_number(look, parameter->by.trace);
        break;
    case MS_PARAM_UNKNOWN:
    case MS_PARAM_ENVID:
    case MS_PARAM_AUTH:
    case MS_PARAM_SMTPUTF8:
    case MS_PARAM_HOLDUNTIL:
    case MS_PARAM_REQUIRETLS:
    case MS_PARAM_MTRK:
    case MS_PARAM_RRVS:
    case MS_PARAM_CONPERM:
    case MS_PARAM_CONNEG:
    case MS_PARAM_TRANSID:
    case MS_PARAM_SUBMITTER:
    case MS_PARAM_SOLICIT:
    case MS_PARAM_COUNT:
        break;
    }
}

void look_smtp_parameter(fuzz_look *look, const ms_smtp_parameter *parameter)
{
    look_smtp_error(look, parameter->error, parameter->error_at, parameter->requirement);
    LOOK_DEVIATIONS(look, parameter->deviations, MS_SMTP_DEV_COUNT, ms_smtp_deviation, ms_smtp_deviation_rule);
    look_one_of(look, parameter->id, MS_PARAM_COUNT);
    if (parameter->error != MS_SMTP_OK)
        return;
    look_span(look, parameter->keyword);
    look_span(look, parameter->value);
    look_value(look, parameter);
}

static void look_enhanced(fuzz_look *look, const ms_enhanced_status *enhanced)
{
    const unsigned class_ = enhanced->class_;
    FUZZ_EXPECT(ORACLE_RANGE, (size_t)look->base, class_ == 0 || class_ == 2 || class_ == 4 || class_ == 5);
    look_number(look, class_);
    if (class_ == 0)
        return;
    look_one_of(look, enhanced->subject, 1000); /* RFC 3463 section 2: 1*3digit */
    look_one_of(look, enhanced->detail, 1000);
}

void look_reply_line(fuzz_look *look, const ms_reply_line *line)
{
    look_one_of(look, line->error, MS_REPLY_ERR_COUNT);
    if (line->error != MS_REPLY_OK)
        look_offset(look, line->error_at);
    if (line->error != MS_REPLY_OK && line->error != MS_REPLY_ERR_INCOMPLETE)
        look_requirement(look, ms_reply_error_rule(line->error)->requirement);
    LOOK_DEVIATIONS(look, line->deviations, MS_REPLY_DEV_COUNT, ms_reply_deviation, ms_reply_deviation_rule);
    if (line->deviations != 0)
        look_offset(look, line->deviation_at);
    look_one_of(look, line->code, 1000);
    look_number(look, line->more);
    look_enhanced(look, &line->enhanced);
    look_span(look, line->text);
    look_span(look, line->free_text);
}

void look_reply(fuzz_look *look, const ms_reply *reply)
{
    look_one_of(look, reply->code, 1000);
    look_number(look, reply->lines);
    look_one_of(look, reply->complete, 2);
    look_enhanced(look, &reply->enhanced);
}

static void look_ehlo_value(fuzz_look *look, const ms_ehlo_line *line)
{
    switch ((unsigned)line->id) {
    case MS_EHLO_SIZE:
        look_number(look, line->size.octets);
        look_number(look, line->size.given);
        break;
    case MS_EHLO_DELIVERBY:
        look_number(look, line->deliverby.seconds);
        look_number(look, line->deliverby.given);
        break;
    case MS_EHLO_FUTURERELEASE:
        look_number(look, line->futurerelease.max_interval);
        look_span(look, line->futurerelease.max_datetime);
        break;
    case MS_EHLO_AUTH:
        FUZZ_EXPECT(ORACLE_RANGE, (size_t)look->base, line->mechanisms >> MS_SASL_MECHANISM_COUNT == 0);
        look_number(look, line->mechanisms);
        break;
    case MS_EHLO_LIMITS:
        look_number(look, line->limits.mailmax);
        look_number(look, line->limits.rcptmax);
        look_number(look, line->limits.rcptdomainmax);
        break;
    default: /* the other keywords have no value */
        break;
    }
}

void look_ehlo_line(fuzz_look *look, const ms_ehlo_line *line)
{
    look_one_of(look, line->error, MS_REPLY_ERR_COUNT);
    if (line->error != MS_REPLY_OK) {
        look_offset(look, line->error_at);
        look_requirement(look, ms_reply_error_rule(line->error)->requirement);
    }
    LOOK_DEVIATIONS(look, line->deviations, MS_REPLY_DEV_COUNT, ms_reply_deviation, ms_reply_deviation_rule);
    if (line->deviations != 0)
        look_offset(look, line->deviation_at);
    look_one_of(look, line->id, MS_EHLO_COUNT);
    look_requirement(look, ms_ehlo_keyword_requirement(line->id));
    look_span(look, line->keyword);
    look_span(look, line->parameters);
    if (line->error == MS_REPLY_OK)
        look_ehlo_value(look, line);
}

void look_smtp_session(fuzz_look *look, const ms_smtp_session *session)
{
    bool none = false;
    const ms_smtp_verb answering = ms_smtp_session_answering(session, &none);
    const ms_reply_context reply = ms_smtp_session_reply_context(session);
    const ms_smtp_context command = ms_smtp_session_command_context(session);
    look_one_of(look, session->state, MS_SMTP_STATE_COUNT);
    fuzz_reached(FUZZ_REACHED_STATE, session->state, answering);
    look_one_of(look, ms_smtp_session_expect(session), MS_EXPECT_NOTHING + 1);
    look_one_of(look, answering, MS_SMTP_VERB_COUNT);
    look_number(look, none);
    look_one_of(look, reply.after, MS_AFTER_RCPT + 1);
    look_number(look, (uint64_t)reply.enhanced << 1 | reply.smtputf8);
    look_number(look, (uint64_t)command.smtputf8 << 2 | (uint64_t)command.lmtp << 1 | command.auth_response);
    look_number(look, ms_smtp_session_line_limit(session));
    look_number(look, ms_smtp_session_limited(session));
    look_number(look, ms_smtp_session_tls_active(session));
    look_number(look, ms_smtp_session_extended(session));
    FUZZ_EXPECT(ORACLE_FACT, (size_t)look->base,
                ms_smtp_session_line_limit(session) >= 512); /* RFC 5321 section 4.5.3.1.4 */
    FUZZ_EXPECT(ORACLE_RANGE, (size_t)look->base, session->run_count <= session->run_capacity);
}
