/*
 * smtp_session.h - who may say what when in SMTP and LMTP, and what comes of it
 *
 * The client says commands, which stand in a queue until they are answered, one reply each (RFC 2920 section 3.1; at the end
 * of data of LMTP, one for each recipient).  A reply is judged by what the session is when its command's turn comes.  A
 * command is judged by what the session may be by then: the commands before it may be accepted or not.
 */
#ifndef MAILSPEC_MODEL_SMTP_SESSION_H
#define MAILSPEC_MODEL_SMTP_SESSION_H

#include <stddef.h>

#include "session.h"

typedef enum smtp_phase {
    SMTP_CONNECTED, /* no greeting yet */
    SMTP_REFUSED,   /* the greeting was 554 */
    SMTP_GREETED,   /* 220 was said; or TLS has begun */
    SMTP_READY,     /* EHLO, LHLO or HELO was accepted, no transaction */
    SMTP_SENDER,    /* MAIL was */
    SMTP_RECIPIENT, /* RCPT was, once at least */
    SMTP_CHUNKS,    /* BDAT was, and not the last one */
    SMTP_BROKEN,    /* BDAT was refused: "the resulting state ... is indeterminate" (RFC 3030 section 2) */
    SMTP_TLS_NEXT,
    SMTP_OVER /* 221 or 421 was said */
} smtp_phase;

typedef enum smtp_verb {
    SMTP_EHLO,
    SMTP_HELO,
    SMTP_LHLO,
    SMTP_MAIL,
    SMTP_RCPT,
    SMTP_DATA,
    SMTP_END_OF_DATA, /* the mail data and the line with the dot */
    SMTP_BDAT,        /* the command and its chunk */
    SMTP_RSET,
    SMTP_NOOP,
    SMTP_VRFY,
    SMTP_EXPN,
    SMTP_HELP,
    SMTP_QUIT,
    SMTP_STARTTLS,
    SMTP_AUTH,
    SMTP_AUTH_RESPONSE, /* a line of the client's in the exchange */
    SMTP_ETRN,
    SMTP_UNKNOWN, /* no command that anybody knows */
    SMTP_VERBS
} smtp_verb;

typedef struct smtp_item {
    smtp_verb verb;
    bool last;         /* BDAT */
    bool incomplete;   /* BDAT: octets of the chunk are still to come */
    bool binary;       /* MAIL: BODY=BINARYMIME */
    bool one_step;     /* AUTH: one round-trip completes the mechanism */
    sasl_text text;    /* AUTH: its initial response */
    const char *wrong; /* the requirements one of which its syntax breaks; NULL: it is in the grammar */
    unsigned answered; /* replies it has had */
} smtp_item;

/* What EHLO's or LHLO's reply lists. */
enum {
    OFFERS_PIPELINING = 1,
    OFFERS_CHUNKING = 2,
    OFFERS_BINARYMIME = 4,
    OFFERS_STARTTLS = 8,
    OFFERS_AUTH = 16,
    OFFERS_ENHANCED = 32,
    OFFERS_ETRN = 64
};

typedef struct smtp_reply {
    unsigned code;
    unsigned offers;     /* behind a 250 to EHLO or LHLO */
    sasl_text challenge; /* behind 334 */
} smtp_reply;

/* What the session is; of it there are several where replies are outstanding. */
typedef struct smtp_standing {
    smtp_phase phase;
    bool mail_sent, rcpt_sent; /* since there was last no transaction, accepted or not */
    bool binary;               /* MAIL with BODY=BINARYMIME was accepted */
    bool authenticated;
    bool bdat_refused;     /* without a transaction */
    bool greeting_refused; /* the last EHLO, LHLO or HELO was: the client has done its part */
    unsigned recipients;   /* RCPT commands accepted */
} smtp_standing;

enum { SMTP_QUEUE = 16 };

typedef struct smtp_model {
    bool lmtp;
    smtp_standing now;
    smtp_item queue[SMTP_QUEUE];
    size_t queued;
    unsigned offers;
    bool extended; /* EHLO or LHLO, and not HELO since */
    bool tls;
    bool authenticated_before; /* in the layer below TLS */
    bool refused[SMTP_VERBS];  /* answered 5yz once */
    bool unsure;               /* BDAT LAST to LMTP without a transaction: "zero replies", or a refusal? */
    bool data_due;             /* 354 was said */
    bool response_due;         /* 334 was said */
    bool out_of_step;          /* a chunk was refused that CHUNKING was not offered for */
    bool quit_sent;
    bool said;           /* something was, in this layer */
    sasl_text challenge; /* with it */
} smtp_model;

model_verdict smtp_model_client(const smtp_model *model, const smtp_item *item);
void smtp_model_say(smtp_model *model, const smtp_item *item);
model_verdict smtp_model_server(const smtp_model *model, const smtp_reply *reply);
void smtp_model_reply(smtp_model *model, const smtp_reply *reply);
/* The replies that the first of the queue has: 1, but for LMTP's end of data. */
unsigned smtp_model_replies(const smtp_model *model);
/* The client closes, or the server.  amidst: its last command's chunk, or its reply, is not finished. */
model_verdict smtp_model_client_closes(const smtp_model *model, bool amidst);
model_verdict smtp_model_server_closes(const smtp_model *model, bool amidst);
/* TLS has begun. */
void smtp_model_tls(smtp_model *model);

#endif
