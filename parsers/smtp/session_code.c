/*
 * session_code.c - which reply codes may answer which command (RFC 5321 section 4.3.2)
 *
 * The rows are the RFC's own, with what RFC 7504 and RFC 4954 add.  Codes that may answer
 * any command (RFC 5321 section 4.3.2: 421, 500 …) are in every row.  A code outside its row is a
 * SHOULD not followed: the client must cope by the first digit.
 */
#include "session_internal.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef struct code_row {
    uint16_t requirement; /* MS_REQ_NONE: no row in the RFC */
    uint16_t codes[20];   /* ended by 0 */
} code_row;

/* clang-format off */
static const code_row code_rows[MS_SMTP_VERB_COUNT] = {
    [MS_SMTP_GREETING] =    { MS_REQ_SMTP_5321_4_3_2_01, { 220, 554, 521, 421 } },
    [MS_SMTP_EHLO] =        { MS_REQ_SMTP_5321_4_3_2_02, { 250, 501, 504, 550, 502, 500, 421 } },
    [MS_SMTP_LHLO] =        { MS_REQ_SMTP_5321_4_3_2_02, { 250, 501, 504, 550, 502, 500, 421 } },
    [MS_SMTP_HELO] =        { MS_REQ_SMTP_5321_4_3_2_03, { 250, 501, 504, 550, 502, 500, 421 } },
    [MS_SMTP_MAIL] =        { MS_REQ_SMTP_5321_4_3_2_04, { 250, 552, 451, 452, 550, 553, 503, 455, 555, 500, 501, 421, 530 } },
    [MS_SMTP_RCPT] =        { MS_REQ_SMTP_5321_4_3_2_05, { 250, 251, 550, 551, 552, 553, 450, 451, 452, 503, 455, 555, 556, 500, 501, 421, 530 } },
    [MS_SMTP_DATA] =        { MS_REQ_SMTP_5321_4_3_2_06, { 354, 503, 554, 451, 450, 452, 550, 500, 501, 421, 530 } },
    [MS_SMTP_END_OF_DATA] = { MS_REQ_SMTP_5321_4_3_2_07, { 250, 552, 554, 451, 452, 450, 550, 421, 500 } },
    [MS_SMTP_RSET] =        { MS_REQ_SMTP_5321_4_3_2_08, { 250, 500, 501, 421 } },
    [MS_SMTP_VRFY] =        { MS_REQ_SMTP_5321_4_3_2_09, { 250, 251, 252, 550, 551, 553, 502, 504, 500, 501, 421, 530 } },
    [MS_SMTP_EXPN] =        { MS_REQ_SMTP_5321_4_3_2_10, { 250, 252, 550, 500, 502, 504, 501, 421, 530 } },
    [MS_SMTP_HELP] =        { MS_REQ_SMTP_5321_4_3_2_11, { 211, 214, 502, 504, 500, 501, 421, 530 } },
    [MS_SMTP_NOOP] =        { MS_REQ_SMTP_5321_4_3_2_12, { 250, 500, 501, 421 } },
    [MS_SMTP_QUIT] =        { MS_REQ_SMTP_5321_4_3_2_13, { 221, 500, 501, 421 } },
};
/* clang-format on */

static bool in_row(const code_row *row, uint16_t code)
{
    for (size_t i = 0; i < COUNT(row->codes) && row->codes[i] != 0; i++)
        if (row->codes[i] == code)
            return true;
    return false;
}

/* What else a variant or an extension puts into a row. */
typedef struct code_exception {
    uint8_t verb;
    uint8_t when; /* WHEN_… */
    uint16_t codes[12];
} code_exception;
enum { WHEN_TLS_OR_SUBMISSION, WHEN_LMTP, WHEN_MT_PRIORITY, WHEN_TLS, WHEN_STARTTLS /* offered, or not yet known */ };

/* clang-format off */
static const code_exception exceptions[] = {
    /* RFC 6409 section 4.1, RFC 3207 section 4.1: 554 where nothing more precise fits, or TLS is not good enough */
    { MS_SMTP_MAIL,        WHEN_TLS_OR_SUBMISSION, { 554 } },
    { MS_SMTP_RCPT,        WHEN_TLS_OR_SUBMISSION, { 554 } },
    { MS_SMTP_EHLO,        WHEN_TLS,               { 554 } },
    { MS_SMTP_HELO,        WHEN_TLS,               { 554 } },
    { MS_SMTP_NOOP,        WHEN_TLS,               { 554 } },
    { MS_SMTP_RSET,        WHEN_TLS,               { 554 } },
    /* RFC 3207 section 4: 530 to every command other than NOOP, EHLO, STARTTLS and QUIT */
    { MS_SMTP_RSET,        WHEN_STARTTLS,          { 530 } },
    { MS_SMTP_HELO,        WHEN_STARTTLS,          { 530 } },
    { MS_SMTP_MAIL,        WHEN_MT_PRIORITY,       { 450 } }, /* RFC 6710 section 4 */
    /* RFC 2033 section 4.2: what is said of one recipient */
    { MS_SMTP_END_OF_DATA, WHEN_LMTP,              { 251, 551, 553, 455, 555, 556, 503, 501, 530 } },
};

/* Every code of RFC 5321 and of the extensions that the register knows (RFC 5321 section 4.2). */
static const uint16_t known_codes[] = {
    211, 214, 220, 221, 235, 250, 251, 252, 253, 334, 354, 421, 422, 430, 432, 450, 451, 452, 453, 454, 455, 458,
    459, 500, 501, 502, 503, 504, 521, 523, 524, 525, 530, 533, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556,
};
/* clang-format on */

static bool holds_now(const ms_smtp_session *session, uint8_t when)
{
    switch (when) {
    case WHEN_TLS_OR_SUBMISSION:
        return ms_smtp_session_tls_active(session) || session->variant == MS_VARIANT_SUBMISSION;
    case WHEN_TLS:
        return ms_smtp_session_tls_active(session);
    case WHEN_STARTTLS:
        return !ms_smtp_session_tls_active(session) &&
               (ms_smtp_session_offers(session, MS_EHLO_STARTTLS) || !ms_smtp_session_extended(session));
    case WHEN_LMTP:
        return session->variant == MS_VARIANT_LMTP;
    case WHEN_MT_PRIORITY:
        return ms_smtp_session_offers(session, MS_EHLO_MT_PRIORITY);
    default:
        return false;
    }
}

static bool is_excepted(const ms_smtp_session *session, uint8_t verb, uint16_t code)
{
    for (size_t i = 0; i < COUNT(exceptions); i++) {
        if (exceptions[i].verb != verb || !holds_now(session, exceptions[i].when))
            continue;
        for (size_t k = 0; k < COUNT(exceptions[i].codes) && exceptions[i].codes[k] != 0; k++)
            if (exceptions[i].codes[k] == code)
                return true;
    }
    return false;
}

uint16_t ms_smtp_code_check(const ms_smtp_session *session, uint8_t verb, uint16_t code)
{
    const code_row *row = &code_rows[verb];
    if (row->requirement != MS_REQ_NONE && (in_row(row, code) || is_excepted(session, verb, code)))
        return MS_REQ_NONE;
    for (size_t i = 0; i < COUNT(known_codes); i++)
        if (known_codes[i] == code)
            return row->requirement;
    return MS_REQ_SMTP_5321_4_2_05;
}
