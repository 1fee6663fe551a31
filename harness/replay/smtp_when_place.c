/* smtp_when_place.c - see smtp_when.h; questions about the place of a command in its session */
#include "harness/replay/smtp_when.h"

#include <string.h>

static bool ready(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY;
}

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

bool when_not_lmtp_greeting(const smtp_view *v)
{
    return v->variant != MS_VARIANT_LMTP || v->command->verb == MS_SMTP_LHLO ||
           (v->command->verb != MS_SMTP_EHLO && v->command->verb != MS_SMTP_HELO);
}

bool when_open_transaction(const smtp_view *v)
{
    return smtp_in_transaction(v->before);
}

bool when_no_transaction(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY || v->before->state == MS_SMTP_GREETED;
}

bool when_submission(const smtp_view *v)
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
        return v->before->state == MS_SMTP_RECIPIENT && v->code == 503; /* 554 may have any reason of the site */
    return when_open_transaction(v) && v->before->state != MS_SMTP_CHUNKS && v->code == 503;
}

static bool disturbed_by(const smtp_view *v, uint8_t verb)
{
    return step_disturbed(v) && not_between_known(v) && v->history->between == verb;
}

bool when_after_vrfy(const smtp_view *v)
{
    return disturbed_by(v, MS_SMTP_VRFY);
}

bool when_after_expn(const smtp_view *v)
{
    return disturbed_by(v, MS_SMTP_EXPN);
}

bool when_after_help(const smtp_view *v)
{
    return disturbed_by(v, MS_SMTP_HELP);
}

bool when_after_noop(const smtp_view *v)
{
    return disturbed_by(v, MS_SMTP_NOOP);
}

bool when_after_unknown(const smtp_view *v)
{
    return step_disturbed(v) && v->history->previous.verb == MS_SMTP_UNKNOWN && v->history->previous.code / 100 == 5;
}

bool when_after_refused_greeting(const smtp_view *v)
{
    const uint8_t verb = v->history->previous.verb;
    return step_disturbed(v) && (verb == MS_SMTP_EHLO || verb == MS_SMTP_HELO || verb == MS_SMTP_LHLO) &&
           v->history->previous.code / 100 == 5;
}

bool when_after_nested_mail(const smtp_view *v)
{
    return step_disturbed(v) && v->history->previous.verb == MS_SMTP_MAIL && v->history->previous.code == 503;
}

bool when_after_refused_rcpt(const smtp_view *v)
{
    if (!when_open_transaction(v) || !v->history->previous.valid || v->before->state == MS_SMTP_CHUNKS)
        return false;
    const bool group = (v->command->set & FACT(IN_GROUP)) != 0;
    if (v->command->verb == MS_SMTP_RCPT)
        return v->code == 503 && v->history->previous.verb == MS_SMTP_RCPT && v->history->previous.code >= 400;
    /* 554 to DATA may have any reason of the site */
    return v->code == 503 && v->before->recipients > 0 && v->history->last_rcpt_group_failed && !group &&
           !v->history->rcpt_refused_5_3;
}

bool when_rcpt_after_accepted(const smtp_view *v)
{
    return v->before->state == MS_SMTP_RECIPIENT && v->history->previous.valid &&
           v->history->previous.verb == MS_SMTP_RCPT && v->history->previous.code / 100 == 2;
}

bool when_rcpt_after_early_data(const smtp_view *v)
{
    return v->before->state == MS_SMTP_SENDER && v->history->previous.verb == MS_SMTP_DATA &&
           v->history->previous.code == 503;
}

bool when_data_with_some_refused(const smtp_view *v)
{
    return v->before->state == MS_SMTP_RECIPIENT && v->history->last_rcpt_group_failed && !v->history->rcpt_refused_5_3;
}

bool when_data_after_too_many(const smtp_view *v)
{
    return v->before->state == MS_SMTP_RECIPIENT && v->history->rcpt_refused_5_3;
}

bool when_data_after_chunks(const smtp_view *v)
{
    return v->before->state == MS_SMTP_RECIPIENT && v->history->had_chunks && (v->command->set & FACT(IN_GROUP)) == 0 &&
           v->history->previous.verb == MS_SMTP_RCPT && v->history->previous.code / 100 == 2;
}

bool when_mail_behind_data(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY && (v->command->set & FACT(BEHIND_DATA)) != 0;
}

bool when_mail_after_message(const smtp_view *v)
{
    return ready(v) && v->history->previous.verb == MS_SMTP_END_OF_DATA && v->history->previous.code / 100 == 2;
}

bool when_mail_after_rset(const smtp_view *v)
{
    return ready(v) && v->history->previous.verb == MS_SMTP_RSET && v->history->previous.code == 250;
}

bool when_mail_after_refused_mail(const smtp_view *v)
{
    return ready(v) && v->history->previous.verb == MS_SMTP_MAIL && v->history->previous.code / 100 == 5 &&
           v->history->previous.code != 503;
}

bool when_mail_after_503(const smtp_view *v)
{
    return ready(v) && v->history->previous.code == 503 && v->history->previous.verb != MS_SMTP_MAIL;
}

bool when_mail_first_in_tls_injected(const smtp_view *v)
{
    return ready(v) && smtp_view_tls(v) && v->history->sent_in_clear_mail && v->before->transactions == 0;
}

bool when_before_greeting_command(const smtp_view *v)
{
    return v->before->state == MS_SMTP_GREETED;
}

bool when_noop_after_failed_auth(const smtp_view *v)
{
    const smtp_previous *p = &v->history->previous;
    return p->valid && (p->verb == MS_SMTP_AUTH || p->verb == MS_SMTP_AUTH_RESPONSE) && p->code >= 400;
}

/* RFC 3030 with PIPELINING: a chunk that was sent before the refusal of an earlier one had come. */
bool when_chunk_after_failed_one(const smtp_view *v)
{
    const smtp_previous *p = &v->history->previous;
    /* of LMTP's replies to the last chunk, each is of another recipient (RFC 2033 section 4.3) */
    const bool recipient = v->variant == MS_VARIANT_LMTP && (p->facts & FACT(LAST)) != 0;
    return (v->command->set & FACT(IN_GROUP)) != 0 && p->valid && p->verb == MS_SMTP_BDAT && p->code >= 400 &&
           !recipient;
}

bool when_lmtp_chunk_for_nobody(const smtp_view *v)
{
    return v->variant == MS_VARIANT_LMTP && v->before->state == MS_SMTP_SENDER;
}

bool when_between_chunks(const smtp_view *v)
{
    return v->before->state == MS_SMTP_CHUNKS;
}

bool when_after_final_chunk(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY && v->history->previous.verb == MS_SMTP_BDAT &&
           (v->history->previous.facts & FACT(LAST)) != 0 && v->history->previous.code / 100 == 2;
}

bool when_chunk_after_rset(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY && v->history->previous.verb == MS_SMTP_RSET;
}

bool when_chunk_without_recipient(const smtp_view *v)
{
    return v->variant != MS_VARIANT_LMTP && v->before->state == MS_SMTP_SENDER && v->history->last_rcpt_group_failed;
}

bool when_first_ehlo_in_tls(const smtp_view *v)
{
    return v->history->tls_by_starttls && v->history->first_in_tls;
}

bool when_not_in_tls(const smtp_view *v)
{
    return !smtp_view_tls(v);
}

bool when_in_tls_or_unlisted(const smtp_view *v)
{
    return smtp_view_tls(v) || !smtp_view_offers(v, MS_EHLO_STARTTLS);
}

bool when_listed_starttls_missing(const smtp_view *v)
{
    return !smtp_view_tls(v) && ms_smtp_session_extended(v->before) && !smtp_view_offers(v, MS_EHLO_STARTTLS);
}

bool when_expn_unlisted(const smtp_view *v)
{
    return !smtp_view_offers(v, MS_EHLO_EXPN);
}

bool when_expn_in_ehlo_session(const smtp_view *v)
{
    return ms_smtp_session_extended(v->before) && when_expn_unlisted(v);
}

bool when_vrfy_unlisted(const smtp_view *v)
{
    return !smtp_view_offers(v, MS_EHLO_VRFY);
}

bool when_help_unlisted(const smtp_view *v)
{
    return !smtp_view_offers(v, MS_EHLO_HELP);
}

bool when_help_works_unlisted(const smtp_view *v)
{
    return ms_smtp_session_extended(v->before) && when_help_unlisted(v);
}

bool when_etrn_works_unlisted(const smtp_view *v)
{
    return ms_smtp_session_extended(v->before) && !smtp_view_offers(v, MS_EHLO_ETRN);
}

bool when_chunk_works_unlisted(const smtp_view *v)
{
    return ms_smtp_session_extended(v->before) && !smtp_view_offers(v, MS_EHLO_CHUNKING);
}

/* By its own name: of the obsolete verbs, which the parsers know no keyword for. */
bool when_verb_unlisted(const smtp_view *v)
{
    ms_span rest = v->command->line;
    ms_span verb;
    if (v->history->hello_was_helo || !smtp_text_next_word(&rest, &verb))
        return true;
    return !smtp_texts_name(&v->history->keywords, verb);
}

bool when_turn_without_trust(const smtp_view *v)
{
    return !smtp_view_tls(v) && !v->history->authenticated_in_clear;
}

bool when_domain_case_only(const smtp_view *v)
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

bool when_postmaster_case_only(const smtp_view *v)
{
    for (size_t i = 0; i < v->history->accepted.count; i++) {
        const ms_span other = v->history->accepted.items[i];
        if (smtp_text_equal(other, v->command->path) && smtp_text_begins(other, "POSTMASTER@") &&
            memcmp(other.ptr, v->command->path.ptr, other.len) != 0)
            return true;
    }
    return false;
}

bool when_bare_postmaster_case_only(const smtp_view *v)
{
    for (size_t i = 0; i < v->history->accepted.count; i++)
        if (smtp_text_is(v->history->accepted.items[i], "POSTMASTER"))
            return true;
    return false;
}

/* The same mailbox, once quoted and once not. */
bool when_quoting_only(const smtp_view *v)
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

bool when_verified_before(const smtp_view *v)
{
    return smtp_texts_has(&v->history->verified, v->command->path);
}

bool when_too_many_too_early(const smtp_view *v)
{
    return smtp_view_offers(v, MS_EHLO_ENHANCEDSTATUSCODES) && v->enhanced.subject == 5 && v->enhanced.detail == 3 &&
           v->enhanced.class_ != 0 && v->before->recipients < 100 && v->before->rcpt_max == 0 &&
           v->variant != MS_VARIANT_SUBMISSION;
}

bool when_too_many_not_452(const smtp_view *v)
{
    return v->enhanced.class_ == 4 && v->enhanced.subject == 5 && v->enhanced.detail == 3 && v->code != 452;
}

bool when_within_rcptmax(const smtp_view *v)
{
    return v->before->rcpt_max > 0 && v->before->recipients + 1 <= v->before->rcpt_max && v->enhanced.class_ != 0 &&
           v->enhanced.subject == 5 && v->enhanced.detail == 3;
}

bool when_beyond_rcptmax(const smtp_view *v)
{
    return v->before->rcpt_max > 0 && v->before->recipients + 1 > v->before->rcpt_max && v->enhanced.class_ == 5 &&
           v->enhanced.subject == 5 && v->enhanced.detail == 3;
}

bool when_beyond_mailmax(const smtp_view *v)
{
    return v->before->mail_max > 0 && v->before->transactions >= v->before->mail_max &&
           smtp_texts_has(&v->history->mails, v->command->line);
}

bool when_message_within_declared(const smtp_view *v)
{
    return v->before->size_declared > 0 && v->before->content_octets <= v->before->size_declared;
}

bool when_message_over_limit(const smtp_view *v)
{
    return v->before->size_limit > 0 && v->before->content_octets > v->before->size_limit;
}

bool when_began_as_http(const smtp_view *v)
{
    return v->history->first_line_http;
}

bool when_data_of_binarymime(const smtp_view *v)
{
    return v->before->body == MS_BODY_BINARYMIME && smtp_in_transaction(v->before);
}

bool when_lmtp_data_for_nobody(const smtp_view *v)
{
    return v->variant == MS_VARIANT_LMTP && v->before->state == MS_SMTP_SENDER;
}

bool when_plain_mail_in_ehlo(const smtp_view *v)
{
    return v->before->state == MS_SMTP_READY || v->before->state == MS_SMTP_GREETED;
}

bool when_etrn_argument_bad(const smtp_view *v)
{
    return v->command->error != MS_SMTP_OK;
}

bool when_xverb_listed_not(const smtp_view *v)
{
    return v->before->state != MS_SMTP_GREETED;
}
