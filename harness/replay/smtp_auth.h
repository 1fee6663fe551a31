/*
 * smtp_auth.h - an AUTH exchange: what each side says inside the base64 (RFC 4954, 4616, 2195, 5802, 7677)
 *
 * smtp_auth.c listens to the client, smtp_rules_auth.c judges the server by that.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_SMTP_AUTH_H
#define MAILSPEC_HARNESS_REPLAY_SMTP_AUTH_H

#include "harness/replay/smtp_rules_internal.h"
#include "mailspec/sasl.h"

enum { SMTP_AUTH_MESSAGE_MAX = 16384 }; /* octets of a decoded message; a longer one is not looked into */

struct smtp_auth {
    uint8_t mechanism; /* ms_sasl_mechanism */
    bool listed;       /* by the last EHLO reply */
    bool listed_any;   /* AUTH is listed at all */
    bool lower_case;   /* the name was not in capitals */
    bool name_valid;
    bool open;    /* between AUTH and its final reply */
    bool initial; /* it had an initial response */
    bool in_transaction;
    bool again;            /* behind a 235 */
    bool cancelled;        /* the last response was "*" */
    bool was_cancelled;    /* … and was answered 501 */
    bool challenge_bad;    /* the last 334 was no base64 */
    bool response_bad;     /* the last response was no base64 */
    bool response_outside; /* … for an octet outside the alphabet */
    bool response_padded;  /* … for a "=" before the end */
    bool response_over;    /* over 512 octets */
    unsigned challenges;   /* 334 replies so far */
    unsigned responses;
    ms_sasl_error plain; /* of the last PLAIN message; MS_SASL_OK: valid */
    bool plain_seen;
    unsigned plain_nuls;
    bool plain_empty, plain_utf8;
    bool authzid_is_authcid;
    size_t plain_octets;
    bool cram_valid, cram_seen;
    bool scram, scram_plus, scram_user_bad, scram_m, scram_nonce_wrong, scram_binding_wrong, gs2_y;
    unsigned failures; /* AUTH answered 535 on this connection */
    bool last_failed_535;
    ms_span client_nonce, server_nonce, gs2; /* owned */
    bool server_nonce_bad, server_extension;
};

void smtp_auth_find(ms_findings *findings, ms_side side, uint16_t requirement, uint64_t at);
void smtp_auth_keep(ms_span *slot, ms_span text); /* a copy; the one before is freed */
bool smtp_auth_begins(ms_span text, ms_span with);
bool smtp_auth_is_scram(uint8_t mechanism);

#endif
