/*
 * endpoint.h - a target, and what one look at it taught: what it offers, what it demands
 */
#ifndef MAILSPEC_HARNESS_PROBE_ENDPOINT_H
#define MAILSPEC_HARNESS_PROBE_ENDPOINT_H

#include "harness/net/target.h"
#include "harness/probe/peer.h"
#include "harness/transcript/arena.h"
#include "mailspec/sasl.h"

enum { PROBE_OFFER_MAX = 64, PROBE_WHY_MAX = 300 };

/* A list of EHLO keywords or capabilities, as the server wrote it. */
typedef struct probe_offer {
    bool known;
    ms_span lines[PROBE_OFFER_MAX]; /* keyword and parameters, with a blank between */
    unsigned count;
} probe_offer;

typedef struct probe_endpoint {
    net_target target;
    mst_arena arena;
    const struct probe_endpoint *pop3; /* SMTP: where its mail can be read; NULL */
    const struct probe_endpoint *smtp; /* POP3: where its maildrop is fed; NULL */

    /* what the survey saw */
    bool reachable;
    bool later; /* not reachable for now: 421, too many connections */
    bool refuses_tls;
    bool tls_works;       /* STARTTLS, STLS, or from the first octet */
    bool tls_required;    /* MAIL, or a login, was refused in clear */
    bool auth_required;   /* MAIL was refused without a login */
    bool auth_works;      /* the account can log in */
    bool login_failed;    /* it was tried, and could not */
    bool rcpt_refused;    /* the recipient was refused for good (5yz), whenever it was tried */
    bool login_tls;       /* … but only in TLS */
    bool user_pass;       /* POP3: by USER and PASS */
    bool user_pass_clear; /* … in clear as well */
    bool apop_banner;
    bool capa_unread;        /* POP3: CAPA got no whole response; is not asked again */
    bool capa_endless;       /* … but the beginning of a positive one */
    bool second_works;       /* the second account can log in */
    bool mail_taken;         /* SMTP: MAIL, and RCPT where there is a recipient, worked once */
    bool mail_refused;       /* SMTP: neither in clear, nor in TLS, nor with a login was mail taken from our sender */
    const char *from_domain; /* SMTP: ours is refused, this one is not; NULL otherwise */
    const char *from;        /* SMTP: the only sender that it takes; NULL otherwise */
    ms_sasl_mechanism mechanism; /* to log in by; MS_SASL_OTHER: USER and PASS, or none */
    uint32_t messages;           /* POP3: in the maildrop */
    probe_offer clear, tls;
    char why[PROBE_WHY_MAX];      /* why it is not reachable */
    char why_tls[PROBE_WHY_MAX];  /* why TLS cannot be had */
    char why_auth[PROBE_WHY_MAX]; /* why the login failed */
    char why_rcpt[PROBE_WHY_MAX]; /* the refusal */
} probe_endpoint;

/* The sender of what bears the mark, unless one was given. */
void probe_endpoint_sender(const probe_endpoint *endpoint, const char *mark, char *out, size_t room);

/* The words behind keyword in the offer; absent if it is not offered, empty without parameters. */
ms_span probe_offer_find(const probe_offer *offer, ms_span keyword);
/* The number behind it; absent if there is none. */
ms_span probe_offer_digits(const probe_offer *offer, ms_span keyword);
/* Keyword, and that parameter among its own (letter case apart); parameter absent: any. */
bool probe_offer_has(const probe_offer *offer, ms_span keyword, ms_span parameter);
/* SASL mechanisms of AUTH (SMTP) or SASL (POP3), as a set of 1 << ms_sasl_mechanism. */
uint32_t probe_offer_mechanisms(const probe_offer *offer, bool pop3);
/* Take the offer from the reply to EHLO or CAPA. */
void probe_offer_read(probe_offer *offer, mst_arena *arena, const probe_reply *reply);

bool probe_same_word(ms_span a, ms_span b); /* ASCII letter case apart */
bool probe_is_word(ms_span a, const char *word);

#endif
