/* smtp_rules_internal.h - what the files of the SMTP rules share */
#ifndef MAILSPEC_HARNESS_REPLAY_SMTP_RULES_INTERNAL_H
#define MAILSPEC_HARNESS_REPLAY_SMTP_RULES_INTERNAL_H

#include "harness/replay/smtp_history.h"
#include "harness/replay/smtp_rules.h"

/* A complete reply, seen together with what it answers. */
typedef struct smtp_view {
    const replay_smtp_rules *history;
    const ms_smtp_session *before; /* the session when the reply came */
    const smtp_facts *command;     /* answered; for an end of data, only its verb is set */
    uint16_t code;
    ms_enhanced_status enhanced;
    ms_smtp_variant variant;
} smtp_view;

/* Commands whose replies are due.  The facts become the history's. */
void smtp_history_push(replay_smtp_rules *rules, smtp_facts *facts, bool limited);
void smtp_history_pop(replay_smtp_rules *rules);
void smtp_history_forget(replay_smtp_rules *rules);
/* The oldest of them was answered. */
void smtp_history_answered(replay_smtp_rules *rules, const smtp_view *view);
void smtp_history_forget_refusals(replay_smtp_rules *rules);
/* The lines of a reply to EHLO. */
void smtp_history_offer_begins(replay_smtp_rules *rules);
void smtp_history_offer(replay_smtp_rules *rules, const ms_ehlo_line *ehlo);

/* A reply and the command that it answers. */
void smtp_rules_exchange(replay_track *track, const ms_smtp_event *event, const ms_smtp_session *before,
                         const smtp_facts *command, ms_findings *findings);

/* The rule that a reply breaks by its code, or MS_REQ_NONE. */
uint16_t smtp_rule_of_reply(const smtp_view *view);
/* … by its enhanced status code, which is a matter of its own. */
uint16_t smtp_rule_of_status(const smtp_view *view);

bool smtp_view_offers(const smtp_view *view, ms_ehlo_keyword keyword);
bool smtp_view_tls(const smtp_view *view);
bool smtp_in_transaction(const ms_smtp_session *session);

smtp_view smtp_view_of(const replay_track *track, const ms_smtp_session *before, const smtp_facts *command,
                       const ms_smtp_event *event);

/* A reply that no command of the client's called for: what in its octets did. */
void smtp_rules_surplus(replay_track *track, const ms_smtp_event *event, const ms_smtp_session *before,
                        ms_findings *findings);

/* A client line: rules by what was before. */
void smtp_rules_client_line(replay_track *track, const smtp_facts *facts, const ms_smtp_event *event,
                            const ms_smtp_session *before, ms_findings *findings);

/* AUTH: messages of both sides. */
struct smtp_auth *smtp_auth_new(void);
void smtp_auth_free(struct smtp_auth *auth);
void smtp_auth_begin(replay_track *track, const smtp_facts *facts, const ms_smtp_event *event,
                     const ms_smtp_session *before, ms_findings *findings);
void smtp_auth_response(replay_track *track, const ms_smtp_event *event, ms_findings *findings);
/* The reply to either; returns the rule broken, or MS_REQ_NONE. */
uint16_t smtp_auth_reply(replay_track *track, const smtp_view *view, const ms_smtp_event *event, ms_findings *findings);

bool smtp_auth_was_cancelled(const replay_track *track);

/* Texts of replies: VRFY, EXPN, 221, secrets. */
void smtp_rules_reply_text(replay_track *track, const smtp_view *view, const ms_smtp_event *event,
                           ms_findings *findings);

void smtp_rules_find(const replay_track *track, ms_findings *findings, ms_side side, uint16_t requirement, uint64_t at,
                     const smtp_view *view);

/* What the session machine said of the code of the reply at at gives way. */
void smtp_rules_replace(ms_findings *findings, uint64_t at, uint16_t requirement, const smtp_view *view);
/* A finding about the server is there. */
bool smtp_rules_found(const ms_findings *findings, uint16_t requirement);

#endif
