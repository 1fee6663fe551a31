/*
 * smtp_facts.h - what a command line was like, as far as a rule about its reply can ask
 *
 * The session machine judges order; whether a server may refuse THIS line hangs on its
 * letters: a verb in lower case, a quoted local-part, one parameter and no other.  All of it is taken
 * down when the line is heard, for the reply may come much later.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_SMTP_FACTS_H
#define MAILSPEC_HARNESS_REPLAY_SMTP_FACTS_H

#include "harness/replay/smtp_text.h"
#include "mailspec/smtp_dialogue.h"

typedef enum smtp_fact {
    FACT_OK,          /* parses without an error */
    FACT_CLEAN,       /* and without a deviation, all parameters known and offered */
    FACT_BLANKS_ONLY, /* trailing blanks are all that is wrong with it */
    FACT_ARGUMENT,    /* something other than blanks stands behind the verb */
    FACT_LOWER_VERB,
    FACT_LOWER_COLON, /* from: or to: holds a lower-case letter */
    FACT_LOWER_PARAMETER,
    FACT_LOWER_LAST, /* BDAT … last */
    FACT_BARE_LF,
    FACT_BARE_CR,
    FACT_NUL,
    FACT_NUL_IN_DOMAIN,
    FACT_CONTROL, /* in the argument */
    FACT_8BIT_PATH,
    FACT_LINE_OVER, /* more than 512 octets with its end */
    FACT_LINE_LONG, /* 256 to 512 octets */
    FACT_NULL_PATH,
    FACT_POSTMASTER,       /* without a domain */
    FACT_POSTMASTER_PLAIN, /* … spelled Postmaster or postmaster */
    FACT_ROUTE,
    FACT_QUOTED,
    FACT_UTF8_LOCAL,
    FACT_UTF8_DOMAIN,
    FACT_IPV4,
    FACT_IPV6,
    FACT_IPV4_TAIL, /* six groups and an IPv4 address */
    FACT_IPV4_TAIL_COMPRESSED,
    FACT_LONG_LOCAL_PART, /* 33 to 64 octets */
    FACT_LONG_DOMAIN,     /* over 200 octets */
    FACT_LONG_PATH,       /* 200 to 256 octets, brackets counted, and not for its domain */
    FACT_ATEXT,           /* a Dot-string with one of the special characters */
    FACT_ONE_LABEL,
    FACT_DOMAIN_OCTETS, /* the domain holds ASCII outside letters, digits, hyphen */
    FACT_BAD_ADDRESS,   /* an error or deviation of the address itself */
    FACT_OPEN_QUOTE,    /* the line ends inside a Quoted-string, on a backslash */
    FACT_UNKNOWN_PARAMETER,
    FACT_FOREIGN_PARAMETER, /* unknown to us, but named like an EHLO keyword that was offered */
    FACT_STRING,            /* one valid String as argument */
    FACT_ATOM,              /* one atom without @ */
    FACT_MAILBOX,           /* local-part@domain as argument */
    FACT_SMTPUTF8_WORD,     /* VRFY, EXPN: SMTPUTF8 behind the argument */
    FACT_IN_GROUP,          /* sent while a reply was outstanding */
    FACT_BEHIND_DATA,       /* sent behind the end of data, before its reply */
    FACT_LAST,              /* BDAT … LAST */
    FACT_ZERO,              /* BDAT 0 */
    FACT_SIZE_READABLE,     /* BDAT with digits as its size */
    FACT_LEADING_ZERO,      /* … which begin with a superfluous zero */
    FACT_INITIAL,           /* AUTH with an initial response */
    FACT_X,                 /* the verb begins with X */
    FACT_HTTP,              /* an HTTP request line */
    FACT_SPILLED,           /* mail data in the wrong place (ms_smtp_session_spills) */
    FACT_COUNT
} smtp_fact;

_Static_assert(FACT_COUNT <= 64, "a set of facts has 64 bits");

#define FACT(name) (UINT64_C(1) << FACT_##name)

typedef struct smtp_facts {
    uint64_t set;        /* of FACT(…) */
    uint8_t verb;        /* ms_smtp_verb */
    uint32_t parameters; /* set of 1 << ms_smtp_parameter_id, as written */
    uint32_t invalid;    /* those whose value is wrong */
    uint32_t repeated;   /* those that stand there twice */
    unsigned parameter_count;
    uint8_t body;      /* MS_BODY_…, of a readable BODY */
    uint8_t notify;    /* set of MS_NOTIFY_…; raw words, so NEVER beside others is seen */
    bool lower_notify; /* a word of NOTIFY in lower case */
    bool orcpt_rfc822;
    unsigned size_digits;              /* of SIZE=; 0: none */
    uint64_t size;                     /* SIZE=, saturating */
    size_t envid_length, orcpt_length; /* of the whole parameter */
    bool by_return;                    /* BY= with mode R */
    int64_t by_seconds;
    uint64_t hold_seconds;
    bool auth_null;             /* AUTH=<> */
    uint64_t chunk;             /* BDAT's size */
    size_t line_octets;         /* with the line end */
    ms_span line;               /* the text, copied, owned */
    ms_span path;               /* inside line: the mailbox without brackets; absent without */
    ms_span local_part, domain; /* inside line */
    ms_smtp_error error;
    ms_deviations deviations;
    uint16_t requirement;     /* of the error */
    uint8_t mechanism;        /* ms_sasl_mechanism */
    ms_span mechanism_name;   /* inside line */
    ms_span initial_response; /* inside line; absent without */
} smtp_facts;

/* What event's command was like.  line_octets counts its end.  session: before the command; keywords: of the last EHLO
 * reply. */
void smtp_facts_take(smtp_facts *facts, const ms_smtp_event *event, const ms_smtp_session *session,
                     const smtp_texts *keywords);
void smtp_facts_free(smtp_facts *facts);

/* The parameter is there, valid and alone. */
bool smtp_facts_only(const smtp_facts *facts, ms_smtp_parameter_id parameter);

/* All of the line's parameters were offered, so that a refusal of it has no excuse in them. */
bool smtp_facts_all_offered(const smtp_facts *facts, const ms_smtp_session *session);

/* For smtp_facts.c: what stands behind the path. */
void smtp_facts_take_parameters(smtp_facts *facts, ms_smtp_parameter_of of, const smtp_texts *keywords);

#endif
