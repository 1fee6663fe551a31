/*
 * session_table.c - every transition of an SMTP session, and what breaks when one is taken that is not there
 *
 * To be read beside RFC 5321 sections 4.1.1 and 4.1.4.  The tables do not know which side we play.
 */
#include "session_internal.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define AT(s)        STATE(MS_SMTP_##s)

/* clang-format off */
static const transition transitions[] = {
    /* in these states                    command                reply  next state               needs     rule                          */
    { AT(CONNECTED),                      MS_SMTP_GREETING,      2,     MS_SMTP_GREETED,         0,        "RFC 5321 section 3.1"        },
    { AT(CONNECTED),                      MS_SMTP_GREETING,      5,     MS_SMTP_REFUSED,         0,        "RFC 5321 section 3.1"        },
    { OPEN_STATES,                        MS_SMTP_EHLO,          2,     MS_SMTP_READY,           0,        "RFC 5321 section 4.1.4"      },
    { OPEN_STATES,                        MS_SMTP_HELO,          2,     MS_SMTP_READY,           0,        "RFC 5321 section 4.1.1.1"    },
    { OPEN_STATES,                        MS_SMTP_LHLO,          2,     MS_SMTP_READY,           0,        "RFC 2033 section 4.1"        },
    { BEFORE_MAIL,                        MS_SMTP_MAIL,          2,     MS_SMTP_SENDER,          0,        "RFC 5321 section 4.1.1.2"    },
    { AT(SENDER) | AT(RECIPIENT),         MS_SMTP_RCPT,          2,     MS_SMTP_RECIPIENT,       0,        "RFC 5321 section 3.3"        },
    { AT(RECIPIENT),                      MS_SMTP_DATA,          3,     MS_SMTP_MAIL_DATA,       0,        "RFC 5321 section 4.1.1.4"    },
    { AT(DATA_SENT),                      MS_SMTP_END_OF_DATA,   2,     MS_SMTP_READY,           0,        "RFC 5321 section 4.1.1.4"    },
    { AT(DATA_SENT),                      MS_SMTP_END_OF_DATA,   4,     MS_SMTP_READY,           0,        "RFC 5321 section 4.1.1.4"    },
    { AT(DATA_SENT),                      MS_SMTP_END_OF_DATA,   5,     MS_SMTP_READY,           0,        "RFC 5321 section 4.1.1.4"    },
    { AT(RECIPIENT) | AT(CHUNKS),         MS_SMTP_BDAT,          2,     MS_SMTP_READY,           RUN_LAST, "RFC 3030 section 2"          },
    { AT(RECIPIENT) | AT(CHUNKS),         MS_SMTP_BDAT,          2,     MS_SMTP_CHUNKS,          0,        "RFC 3030 section 2"          },
    { AT(GREETED),                        MS_SMTP_RSET,          2,     MS_SMTP_GREETED,         0,        "RFC 5321 section 4.1.4"      },
    { AT(READY) | IN_TRANSACTION,         MS_SMTP_RSET,          2,     MS_SMTP_READY,           0,        "RFC 5321 section 4.1.1.5"    },
    { OPEN_STATES,                        MS_SMTP_NOOP,          2,     SAME,                    0,        "RFC 5321 section 4.1.1.9"    },
    { OPEN_STATES,                        MS_SMTP_VRFY,          2,     SAME,                    0,        "RFC 5321 section 4.1.1.6"    },
    { OPEN_STATES,                        MS_SMTP_EXPN,          2,     SAME,                    0,        "RFC 5321 section 4.1.1.7"    },
    { OPEN_STATES,                        MS_SMTP_HELP,          2,     SAME,                    0,        "RFC 5321 section 4.1.1.8"    },
    { OPEN_STATES,                        MS_SMTP_ETRN,          2,     SAME,                    0,        "RFC 1985 section 5.1"        },
    { BEFORE_MAIL,                        MS_SMTP_SEND,          2,     MS_SMTP_SENDER,          0,        "RFC 5321 appendix F.6"       },
    { BEFORE_MAIL,                        MS_SMTP_SOML,          2,     MS_SMTP_SENDER,          0,        "RFC 5321 appendix F.6"       },
    { BEFORE_MAIL,                        MS_SMTP_SAML,          2,     MS_SMTP_SENDER,          0,        "RFC 5321 appendix F.6"       },
    { OPEN_STATES,                        MS_SMTP_TURN,          2,     SAME,                    0,        "RFC 5321 appendix F.1"       },
    { OPEN_STATES,                        MS_SMTP_UNKNOWN,       2,     SAME,                    0,        "RFC 5321 section 4.1.5"      },
    { OPEN_STATES,                        MS_SMTP_STARTTLS,      2,     MS_SMTP_TLS_NEXT,        0,        "RFC 3207 section 4"          },
    { BEFORE_MAIL,                        MS_SMTP_AUTH,          3,     MS_SMTP_AUTHENTICATING,  0,        "RFC 4954 section 4"          },
    { BEFORE_MAIL,                        MS_SMTP_AUTH,          2,     SAME,                    0,        "RFC 4954 section 4"          },
    { AT(AUTHENTICATING),                 MS_SMTP_AUTH_RESPONSE, 3,     MS_SMTP_AUTHENTICATING,  0,        "RFC 4954 section 4"          },
    { ~0u,                                MS_SMTP_QUIT,          2,     MS_SMTP_CLOSING,         0,        "RFC 5321 section 4.1.1.10"   },
};

/* A positive reply that no row above allows.  requirement 0: the RFCs leave it to the server. */
static const breach breaches[] = {
    /* in these states                    command                reply  broken */
    { AT(GREETED) | AT(READY),            MS_SMTP_RCPT,          2,     MS_REQ_SMTP_5321_3_3_09    },
    { AT(CHUNKS),                         MS_SMTP_RCPT,          2,     MS_REQ_SMTP_5321_4_1_4_16  },
    { IN_TRANSACTION,                     MS_SMTP_MAIL,          2,     MS_REQ_SMTP_5321_4_1_4_13  },
    { IN_TRANSACTION,                     MS_SMTP_SEND,          2,     MS_REQ_SMTP_5321_4_1_4_13  },
    { IN_TRANSACTION,                     MS_SMTP_SOML,          2,     MS_REQ_SMTP_5321_4_1_4_13  },
    { IN_TRANSACTION,                     MS_SMTP_SAML,          2,     MS_REQ_SMTP_5321_4_1_4_13  },
    { AT(CHUNKS),                         MS_SMTP_DATA,          3,     MS_REQ_SMTP_3030_2_20      },
    { BEFORE_MAIL,                        MS_SMTP_BDAT,          2,     MS_REQ_SMTP_3030_2_11      },
    { AT(SENDER),                         MS_SMTP_BDAT,          2,     MS_REQ_SMTP_3030_2_12      },
    { IN_TRANSACTION,                     MS_SMTP_AUTH,          2,     MS_REQ_SMTP_4954_4_02      },
    { IN_TRANSACTION,                     MS_SMTP_AUTH,          3,     MS_REQ_SMTP_4954_4_02      },
};
/* clang-format on */

const transition *ms_smtp_transition_find(uint8_t state, uint8_t verb, uint8_t class_, uint8_t run_flags)
{
    for (size_t i = 0; i < COUNT(transitions); i++) {
        const transition *t = &transitions[i];
        if (t->verb == verb && t->class_ == class_ && (t->states & STATE(state)) != 0 &&
            (t->needs & run_flags) == t->needs)
            return t;
    }
    return NULL;
}

uint16_t ms_smtp_breach_find(uint8_t state, uint8_t verb, uint8_t class_)
{
    for (size_t i = 0; i < COUNT(breaches); i++)
        if (breaches[i].verb == verb && breaches[i].class_ == class_ && (breaches[i].states & STATE(state)) != 0)
            return breaches[i].requirement;
    return MS_REQ_NONE;
}
