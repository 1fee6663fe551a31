/*
 * smtp_rules_reply.c - which reply code is wrong for which command, as a table
 *
 * To be read from the top: the first row that fits is reported, so that the most telling rule speaks.
 * 421 and, unless a row names them, 4yz and 530 are never held against a server; neither is anything behind a
 * greeting of 521 or 554 (RFC 5321 section 3.1, RFC 7504).
 */
#include "harness/replay/smtp_rules_internal.h"

#include "mailspec/sasl.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef bool test(const smtp_view *view);

typedef struct reply_row {
    uint16_t requirement;
    uint32_t verbs;      /* set of V(…) */
    uint16_t codes[6];   /* a code, or a first digit for its class; ended by 0 */
    bool except;         /* every permanent or positive code but these */
    uint64_t need, not ; /* facts of the command */
    uint8_t keyword;     /* must be offered; MS_EHLO_UNKNOWN: no matter */
    test *also;
} reply_row;

#define V(verb)         (UINT32_C(1) << MS_SMTP_##verb)
#define PARAMETER(name) (UINT32_C(1) << MS_PARAM_##name)
#define NO_KEYWORD      MS_EHLO_UNKNOWN

bool smtp_view_offers(const smtp_view *view, ms_ehlo_keyword keyword)
{
    return ms_smtp_session_offers(view->before, keyword);
}

bool smtp_view_tls(const smtp_view *view)
{
    return ms_smtp_session_tls_active(view->before);
}

bool smtp_in_transaction(const ms_smtp_session *session)
{
    return session->state == MS_SMTP_SENDER || session->state == MS_SMTP_RECIPIENT || session->state == MS_SMTP_CHUNKS;
}

/* --- what a row may ask beside facts ------------------------------------------- */

static bool not_lmtp_greeting(const smtp_view *v)
{
    return v->variant != MS_VARIANT_LMTP || v->command->verb == MS_SMTP_LHLO ||
           (v->command->verb != MS_SMTP_EHLO && v->command->verb != MS_SMTP_HELO);
}

static bool open_transaction(const smtp_view *v)
{
    return smtp_in_transaction(v->before);
}

static bool no_transaction(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY || v->before->state == MS_SMTP_GREETED;
}

static bool ready(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY;
}

static bool only_size(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_SIZE) && v->command->size_digits <= 18 && v->command->size > 0;
}

static bool size_zero(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_SIZE) && v->command->size == 0;
}

static bool size_within_limit(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(SIZE)) != 0 && v->before->size_limit > 0 &&
           v->command->size <= v->before->size_limit;
}

static bool size_over_limit(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(SIZE)) != 0 && (v->command->invalid & PARAMETER(SIZE)) == 0 &&
           v->before->size_limit > 0 && v->command->size > v->before->size_limit;
}

static bool size_huge_over_limit(const smtp_view *v)
{
    return v->command->size_digits >= 19 && v->before->size_limit > 0;
}

static bool size_huge_unchecked(const smtp_view *v)
{
    return v->command->size_digits >= 18 && v->history->size_without_number;
}

static bool size_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(SIZE)) != 0;
}

static bool only_body_8bitmime(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_BODY) && v->command->body == MS_BODY_8BITMIME;
}

static bool only_body_7bit(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_BODY) && v->command->body == MS_BODY_7BIT;
}

static bool only_body_binarymime(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_BODY) && v->command->body == MS_BODY_BINARYMIME;
}

static bool body_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(BODY)) != 0;
}

static bool body_twice(const smtp_view *v)
{
    return (v->command->repeated & PARAMETER(BODY)) != 0;
}

static bool binarymime_unoffered(const smtp_view *v)
{
    return v->command->body == MS_BODY_BINARYMIME && !smtp_view_offers(v, MS_EHLO_BINARYMIME);
}

static bool only_ret(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_RET);
}

static bool ret_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(RET)) != 0;
}

static bool only_envid_short(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_ENVID) && v->command->envid_length < 39;
}

static bool only_envid_long(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_ENVID) && v->command->envid_length <= 106;
}

static bool envid_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(ENVID)) != 0;
}

static bool ret_or_envid_twice(const smtp_view *v)
{
    return (v->command->repeated & (PARAMETER(RET) | PARAMETER(ENVID))) != 0;
}

static bool only_dsn(const smtp_view *v)
{
    const uint32_t dsn = PARAMETER(NOTIFY) | PARAMETER(ORCPT);
    return v->command->parameter_count > 0 && (v->command->parameters & ~dsn) == 0 && v->command->invalid == 0 &&
           (v->command->set & FACT(UNKNOWN_PARAMETER)) == 0;
}

static bool notify_never(const smtp_view *v)
{
    return only_dsn(v) && v->command->notify == MS_NOTIFY_NEVER && !v->command->lower_notify;
}

static bool notify_lower_case(const smtp_view *v)
{
    return only_dsn(v) && v->command->lower_notify;
}

static bool orcpt_long(const smtp_view *v)
{
    return only_dsn(v) && v->command->orcpt_length >= 128;
}

static bool orcpt_rfc822(const smtp_view *v)
{
    return only_dsn(v) && (v->command->parameters & PARAMETER(ORCPT)) != 0 && v->command->orcpt_rfc822;
}

static bool orcpt_other(const smtp_view *v)
{
    return only_dsn(v) && (v->command->parameters & PARAMETER(ORCPT)) != 0 && !v->command->orcpt_rfc822;
}

static bool dsn_long_line(const smtp_view *v)
{
    return only_dsn(v) && v->command->line_octets > 512 && v->command->line_octets <= 1036;
}

/* "NOTIFY=NEVER,DELAY": the words of the raw value. */
static bool notify_has_never(const smtp_facts *facts)
{
    for (size_t i = 0; i + 5 <= facts->line.len; i++)
        if (smtp_text_is(ms_span_make(facts->line.ptr + i, 5), "NEVER"))
            return true;
    return false;
}

static bool notify_never_and_more(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(NOTIFY)) != 0 && notify_has_never(v->command);
}

static bool notify_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(NOTIFY)) != 0 && !notify_has_never(v->command);
}

static bool orcpt_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(ORCPT)) != 0;
}

static bool notify_or_orcpt_twice(const smtp_view *v)
{
    return (v->command->repeated & (PARAMETER(NOTIFY) | PARAMETER(ORCPT))) != 0;
}

static bool only_auth_null(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_AUTH) && v->command->auth_null;
}

static bool only_auth(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_AUTH) && !v->command->auth_null;
}

static bool auth_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(AUTH)) != 0 && v->command->error != MS_SMTP_OK;
}

static bool auth_long_line(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(AUTH)) != 0 && v->command->line_octets > 512 &&
           v->command->line_octets <= 1012;
}

static bool with_smtputf8(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(SMTPUTF8)) != 0 && (v->command->invalid & PARAMETER(SMTPUTF8)) == 0;
}

static bool only_smtputf8(const smtp_view *v)
{
    const uint32_t both = PARAMETER(SMTPUTF8) | PARAMETER(BODY);
    return with_smtputf8(v) && (v->command->parameters & ~both) == 0 && v->command->body != MS_BODY_BINARYMIME;
}

static bool smtputf8_with_value(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(SMTPUTF8)) != 0;
}

static bool rcpt_in_utf8_mail(const smtp_view *v)
{
    return open_transaction(v) && (v->command->set & FACT(8BIT_PATH)) != 0;
}

static bool only_priority(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_MT_PRIORITY);
}

static bool priority_malformed(const smtp_view *v)
{
    return ((v->command->invalid | v->command->repeated) & PARAMETER(MT_PRIORITY)) != 0;
}

static bool only_requiretls(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_REQUIRETLS) && smtp_view_tls(v);
}

static bool requiretls_with_value(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(REQUIRETLS)) != 0;
}

static bool requiretls_in_clear(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(REQUIRETLS)) != 0 && !smtp_view_tls(v) && v->variant != MS_VARIANT_LMTP;
}

static bool by_return_not_positive(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(BY)) != 0 && v->command->by_return && v->command->by_seconds <= 0;
}

static bool by_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(BY)) != 0;
}

static bool by_below_minimum(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(BY)) != 0 && v->command->by_return && v->command->by_seconds > 0 &&
           (uint64_t)v->command->by_seconds < v->history->deliverby_min;
}

static bool hold_both(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(HOLDFOR)) != 0 && (v->command->parameters & PARAMETER(HOLDUNTIL)) != 0;
}

static bool hold_too_long(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(HOLDFOR)) != 0 && v->history->hold_max > 0 &&
           v->command->hold_seconds > v->history->hold_max;
}

static bool submission(const smtp_view *v)
{
    return v->variant == MS_VARIANT_SUBMISSION;
}

static bool not_between_known(const smtp_view *v)
{
    return v->history->between != 0 && !v->history->between_mixed;
}

/* Sequence: the reply to a step of a transaction, right behind something that must not disturb it. */
static bool step_disturbed(const smtp_view *v)
{
    if ((v->command->set & FACT(IN_GROUP)) != 0 || !v->history->previous.valid)
        return false;
    if (v->command->verb == MS_SMTP_DATA)
        return v->before->state == MS_SMTP_RECIPIENT && (v->code == 503 || v->code == 554);
    return open_transaction(v) && v->before->state != MS_SMTP_CHUNKS && v->code == 503;
}

static bool disturbed_by(const smtp_view *v, uint8_t verb)
{
    return step_disturbed(v) && not_between_known(v) && v->history->between == verb;
}

static bool after_vrfy(const smtp_view *v)
{
    return disturbed_by(v, MS_SMTP_VRFY);
}

static bool after_expn(const smtp_view *v)
{
    return disturbed_by(v, MS_SMTP_EXPN);
}

static bool after_help(const smtp_view *v)
{
    return disturbed_by(v, MS_SMTP_HELP);
}

static bool after_noop(const smtp_view *v)
{
    return disturbed_by(v, MS_SMTP_NOOP);
}

static bool after_unknown(const smtp_view *v)
{
    return step_disturbed(v) && v->history->previous.verb == MS_SMTP_UNKNOWN && v->history->previous.code / 100 == 5;
}

static bool after_refused_greeting(const smtp_view *v)
{
    const uint8_t verb = v->history->previous.verb;
    return step_disturbed(v) && (verb == MS_SMTP_EHLO || verb == MS_SMTP_HELO || verb == MS_SMTP_LHLO) &&
           v->history->previous.code / 100 == 5;
}

static bool after_nested_mail(const smtp_view *v)
{
    return step_disturbed(v) && v->history->previous.verb == MS_SMTP_MAIL && v->history->previous.code == 503;
}

static bool after_refused_rcpt(const smtp_view *v)
{
    if (!open_transaction(v) || !v->history->previous.valid || v->before->state == MS_SMTP_CHUNKS)
        return false;
    const bool group = (v->command->set & FACT(IN_GROUP)) != 0;
    if (v->command->verb == MS_SMTP_RCPT)
        return v->code == 503 && v->history->previous.verb == MS_SMTP_RCPT && v->history->previous.code >= 400;
    return v->before->recipients > 0 && v->history->last_rcpt_group_failed && !group && !v->history->rcpt_refused_5_3;
}

static bool rcpt_after_accepted(const smtp_view *v)
{
    return v->before->state == MS_SMTP_RECIPIENT && v->history->previous.valid &&
           v->history->previous.verb == MS_SMTP_RCPT && v->history->previous.code / 100 == 2;
}

static bool rcpt_after_early_data(const smtp_view *v)
{
    return v->before->state == MS_SMTP_SENDER && v->history->previous.verb == MS_SMTP_DATA &&
           v->history->previous.code == 503;
}

static bool data_with_some_refused(const smtp_view *v)
{
    return v->before->state == MS_SMTP_RECIPIENT && v->history->last_rcpt_group_failed && !v->history->rcpt_refused_5_3;
}

static bool data_after_too_many(const smtp_view *v)
{
    return v->before->state == MS_SMTP_RECIPIENT && v->history->rcpt_refused_5_3;
}

static bool data_after_chunks(const smtp_view *v)
{
    return v->before->state == MS_SMTP_RECIPIENT && v->history->had_chunks && (v->command->set & FACT(IN_GROUP)) == 0 &&
           v->history->previous.verb == MS_SMTP_RCPT && v->history->previous.code / 100 == 2;
}

static bool mail_behind_data(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY && (v->command->set & FACT(BEHIND_DATA)) != 0;
}

static bool mail_after_message(const smtp_view *v)
{
    return ready(v) && v->history->previous.verb == MS_SMTP_END_OF_DATA && v->history->previous.code / 100 == 2;
}

static bool mail_after_rset(const smtp_view *v)
{
    return ready(v) && v->history->previous.verb == MS_SMTP_RSET && v->history->previous.code == 250;
}

static bool mail_after_refused_mail(const smtp_view *v)
{
    return ready(v) && v->history->previous.verb == MS_SMTP_MAIL && v->history->previous.code / 100 == 5 &&
           v->history->previous.code != 503;
}

static bool mail_after_503(const smtp_view *v)
{
    return ready(v) && v->history->previous.code == 503 && v->history->previous.verb != MS_SMTP_MAIL;
}

static bool mail_first_in_tls_injected(const smtp_view *v)
{
    return ready(v) && smtp_view_tls(v) && v->history->sent_in_clear_mail && v->before->transactions == 0;
}

static bool before_greeting_command(const smtp_view *v)
{
    return v->before->state == MS_SMTP_GREETED;
}

static bool noop_after_failed_auth(const smtp_view *v)
{
    const smtp_previous *p = &v->history->previous;
    return p->valid && (p->verb == MS_SMTP_AUTH || p->verb == MS_SMTP_AUTH_RESPONSE) && p->code >= 400;
}

/* RFC 3030 with PIPELINING: a chunk that was sent before the refusal of an earlier one had come. */
static bool chunk_after_failed_one(const smtp_view *v)
{
    const smtp_previous *p = &v->history->previous;
    return (v->command->set & FACT(IN_GROUP)) != 0 && p->valid && p->verb == MS_SMTP_BDAT && p->code >= 400;
}

static bool lmtp_chunk_for_nobody(const smtp_view *v)
{
    return v->variant == MS_VARIANT_LMTP && v->before->state == MS_SMTP_SENDER;
}

static bool between_chunks(const smtp_view *v)
{
    return v->before->state == MS_SMTP_CHUNKS;
}

static bool after_final_chunk(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY && v->history->previous.verb == MS_SMTP_BDAT &&
           (v->history->previous.facts & FACT(LAST)) != 0 && v->history->previous.code / 100 == 2;
}

static bool chunk_after_rset(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY && v->history->previous.verb == MS_SMTP_RSET;
}

static bool chunk_without_recipient(const smtp_view *v)
{
    return v->variant != MS_VARIANT_LMTP && v->before->state == MS_SMTP_SENDER && v->history->last_rcpt_group_failed;
}

static bool first_ehlo_in_tls(const smtp_view *v)
{
    return v->history->tls_by_starttls && v->history->first_in_tls;
}

static bool not_in_tls(const smtp_view *v)
{
    return !smtp_view_tls(v);
}

static bool in_tls_or_unlisted(const smtp_view *v)
{
    return smtp_view_tls(v) || !smtp_view_offers(v, MS_EHLO_STARTTLS);
}

static bool listed_starttls_missing(const smtp_view *v)
{
    return !smtp_view_tls(v) && ms_smtp_session_extended(v->before) && !smtp_view_offers(v, MS_EHLO_STARTTLS);
}

static bool expn_unlisted(const smtp_view *v)
{
    return !smtp_view_offers(v, MS_EHLO_EXPN);
}

static bool expn_in_ehlo_session(const smtp_view *v)
{
    return ms_smtp_session_extended(v->before) && expn_unlisted(v);
}

static bool vrfy_unlisted(const smtp_view *v)
{
    return !smtp_view_offers(v, MS_EHLO_VRFY);
}

static bool help_unlisted(const smtp_view *v)
{
    return !smtp_view_offers(v, MS_EHLO_HELP);
}

static bool help_works_unlisted(const smtp_view *v)
{
    return ms_smtp_session_extended(v->before) && help_unlisted(v);
}

static bool etrn_works_unlisted(const smtp_view *v)
{
    return ms_smtp_session_extended(v->before) && !smtp_view_offers(v, MS_EHLO_ETRN);
}

static bool chunk_works_unlisted(const smtp_view *v)
{
    return ms_smtp_session_extended(v->before) && !smtp_view_offers(v, MS_EHLO_CHUNKING);
}

static bool turn_without_trust(const smtp_view *v)
{
    return !smtp_view_tls(v) && !v->history->authenticated_in_clear;
}

static bool domain_case_only(const smtp_view *v)
{
    const ms_span path = v->command->path;
    for (size_t i = 0; i < v->history->accepted.count; i++) {
        const ms_span other = v->history->accepted.items[i];
        const size_t local = v->command->local_part.len;
        if (other.len == path.len && smtp_text_equal(other, path) && local > 0 &&
            memcmp(other.ptr, path.ptr, local) == 0 && memcmp(other.ptr, path.ptr, path.len) != 0)
            return true;
    }
    return false;
}

static bool postmaster_case_only(const smtp_view *v)
{
    for (size_t i = 0; i < v->history->accepted.count; i++) {
        const ms_span other = v->history->accepted.items[i];
        if (smtp_text_equal(other, v->command->path) && smtp_text_begins(other, "POSTMASTER@") &&
            memcmp(other.ptr, v->command->path.ptr, other.len) != 0)
            return true;
    }
    return false;
}

static bool bare_postmaster_case_only(const smtp_view *v)
{
    for (size_t i = 0; i < v->history->accepted.count; i++)
        if (smtp_text_is(v->history->accepted.items[i], "POSTMASTER"))
            return true;
    return false;
}

/* The same mailbox, once quoted and once not. */
static bool quoting_only(const smtp_view *v)
{
    uint8_t mine[256];
    uint8_t theirs[256];
    const smtp_facts *c = v->command;
    if (c->local_part.len == 0 || c->local_part.len > sizeof mine)
        return false;
    const size_t length = ms_smtp_local_part_decode(c->local_part, mine);
    for (size_t i = 0; i < v->history->accepted.count; i++) {
        const ms_span other = v->history->accepted.items[i];
        if (other.len <= c->domain.len + 1 || other.len - c->domain.len - 1 > sizeof theirs)
            continue;
        const ms_span local = ms_span_make(other.ptr, other.len - c->domain.len - 1);
        const ms_span domain = ms_span_make(other.ptr + local.len + 1, c->domain.len);
        if (!smtp_text_equal(domain, c->domain) || (local.ptr[0] == '"') == (c->local_part.ptr[0] == '"'))
            continue;
        if (ms_smtp_local_part_decode(local, theirs) == length && memcmp(mine, theirs, length) == 0)
            return true;
    }
    return false;
}

static bool verified_before(const smtp_view *v)
{
    return smtp_texts_has(&v->history->verified, v->command->path);
}

static bool too_many_too_early(const smtp_view *v)
{
    return smtp_view_offers(v, MS_EHLO_ENHANCEDSTATUSCODES) && v->enhanced.subject == 5 && v->enhanced.detail == 3 &&
           v->enhanced.class_ != 0 && v->before->recipients < 100 && v->before->rcpt_max == 0 &&
           v->variant != MS_VARIANT_SUBMISSION;
}

static bool too_many_not_452(const smtp_view *v)
{
    return v->enhanced.class_ == 4 && v->enhanced.subject == 5 && v->enhanced.detail == 3 && v->code != 452;
}

static bool within_rcptmax(const smtp_view *v)
{
    return v->before->rcpt_max > 0 && v->before->recipients + 1 <= v->before->rcpt_max && v->enhanced.class_ != 0 &&
           v->enhanced.subject == 5 && v->enhanced.detail == 3;
}

static bool beyond_rcptmax(const smtp_view *v)
{
    return v->before->rcpt_max > 0 && v->before->recipients + 1 > v->before->rcpt_max && v->enhanced.class_ == 5 &&
           v->enhanced.subject == 5 && v->enhanced.detail == 3;
}

static bool beyond_mailmax(const smtp_view *v)
{
    return v->before->mail_max > 0 && v->before->transactions >= v->before->mail_max &&
           smtp_texts_has(&v->history->mails, v->command->line);
}

static bool message_within_declared(const smtp_view *v)
{
    return v->before->size_declared > 0 && v->before->content_octets <= v->before->size_declared;
}

static bool message_over_limit(const smtp_view *v)
{
    return v->before->size_limit > 0 && v->before->content_octets > v->before->size_limit;
}

static bool began_as_http(const smtp_view *v)
{
    return v->history->first_line_http;
}

static bool data_of_binarymime(const smtp_view *v)
{
    return v->before->body == MS_BODY_BINARYMIME && smtp_in_transaction(v->before);
}

static bool lmtp_data_for_nobody(const smtp_view *v)
{
    return v->variant == MS_VARIANT_LMTP && v->before->state == MS_SMTP_SENDER;
}

static bool plain_mail_in_ehlo(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY || v->before->state == MS_SMTP_GREETED;
}

static bool etrn_argument_bad(const smtp_view *v)
{
    return v->command->error != MS_SMTP_OK;
}

static bool xverb_listed_not(const smtp_view *v)
{
    return v->before->state != MS_SMTP_GREETED;
}

/* --- the table ------------------------------------------------------------------- */

#define NAMED_VERBS  (V(HELO) | V(EHLO) | V(LHLO) | V(MAIL) | V(RCPT) | V(DATA) | V(RSET) | V(NOOP) | V(QUIT))
#define ENVELOPE     (V(MAIL) | V(RCPT))
#define EITHER_HELLO (V(EHLO) | V(LHLO))
#define ENDS         (V(END_OF_DATA) | V(BDAT))
#define OVER         FACT(LINE_OVER)

/* clang-format off */
static const reply_row rows[] = {
    /* rule                            of a reply to     with code              but   command is                             is not                          listed          and */
    /* accepted although it should have been refused */
    { MS_REQ_SMTP_SEC_injection_04,    V(RCPT),          { 2 },                 0,    FACT(NUL_IN_DOMAIN),                   0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_SEC_injection_03,    ~V(END_OF_DATA),  { 2 },                 0,    FACT(NUL),                             0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_SEC_injection_01,    ENVELOPE,         { 2 },                 0,    FACT(OPEN_QUOTE),                      0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_2_15,       ENVELOPE | V(EHLO) | V(VRFY), { 2 },     0,    FACT(CONTROL),                         0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_2_04,       V(RCPT),          { 2 },                 0,    0,                                     FACT(OK),                       NO_KEYWORD,     NULL }, /* narrowed below */
    { MS_REQ_SMTP_1870_6_1_05,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_SIZE,   size_huge_over_limit },
    { MS_REQ_SMTP_1870_6_1_01,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_SIZE,   size_over_limit },
    { MS_REQ_SMTP_1870_7_01,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_SIZE,   size_huge_unchecked },
    { MS_REQ_SMTP_1870_6_03,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_SIZE,   size_malformed },
    { MS_REQ_SMTP_6152_3_03,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     body_malformed },
    { MS_REQ_SMTP_6152_3_04,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     body_twice },
    { MS_REQ_SMTP_3030_3_06,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     binarymime_unoffered },
    { MS_REQ_SMTP_3461_4_3_02,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    ret_malformed },
    { MS_REQ_SMTP_3461_4_4_02,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    envid_malformed },
    { MS_REQ_SMTP_3461_5_1_02,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    ret_or_envid_twice },
    { MS_REQ_SMTP_3461_4_1_04,         V(RCPT),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    notify_never_and_more },
    { MS_REQ_SMTP_3461_4_1_05,         V(RCPT),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    notify_malformed },
    { MS_REQ_SMTP_3461_4_2_03,         V(RCPT),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    orcpt_malformed },
    { MS_REQ_SMTP_3461_4_5_02,         V(RCPT),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    notify_or_orcpt_twice },
    { MS_REQ_SMTP_4954_5_04,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_AUTH,   auth_malformed },
    { MS_REQ_SMTP_6531_3_1_05,         V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     smtputf8_with_value },
    { MS_REQ_SMTP_2852_4_02,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     by_return_not_positive },
    { MS_REQ_SMTP_2852_4_03,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DELIVERBY, by_malformed },
    { MS_REQ_SMTP_2852_4_05,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DELIVERBY, by_below_minimum },
    { MS_REQ_SMTP_4865_4_02,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     hold_both },
    { MS_REQ_SMTP_4865_4_03,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_FUTURERELEASE, hold_too_long },
    { MS_REQ_SMTP_8689_2_03,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     requiretls_with_value },
    { MS_REQ_SMTP_8689_2_04,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     requiretls_in_clear },
    { MS_REQ_SMTP_6710_4_1_01,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_MT_PRIORITY, priority_malformed },
    { MS_REQ_SMTP_5321_4_1_1_11_01,    V(MAIL),          { 2 },                 0,    FACT(UNKNOWN_PARAMETER),               0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_11_02,    V(RCPT),          { 2 },                 0,    FACT(UNKNOWN_PARAMETER),               0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_6409_5_1_01,         ENVELOPE,         { 2 },                 0,    FACT(BAD_ADDRESS),                     0,                              NO_KEYWORD,     submission },
    { MS_REQ_SMTP_5321_4_1_2_14,       ENVELOPE | V(EHLO), { 2 },               0,    FACT(DOMAIN_OCTETS),                   0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_1123_5_2_5_02,       V(HELO),          { 2 },                 0,    FACT(ARGUMENT),                        0,                              NO_KEYWORD,     NULL }, /* narrowed below */
    { MS_REQ_SMTP_5321_4_1_1_07,       V(RSET),          { 2 },                 0,    FACT(ARGUMENT),                        0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_08,       V(DATA),          { 354 },               0,    FACT(ARGUMENT),                        0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_09,       V(QUIT),          { 221 },               0,    FACT(ARGUMENT),                        0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_6_03,     V(VRFY),          { 250, 251 },          0,    0,                                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_3207_4_02,           V(STARTTLS),      { 2 },                 0,    FACT(ARGUMENT),                        0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_3207_4_2_12,         V(STARTTLS),      { 220 },               0,    0,                                     0,                              NO_KEYWORD,     listed_starttls_missing },
    { MS_REQ_SMTP_1985_5_03,           V(ETRN),          { 2 },                 0,    0,                                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_1985_5_04,           V(ETRN),          { 2 },                 0,    FACT(ARGUMENT),                        FACT(OK),                       NO_KEYWORD,     etrn_argument_bad },
    { MS_REQ_SMTP_1985_5_02,           V(ETRN),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     open_transaction },
    { MS_REQ_SMTP_5321_3_5_2_05,       V(EXPN),          { 250 },               0,    0,                                     0,                              NO_KEYWORD,     expn_in_ehlo_session },
    { MS_REQ_SMTP_5321_4_1_1_1_12,     V(HELP),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     help_works_unlisted },
    { MS_REQ_SMTP_5321_4_1_1_1_12,     V(ETRN),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     etrn_works_unlisted },
    { MS_REQ_SMTP_5321_F_1_01,         V(TURN),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     turn_without_trust },
    { MS_REQ_SMTP_5321_F_6_02,         V(SEND) | V(SOML) | V(SAML), { 2 },      0,    0,                                     0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_3030_2_27,           V(BDAT),          { 2, 3 },              0,    0,                                     FACT(SIZE_READABLE),            NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_3030_2_30,           V(BDAT),          { 2 },                 0,    FACT(SIZE_READABLE),                   FACT(OK),                       NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_2033_4_3_02,         V(BDAT),          { 2, 4, 5 },           0,    FACT(LAST),                            0,                              NO_KEYWORD,     lmtp_chunk_for_nobody },
    { MS_REQ_SMTP_3030_2_15,           V(BDAT),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     chunk_after_failed_one },
    { MS_REQ_SMTP_3030_2_18,           V(BDAT),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     chunk_after_rset },
    { MS_REQ_SMTP_3030_2_13,           V(BDAT),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     chunk_without_recipient },
    { MS_REQ_SMTP_3030_2_10,           V(BDAT),          { 503 },               1,    0,                                     0,                              NO_KEYWORD,     after_final_chunk },
    { MS_REQ_SMTP_5321_4_1_1_1_12,     V(BDAT),          { 2 },                 0,    FACT(OK),                              0,                              NO_KEYWORD,     chunk_works_unlisted },
    { MS_REQ_SMTP_5321_4_1_2_16,       ENVELOPE,         { 2 },                 0,    FACT(8BIT_PATH),                       0,                              NO_KEYWORD,     NULL }, /* narrowed below */
    { MS_REQ_SMTP_SEC_crossproto_02,   V(END_OF_DATA),   { 250 },               0,    0,                                     0,                              NO_KEYWORD,     began_as_http },
    { MS_REQ_SMTP_1870_4_02,           ENDS,             { 2 },                 0,    0,                                     0,                              MS_EHLO_SIZE,   message_over_limit },
    { MS_REQ_SMTP_1870_6_3_01,         ENDS,             { 552 },               0,    0,                                     0,                              NO_KEYWORD,     message_within_declared },
    { MS_REQ_SMTP_3030_3_04,           V(DATA),          { 503 },               1,    FACT(OK),                              0,                              NO_KEYWORD,     data_of_binarymime },
    { MS_REQ_SMTP_3030_2_20,           V(DATA),          { 503 },               1,    FACT(OK),                              0,                              NO_KEYWORD,     between_chunks },
    { MS_REQ_SMTP_2033_4_2_01,         V(DATA),          { 503 },               1,    FACT(OK),                              0,                              NO_KEYWORD,     lmtp_data_for_nobody },

    /* refused by its letters: the features of a line, most telling first */
    { MS_REQ_SMTP_4954_6_03,           V(AUTH) | V(EHLO) | V(HELO) | V(NOOP) | V(RSET) | V(QUIT), { 530 }, 0, 0,             0,                              NO_KEYWORD,     in_tls_or_unlisted },
    { MS_REQ_SMTP_3207_4_06,           V(NOOP) | V(EHLO) | V(STARTTLS) | V(QUIT), { 530 }, 0, 0,                             0,                              NO_KEYWORD,     not_in_tls },
    { MS_REQ_SMTP_5321_4_1_1_01,       V(NOOP),          { 500, 501 },          0,    FACT(BLANKS_ONLY),                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_02,       V(RSET),          { 500, 501 },          0,    FACT(BLANKS_ONLY),                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_03,       ENVELOPE,         { 500, 501 },          0,    FACT(BLANKS_ONLY),                     0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_04,       V(DATA),          { 500, 501 },          0,    FACT(BLANKS_ONLY),                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_05,       V(QUIT),          { 500, 501 },          0,    FACT(BLANKS_ONLY),                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_06,       EITHER_HELLO,     { 500, 501 },          0,    FACT(BLANKS_ONLY),                     0,                              NO_KEYWORD,     not_lmtp_greeting },
    { MS_REQ_SMTP_5321_2_4_01,         NAMED_VERBS,      { 500, 502 },          0,    FACT(OK) | FACT(LOWER_VERB),           OVER | FACT(BARE_LF),           NO_KEYWORD,     not_lmtp_greeting },
    { MS_REQ_SMTP_3030_2_31,           V(BDAT),          { 500, 501 },          0,    FACT(OK) | FACT(LOWER_VERB),           0,                              MS_EHLO_CHUNKING, NULL },
    { MS_REQ_SMTP_3030_2_31,           V(BDAT),          { 500, 501 },          0,    FACT(OK) | FACT(LOWER_LAST),           0,                              MS_EHLO_CHUNKING, NULL },
    { MS_REQ_SMTP_5321_2_4_02,         ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(LOWER_COLON),       FACT(LOWER_VERB) | OVER,        NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_2_4_03,         ENVELOPE,         { 500, 501, 555 },     0,    FACT(CLEAN) | FACT(LOWER_PARAMETER),   FACT(LOWER_VERB) | FACT(LOWER_COLON) | OVER, NO_KEYWORD, NULL },
    { MS_REQ_SMTP_1870_4_01,           V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_SIZE,   only_size },
    { MS_REQ_SMTP_1870_6_1_04,         V(MAIL),          { 501, 504, 552, 555 }, 0,   FACT(CLEAN),                           OVER,                           MS_EHLO_SIZE,   size_zero },
    { MS_REQ_SMTP_1870_6_1_06,         V(MAIL),          { 552 },               0,    FACT(CLEAN),                           0,                              MS_EHLO_SIZE,   size_within_limit },
    { MS_REQ_SMTP_6152_3_01,           V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_8BITMIME, only_body_8bitmime },
    { MS_REQ_SMTP_6152_3_02,           V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_8BITMIME, only_body_7bit },
    { MS_REQ_SMTP_3030_3_03,           V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_BINARYMIME, only_body_binarymime },
    { MS_REQ_SMTP_3461_4_3_01,         V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    only_ret },
    { MS_REQ_SMTP_3461_4_4_01,         V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    only_envid_short },
    { MS_REQ_SMTP_3461_5_4_01,         V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    only_envid_long },
    { MS_REQ_SMTP_4954_3_02,           V(MAIL),          { 500 },               0,    FACT(CLEAN),                           0,                              MS_EHLO_AUTH,   auth_long_line },
    { MS_REQ_SMTP_4954_5_01,           V(MAIL),          { 500, 501, 504, 555 }, 0,   FACT(CLEAN),                           OVER,                           MS_EHLO_AUTH,   only_auth_null },
    { MS_REQ_SMTP_4954_5_02,           V(MAIL),          { 500, 501, 504, 555 }, 0,   FACT(CLEAN),                           OVER,                           MS_EHLO_AUTH,   only_auth },
    { MS_REQ_SMTP_6531_3_3_01,         ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(QUOTED) | FACT(UTF8_LOCAL), OVER,                   MS_EHLO_SMTPUTF8, NULL },
    { MS_REQ_SMTP_6531_3_2_01,         V(MAIL),          { 500, 501, 504, 555 }, 0,   FACT(CLEAN) | FACT(UTF8_LOCAL),        OVER,                           MS_EHLO_SMTPUTF8, with_smtputf8 },
    { MS_REQ_SMTP_6531_3_2_03,         V(MAIL),          { 500, 501, 504, 555 }, 0,   FACT(CLEAN) | FACT(UTF8_DOMAIN),       FACT(UTF8_LOCAL) | OVER,        MS_EHLO_SMTPUTF8, with_smtputf8 },
    { MS_REQ_SMTP_6531_3_1_04,         V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           FACT(8BIT_PATH) | OVER,         MS_EHLO_SMTPUTF8, only_smtputf8 },
    { MS_REQ_SMTP_6531_3_2_02,         V(RCPT),          { 500, 501 },          0,    FACT(CLEAN),                           OVER,                           MS_EHLO_SMTPUTF8, rcpt_in_utf8_mail },
    { MS_REQ_SMTP_6710_4_1_02,         V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_MT_PRIORITY, only_priority },
    { MS_REQ_SMTP_8689_2_02,           V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_REQUIRETLS, only_requiretls },
    { MS_REQ_SMTP_3461_5_4_03,         V(RCPT),          { 500 },               0,    FACT(CLEAN),                           0,                              MS_EHLO_DSN,    dsn_long_line },
    { MS_REQ_SMTP_3461_5_4_02,         V(RCPT),          { 500, 501, 504, 555 }, 0,   FACT(CLEAN),                           0,                              MS_EHLO_DSN,    orcpt_long },
    { MS_REQ_SMTP_3461_4_1_03,         V(RCPT),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    notify_lower_case },
    { MS_REQ_SMTP_3461_4_2_01,         V(RCPT),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    orcpt_rfc822 },
    { MS_REQ_SMTP_3461_4_2_02,         V(RCPT),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    orcpt_other },
    { MS_REQ_SMTP_3461_4_1_02,         V(RCPT),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    notify_never },
    { MS_REQ_SMTP_3461_5_1_03,         V(RCPT),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    only_dsn },
    { MS_REQ_SMTP_5321_4_1_1_3_01,     V(RCPT),          { 500, 501 },          0,    FACT(CLEAN) | FACT(ROUTE),             OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_2_01,     V(MAIL),          { 500, 501, 553 },     0,    FACT(CLEAN) | FACT(NULL_PATH),         OVER,                           NO_KEYWORD,     plain_mail_in_ehlo },
    { MS_REQ_SMTP_5321_2_3_5_03,       V(RCPT),          { 500, 501, 551, 553 }, 0,   FACT(OK) | FACT(POSTMASTER_PLAIN),     0,                              NO_KEYWORD,     open_transaction },
    { MS_REQ_SMTP_5321_4_1_1_3_06,     V(RCPT),          { 500, 501, 551, 553 }, 0,   FACT(OK) | FACT(POSTMASTER),           FACT(POSTMASTER_PLAIN),         NO_KEYWORD,     open_transaction },
    { MS_REQ_SMTP_5321_4_1_1_3_06,     V(RCPT),          { 550 },               0,    FACT(OK) | FACT(POSTMASTER),           0,                              NO_KEYWORD,     bare_postmaster_case_only },
    { MS_REQ_SMTP_5321_4_5_1_09,       V(RCPT),          { 500, 501, 550, 551, 553 }, 0, FACT(CLEAN),                        0,                              NO_KEYWORD,     postmaster_case_only },
    { MS_REQ_SMTP_5321_2_4_06,         V(RCPT),          { 500, 501, 550, 551, 553 }, 0, FACT(CLEAN),                        0,                              NO_KEYWORD,     domain_case_only },
    { MS_REQ_SMTP_5321_4_1_2_25,       V(RCPT),          { 500, 501, 550, 551, 553 }, 0, FACT(CLEAN),                        0,                              NO_KEYWORD,     quoting_only },
    { MS_REQ_SMTP_5321_3_5_2_03,       V(RCPT),          { 501, 553 },          0,    FACT(OK),                              0,                              NO_KEYWORD,     verified_before },
    { MS_REQ_SMTP_5321_4_1_2_21,       ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(QUOTED),            OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_3_06,       ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(IPV4_TAIL),         OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_3_07,       ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(IPV4_TAIL_COMPRESSED), OVER,                        NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_3_06,       EITHER_HELLO,     { 500, 501, 504 },     0,    FACT(CLEAN) | FACT(IPV4_TAIL),         OVER,                           NO_KEYWORD,     not_lmtp_greeting },
    { MS_REQ_SMTP_5321_4_1_3_07,       EITHER_HELLO,     { 500, 501, 504 },     0,    FACT(CLEAN) | FACT(IPV4_TAIL_COMPRESSED), OVER,                        NO_KEYWORD,     not_lmtp_greeting },
    { MS_REQ_SMTP_5321_4_1_1_1_06,     EITHER_HELLO,     { 500, 501, 504 },     0,    FACT(CLEAN) | FACT(IPV4),              OVER,                           NO_KEYWORD,     not_lmtp_greeting },
    { MS_REQ_SMTP_5321_4_1_1_1_07,     EITHER_HELLO,     { 500, 501, 504 },     0,    FACT(CLEAN) | FACT(IPV6),              OVER,                           NO_KEYWORD,     not_lmtp_greeting },
    { MS_REQ_SMTP_5321_4_5_3_1_3_01,   ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(LONG_PATH),         OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_5_3_1_1_01,   ENVELOPE,         { 500, 501, 552 },     0,    FACT(CLEAN) | FACT(LONG_LOCAL_PART),   OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_5_3_1_2_01,   ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(LONG_DOMAIN),       OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_2_19,       ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(ATEXT),             OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_2_13,       ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(ONE_LABEL),         OVER,                           NO_KEYWORD,     NULL },

    /* counts of recipients and messages */
    { MS_REQ_SMTP_9422_4_02,           V(RCPT),          { 452, 5 },            0,    0,                                     0,                              NO_KEYWORD,     within_rcptmax },
    { MS_REQ_SMTP_9422_4_03,           V(RCPT),          { 5 },                 0,    0,                                     0,                              NO_KEYWORD,     beyond_rcptmax },
    { MS_REQ_SMTP_9422_4_04,           V(MAIL),          { 5 },                 0,    0,                                     0,                              NO_KEYWORD,     beyond_mailmax },
    { MS_REQ_SMTP_5321_4_5_3_1_10_01,  V(RCPT),          { 4 },                 0,    0,                                     0,                              NO_KEYWORD,     too_many_not_452 },
    { MS_REQ_SMTP_5321_4_5_3_1_8_01,   V(RCPT),          { 4, 5 },              0,    0,                                     0,                              NO_KEYWORD,     too_many_too_early },
    { MS_REQ_SMTP_5321_4_5_3_1_8_03,   V(DATA),          { 554 },               0,    0,                                     0,                              NO_KEYWORD,     data_after_too_many },

    /* order that was right and was refused */
    { MS_REQ_SMTP_SEC_starttls_02,     V(MAIL),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     mail_first_in_tls_injected },
    { MS_REQ_SMTP_3207_4_2_01,         EITHER_HELLO,     { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     first_ehlo_in_tls },
    { MS_REQ_SMTP_2920_3_2_13,         V(MAIL),          { 503, 500 },          0,    FACT(CLEAN),                           0,                              MS_EHLO_PIPELINING, mail_behind_data },
    { MS_REQ_SMTP_5321_4_1_1_4_08,     V(MAIL),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     mail_after_message },
    { MS_REQ_SMTP_5321_4_1_1_5_07,     V(MAIL),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     mail_after_rset },
    { MS_REQ_SMTP_5321_4_1_4_15,       V(MAIL),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     mail_after_refused_mail },
    { MS_REQ_SMTP_5321_4_1_4_16,       V(MAIL),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     mail_after_503 },
    { MS_REQ_SMTP_5321_4_1_4_17,       V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              FACT(IN_GROUP),                 NO_KEYWORD,     after_refused_rcpt },
    { MS_REQ_SMTP_2920_3_2_03,         V(DATA),          { 503, 554 },          0,    FACT(OK),                              0,                              MS_EHLO_PIPELINING, data_with_some_refused },
    { MS_REQ_SMTP_3030_2_22,           V(DATA),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     data_after_chunks },
    { MS_REQ_SMTP_5321_4_3_1_04,       V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     after_unknown },
    { MS_REQ_SMTP_5321_4_1_4_10,       V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     after_refused_greeting },
    { MS_REQ_SMTP_5321_4_1_4_14,       V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     after_nested_mail },
    { MS_REQ_SMTP_5321_4_1_4_21,       V(RCPT),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     rcpt_after_early_data },
    { MS_REQ_SMTP_5321_4_1_1_6_01,     V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     after_vrfy },
    { MS_REQ_SMTP_5321_4_1_1_7_01,     V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     after_expn },
    { MS_REQ_SMTP_5321_4_1_1_8_03,     V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     after_help },
    { MS_REQ_SMTP_5321_4_1_1_9_03,     V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     after_noop },
    { MS_REQ_SMTP_5321_4_1_1_3_03,     V(RCPT),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     rcpt_after_accepted },
    { MS_REQ_SMTP_4954_4_29,           V(NOOP),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     noop_after_failed_auth },
    { MS_REQ_SMTP_3030_2_28,           V(NOOP),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     between_chunks },
    { MS_REQ_SMTP_3030_2_06,           V(BDAT),          { 500, 501 },          0,    FACT(OK) | FACT(ZERO) | FACT(LAST),    0,                              NO_KEYWORD,     between_chunks },
    { MS_REQ_SMTP_3030_2_03,           V(DATA),          { 500, 502 },          0,    FACT(OK),                              FACT(ARGUMENT),                 MS_EHLO_CHUNKING, NULL },

    /* listed, and then not known */
    { MS_REQ_SMTP_5321_4_2_4_03,       V(HELP),          { 500, 502 },          0,    FACT(OK),                              0,                              MS_EHLO_HELP,   NULL },
    { MS_REQ_SMTP_5321_4_2_4_04,       V(VRFY),          { 500, 502 },          0,    FACT(OK),                              0,                              MS_EHLO_VRFY,   NULL },
    { MS_REQ_SMTP_5321_4_2_4_05,       V(EXPN),          { 500, 502 },          0,    FACT(OK),                              0,                              MS_EHLO_EXPN,   NULL },
    { MS_REQ_SMTP_5321_4_2_4_06,       V(ETRN),          { 500, 502 },          0,    FACT(OK) | FACT(ARGUMENT),             0,                              MS_EHLO_ETRN,   NULL },
    { MS_REQ_SMTP_1985_5_01,           V(ETRN),          { 501 },               0,    FACT(OK) | FACT(ARGUMENT),             0,                              MS_EHLO_ETRN,   no_transaction },
    { MS_REQ_SMTP_5321_4_2_4_07,       V(STARTTLS),      { 500, 502 },          0,    FACT(OK),                              FACT(ARGUMENT),                 MS_EHLO_STARTTLS, NULL },
    { MS_REQ_SMTP_5321_4_2_4_09,       V(BDAT),          { 500, 502 },          0,    FACT(OK),                              0,                              MS_EHLO_CHUNKING, NULL },

    /* VRFY, EXPN, HELP, NOOP, unknown verbs */
    { MS_REQ_SMTP_5321_4_5_3_1_4_01,   V(NOOP) | V(HELP) | V(VRFY), { 500 },    0,    FACT(OK) | FACT(ARGUMENT) | FACT(LINE_LONG), 0,                        NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_4_05,       V(VRFY),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     before_greeting_command },
    { MS_REQ_SMTP_5321_4_1_4_06,       V(EXPN),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     before_greeting_command },
    { MS_REQ_SMTP_5321_4_1_4_04,       V(HELP),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     before_greeting_command },
    { MS_REQ_SMTP_6531_3_7_4_2_01,     V(VRFY),          { 501, 504 },          0,    FACT(SMTPUTF8_WORD),                   0,                              MS_EHLO_SMTPUTF8, NULL },
    { MS_REQ_SMTP_5321_4_5_1_07,       V(VRFY),          { 500, 502 },          0,    FACT(OK),                              0,                              NO_KEYWORD,     vrfy_unlisted },
    { MS_REQ_SMTP_5321_3_5_1_07,       V(VRFY),          { 501 },               0,    FACT(OK) | FACT(ATOM),                 0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_3_5_1_08,       V(VRFY),          { 501 },               0,    FACT(OK) | FACT(MAILBOX),              0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_3_5_1_02,       V(EXPN),          { 500, 502 },          0,    FACT(OK),                              0,                              NO_KEYWORD,     expn_unlisted },
    { MS_REQ_SMTP_5321_4_1_1_8_01,     V(HELP),          { 500, 502, 504 },     0,    FACT(OK),                              FACT(ARGUMENT),                 NO_KEYWORD,     help_unlisted },
    { MS_REQ_SMTP_5321_4_1_1_9_02,     V(NOOP),          { 500, 501, 504 },     0,    FACT(STRING),                          0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_5_01,       V(UNKNOWN),       { 501, 502, 504 },     0,    FACT(X),                               0,                              NO_KEYWORD,     xverb_listed_not },
    { MS_REQ_SMTP_5321_4_2_4_01,       V(UNKNOWN),       { 501, 502 },          0,    FACT(OK),                              FACT(X),                        NO_KEYWORD,     NULL },
};
/* clang-format on */

static bool code_fits(const reply_row *row, uint16_t code)
{
    bool listed = false;
    for (size_t i = 0; i < COUNT(row->codes) && row->codes[i] != 0; i++)
        listed |= row->codes[i] == code || row->codes[i] == code / 100;
    if (!row->except)
        return listed;
    return !listed && code / 100 != 4;
}

/* Rows whose condition is a matter of the parse, not of a fact. */
static bool narrowed(const reply_row *row, const smtp_view *view)
{
    const smtp_facts *c = view->command;
    switch (row->requirement) {
    case MS_REQ_SMTP_5321_4_1_2_04:
        return c->error == MS_SMTP_ERR_NULL_FORWARD_PATH;
    case MS_REQ_SMTP_1123_5_2_5_02:
        return (c->deviations & MS_DEVIATION_BIT(MS_SMTP_DEV_EHLO_NOT_DOMAIN)) != 0 || c->error == MS_SMTP_ERR_DOMAIN;
    case MS_REQ_SMTP_5321_4_1_2_16:
        return !smtp_view_offers(view, MS_EHLO_SMTPUTF8);
    default:
        return true;
    }
}

static bool row_fits(const reply_row *row, const smtp_view *view)
{
    const smtp_facts *c = view->command;
    return (row->verbs >> c->verb & 1) != 0 && code_fits(row, view->code) && (c->set & row->need) == row->need &&
           (c->set & row->not ) == 0 &&
           (row->keyword == NO_KEYWORD || smtp_view_offers(view, (ms_ehlo_keyword)row->keyword)) &&
           (row->also == NULL || row->also(view)) && narrowed(row, view);
}

uint16_t smtp_rule_of_reply(const smtp_view *view)
{
    if (view->code == 421 || view->before->state == MS_SMTP_REFUSED || view->before->state == MS_SMTP_CLOSING ||
        view->before->state == MS_SMTP_CONNECTED)
        return MS_REQ_NONE;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (row_fits(&rows[i], view))
            return rows[i].requirement;
    return MS_REQ_NONE;
}

/* --- enhanced status codes ---------------------------------------------------------- */

static bool status_is(ms_enhanced_status status, unsigned class_, unsigned subject, unsigned detail)
{
    return status.class_ == class_ && status.subject == subject && status.detail == detail;
}

uint16_t smtp_rule_of_status(const smtp_view *view)
{
    if (!smtp_view_offers(view, MS_EHLO_ENHANCEDSTATUSCODES) || view->enhanced.class_ == 0)
        return MS_REQ_NONE;
    if (view->code == 530 && !smtp_view_tls(view) && smtp_view_offers(view, MS_EHLO_STARTTLS) &&
        !status_is(view->enhanced, 5, 7, 0))
        return MS_REQ_SMTP_3207_4_07;
    if (view->code == 235 && !status_is(view->enhanced, 2, 7, 0))
        return MS_REQ_SMTP_4954_6_04;
    if (view->code == 535 && !status_is(view->enhanced, 5, 7, 8))
        return MS_REQ_SMTP_4954_6_04;
    return MS_REQ_NONE;
}
