/* smtp_when_parameter.c - see smtp_when.h; questions about the parameters of MAIL and RCPT */
#include "harness/replay/smtp_when.h"

#define PARAMETER(name) (UINT32_C(1) << MS_PARAM_##name)

bool when_only_size(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_SIZE) && v->command->size_digits <= 18 && v->command->size > 0;
}

bool when_size_zero(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_SIZE) && v->command->size == 0;
}

bool when_size_within_limit(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(SIZE)) != 0 && v->before->size_limit > 0 &&
           v->command->size <= v->before->size_limit;
}

bool when_size_over_limit(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(SIZE)) != 0 && (v->command->invalid & PARAMETER(SIZE)) == 0 &&
           v->before->size_limit > 0 && v->command->size > v->before->size_limit;
}

bool when_size_huge_over_limit(const smtp_view *v)
{
    return v->command->size_digits >= 19 && v->before->size_limit > 0;
}

bool when_size_huge_unchecked(const smtp_view *v)
{
    return v->command->size_digits >= 18 && v->history->size_without_number;
}

bool when_size_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(SIZE)) != 0;
}

bool when_only_body_8bitmime(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_BODY) && v->command->body == MS_BODY_8BITMIME;
}

bool when_only_body_7bit(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_BODY) && v->command->body == MS_BODY_7BIT;
}

bool when_only_body_binarymime(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_BODY) && v->command->body == MS_BODY_BINARYMIME;
}

bool when_body_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(BODY)) != 0;
}

bool when_body_twice(const smtp_view *v)
{
    return (v->command->repeated & PARAMETER(BODY)) != 0;
}

bool when_binarymime_unoffered(const smtp_view *v)
{
    return v->command->body == MS_BODY_BINARYMIME && !smtp_view_offers(v, MS_EHLO_BINARYMIME);
}

bool when_only_ret(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_RET);
}

bool when_ret_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(RET)) != 0;
}

bool when_only_envid_short(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_ENVID) && v->command->envid_length < 39;
}

bool when_only_envid_long(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_ENVID) && v->command->envid_length <= 106;
}

bool when_envid_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(ENVID)) != 0;
}

bool when_ret_or_envid_twice(const smtp_view *v)
{
    return (v->command->repeated & (PARAMETER(RET) | PARAMETER(ENVID))) != 0;
}

bool when_only_dsn(const smtp_view *v)
{
    const uint32_t dsn = PARAMETER(NOTIFY) | PARAMETER(ORCPT);
    return v->command->parameter_count > 0 && (v->command->parameters & ~dsn) == 0 && v->command->invalid == 0 &&
           (v->command->set & FACT(UNKNOWN_PARAMETER)) == 0;
}

bool when_notify_never(const smtp_view *v)
{
    return when_only_dsn(v) && v->command->notify == MS_NOTIFY_NEVER && !v->command->lower_notify;
}

bool when_notify_lower_case(const smtp_view *v)
{
    return when_only_dsn(v) && v->command->lower_notify;
}

bool when_orcpt_long(const smtp_view *v)
{
    return when_only_dsn(v) && v->command->orcpt_length >= 128;
}

bool when_orcpt_rfc822(const smtp_view *v)
{
    return when_only_dsn(v) && (v->command->parameters & PARAMETER(ORCPT)) != 0 && v->command->orcpt_rfc822;
}

bool when_orcpt_other(const smtp_view *v)
{
    return when_only_dsn(v) && (v->command->parameters & PARAMETER(ORCPT)) != 0 && !v->command->orcpt_rfc822;
}

bool when_dsn_long_line(const smtp_view *v)
{
    return when_only_dsn(v) && v->command->line_octets > 512 && v->command->line_octets <= 1036;
}

/* "NOTIFY=NEVER,DELAY": the words of the raw value. */
static bool notify_has_never(const smtp_facts *facts)
{
    for (size_t i = 0; i + 5 <= facts->line.len; i++)
        if (smtp_text_is(ms_span_make(facts->line.ptr + i, 5), "NEVER"))
            return true;
    return false;
}

bool when_notify_never_and_more(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(NOTIFY)) != 0 && notify_has_never(v->command);
}

bool when_notify_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(NOTIFY)) != 0 && !notify_has_never(v->command);
}

bool when_orcpt_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(ORCPT)) != 0;
}

bool when_notify_or_orcpt_twice(const smtp_view *v)
{
    return (v->command->repeated & (PARAMETER(NOTIFY) | PARAMETER(ORCPT))) != 0;
}

bool when_only_auth_null(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_AUTH) && v->command->auth_null;
}

bool when_only_auth(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_AUTH) && !v->command->auth_null;
}

bool when_auth_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(AUTH)) != 0 && v->command->error != MS_SMTP_OK;
}

bool when_auth_long_line(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(AUTH)) != 0 && v->command->line_octets > 512 &&
           v->command->line_octets <= 1012;
}

bool when_with_smtputf8(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(SMTPUTF8)) != 0 && (v->command->invalid & PARAMETER(SMTPUTF8)) == 0;
}

bool when_only_smtputf8(const smtp_view *v)
{
    const uint32_t both = PARAMETER(SMTPUTF8) | PARAMETER(BODY);
    return when_with_smtputf8(v) && (v->command->parameters & ~both) == 0 && v->command->body != MS_BODY_BINARYMIME;
}

bool when_smtputf8_with_value(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(SMTPUTF8)) != 0;
}

bool when_rcpt_in_utf8_mail(const smtp_view *v)
{
    return when_open_transaction(v) && (v->command->set & FACT(8BIT_PATH)) != 0;
}

bool when_only_priority(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_MT_PRIORITY);
}

bool when_priority_malformed(const smtp_view *v)
{
    return ((v->command->invalid | v->command->repeated) & PARAMETER(MT_PRIORITY)) != 0;
}

bool when_only_requiretls(const smtp_view *v)
{
    return smtp_facts_only(v->command, MS_PARAM_REQUIRETLS) && smtp_view_tls(v);
}

bool when_requiretls_with_value(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(REQUIRETLS)) != 0;
}

bool when_requiretls_in_clear(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(REQUIRETLS)) != 0 && !smtp_view_tls(v) && v->variant != MS_VARIANT_LMTP;
}

bool when_by_return_not_positive(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(BY)) != 0 && v->command->by_return && v->command->by_seconds <= 0;
}

bool when_by_malformed(const smtp_view *v)
{
    return (v->command->invalid & PARAMETER(BY)) != 0;
}

bool when_by_below_minimum(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(BY)) != 0 && v->command->by_return && v->command->by_seconds > 0 &&
           (uint64_t)v->command->by_seconds < v->history->deliverby_min;
}

bool when_hold_both(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(HOLDFOR)) != 0 && (v->command->parameters & PARAMETER(HOLDUNTIL)) != 0;
}

bool when_hold_too_long(const smtp_view *v)
{
    return (v->command->parameters & PARAMETER(HOLDFOR)) != 0 && v->history->hold_max > 0 &&
           v->command->hold_seconds > v->history->hold_max;
}
