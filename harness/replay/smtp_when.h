/*
 * smtp_when.h - what a row of smtp_rules_reply.c may ask beside facts of the line: one question a function
 */
#ifndef MAILSPEC_HARNESS_REPLAY_SMTP_WHEN_H
#define MAILSPEC_HARNESS_REPLAY_SMTP_WHEN_H

#include "harness/replay/smtp_rules_internal.h"

/* smtp_when_parameter.c: of the parameters */
bool when_only_size(const smtp_view *v);
bool when_size_zero(const smtp_view *v);
bool when_size_within_limit(const smtp_view *v);
bool when_size_over_limit(const smtp_view *v);
bool when_size_huge_over_limit(const smtp_view *v);
bool when_size_huge_unchecked(const smtp_view *v);
bool when_size_malformed(const smtp_view *v);
bool when_only_body_8bitmime(const smtp_view *v);
bool when_only_body_7bit(const smtp_view *v);
bool when_only_body_binarymime(const smtp_view *v);
bool when_body_malformed(const smtp_view *v);
bool when_body_twice(const smtp_view *v);
bool when_binarymime_unoffered(const smtp_view *v);
bool when_only_ret(const smtp_view *v);
bool when_ret_malformed(const smtp_view *v);
bool when_only_envid_short(const smtp_view *v);
bool when_only_envid_long(const smtp_view *v);
bool when_envid_malformed(const smtp_view *v);
bool when_ret_or_envid_twice(const smtp_view *v);
bool when_only_dsn(const smtp_view *v);
bool when_notify_never(const smtp_view *v);
bool when_notify_lower_case(const smtp_view *v);
bool when_orcpt_long(const smtp_view *v);
bool when_orcpt_rfc822(const smtp_view *v);
bool when_orcpt_other(const smtp_view *v);
bool when_dsn_long_line(const smtp_view *v);
bool when_notify_never_and_more(const smtp_view *v);
bool when_notify_malformed(const smtp_view *v);
bool when_orcpt_malformed(const smtp_view *v);
bool when_notify_or_orcpt_twice(const smtp_view *v);
bool when_only_auth_null(const smtp_view *v);
bool when_only_auth(const smtp_view *v);
bool when_auth_malformed(const smtp_view *v);
bool when_auth_long_line(const smtp_view *v);
bool when_with_smtputf8(const smtp_view *v);
bool when_only_smtputf8(const smtp_view *v);
bool when_smtputf8_with_value(const smtp_view *v);
bool when_rcpt_in_utf8_mail(const smtp_view *v);
bool when_only_priority(const smtp_view *v);
bool when_priority_malformed(const smtp_view *v);
bool when_only_requiretls(const smtp_view *v);
bool when_requiretls_with_value(const smtp_view *v);
bool when_requiretls_in_clear(const smtp_view *v);
bool when_by_return_not_positive(const smtp_view *v);
bool when_by_malformed(const smtp_view *v);
bool when_by_below_minimum(const smtp_view *v);
bool when_hold_both(const smtp_view *v);
bool when_hold_too_long(const smtp_view *v);

/* smtp_when_place.c: of the place in the session, and of what was before */
bool when_not_lmtp_greeting(const smtp_view *v);
bool when_open_transaction(const smtp_view *v);
bool when_no_transaction(const smtp_view *v);
bool when_submission(const smtp_view *v);
bool when_after_vrfy(const smtp_view *v);
bool when_after_expn(const smtp_view *v);
bool when_after_help(const smtp_view *v);
bool when_after_noop(const smtp_view *v);
bool when_after_unknown(const smtp_view *v);
bool when_after_refused_greeting(const smtp_view *v);
bool when_after_nested_mail(const smtp_view *v);
bool when_after_refused_rcpt(const smtp_view *v);
bool when_rcpt_after_accepted(const smtp_view *v);
bool when_rcpt_after_early_data(const smtp_view *v);
bool when_data_with_some_refused(const smtp_view *v);
bool when_data_after_too_many(const smtp_view *v);
bool when_data_after_chunks(const smtp_view *v);
bool when_mail_behind_data(const smtp_view *v);
bool when_mail_after_message(const smtp_view *v);
bool when_mail_after_rset(const smtp_view *v);
bool when_mail_after_refused_mail(const smtp_view *v);
bool when_mail_after_503(const smtp_view *v);
bool when_mail_first_in_tls_injected(const smtp_view *v);
bool when_before_greeting_command(const smtp_view *v);
bool when_noop_after_failed_auth(const smtp_view *v);
bool when_chunk_after_failed_one(const smtp_view *v);
bool when_lmtp_chunk_for_nobody(const smtp_view *v);
bool when_between_chunks(const smtp_view *v);
bool when_after_final_chunk(const smtp_view *v);
bool when_chunk_after_rset(const smtp_view *v);
bool when_chunk_without_recipient(const smtp_view *v);
bool when_first_ehlo_in_tls(const smtp_view *v);
bool when_not_in_tls(const smtp_view *v);
bool when_in_tls_or_unlisted(const smtp_view *v);
bool when_listed_starttls_missing(const smtp_view *v);
bool when_expn_unlisted(const smtp_view *v);
bool when_expn_in_ehlo_session(const smtp_view *v);
bool when_vrfy_unlisted(const smtp_view *v);
bool when_help_unlisted(const smtp_view *v);
bool when_help_works_unlisted(const smtp_view *v);
bool when_etrn_works_unlisted(const smtp_view *v);
bool when_chunk_works_unlisted(const smtp_view *v);
bool when_verb_unlisted(const smtp_view *v);
bool when_turn_without_trust(const smtp_view *v);
bool when_domain_case_only(const smtp_view *v);
bool when_postmaster_case_only(const smtp_view *v);
bool when_bare_postmaster_case_only(const smtp_view *v);
bool when_quoting_only(const smtp_view *v);
bool when_verified_before(const smtp_view *v);
bool when_too_many_too_early(const smtp_view *v);
bool when_too_many_not_452(const smtp_view *v);
bool when_within_rcptmax(const smtp_view *v);
bool when_beyond_rcptmax(const smtp_view *v);
bool when_beyond_mailmax(const smtp_view *v);
bool when_message_within_declared(const smtp_view *v);
bool when_message_over_limit(const smtp_view *v);
bool when_began_as_http(const smtp_view *v);
bool when_data_of_binarymime(const smtp_view *v);
bool when_lmtp_data_for_nobody(const smtp_view *v);
bool when_plain_mail_in_ehlo(const smtp_view *v);
bool when_etrn_argument_bad(const smtp_view *v);
bool when_xverb_listed_not(const smtp_view *v);

#endif
