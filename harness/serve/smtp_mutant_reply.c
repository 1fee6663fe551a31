/* smtp_mutant_reply.c - replies of the mutants: see smtp_mutant.h */
#include "harness/serve/smtp_mutant.h"

#include <string.h>

#define ANY_VERB MS_SMTP_VERB_COUNT
enum { ANY = 0xfffe };

/* Another code: what would be sent, what is sent. */
static const struct {
    serve_mutant mutant;
    ms_smtp_verb verb;
    unsigned from, from_subject;
    unsigned code, subject, detail;
} swaps[] = {
    {MUTANT_SMTP_ORDER_CODE, ANY_VERB, 503, ANY, 550, 5, 1},
    {MUTANT_SMTP_NOOP_CODE, MS_SMTP_NOOP, 250, ANY, 251, 0, 0},
    {MUTANT_SMTP_RSET_CODE, MS_SMTP_RSET, 250, ANY, 252, 0, 0},
    {MUTANT_SMTP_QUIT_CODE, MS_SMTP_QUIT, 221, ANY, 250, 0, 0},
    {MUTANT_SMTP_UNKNOWN_CODE, MS_SMTP_UNKNOWN, 500, ANY, 550, 5, 2},
    {MUTANT_SMTP_UNKNOWN_ACCEPTED, MS_SMTP_UNKNOWN, 500, ANY, 250, 0, 0},
    {MUTANT_SMTP_HELP_CODE, MS_SMTP_HELP, 214, ANY, 504, 5, 4},
    {MUTANT_SMTP_HELP_LISTED, MS_SMTP_HELP, 214, ANY, 502, 5, 1},
    {MUTANT_SMTP_VRFY_CODE, MS_SMTP_VRFY, ANY, ANY, 502, 5, 1},
    {MUTANT_SMTP_EXPN_LISTED, MS_SMTP_EXPN, ANY, ANY, 502, 5, 1},
    {MUTANT_SMTP_TURN_ACCEPTED, MS_SMTP_TURN, 502, ANY, 250, 0, 0},
    {MUTANT_SMTP_SEND_ACCEPTED, MS_SMTP_SEND, 502, ANY, 250, 1, 0},
    {MUTANT_SMTP_RELAY_CODE, MS_SMTP_RCPT, 550, 7, 554, 7, 1},
    {MUTANT_SMTP_PARAMETER_CODE, MS_SMTP_MAIL, 555, ANY, 500, 5, 4},
    {MUTANT_SMTP_RECIPIENTS_CODE, MS_SMTP_RCPT, 452, ANY, 550, 5, 3},
    {MUTANT_SMTP_HELP_AS_GREETING, MS_SMTP_HELP, 214, ANY, 220, 0, 0},
    {MUTANT_SMTP_TLS_CODE, MS_SMTP_STARTTLS, 220, ANY, 250, 0, 0},
    {MUTANT_SMTP_AUTH_CANCEL, MS_SMTP_AUTH_RESPONSE, 501, 7, 535, 7, 8},
    {MUTANT_SMTP_AUTH_BASE64_CODE, MS_SMTP_AUTH_RESPONSE, 501, 5, 535, 7, 8},
    {MUTANT_SMTP_AUTH_BASE64_CODE, MS_SMTP_AUTH, 501, 5, 535, 7, 8},
    {MUTANT_SMTP_AUTH_WRONG_CODE, MS_SMTP_AUTH, 535, ANY, 550, 7, 8},
    {MUTANT_SMTP_AUTH_WRONG_CODE, MS_SMTP_AUTH_RESPONSE, 535, ANY, 550, 7, 8},
    {MUTANT_SMTP_AUTH_RIGHT_CODE, MS_SMTP_AUTH, 235, ANY, 250, 7, 0},
    {MUTANT_SMTP_AUTH_RIGHT_CODE, MS_SMTP_AUTH_RESPONSE, 235, ANY, 250, 7, 0},
    {MUTANT_SMTP_AUTH_STATUS, MS_SMTP_AUTH, 235, ANY, 235, 0, 0},
    {MUTANT_SMTP_AUTH_STATUS, MS_SMTP_AUTH_RESPONSE, 235, ANY, 235, 0, 0},
    {MUTANT_SMTP_AUTH_UNKNOWN_STATUS, MS_SMTP_AUTH, 504, ANY, 504, 7, 4},
    {MUTANT_SMTP_AUTH_SERVER_FIRST_STATUS, MS_SMTP_AUTH, 501, 7, 501, 5, 0},
    {MUTANT_SMTP_UTF8_CODE, MS_SMTP_RCPT, 553, ANY, 500, 6, 7},
    {MUTANT_SMTP_STATUS_PAIR, MS_SMTP_MAIL, 552, ANY, 552, 1, 1},
    {MUTANT_SMTP_STATUS_UNREGISTERED, MS_SMTP_UNKNOWN, 500, ANY, 500, 9, 1},
    {MUTANT_SMTP_VRFY_REMOTE, MS_SMTP_VRFY, 252, ANY, 550, 1, 1},
    {MUTANT_SMTP_VRFY_ALWAYS_550, MS_SMTP_VRFY, ANY, ANY, 550, 1, 1},
    {MUTANT_SMTP_BDAT_354, MS_SMTP_BDAT, 250, ANY, 354, NO_STATUS, 0},
    {MUTANT_LMTP_DATA_CODE, MS_SMTP_DATA, 503, ANY, 554, 5, 1},
    {MUTANT_SUBMISSION_SYNTAX_CODE, MS_SMTP_MAIL, 501, ANY, 550, 5, 2},
};

/* Replies that are none. */
static const struct {
    serve_mutant mutant;
    ms_smtp_verb verb;
    unsigned from;
    const char *raw;
} raws[] = {
    {MUTANT_SMTP_NO_SPACE, MS_SMTP_RSET, 250, "250\r\n"},
    {MUTANT_SMTP_NO_TEXT, MS_SMTP_RSET, 250, "250 \r\n"},
    {MUTANT_SMTP_FIRST_DIGIT, MS_SMTP_UNKNOWN, 500, "600 Command not recognized\r\n"},
    {MUTANT_SMTP_FOUR_DIGITS, MS_SMTP_UNKNOWN, 500, "5000 Command not recognized\r\n"},
    {MUTANT_SMTP_UNLISTED_CODE, MS_SMTP_UNKNOWN, 500, "525 5.5.2 Command not recognized\r\n"},
    {MUTANT_SMTP_LF_REPLY, MS_SMTP_RSET, 250, "250 2.0.0 Flushed\n"},
    {MUTANT_SMTP_TWO_REPLIES, MS_SMTP_RSET, 250, "250 2.0.0 Flushed\r\n250 2.0.0 Flushed again\r\n"},
    {MUTANT_SMTP_QUIT_NO_DOMAIN, MS_SMTP_QUIT, 221, "221 2.0.0 Good-bye!\r\n"},
    {MUTANT_SMTP_QUIT_SILENT, MS_SMTP_QUIT, 221, ""},
    {MUTANT_SMTP_STATUS_MISSING, MS_SMTP_UNKNOWN, 500, "500 Command not recognized\r\n"},
    {MUTANT_SMTP_STATUS_354, MS_SMTP_DATA, 354, "354 2.0.0 Send the message\r\n"},
    {MUTANT_SMTP_STATUS_CLASS, MS_SMTP_RCPT, 550, "550 4.1.1 There is no such mailbox here\r\n"},
    {MUTANT_SMTP_STATUS_ZERO, MS_SMTP_UNKNOWN, 500, "500 5.05.2 Command not recognized\r\n"},
    {MUTANT_SMTP_STATUS_FORM, MS_SMTP_UNKNOWN, 500, "500 5.5 Command not recognized\r\n"},
};

void smtp_mutant_reply(const smtp_server *server, smtp_said *said)
{
    for (size_t i = 0; i < sizeof swaps / sizeof swaps[0]; i++) {
        if (!mutant_is(server->settings, swaps[i].mutant) ||
            (swaps[i].verb != ANY_VERB && swaps[i].verb != server->verb) ||
            (swaps[i].from != ANY && swaps[i].from != said->code) ||
            (swaps[i].from_subject != ANY && swaps[i].from_subject != said->subject))
            continue;
        const bool lmtp_only = swaps[i].mutant == MUTANT_LMTP_DATA_CODE;
        const bool submission_only = swaps[i].mutant == MUTANT_SUBMISSION_SYNTAX_CODE;
        if ((lmtp_only && server->variant != MS_VARIANT_LMTP) ||
            (submission_only && server->variant != MS_VARIANT_SUBMISSION))
            continue;
        said->code = swaps[i].code;
        said->subject = swaps[i].subject;
        said->detail = swaps[i].detail;
        return;
    }
    for (size_t i = 0; i < sizeof raws / sizeof raws[0]; i++)
        if (mutant_is(server->settings, raws[i].mutant) && raws[i].verb == server->verb && raws[i].from == said->code)
            said->raw = raws[i].raw;
    /* RFC 2034 section 4 has no exception for those who said HELO */
    if (mutant_is(server->settings, MUTANT_SMTP_STATUS_HELO) && server->hello == HELLO_HELO)
        said->subject = NO_STATUS;
}

bool smtp_mutant_help(smtp_server *server)
{
    static const struct {
        serve_mutant mutant;
        const char *raw;
    } replies[] = {
        {MUTANT_SMTP_MIXED_CODES, "214-2.0.0 Commands: EHLO HELO\r\n211 2.0.0 MAIL RCPT\r\n"},
        {MUTANT_SMTP_NO_HYPHEN, "214 2.0.0 Commands: EHLO HELO\r\n214 2.0.0 MAIL RCPT\r\n"},
        {MUTANT_SMTP_HIGH_REPLY, "214 2.0.0 Der n\xc3\xa4"
                                 "chste Befehl: HELP\r\n"},
        {MUTANT_SMTP_STATUS_LINES, "214-2.0.0 Commands: EHLO HELO\r\n214 2.1.0 MAIL RCPT\r\n"},
    };
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        if (!mutant_is(server->settings, replies[i].mutant))
            continue;
        serve_octets_text(server->out, replies[i].raw);
        return true;
    }
    if (!mutant_is(server->settings, MUTANT_SMTP_LONG_REPLY))
        return false;
    serve_octets_text(server->out, "214 2.0.0 ");
    memset(serve_octets_reserve(server->out, 588), 'x', 588);
    server->out->len += 588;
    serve_octets_text(server->out, "\r\n");
    return true;
}

/* --- what EHLO lists ------------------------------------------------------------------------------ */

static const struct {
    serve_mutant mutant;
    const char *keyword; /* the first word of the line */
    const char *instead; /* NULL: nothing */
} offers[] = {
    {MUTANT_SMTP_NO_8BITMIME, "8BITMIME", NULL},
    {MUTANT_SMTP_NO_SIZE, "SIZE", NULL},
    {MUTANT_SMTP_NO_EXPN, "EXPN", NULL},
    {MUTANT_SMTP_NO_HELP, "HELP", NULL},
    {MUTANT_SMTP_PIPELINING_VALUE, "PIPELINING", "PIPELINING 10"},
    {MUTANT_SMTP_8BITMIME_VALUE, "8BITMIME", "8BITMIME YES"},
    {MUTANT_SMTP_SIZE_VALUE, "SIZE", "SIZE unlimited"},
    {MUTANT_SMTP_ENHANCED_VALUE, "ENHANCEDSTATUSCODES", "ENHANCEDSTATUSCODES 2"},
    {MUTANT_SMTP_CHUNKING_VALUE, "CHUNKING", "CHUNKING 4096"},
    {MUTANT_SMTP_BINARYMIME_VALUE, "BINARYMIME", "BINARYMIME YES"},
    {MUTANT_SMTP_DSN_VALUE, "DSN", "DSN FULL"},
    {MUTANT_SMTP_SMTPUTF8_VALUE, "SMTPUTF8", "SMTPUTF8 NFC"},
    {MUTANT_SMTP_STARTTLS_VALUE, "STARTTLS", "STARTTLS REQUIRED"},
    {MUTANT_SMTP_BINARYMIME_ALONE, "CHUNKING", NULL},
};

/* The same for one kind of service only. */
static const struct {
    serve_mutant mutant;
    ms_smtp_variant variant;
    const char *keyword;
} missing[] = {
    {MUTANT_LMTP_NO_PIPELINING, MS_VARIANT_LMTP, "PIPELINING"},
    {MUTANT_LMTP_NO_STATUS, MS_VARIANT_LMTP, "ENHANCEDSTATUSCODES"},
    {MUTANT_LMTP_NO_8BITMIME, MS_VARIANT_LMTP, "8BITMIME"},
    {MUTANT_SUBMISSION_NO_PIPELINING, MS_VARIANT_SUBMISSION, "PIPELINING"},
    {MUTANT_SUBMISSION_NO_STATUS, MS_VARIANT_SUBMISSION, "ENHANCEDSTATUSCODES"},
    {MUTANT_SUBMISSION_NO_DSN, MS_VARIANT_SUBMISSION, "DSN"},
    {MUTANT_SUBMISSION_NO_8BITMIME, MS_VARIANT_SUBMISSION, "8BITMIME"},
};

static bool begins(const char *line, const char *word)
{
    const size_t len = strlen(word);
    return strncmp(line, word, len) == 0 && (line[len] == '\0' || line[len] == ' ');
}

const char *smtp_mutant_offer(const smtp_server *server, const char *line)
{
    for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++)
        if (mutant_is(server->settings, offers[i].mutant) && begins(line, offers[i].keyword))
            return offers[i].instead;
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++)
        if (mutant_is(server->settings, missing[i].mutant) && server->variant == missing[i].variant &&
            begins(line, missing[i].keyword))
            return NULL;
    return line;
}

const char *smtp_mutant_extra_offer(const smtp_server *server)
{
    if (mutant_is(server->settings, MUTANT_SMTP_UNREGISTERED))
        return "FASTLANE";
    if (mutant_is(server->settings, MUTANT_SMTP_AUTH_EQUALS))
        return "AUTH=PLAIN LOGIN";
    if (mutant_is(server->settings, MUTANT_SMTP_TLS_LISTED) && server->tls)
        return "STARTTLS";
    if (mutant_is(server->settings, MUTANT_SUBMISSION_ETRN) && server->variant == MS_VARIANT_SUBMISSION)
        return "ETRN";
    return NULL;
}
