/* smtp_facts_parameter.c - see smtp_facts.h; the parameters of MAIL and RCPT */
#include "harness/replay/smtp_facts.h"

#include <string.h>

static void take_parameter_value(smtp_facts *facts, const ms_smtp_parameter *parameter, ms_span word)
{
    switch (parameter->id) {
    case MS_PARAM_SIZE:
        facts->size = parameter->size;
        facts->size_digits = (unsigned)parameter->value.len;
        break;
    case MS_PARAM_BODY:
        facts->body = parameter->body;
        break;
    case MS_PARAM_NOTIFY:
        facts->notify = parameter->notify;
        facts->lower_notify = smtp_text_any_lower(parameter->value);
        break;
    case MS_PARAM_ENVID:
        facts->envid_length = word.len;
        break;
    case MS_PARAM_ORCPT:
        facts->orcpt_length = word.len;
        facts->orcpt_rfc822 = smtp_text_is(parameter->orcpt.address_type, "RFC822");
        break;
    case MS_PARAM_AUTH:
        facts->auth_null = smtp_text_is(parameter->value, "<>");
        break;
    case MS_PARAM_BY:
        facts->by_return = parameter->by.mode == MS_BY_RETURN;
        facts->by_seconds = parameter->by.seconds;
        break;
    case MS_PARAM_HOLDFOR:
        facts->hold_seconds = parameter->size;
        break;
    default: /* the others have no value that a rule asks for */
        break;
    }
}

/* A value that did not parse may still say what a rule about it wants to know. */
static void take_invalid_value(smtp_facts *facts, ms_smtp_parameter_id id, ms_span value)
{
    if (id == MS_PARAM_BY && value.len > 0) {
        const uint8_t last = smtp_octet_upper(value.ptr[value.len - 1]);
        facts->by_return =
            last == 'R' || (value.len > 1 && last == 'T' && smtp_octet_upper(value.ptr[value.len - 2]) == 'R');
        facts->by_seconds = value.ptr[0] == '-' || value.ptr[0] == '0' ? 0 : 1;
    }
    if (id == MS_PARAM_SIZE) {
        size_t digits = 0;
        while (digits < value.len && value.ptr[digits] >= '0' && value.ptr[digits] <= '9')
            digits++;
        facts->size_digits = digits == value.len ? (unsigned)digits : 0;
    }
}

static ms_smtp_parameter_id parameter_by_name(ms_span name)
{
    for (unsigned id = MS_PARAM_UNKNOWN + 1; id < MS_PARAM_COUNT; id++)
        if (smtp_text_is(name, ms_smtp_parameter_name((ms_smtp_parameter_id)id)))
            return (ms_smtp_parameter_id)id;
    return MS_PARAM_UNKNOWN;
}

static void take_parameter(smtp_facts *facts, ms_span word, ms_smtp_parameter_of of, const smtp_texts *keywords)
{
    const uint8_t *equals = memchr(word.ptr, '=', word.len);
    const ms_span name = ms_span_make(word.ptr, equals == NULL ? word.len : (size_t)(equals - word.ptr));
    const ms_smtp_parameter_id id = parameter_by_name(name);
    const uint32_t bit = UINT32_C(1) << id;
    facts->parameter_count++;
    if (smtp_text_any_lower(name))
        facts->set |= FACT(LOWER_PARAMETER);
    if (id == MS_PARAM_UNKNOWN) {
        facts->set |= smtp_texts_name(keywords, name) ? FACT(FOREIGN_PARAMETER) : FACT(UNKNOWN_PARAMETER);
        return;
    }
    if ((facts->parameters & bit) != 0)
        facts->repeated |= bit;
    facts->parameters |= bit;
    ms_smtp_parameters iterator;
    ms_smtp_parameter parameter;
    ms_smtp_parameters_init(&iterator, word, of);
    if (ms_smtp_parameters_next(&iterator, &parameter) && parameter.error == MS_SMTP_OK && parameter.deviations == 0) {
        take_parameter_value(facts, &parameter, word);
        return;
    }
    facts->invalid |= bit;
    if (equals != NULL)
        take_invalid_value(facts, id, ms_span_make(equals + 1, word.len - name.len - 1));
}

void smtp_facts_take_parameters(smtp_facts *facts, ms_smtp_parameter_of of, const smtp_texts *keywords)
{
    if (ms_span_is_absent(facts->path))
        return;
    const uint8_t *end = facts->line.ptr + facts->line.len;
    const uint8_t *start = facts->path.ptr + facts->path.len;
    if (start >= end)
        return;
    ms_span rest = ms_span_make(start + 1, (size_t)(end - start) - 1);
    ms_span word;
    while (smtp_text_next_word(&rest, &word))
        take_parameter(facts, word, of, keywords);
}

bool smtp_facts_only(const smtp_facts *facts, ms_smtp_parameter_id parameter)
{
    return facts->parameter_count == 1 && facts->parameters == (UINT32_C(1) << parameter) && facts->invalid == 0;
}

/* All parameters were offered, so that a refusal of the line has no excuse in them. */
bool smtp_facts_all_offered(const smtp_facts *facts, const ms_smtp_session *session)
{
    static const struct {
        uint8_t parameter, keyword;
    } needs[] = {
        {MS_PARAM_SIZE, MS_EHLO_SIZE},
        {MS_PARAM_RET, MS_EHLO_DSN},
        {MS_PARAM_ENVID, MS_EHLO_DSN},
        {MS_PARAM_NOTIFY, MS_EHLO_DSN},
        {MS_PARAM_ORCPT, MS_EHLO_DSN},
        {MS_PARAM_AUTH, MS_EHLO_AUTH},
        {MS_PARAM_SMTPUTF8, MS_EHLO_SMTPUTF8},
        {MS_PARAM_MT_PRIORITY, MS_EHLO_MT_PRIORITY},
        {MS_PARAM_BY, MS_EHLO_DELIVERBY},
        {MS_PARAM_HOLDFOR, MS_EHLO_FUTURERELEASE},
        {MS_PARAM_HOLDUNTIL, MS_EHLO_FUTURERELEASE},
        {MS_PARAM_REQUIRETLS, MS_EHLO_REQUIRETLS},
        {MS_PARAM_MTRK, MS_EHLO_MTRK},
        {MS_PARAM_RRVS, MS_EHLO_RRVS},
        {MS_PARAM_CONPERM, MS_EHLO_CONPERM},
        {MS_PARAM_CONNEG, MS_EHLO_CONNEG},
        {MS_PARAM_SUBMITTER, MS_EHLO_SUBMITTER},
    };
    uint32_t covered = 0;
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (ms_smtp_session_offers(session, (ms_ehlo_keyword)needs[i].keyword))
            covered |= UINT32_C(1) << needs[i].parameter;
    const ms_ehlo_keyword body = facts->body == MS_BODY_BINARYMIME ? MS_EHLO_BINARYMIME : MS_EHLO_8BITMIME;
    if (ms_smtp_session_offers(session, body))
        covered |= UINT32_C(1) << MS_PARAM_BODY;
    return (facts->parameters & ~covered) == 0 &&
           (facts->set & (FACT(UNKNOWN_PARAMETER) | FACT(FOREIGN_PARAMETER))) == 0;
}
