/*
 * session_client.c - what a client's commands break: order, pipelining, extensions that were not offered
 *
 * A client is judged by what it knew: the replies it had seen when it sent.  What hangs on
 * replies still outstanding is not held against it.
 */
#include "mailspec/limits.h"
#include "mailspec/sasl.h"
#include "session_internal.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Which EHLO keyword allows which parameter. */
static const struct {
    uint8_t parameter;    /* ms_smtp_parameter_id */
    uint8_t keyword;      /* ms_ehlo_keyword */
    uint16_t requirement; /* where it has a row of its own; else MAIL's or RCPT's general one */
} parameter_needs[] = {
    {MS_PARAM_SIZE, MS_EHLO_SIZE, MS_REQ_NONE},
    {MS_PARAM_RET, MS_EHLO_DSN, MS_REQ_NONE},
    {MS_PARAM_ENVID, MS_EHLO_DSN, MS_REQ_NONE},
    {MS_PARAM_NOTIFY, MS_EHLO_DSN, MS_REQ_NONE},
    {MS_PARAM_ORCPT, MS_EHLO_DSN, MS_REQ_NONE},
    {MS_PARAM_AUTH, MS_EHLO_AUTH, MS_REQ_NONE},
    {MS_PARAM_SMTPUTF8, MS_EHLO_SMTPUTF8, MS_REQ_NONE},
    {MS_PARAM_MT_PRIORITY, MS_EHLO_MT_PRIORITY, MS_REQ_NONE},
    {MS_PARAM_BY, MS_EHLO_DELIVERBY, MS_REQ_NONE},
    {MS_PARAM_HOLDFOR, MS_EHLO_FUTURERELEASE, MS_REQ_NONE},
    {MS_PARAM_HOLDUNTIL, MS_EHLO_FUTURERELEASE, MS_REQ_NONE},
    {MS_PARAM_REQUIRETLS, MS_EHLO_REQUIRETLS, MS_REQ_SMTP_8689_2_05},
    {MS_PARAM_MTRK, MS_EHLO_MTRK, MS_REQ_NONE},
    {MS_PARAM_RRVS, MS_EHLO_RRVS, MS_REQ_NONE},
    {MS_PARAM_CONPERM, MS_EHLO_CONPERM, MS_REQ_NONE},
    {MS_PARAM_CONNEG, MS_EHLO_CONNEG, MS_REQ_NONE},
    {MS_PARAM_TRANSID, MS_EHLO_CHECKPOINT, MS_REQ_NONE},
    {MS_PARAM_SUBMITTER, MS_EHLO_SUBMITTER, MS_REQ_NONE},
};

static bool answered_all(const ms_smtp_session *session)
{
    return session->outstanding == 0;
}

/* Only these may not be followed in a group (RFC 2920 section 3.1, RFC 3207 section 4, RFC 4954 section 4). */
static uint16_t must_be_last(const ms_smtp_run *run)
{
    switch ((ms_smtp_verb)run->verb) {
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
    case MS_SMTP_DATA:
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
    case MS_SMTP_TURN:
    case MS_SMTP_QUIT:
    case MS_SMTP_NOOP:
    case MS_SMTP_ETRN: /* "Additional commands … unless otherwise specified": RFC 1985 says nothing of groups */
        return MS_REQ_SMTP_2920_3_1_02;
    case MS_SMTP_STARTTLS:
        return MS_REQ_SMTP_3207_4_10;
    case MS_SMTP_AUTH:
        return (run->flags & RUN_LAST) != 0 ? MS_REQ_NONE : MS_REQ_SMTP_4954_4_35;
    case MS_SMTP_AUTH_RESPONSE:
        return MS_REQ_SMTP_4954_4_35;
    case MS_SMTP_UNKNOWN:
    case MS_SMTP_HELO:
    case MS_SMTP_MAIL:
    case MS_SMTP_RCPT:
    case MS_SMTP_BDAT:
    case MS_SMTP_RSET:
    case MS_SMTP_HELP:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
    case MS_SMTP_END_OF_DATA:
    case MS_SMTP_GREETING:
    case MS_SMTP_VERB_COUNT:
        return MS_REQ_NONE;
    }
    return MS_REQ_NONE;
}

/* A command, or undecided octets, while replies are outstanding. */
static void judge_talking_ahead(ms_smtp_session *session, uint64_t at, ms_findings *findings)
{
    if (session->state == MS_SMTP_CONNECTED) {
        if (ms_smtp_session_first_time(session, MS_CLIENT, HABIT_TALKS_FIRST))
            ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_4_3_1_02, at, MS_SMTP_GREETING, 0);
        return;
    }
    const ms_smtp_run *back = ms_smtp_ring_back(session);
    if (back == NULL)
        return;
    const uint16_t last = must_be_last(back);
    if (last == MS_REQ_SMTP_3207_4_10) {
        ms_smtp_find(session, findings, MS_CLIENT, last, at, back->verb, 0);
        return;
    }
    if (!ms_smtp_session_offers(session, MS_EHLO_PIPELINING)) {
        /* the octets of a message behind an unanswered DATA have a rule of their own */
        if (back->verb == MS_SMTP_DATA) {
            session->flags |= SESSION_SPILL;
            ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_3_3_18, at, MS_SMTP_DATA, 0);
        } else if (ms_smtp_session_first_time(session, MS_CLIENT, HABIT_TALKS_AHEAD)) {
            ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_4_3_1_01, at, back->verb, 0);
        }
        return;
    }
    if (back->verb == MS_SMTP_DATA)
        session->flags |= SESSION_SPILL;
    ms_smtp_find(session, findings, MS_CLIENT, last, at, back->verb, 0);
}

void ms_smtp_session_early(ms_smtp_session *session, uint64_t at, ms_findings *findings)
{
    ms_findings nowhere;
    if ((session->flags & SESSION_EARLY) != 0)
        return;
    session->flags |= SESSION_EARLY;
    findings = ms_smtp_findings_of(session, findings, &nowhere);
    judge_talking_ahead(session, at, findings);
}

bool ms_smtp_session_takes_as_data(ms_smtp_session *session, uint64_t at, ms_findings *findings)
{
    if ((session->flags & SESSION_DATA_ODD) == 0 || session->outstanding != 0)
        return false;
    session->flags &= ~(uint32_t)SESSION_DATA_ODD;
    ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_3_3_18, at, MS_SMTP_DATA, 0);
    session->state = MS_SMTP_MAIL_DATA;
    session->content_octets = 0;
    return true;
}

/* X and letters, digits, hyphens: a verb of private use (RFC 5321 section 4.1.5), alone or before a space. */
static bool is_private_command(ms_span line)
{
    if (line.len < 2 || (line.ptr[0] != 'X' && line.ptr[0] != 'x'))
        return false;
    for (size_t i = 1; i < line.len && line.ptr[i] != ' '; i++) {
        const uint8_t octet = line.ptr[i] | 0x20;
        if (!(octet >= 'a' && octet <= 'z') && !(line.ptr[i] >= '0' && line.ptr[i] <= '9') && line.ptr[i] != '-')
            return false;
    }
    return true;
}

bool ms_smtp_session_spills(ms_smtp_session *session, ms_span line, uint64_t at, ms_findings *findings)
{
    const ms_smtp_run *back = ms_smtp_ring_back(session);
    const bool lone_dot = line.len == 1 && line.ptr[0] == '.';
    if ((session->flags & SESSION_SPILL) == 0) {
        const bool refused = (session->flags & SESSION_DATA_REFUSED) != 0 && back == NULL;
        /* the dot that ended the data was a line of the text, sent without its second dot */
        const bool ended = back != NULL && back->verb == MS_SMTP_END_OF_DATA;
        if ((!refused && !ended) || is_private_command(line))
            return false;
        session->flags |= SESSION_SPILL;
        ms_smtp_find(session, findings, MS_CLIENT, refused ? MS_REQ_SMTP_5321_3_3_18 : MS_REQ_SMTP_5321_4_5_2_01, at,
                     MS_SMTP_DATA, 0);
    }
    if (lone_dot)
        session->flags |= SESSION_SPILL_ENDS;
    return true;
}

static void judge_parameters(ms_smtp_session *session, const ms_smtp_command *command, uint64_t at, uint8_t *flags,
                             ms_findings *findings)
{
    /* what was offered is known once all replies to EHLO are in; HELO, and a refusal, offer nothing */
    const bool refused = (session->flags & SESSION_NAMED) != 0 && answered_all(session);
    if ((session->flags & SESSION_INITIATED) == 0 && !refused)
        return;
    const uint16_t general = command->verb == MS_SMTP_RCPT ? MS_REQ_SMTP_5321_4_1_1_3_05 : MS_REQ_SMTP_5321_4_1_1_2_02;
    for (size_t i = 0; i < COUNT(parameter_needs); i++) {
        if ((command->mail.known >> parameter_needs[i].parameter & 1) == 0)
            continue;
        if (ms_smtp_session_offers(session, (ms_ehlo_keyword)parameter_needs[i].keyword))
            continue;
        *flags |= RUN_UNOFFERED;
        const uint16_t own = parameter_needs[i].requirement;
        ms_smtp_find(session, findings, MS_CLIENT, own != MS_REQ_NONE ? own : general, at, (uint8_t)command->verb, 0);
    }
    /* RFC 6152 and RFC 3030 share the keyword */
    const ms_ehlo_keyword body = command->mail.body == MS_BODY_BINARYMIME ? MS_EHLO_BINARYMIME : MS_EHLO_8BITMIME;
    if ((command->mail.known >> MS_PARAM_BODY & 1) != 0 && !ms_smtp_session_offers(session, body)) {
        *flags |= RUN_UNOFFERED;
        ms_smtp_find(session, findings, MS_CLIENT, general, at, MS_SMTP_MAIL, 0);
    }
}

static void judge_mail(ms_smtp_session *session, const ms_smtp_parsed *parsed, uint64_t at, uint8_t *flags,
                       ms_findings *findings)
{
    if ((session->flags & SESSION_NAMED) == 0 && (session->flags & SESSION_INITIATED) == 0)
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_4_1_1_1_01, at, MS_SMTP_MAIL, 0);
    else if ((STATE(session->state) & IN_TRANSACTION) != 0 && !ms_smtp_ring_may_end_transaction(session) &&
             (session->flags & SESSION_CHUNK_FAILED) == 0)
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_4_1_4_12, at, MS_SMTP_MAIL, 0);
    session->recipients_sent = 0;
    session->size_sent = 0;
    session->body_sent = MS_BODY_NONE;
    session->flags &= ~(uint32_t)SESSION_UTF8_SENT;
    if (parsed->error != MS_SMTP_OK)
        return;
    const ms_smtp_command *command = &parsed->command;
    if (command->mail.known != 0)
        judge_parameters(session, command, at, flags, findings);
    if ((command->mail.known >> MS_PARAM_SIZE & 1) != 0)
        session->size_sent = command->mail.size;
    session->body_sent = command->mail.body;
    if (command->mail.body == MS_BODY_BINARYMIME)
        *flags |= RUN_BINARY;
    if ((command->mail.known >> MS_PARAM_SMTPUTF8 & 1) != 0)
        session->flags |= SESSION_UTF8_SENT;
}

static void judge_rcpt(ms_smtp_session *session, const ms_smtp_parsed *parsed, uint64_t at, uint8_t *flags,
                       ms_findings *findings)
{
    /* a lone RCPT names nobody: there is no transaction */
    const bool lone = answered_all(session) && (STATE(session->state) & BEFORE_MAIL) != 0;
    if (!lone && session->recipients_sent < UINT32_MAX)
        session->recipients_sent++;
    if (parsed->error != MS_SMTP_OK)
        return;
    if (parsed->command.mail.known != 0)
        judge_parameters(session, &parsed->command, at, flags, findings);
}

/* DATA or BDAT, to which no RCPT or no MAIL was sent: whatever is answered to what is outstanding.
 * before: no transaction is open; begins: MAIL is outstanding; stays: nothing that ends a transaction is. */
static bool is_out_of_order(const ms_smtp_session *session, bool before, bool begins, bool stays)
{
    if (before && answered_all(session))
        return true;
    if (session->state == MS_SMTP_DATA_SENT) /* its transaction is over, however it is answered */
        return session->recipients_sent == 0;
    const bool never_named = session->recipients == 0 && (session->flags & SESSION_RCPT_REFUSED) == 0 &&
                             !ms_smtp_ring_has(session, MS_SMTP_RCPT);
    if (never_named && (before || session->state == MS_SMTP_SENDER))
        return true;
    const bool named_nobody = session->recipients_sent == 0;
    return named_nobody && ((before && !begins) || ((before || session->state == MS_SMTP_SENDER) && stays));
}

static void judge_data(ms_smtp_session *session, uint8_t verb, uint64_t at, ms_findings *findings)
{
    const bool begins = ms_smtp_ring_begins_transaction(session);
    const bool stays = !ms_smtp_ring_may_end_transaction(session);
    const bool before = (STATE(session->state) & BEFORE_MAIL) != 0;
    const bool open = (STATE(session->state) & IN_TRANSACTION) != 0 && stays && !begins;
    const bool chunked = session->state == MS_SMTP_CHUNKS || (session->flags & SESSION_CHUNK_FAILED) != 0 ||
                         ms_smtp_ring_has(session, MS_SMTP_BDAT);
    if (verb == MS_SMTP_DATA && open && chunked) {
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_3030_2_21, at, verb, 0);
    } else if (((session->flags & SESSION_CHUNK_FAILED) == 0 || (verb == MS_SMTP_DATA && (before || !stays))) &&
               is_out_of_order(session, before, begins, stays)) {
        /* a transaction, once started, is MAIL, RCPT and DATA, in that order (RFC 5321 section 4.1.4);
         * a lone RCPT starts none, and is the server's to refuse (section 3.3) */
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_3_3_25, at, verb, 0);
    }
    if (verb == MS_SMTP_BDAT && (session->flags & SESSION_INITIATED) != 0 &&
        !ms_smtp_session_offers(session, MS_EHLO_CHUNKING))
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_3030_2_25, at, verb, 0);
}

static void judge_failed_chunk(ms_smtp_session *session, uint8_t verb, uint64_t at, ms_findings *findings)
{
    if ((session->flags & SESSION_CHUNK_FAILED) == 0 || ms_smtp_ring_may_end_transaction(session) ||
        ms_smtp_ring_begins_transaction(session))
        return;
    if (verb == MS_SMTP_BDAT)
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_3030_2_16, at, verb, 0);
    else if (verb == MS_SMTP_MAIL)
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_3030_2_17, at, verb, 0);
}

static void note_auth(ms_smtp_session *session, const ms_smtp_parsed *parsed, uint8_t *flags)
{
    session->flags &= ~(uint32_t)(SESSION_CANCELLED | SESSION_CHALLENGE_BAD);
    session->mechanism = MS_SASL_OTHER;
    if (parsed->error != MS_SMTP_OK)
        return;
    bool valid;
    session->mechanism = (uint8_t)ms_sasl_mechanism_parse(parsed->command.auth.mechanism, &valid);
    /* one step, with all that is to be said: others may follow in the group (RFC 4954 section 4) */
    const bool one_step = session->mechanism == MS_SASL_PLAIN || session->mechanism == MS_SASL_EXTERNAL ||
                          session->mechanism == MS_SASL_ANONYMOUS || session->mechanism == MS_SASL_XOAUTH2;
    if (one_step && !ms_span_is_absent(parsed->command.auth.initial_response))
        *flags |= RUN_LAST;
}

static void judge_auth_response(ms_smtp_session *session, const ms_smtp_parsed *parsed, uint64_t at,
                                ms_findings *findings)
{
    const bool cancel = parsed->error == MS_SMTP_OK && parsed->command.auth_response.cancel;
    if (cancel)
        session->flags |= SESSION_CANCELLED;
    else if ((session->flags & SESSION_CHALLENGE_BAD) != 0)
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_4954_4_21, at, MS_SMTP_AUTH_RESPONSE, 0);
}

/* Rules about one verb. */
static void judge_verb(ms_smtp_session *session, const ms_smtp_parsed *parsed, uint64_t at, uint8_t *flags,
                       ms_findings *findings)
{
    switch (parsed->command.verb) {
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
    case MS_SMTP_HELO:
        session->recipients_sent = 0;
        if (parsed->error == MS_SMTP_OK)
            session->flags |= SESSION_NAMED;
        break;
    case MS_SMTP_MAIL:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
        judge_mail(session, parsed, at, flags, findings);
        break;
    case MS_SMTP_RCPT:
        judge_rcpt(session, parsed, at, flags, findings);
        break;
    case MS_SMTP_DATA:
        judge_data(session, MS_SMTP_DATA, at, findings);
        break;
    case MS_SMTP_BDAT:
        judge_data(session, MS_SMTP_BDAT, at, findings);
        if (parsed->error == MS_SMTP_OK && parsed->command.bdat.last) {
            *flags |= RUN_LAST;
            session->recipients_sent = 0;
        }
        break;
    case MS_SMTP_STARTTLS:
        if (ms_smtp_session_tls_active(session))
            ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_3207_4_2_09, at, MS_SMTP_STARTTLS, 0);
        break;
    case MS_SMTP_AUTH:
        note_auth(session, parsed, flags);
        break;
    case MS_SMTP_AUTH_RESPONSE:
        judge_auth_response(session, parsed, at, findings);
        break;
    case MS_SMTP_QUIT:
        session->flags |= SESSION_QUIT_SENT;
        break;
    case MS_SMTP_RSET:
    case MS_SMTP_NOOP:
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
    case MS_SMTP_HELP:
        if (parsed->command.verb == MS_SMTP_RSET)
            session->recipients_sent = 0;
        if ((session->flags & (SESSION_NAMED | SESSION_INITIATED | SESSION_TLS)) == 0 &&
            ms_smtp_session_first_time(session, MS_CLIENT, HABIT_UNNAMED))
            ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_4_1_4_22, at, (uint8_t)parsed->command.verb, 0);
        break;
    case MS_SMTP_UNKNOWN:
    case MS_SMTP_ETRN:
    case MS_SMTP_TURN:
    case MS_SMTP_END_OF_DATA:
    case MS_SMTP_GREETING:
    case MS_SMTP_VERB_COUNT:
        break;
    }
}

/* A client that waits has had all its replies: the ones that are missing were not due.  One that does not wait leaves
 * open which reply is whose. */
static void give_up_doubtful(ms_smtp_session *session)
{
    if (session->doubtful < session->outstanding) {
        session->flags |= SESSION_LIMITED;
        return;
    }
    session->surplus = session->doubtful;
    session->doubtful = 0;
    ms_smtp_ring_clear(session);
    if (session->state == MS_SMTP_DATA_SENT)
        session->state = MS_SMTP_READY;
}

/* This line may be the rest of the one before. */
static bool is_doubtful(const ms_smtp_session *session, uint8_t verb)
{
    if (session->outstanding == 0)
        return false;
    return session->unsure_end == END_BARE_LF || (session->unsure_end == END_ODD_CHUNK && verb == MS_SMTP_UNKNOWN);
}

static uint8_t end_of(const ms_smtp_parsed *parsed, uint8_t before, bool doubtful)
{
    if ((parsed->deviations & MS_DEVIATION_BIT(MS_SMTP_DEV_BARE_LF)) != 0)
        return END_BARE_LF;
    if (parsed->command.verb == MS_SMTP_BDAT && parsed->error != MS_SMTP_OK)
        return END_ODD_CHUNK;
    return doubtful && before == END_ODD_CHUNK ? END_ODD_CHUNK : END_SURE;
}

void ms_smtp_session_command(ms_smtp_session *session, const ms_smtp_parsed *parsed, uint64_t at, ms_findings *findings)
{
    const uint8_t verb = (uint8_t)parsed->command.verb;
    const bool doubtful = is_doubtful(session, verb);
    if (session->outstanding == 0)
        session->surplus = 0;
    if (session->doubtful > 0 && !doubtful)
        give_up_doubtful(session);
    session->unsure_end = end_of(parsed, session->unsure_end, doubtful);
    if (doubtful && session->doubtful < UINT16_MAX)
        session->doubtful++;
    uint8_t flags = 0;
    ms_findings nowhere;
    findings = ms_smtp_findings_of(session, findings, &nowhere);
    if (session->state == MS_SMTP_TLS_NEXT)
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_3207_4_08, at, verb, 0);
    if (parsed->error != MS_SMTP_OK)
        flags |= RUN_MALFORMED;
    if (parsed->deviations != 0)
        flags |= RUN_ARGUMENT;
    const bool spilled = (session->flags & SESSION_SPILL) != 0;
    if (spilled && verb == MS_SMTP_UNKNOWN)
        flags |= RUN_SPILLED;
    if ((verb == MS_SMTP_VRFY || verb == MS_SMTP_EXPN) && parsed->command.smtputf8)
        flags |= RUN_UTF8;
    if (verb == MS_SMTP_NOOP && !ms_span_is_absent(parsed->command.argument))
        flags |= RUN_STRING;
    if ((verb == MS_SMTP_MAIL || verb == MS_SMTP_RCPT) && parsed->command.mail.parameters.len > 0)
        flags |= RUN_STRING;
    if ((session->state == MS_SMTP_CONNECTED || session->outstanding > 0) && !spilled)
        judge_talking_ahead(session, at, findings);
    if ((session->flags & SESSION_SPILL_ENDS) != 0)
        session->flags &= ~(uint32_t)(SESSION_SPILL | SESSION_SPILL_ENDS | SESSION_DATA_REFUSED);
    if ((session->flags & SESSION_TLS_FRESH) != 0) {
        session->flags &= ~(uint32_t)SESSION_TLS_FRESH;
        /* MAIL without EHLO is told as that */
        if (verb != MS_SMTP_EHLO && verb != MS_SMTP_LHLO && verb != MS_SMTP_HELO && verb != MS_SMTP_QUIT &&
            verb != MS_SMTP_MAIL)
            ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_3207_4_2_06, at, verb, 0);
    }
    if (session->state != MS_SMTP_REFUSED) {
        judge_failed_chunk(session, verb, at, findings);
        judge_verb(session, parsed, at, &flags, findings);
    } else if (verb == MS_SMTP_QUIT) {
        session->flags |= SESSION_QUIT_SENT;
    }
    if ((session->flags & SESSION_REPLY_OPEN) != 0)
        session->flags |= SESSION_OPEN_ANSWERED;
    session->flags &= ~(uint32_t)SESSION_EARLY;
    if (verb != MS_SMTP_UNKNOWN)
        session->flags &= ~(uint32_t)(SESSION_DATA_ODD | SESSION_DATA_REFUSED);
    ms_smtp_ring_push(session, verb, flags);
    if (session->variant == MS_VARIANT_LMTP)
        ms_smtp_unanswered_drop(session);
}
