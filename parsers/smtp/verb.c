/*
 * verb.c - the command verbs (RFC 5321 section 4.1.1)
 *
 * "The commands themselves are alphabetic characters terminated by <SP> if
 * parameters follow and <CRLF> otherwise."
 */
#include "command_read.h"

static const char names[][9] = {
    [MS_SMTP_UNKNOWN] = "",  [MS_SMTP_HELO] = "HELO",      [MS_SMTP_EHLO] = "EHLO",         [MS_SMTP_LHLO] = "LHLO",
    [MS_SMTP_MAIL] = "MAIL", [MS_SMTP_RCPT] = "RCPT",      [MS_SMTP_DATA] = "DATA",         [MS_SMTP_BDAT] = "BDAT",
    [MS_SMTP_RSET] = "RSET", [MS_SMTP_NOOP] = "NOOP",      [MS_SMTP_QUIT] = "QUIT",         [MS_SMTP_VRFY] = "VRFY",
    [MS_SMTP_EXPN] = "EXPN", [MS_SMTP_HELP] = "HELP",      [MS_SMTP_STARTTLS] = "STARTTLS", [MS_SMTP_AUTH] = "AUTH",
    [MS_SMTP_ETRN] = "ETRN", [MS_SMTP_SEND] = "SEND",      [MS_SMTP_SOML] = "SOML",         [MS_SMTP_SAML] = "SAML",
    [MS_SMTP_TURN] = "TURN", [MS_SMTP_AUTH_RESPONSE] = "", [MS_SMTP_END_OF_DATA] = "",      [MS_SMTP_GREETING] = "",
};

_Static_assert(sizeof names / sizeof names[0] == MS_SMTP_VERB_COUNT, "each ms_smtp_verb has a name");

const char *ms_smtp_verb_name(ms_smtp_verb verb)
{
    return names[(unsigned)verb < MS_SMTP_VERB_COUNT ? verb : MS_SMTP_UNKNOWN];
}

/* Clearing bit 5 folds the letter case; no octet but the letter itself then looks like it. */
#define FOLD 0xDFDFDFDFu

/* Where the first four letters of a verb stand in the table below.  The factor was found by trial: it gives each verb a
 * place of its own, which the compiler checks (no element may be initialised twice). */
#define PLACE_OF(key)     ((uint32_t)((uint32_t)(key)*0x7D4C2FE9u) >> 27)
#define PLACE(a, b, c, d) PLACE_OF(PACK4(a, b, c, d))

/* A search by comparisons would go another way for each command, and no processor foresees which. */
static const uint8_t verb_places[32] = {
    [PLACE('H', 'E', 'L', 'O')] = MS_SMTP_HELO, [PLACE('E', 'H', 'L', 'O')] = MS_SMTP_EHLO,
    [PLACE('L', 'H', 'L', 'O')] = MS_SMTP_LHLO, [PLACE('M', 'A', 'I', 'L')] = MS_SMTP_MAIL,
    [PLACE('R', 'C', 'P', 'T')] = MS_SMTP_RCPT, [PLACE('D', 'A', 'T', 'A')] = MS_SMTP_DATA,
    [PLACE('B', 'D', 'A', 'T')] = MS_SMTP_BDAT, [PLACE('R', 'S', 'E', 'T')] = MS_SMTP_RSET,
    [PLACE('N', 'O', 'O', 'P')] = MS_SMTP_NOOP, [PLACE('Q', 'U', 'I', 'T')] = MS_SMTP_QUIT,
    [PLACE('V', 'R', 'F', 'Y')] = MS_SMTP_VRFY, [PLACE('E', 'X', 'P', 'N')] = MS_SMTP_EXPN,
    [PLACE('H', 'E', 'L', 'P')] = MS_SMTP_HELP, [PLACE('S', 'T', 'A', 'R')] = MS_SMTP_STARTTLS,
    [PLACE('A', 'U', 'T', 'H')] = MS_SMTP_AUTH, [PLACE('E', 'T', 'R', 'N')] = MS_SMTP_ETRN,
    [PLACE('S', 'E', 'N', 'D')] = MS_SMTP_SEND, [PLACE('S', 'O', 'M', 'L')] = MS_SMTP_SOML,
    [PLACE('S', 'A', 'M', 'L')] = MS_SMTP_SAML, [PLACE('T', 'U', 'R', 'N')] = MS_SMTP_TURN,
};

/* The four octets at p, which tell the verbs apart. */
static ms_smtp_verb verb_of(const uint8_t *p)
{
    const uint32_t key = (uint32_t)PACK4(p[0], p[1], p[2], p[3]) & FOLD;
    const ms_smtp_verb verb = (ms_smtp_verb)verb_places[PLACE_OF(key)];
    const char *name = names[verb];
    return key == PACK4(name[0], name[1], name[2], name[3]) ? verb : MS_SMTP_UNKNOWN;
}

/* Verbs that are registered by extensions and have no argument grammar here: RFC 4468, RFC 2645, and two of the
 * IANA list of SMTP service extensions. */
static bool is_registered(ms_span keyword)
{
    static const char others[][5] = {"BURL", "ATRN", "VERB", "ONEX"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (span_equal_nocase(keyword, ms_span_make(others[i], 4)))
            return true;
    return false;
}

/* A word that begins with a letter and ends at a blank or the end of the line. */
ms_smtp_error ms_smtp_verb_read(smtp_reader *r, ms_smtp_command *command)
{
    cursor *const c = &r->c;
    const size_t from = c->at, left = octets_left(c);
    if (left >= 4) {
        const ms_smtp_verb verb = verb_of(c->ptr + from);
        const size_t len = verb == MS_SMTP_STARTTLS ? 8 : 4;
        if (verb != MS_SMTP_UNKNOWN && left >= len && (left == len || octet_is(c->ptr[from + len], OCTET_BLANK)) &&
            (len == 4 || octets_equal_nocase(c->ptr + from, (const uint8_t *)"STARTTLS", 8))) {
            c->at += len;
            command->verb = verb;
            command->keyword = ms_span_make(c->ptr + from, len);
            return MS_SMTP_OK;
        }
    }
    if (!next_is(c, OCTET_ALPHA))
        return MS_SMTP_ERR_VERB;
    while (next_is(c, OCTET_LET_DIG) || peek(c) == '-')
        c->at++;
    if (!at_end_or_blank(r))
        return MS_SMTP_ERR_VERB;
    command->keyword = span_since(c, from);
    if ((c->ptr[from] | 0x20) != 'x' && !is_registered(command->keyword))
        deviate(r, MS_SMTP_DEV_VERB_NOT_REGISTERED);
    return MS_SMTP_OK;
}
