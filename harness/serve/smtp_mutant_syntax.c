/* smtp_mutant_syntax.c - malformed commands that the mutants take: see smtp_mutant.h */
#include "harness/serve/smtp_mutant.h"

#include <string.h>

#define DEVIATION(name) MS_DEVIATION_BIT(MS_SMTP_DEV_##name)
#define ERROR(name)     ((uint64_t)1 << MS_SMTP_ERR_##name)
#define ANY_ERROR       (~(uint64_t)1)

/* --- taken although malformed --------------------------------------------------------------------------- */

static const struct {
    serve_mutant mutant;
    ms_smtp_verb verb;
    ms_deviations set;
} tolerances[] = {
    {MUTANT_SMTP_UNDERSCORE, MS_SMTP_MAIL, DEVIATION(DOMAIN_UNDERSCORE)},
    {MUTANT_SMTP_8BIT_SENDER, MS_SMTP_MAIL, DEVIATION(8BIT)},
    {MUTANT_SMTP_UTF8_UNASKED, MS_SMTP_MAIL, DEVIATION(8BIT)},
    {MUTANT_SMTP_RSET_ARGUMENT, MS_SMTP_RSET, DEVIATION(ARGUMENT_NOT_ALLOWED)},
    {MUTANT_SMTP_DATA_ARGUMENT, MS_SMTP_DATA, DEVIATION(ARGUMENT_NOT_ALLOWED)},
    {MUTANT_SMTP_QUIT_ARGUMENT, MS_SMTP_QUIT, DEVIATION(ARGUMENT_NOT_ALLOWED)},
    {MUTANT_SMTP_TLS_ARGUMENT, MS_SMTP_STARTTLS, DEVIATION(STARTTLS_ARGUMENT)},
    {MUTANT_SMTP_EHLO_ANYTHING, MS_SMTP_EHLO, ~(ms_deviations)0},
    {MUTANT_SMTP_HELO_ANYTHING, MS_SMTP_HELO, ~(ms_deviations)0},
    {MUTANT_SMTP_ENVID_ANYTHING, MS_SMTP_MAIL, DEVIATION(XTEXT_LOWER_HEX) | DEVIATION(XTEXT_NOT_PRINTABLE)},
    {MUTANT_SMTP_AUTH_XTEXT, MS_SMTP_MAIL, DEVIATION(XTEXT_LOWER_HEX) | DEVIATION(AUTH_VALUE_NOT_MAILBOX)},
};

ms_deviations smtp_mutant_tolerated(const smtp_server *server, ms_smtp_verb verb)
{
    for (size_t i = 0; i < sizeof tolerances / sizeof tolerances[0]; i++)
        if (mutant_is(server->settings, tolerances[i].mutant) && tolerances[i].verb == verb)
            return tolerances[i].set;
    return 0;
}

static const char mail[] = "MAIL FROM:<s@sender.example>";
static const char rcpt[] = "RCPT TO:<postmaster>";

/* A line with one of these errors, and the word if there is one, is taken for another line. */
static const struct {
    serve_mutant mutant;
    ms_smtp_verb verb;
    uint64_t errors;
    const char *word, *instead;
} substitutes[] = {
    {MUTANT_SMTP_EHLO_EMPTY, MS_SMTP_EHLO, ERROR(ARGUMENT_MISSING), NULL, "EHLO nobody.example"},
    {MUTANT_SMTP_HELO_EMPTY, MS_SMTP_HELO, ERROR(ARGUMENT_MISSING), NULL, "HELO nobody.example"},
    {MUTANT_SMTP_EHLO_ANYTHING, MS_SMTP_EHLO, ANY_ERROR & ~ERROR(ARGUMENT_MISSING), NULL, "EHLO nobody.example"},
    {MUTANT_SMTP_HELO_ANYTHING, MS_SMTP_HELO, ANY_ERROR & ~ERROR(ARGUMENT_MISSING), NULL, "HELO nobody.example"},
    {MUTANT_SMTP_8BIT_SENDER, MS_SMTP_MAIL, ERROR(UTF8), NULL, mail},
    {MUTANT_SMTP_NUL, MS_SMTP_MAIL, ERROR(NUL), NULL, mail},
    {MUTANT_SMTP_NULL_RCPT, MS_SMTP_RCPT, ERROR(NULL_FORWARD_PATH), NULL, rcpt},
    {MUTANT_SMTP_VRFY_EMPTY, MS_SMTP_VRFY, ERROR(ARGUMENT_MISSING), NULL, "VRFY postmaster"},
    {MUTANT_SMTP_SIZE_WORD, MS_SMTP_MAIL, ERROR(PARAMETER_VALUE), "SIZE=", mail},
    {MUTANT_SMTP_BODY_ANYTHING, MS_SMTP_MAIL, ERROR(PARAMETER_VALUE), "BODY=", mail},
    {MUTANT_SMTP_BODY_TWICE, MS_SMTP_MAIL, ERROR(PARAMETER_DUPLICATE), "BODY=", mail},
    {MUTANT_SMTP_RET_ANYTHING, MS_SMTP_MAIL, ERROR(PARAMETER_VALUE), "RET", mail},
    {MUTANT_SMTP_ENVID_ANYTHING, MS_SMTP_MAIL, ERROR(PARAMETER_VALUE), "ENVID=", mail},
    {MUTANT_SMTP_ENVID_TWICE, MS_SMTP_MAIL, ERROR(PARAMETER_DUPLICATE), "ENVID=", mail},
    {MUTANT_SMTP_ENVID_TWICE, MS_SMTP_MAIL, ERROR(PARAMETER_DUPLICATE), "RET=", mail},
    {MUTANT_SMTP_AUTH_XTEXT, MS_SMTP_MAIL, ERROR(PARAMETER_VALUE), "AUTH=", mail},
    {MUTANT_SMTP_UTF8_VALUE, MS_SMTP_MAIL, ERROR(PARAMETER_VALUE), "SMTPUTF8=", mail},
    {MUTANT_SMTP_NEVER_SUCCESS, MS_SMTP_RCPT, ERROR(PARAMETER_VALUE), "NEVER", rcpt},
    {MUTANT_SMTP_NOTIFY_TWICE, MS_SMTP_RCPT, ERROR(PARAMETER_DUPLICATE), NULL, rcpt},
    {MUTANT_SMTP_AUTH_MISSING, MS_SMTP_AUTH, ERROR(ARGUMENT_MISSING), NULL, "AUTH CRAM-MD5"},
};

static uint8_t upper(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - ('a' - 'A')) : octet;
}

bool smtp_mutant_holds(ms_span line, const char *word)
{
    const size_t len = strlen(word);
    for (size_t from = 0; from + len <= line.len; from++) {
        size_t i = 0;
        while (i < len && upper(line.ptr[from + i]) == (uint8_t)word[i])
            i++;
        if (i == len)
            return true;
    }
    return false;
}

static bool holds_control(ms_span line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] < ' ' && line.ptr[i] != '\0' && line.ptr[i] != '\t')
            return true;
    return false;
}

/* "RCPT TO:<u@d\0.evil.example>" as one that works on C strings would see it. */
static ms_span cut_at_nul(ms_span line, uint8_t *room)
{
    const uint8_t *nul = memchr(line.ptr, '\0', line.len);
    if (nul == NULL)
        return ms_span_absent();
    const size_t len = (size_t)(nul - line.ptr);
    memcpy(room, line.ptr, len);
    room[len] = '>';
    return ms_span_make(room, len + 1);
}

static bool is_base64(uint8_t octet)
{
    return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') ||
           octet == '+' || octet == '/';
}

/* The base64 at the end of the line as a lax decoder reads it: to_pad stops at the first pad, else what is no base64
 * is skipped. */
static ms_span mend_base64(ms_span line, size_t from, bool to_pad, uint8_t *room)
{
    size_t len = from, digits = 0;
    memcpy(room, line.ptr, from);
    for (size_t i = from; i < line.len && !(to_pad && digits > 0 && line.ptr[i] == '='); i++)
        if (is_base64(line.ptr[i])) {
            room[len++] = line.ptr[i];
            digits++;
        }
    while (digits++ % 4 != 0)
        room[len++] = '=';
    return ms_span_make(room, len);
}

static ms_span lax_base64(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line, uint8_t *room)
{
    const bool lax = mutant_is(server->settings, MUTANT_SMTP_AUTH_LAX);
    const bool padding = mutant_is(server->settings, MUTANT_SMTP_AUTH_PADDING);
    size_t from = 0;
    if ((!lax && !padding) || line.len > SERVE_INPUT_ROOM - 8 ||
        (parsed->command.verb != MS_SMTP_AUTH && parsed->command.verb != MS_SMTP_AUTH_RESPONSE))
        return ms_span_absent();
    for (unsigned words = 0; parsed->command.verb == MS_SMTP_AUTH && words < 2 && from < line.len; from++)
        words += line.ptr[from] == ' ' ? 1 : 0;
    return mend_base64(line, from, padding, room);
}

ms_span smtp_mutant_substitute(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line, uint8_t *room)
{
    const ms_smtp_verb verb = parsed->command.verb;
    const uint64_t error = (uint64_t)1 << parsed->error;
    for (size_t i = 0; i < sizeof substitutes / sizeof substitutes[0]; i++)
        if (mutant_is(server->settings, substitutes[i].mutant) && substitutes[i].verb == verb &&
            (substitutes[i].errors & error) != 0 &&
            (substitutes[i].word == NULL || smtp_mutant_holds(line, substitutes[i].word)))
            return ms_span_make(substitutes[i].instead, strlen(substitutes[i].instead));
    if (mutant_is(server->settings, MUTANT_SMTP_CONTROLS) && verb == MS_SMTP_MAIL && parsed->error != MS_SMTP_OK &&
        holds_control(line))
        return ms_span_make(mail, sizeof mail - 1);
    if (mutant_is(server->settings, MUTANT_SMTP_NUL_CUTS) && verb == MS_SMTP_RCPT && parsed->error == MS_SMTP_ERR_NUL)
        return cut_at_nul(line, room);
    if (parsed->error == MS_SMTP_ERR_BASE64)
        return lax_base64(server, parsed, line, room);
    return ms_span_absent();
}
