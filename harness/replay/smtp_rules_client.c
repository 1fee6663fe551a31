/* smtp_rules_client.c - what a client's line breaks by what was before it */
#include "harness/replay/smtp_rules_internal.h"

#include "mailspec/limits.h"

#include <string.h>

typedef struct line_case {
    replay_track *track;
    replay_smtp_rules *history;
    const smtp_facts *facts;
    const ms_smtp_session *before;
    uint64_t at;
    ms_findings *findings;
} line_case;

static void find(const line_case *c, uint16_t requirement)
{
    const ms_finding finding = {.at = c->at,
                                .requirement = requirement,
                                .side = MS_CLIENT,
                                .stream = MS_CLIENT,
                                .verb = c->facts->verb,
                                .state = c->before->state};
    ms_findings_add(c->findings, finding);
}

/* Takes a finding of the parsers or the machine out, for a more telling one. */
static bool take_out(const line_case *c, uint16_t requirement)
{
    ms_findings *f = c->findings;
    size_t kept = 0;
    bool was_there = false;
    for (size_t i = 0; i < f->count; i++) {
        if (f->items[i].side == MS_CLIENT && f->items[i].requirement == requirement)
            was_there = true;
        else
            f->items[kept++] = f->items[i];
    }
    f->count = kept;
    return was_there;
}

static bool ends_in(ms_span text, const char *upper)
{
    const size_t length = strlen(upper);
    return text.len >= length && smtp_text_is(ms_span_make(text.ptr + text.len - length, length), upper);
}

static bool is_local_name(ms_span domain)
{
    return smtp_text_is(domain, "LOCALHOST") || smtp_text_is(domain, "LOCALHOST.LOCALDOMAIN") ||
           ends_in(domain, ".LOCALHOST");
}

static void judge_hello(const line_case *c)
{
    const uint8_t verb = c->facts->verb;
    if (verb != MS_SMTP_EHLO && verb != MS_SMTP_HELO && verb != MS_SMTP_LHLO)
        return;
    if (verb == MS_SMTP_HELO && !c->history->any_greeting_command && !c->track->file->ehlo_refused &&
        c->before->variant != MS_VARIANT_LMTP && c->facts->error == MS_SMTP_OK)
        find(c, MS_REQ_SMTP_5321_2_2_1_03);
}

static void judge_names(const line_case *c)
{
    const uint8_t verb = c->facts->verb;
    const bool named = verb == MS_SMTP_EHLO || verb == MS_SMTP_HELO || verb == MS_SMTP_MAIL || verb == MS_SMTP_RCPT;
    if (named && c->before->variant != MS_VARIANT_LMTP && is_local_name(c->facts->domain))
        find(c, MS_REQ_SMTP_5321_2_3_5_01);
}

/* The client goes on with a transaction although a reply of it made no sense. */
static void judge_going_on(const line_case *c)
{
    const uint8_t verb = c->facts->verb;
    const bool goes_on = verb == MS_SMTP_RCPT || verb == MS_SMTP_DATA || verb == MS_SMTP_BDAT;
    if ((c->facts->set & FACT(IN_GROUP)) == 0 && goes_on) {
        if (c->history->broken_reply != 0)
            find(c, MS_REQ_SMTP_5321_4_2_11);
        else if (c->history->malformed_reply)
            find(c, MS_REQ_SMTP_SEC_response_04);
    }
    c->history->broken_reply = 0;
    c->history->malformed_reply = false;
}

static void judge_repeating(const line_case *c)
{
    if ((c->facts->set & FACT(IN_GROUP)) != 0)
        return;
    if (smtp_texts_has(&c->history->refused, c->facts->line) ||
        smtp_texts_has(&c->history->refused_steps, c->facts->line))
        find(c, MS_REQ_SMTP_5321_4_2_1_06);
}

/* After 452 or 552 to MAIL with SIZE: RSET or QUIT (RFC 1870 section 6.2). */
static void judge_after_size(const line_case *c)
{
    const smtp_previous *p = &c->history->previous;
    if (!p->valid || p->verb != MS_SMTP_MAIL || (p->code != 452 && p->code != 552) ||
        (c->facts->set & FACT(IN_GROUP)) != 0 || !c->history->size_listed)
        return;
    switch ((ms_smtp_verb)c->facts->verb) {
    case MS_SMTP_MAIL:
    case MS_SMTP_RCPT:
    case MS_SMTP_DATA:
    case MS_SMTP_BDAT:
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
    case MS_SMTP_HELP:
        find(c, p->code == 452 ? MS_REQ_SMTP_1870_6_2_01 : MS_REQ_SMTP_1870_6_2_02);
        break;
    default: /* RSET, QUIT, and what begins anew */
        break;
    }
}

/* What the parsers call by a general rule has a better one here. */
static void refine_syntax(const line_case *c)
{
    const smtp_facts *f = c->facts;
    const bool hello = f->verb == MS_SMTP_EHLO || f->verb == MS_SMTP_HELO || f->verb == MS_SMTP_LHLO;
    if (hello && take_out(c, MS_REQ_SMTP_5321_2_4_08))
        find(c, MS_REQ_SMTP_6531_3_7_1_01);
    const bool verifies = f->verb == MS_SMTP_VRFY || f->verb == MS_SMTP_EXPN;
    if ((f->set & FACT(CONTROL)) != 0 && take_out(c, MS_REQ_SMTP_5321_4_1_2_30) && verifies)
        find(c, MS_REQ_SMTP_5321_4_1_2_28);
    if (f->verb == MS_SMTP_AUTH && (f->set & FACT(INITIAL)) == 0 && !ms_span_is_absent(f->mechanism_name) &&
        take_out(c, MS_REQ_SMTP_5321_4_1_1_11))
        find(c, MS_REQ_SMTP_4954_4_22);
}

/* Whatever the replies that are due will be, a command that this one stands behind may end the transaction. */
static bool may_end_transaction(const smtp_facts *f)
{
    switch ((ms_smtp_verb)f->verb) {
    case MS_SMTP_EHLO:
    case MS_SMTP_HELO:
    case MS_SMTP_LHLO:
    case MS_SMTP_RSET:
    case MS_SMTP_QUIT:
    case MS_SMTP_STARTTLS:
    case MS_SMTP_DATA:
    case MS_SMTP_END_OF_DATA:
        return true;
    case MS_SMTP_BDAT:
        return (f->set & FACT(LAST)) != 0;
    default:
        return false;
    }
}

static const smtp_facts *outstanding(const line_case *c, size_t i)
{
    return &c->history->queue[(c->history->first + i) % c->history->room];
}

/* A transaction is open, and will be when the server comes to this line. */
static bool stands_in_transaction(const line_case *c)
{
    if (c->history->forgot)
        return false; /* what is outstanding may end it */
    for (size_t i = 0; i < c->history->count; i++)
        if (may_end_transaction(outstanding(c, i)))
            return false;
    /* the machine may have passed over a last chunk that gets no reply */
    return smtp_in_transaction(c->before) && smtp_in_transaction(&c->track->smtp.session);
}

/* The MAIL to whose transaction this line belongs asked for BODY=BINARYMIME. */
static bool is_binary(const line_case *c)
{
    if (c->history->forgot)
        return false;
    for (size_t i = c->history->count; i-- > 0;) {
        const smtp_facts *f = outstanding(c, i);
        if (f->verb == MS_SMTP_MAIL)
            return f->body == MS_BODY_BINARYMIME;
        if (may_end_transaction(f))
            return false;
    }
    return c->before->body == MS_BODY_BINARYMIME && smtp_in_transaction(c->before) &&
           smtp_in_transaction(&c->track->smtp.session) && c->before->state != MS_SMTP_CHUNKS;
}

static void judge_auth_place(const line_case *c)
{
    if (c->facts->verb != MS_SMTP_AUTH)
        return;
    if (c->history->authenticated_in_clear)
        find(c, MS_REQ_SMTP_4954_4_39);
    else if (stands_in_transaction(c))
        find(c, MS_REQ_SMTP_4954_4_40);
    if ((c->facts->set & FACT(INITIAL)) != 0 && c->facts->line_octets > MS_SMTP_COMMAND_LINE_MAX)
        find(c, MS_REQ_SMTP_4954_4_23);
}

static void judge_extensions(const line_case *c)
{
    const smtp_facts *f = c->facts;
    if (f->verb == MS_SMTP_DATA && is_binary(c))
        find(c, MS_REQ_SMTP_3030_3_10);
    if (f->verb == MS_SMTP_ETRN && stands_in_transaction(c))
        find(c, MS_REQ_SMTP_1985_5_08);
    if (f->verb == MS_SMTP_MAIL && f->body == MS_BODY_BINARYMIME &&
        !ms_smtp_session_offers(c->before, MS_EHLO_BINARYMIME) && take_out(c, MS_REQ_SMTP_5321_4_1_1_2_02))
        find(c, MS_REQ_SMTP_3030_3_07);
    if (f->verb == MS_SMTP_MAIL && (f->parameters >> MS_PARAM_BY & 1) != 0 && f->by_return &&
        !ms_smtp_session_offers(c->before, MS_EHLO_DELIVERBY)) {
        take_out(c, MS_REQ_SMTP_5321_4_1_1_2_02);
        find(c, MS_REQ_SMTP_2852_4_06);
    }
    if (f->verb == MS_SMTP_MAIL && (f->parameters >> MS_PARAM_REQUIRETLS & 1) != 0 &&
        !ms_smtp_session_tls_active(c->before)) {
        take_out(c, MS_REQ_SMTP_5321_4_1_1_2_02);
        take_out(c, MS_REQ_SMTP_8689_2_05);
        find(c, MS_REQ_SMTP_8689_2_05);
    }
    if ((f->verb == MS_SMTP_MAIL || f->verb == MS_SMTP_RCPT) && (f->set & FACT(UNKNOWN_PARAMETER)) != 0 &&
        (f->set & FACT(OK)) != 0 && c->before->state != MS_SMTP_GREETED)
        find(c, f->verb == MS_SMTP_MAIL ? MS_REQ_SMTP_5321_4_1_1_2_02 : MS_REQ_SMTP_5321_4_1_1_3_05);
}

/* Inside TLS the list given in clear is forgotten (RFC 3207 section 4.2). */
static void judge_forgotten_list(const line_case *c)
{
    if (!c->history->tls_by_starttls || c->history->offered_in_clear == 0)
        return;
    const uint32_t clear = c->history->offered_in_clear;
    const uint16_t general[] = {MS_REQ_SMTP_5321_4_1_1_2_02, MS_REQ_SMTP_5321_4_1_1_3_05, MS_REQ_SMTP_3030_2_25};
    const uint8_t needed = c->facts->verb == MS_SMTP_BDAT ? MS_EHLO_CHUNKING : MS_EHLO_UNKNOWN;
    static const uint8_t keyword_of[][2] = {
        {MS_PARAM_SIZE, MS_EHLO_SIZE}, {MS_PARAM_BODY, MS_EHLO_8BITMIME},     {MS_PARAM_RET, MS_EHLO_DSN},
        {MS_PARAM_ENVID, MS_EHLO_DSN}, {MS_PARAM_NOTIFY, MS_EHLO_DSN},        {MS_PARAM_ORCPT, MS_EHLO_DSN},
        {MS_PARAM_AUTH, MS_EHLO_AUTH}, {MS_PARAM_SMTPUTF8, MS_EHLO_SMTPUTF8},
    };
    bool had = needed != MS_EHLO_UNKNOWN && (clear >> needed & 1) != 0;
    bool missing = needed != MS_EHLO_UNKNOWN && !ms_smtp_session_offers(c->before, (ms_ehlo_keyword)needed);
    for (size_t i = 0; i < sizeof keyword_of / sizeof keyword_of[0]; i++)
        if ((c->facts->parameters >> keyword_of[i][0] & 1) != 0 && (clear >> keyword_of[i][1] & 1) != 0 &&
            !ms_smtp_session_offers(c->before, (ms_ehlo_keyword)keyword_of[i][1])) {
            had = true;
            missing = true;
        }
    if (!had || !missing)
        return;
    for (size_t i = 0; i < sizeof general / sizeof general[0]; i++)
        take_out(c, general[i]);
    find(c, MS_REQ_SMTP_3207_4_2_05);
}

/* UTF-8 in a path (RFC 6531 sections 3.2 to 3.4). */
static void judge_utf8(const line_case *c)
{
    const smtp_facts *f = c->facts;
    if ((f->verb != MS_SMTP_MAIL && f->verb != MS_SMTP_RCPT) || (f->set & FACT(8BIT_PATH)) == 0)
        return;
    take_out(c, MS_REQ_SMTP_5321_2_4_08);
    if (!ms_smtp_session_offers(c->before, MS_EHLO_SMTPUTF8)) {
        take_out(c, MS_REQ_SMTP_6531_3_2_05);
        take_out(c, MS_REQ_SMTP_6531_3_3_02);
        take_out(c, MS_REQ_SMTP_6531_3_4_01);
        take_out(c, MS_REQ_SMTP_5321_4_1_1_2_02);
        find(c, MS_REQ_SMTP_6531_3_2_05);
        return;
    }
    const bool asked = f->verb == MS_SMTP_MAIL ? (f->parameters >> MS_PARAM_SMTPUTF8 & 1) != 0
                                               : (c->history->mail_utf8 || c->before->outstanding > 0);
    if (f->error == MS_SMTP_OK && !asked)
        find(c, MS_REQ_SMTP_6531_3_4_01);
}

static void judge_limits(const line_case *c)
{
    const smtp_facts *f = c->facts;
    if (f->verb == MS_SMTP_MAIL && c->before->mail_max > 0 && c->before->transactions == c->before->mail_max)
        find(c, MS_REQ_SMTP_9422_4_05);
    if (f->verb == MS_SMTP_RCPT && c->before->rcpt_max > 0 && c->before->recipients == c->before->rcpt_max &&
        c->before->outstanding == 0 && !c->history->rcptmax_told) {
        c->history->rcptmax_told = true;
        find(c, MS_REQ_SMTP_9422_4_05);
    }
    if (f->verb == MS_SMTP_MAIL)
        c->history->rcptmax_told = false;
}

/* Submission: ORCPT names the same mailbox as RCPT (RFC 3461 section 4.2). */
static void judge_orcpt(const line_case *c)
{
    const smtp_facts *f = c->facts;
    if (c->before->variant != MS_VARIANT_SUBMISSION || f->verb != MS_SMTP_RCPT || !f->orcpt_rfc822 ||
        f->error != MS_SMTP_OK)
        return;
    for (size_t i = 0; i + 13 < f->line.len; i++) {
        if (!smtp_text_is(ms_span_make(f->line.ptr + i, 13), "ORCPT=RFC822;"))
            continue;
        size_t end = i + 13;
        while (end < f->line.len && f->line.ptr[end] != ' ')
            end++;
        uint8_t decoded[512];
        size_t written;
        size_t wrong;
        const ms_span xtext = ms_span_make(f->line.ptr + i + 13, end - i - 13);
        if (xtext.len > sizeof decoded || !ms_smtp_xtext_decode(xtext, decoded, &written, &wrong))
            return;
        if (!smtp_text_equal(ms_span_make(decoded, written), f->path))
            find(c, MS_REQ_SMTP_3461_4_2_04);
        return;
    }
}

void smtp_rules_client_line(replay_track *track, const smtp_facts *facts, const ms_smtp_event *event,
                            const ms_smtp_session *before, ms_findings *findings)
{
    const line_case c = {.track = track,
                         .history = track->smtp_rules,
                         .facts = facts,
                         .before = before,
                         .at = event->at,
                         .findings = findings};
    if (before->state == MS_SMTP_REFUSED) {
        if (c.history->greeting_521 &&
            (facts->verb == MS_SMTP_MAIL || facts->verb == MS_SMTP_RCPT || facts->verb == MS_SMTP_DATA))
            find(&c, MS_REQ_SMTP_7504_3_03);
        return;
    }
    refine_syntax(&c);
    judge_hello(&c);
    judge_names(&c);
    judge_going_on(&c);
    judge_repeating(&c);
    judge_after_size(&c);
    judge_auth_place(&c);
    judge_extensions(&c);
    judge_utf8(&c);
    judge_forgotten_list(&c);
    judge_limits(&c);
    judge_orcpt(&c);
    if (facts->verb == MS_SMTP_MAIL)
        smtp_texts_clear(&c.history->refused_steps);
    if (facts->verb == MS_SMTP_MAIL) {
        c.history->size_listed = (facts->parameters >> MS_PARAM_SIZE & 1) != 0;
        c.history->mail_utf8 = (facts->parameters >> MS_PARAM_SMTPUTF8 & 1) != 0;
    }
}
