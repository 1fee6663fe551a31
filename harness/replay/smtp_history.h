/*
 * smtp_history.h - what a connection has seen so far, for rules that reach further back than one reply
 */
#ifndef MAILSPEC_HARNESS_REPLAY_SMTP_HISTORY_H
#define MAILSPEC_HARNESS_REPLAY_SMTP_HISTORY_H

#include "harness/replay/smtp_facts.h"
#include "harness/replay/smtp_false_end.h"
#include "harness/replay/smtp_rules.h"
#include "harness/replay/track.h"

enum {
    HISTORY_OUTSTANDING = 1024, /* commands whose replies are due; more are forgotten, with their rules */
    HISTORY_CLEAR = 64 * 1024,  /* octets in clear behind STARTTLS that are kept */
};

/* What the connections of one file share. */
typedef struct smtp_file {
    smtp_texts challenges; /* of CRAM-MD5 */
    bool ehlo_refused;     /* a client may fall back to HELO on its next connection */
} smtp_file;

/* The exchange that was completed last. */
typedef struct smtp_previous {
    bool valid;
    uint8_t verb; /* ms_smtp_verb */
    uint16_t code;
    uint64_t facts; /* of FACT(…) */
    bool answered_in_group;
} smtp_previous;

struct replay_smtp_rules {
    smtp_facts *queue; /* a ring of room entries: commands whose replies are due */
    size_t first, count, room;
    bool forgot; /* the queue overflowed: no rules until it is empty */
    smtp_previous previous;
    uint8_t between;    /* verb of the only command since the transaction's last step; 0 none */
    bool between_mixed; /* several of them */
    bool first_line_http;
    bool any_greeting_command;
    bool chunk_refused; /* since the last MAIL */
    bool had_chunks;    /* an earlier transaction used BDAT */
    bool enhanced_once; /* an EHLO reply listed ENHANCEDSTATUSCODES */
    bool tls, tls_by_starttls;
    bool first_in_tls; /* nothing was answered in TLS yet */
    uint32_t offered_in_clear;
    bool authenticated_in_clear; /* 235 was given in this layer */
    bool authenticated_before_tls;
    bool sent_in_clear_mail; /* MAIL stood behind STARTTLS in clear */
    unsigned errors;         /* 4yz and 5yz replies */
    unsigned auth_failures;
    bool innocent;         /* every client line was 7-bit, without NUL, and no HTTP */
    bool rcpt_refused_5_3; /* an RCPT of the transaction got x.5.3 */
    bool last_rcpt_group_failed;
    uint32_t deliverby_min;
    uint64_t hold_max;
    bool size_without_number;
    bool size_listed; /* the last MAIL had SIZE= */
    bool mail_utf8;   /* the last MAIL had SMTPUTF8 */
    bool rcptmax_told;
    bool greeting_521;
    bool hello_was_helo; /* the last accepted greeting command */
    bool injected_bare_lf, injected_in_group, injected_half;
    bool same_recipient, lf_taken_told;
    uint8_t end_matched; /* octets of CRLF "." CRLF that the chunks end in */
    bool end_split;      /* … with a chunk's end among them */
    bool chunk_has_end, chunk_joins_end;
    smtp_texts refused;       /* lines answered 5yz */
    smtp_texts refused_steps; /* RCPT and DATA lines answered 5yz, of this transaction */
    smtp_texts keywords;      /* of the last EHLO reply, as sent */
    smtp_texts mechanisms;    /* listed with AUTH */
    smtp_texts accepted;      /* recipients of this MAIL's argument */
    smtp_texts recipients;    /* accepted in this transaction, as forward-paths */
    smtp_texts verified;      /* mailboxes that VRFY or EXPN returned */
    smtp_texts secrets;       /* passwords, decoded and in base64 */
    smtp_texts mails;         /* MAIL lines answered 2yz */
    smtp_texts challenges;    /* of CRAM-MD5, in this connection */
    ms_span mail_path;        /* of the last MAIL; owned */
    uint16_t broken_reply;    /* the code of a reply out of range to a step of the transaction, 0 none */
    bool malformed_reply;
    struct smtp_auth *auth;
    smtp_false_end false_end;
    bool in_content;
    bool content_seen;     /* of the mail data being sent, an octet that is not the end */
    octet_buffer in_clear; /* sent behind STARTTLS and dropped */
    bool in_chunk;
    uint64_t chunk_left;
};

#endif
