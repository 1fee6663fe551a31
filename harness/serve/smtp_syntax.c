/*
 * smtp_syntax.c - which lines the SMTP server understands, and what it says of the others
 *
 * The parser names what is wrong; here each fault gets its reply (RFC 5321 sections 4.2.4, 4.3.2 and 4.5.3.1.10).
 */
#include "harness/serve/smtp_mutant.h"

#include "mailspec/limits.h"

#define BIT(deviation) MS_DEVIATION_BIT(MS_SMTP_DEV_##deviation)

/* Strays that the RFC lets or asks a server to take: white space before CRLF (section 4.1.1), source routes (section
 * 3.3), words of its own language.  Whether the verb is taken up is decided elsewhere. */
static const ms_deviations tolerated = BIT(TRAILING_BLANKS) | BIT(SOURCE_ROUTE) | BIT(SOURCE_ROUTE_SENDER) |
                                       BIT(HELO_LITERAL) | BIT(UNNEEDED_QUOTES) | BIT(STRING_NOT_ATOM) |
                                       BIT(VERB_NOT_REGISTERED) | BIT(VERB_NOT_IN_LMTP) | BIT(VERB_NOT_IN_SMTP) |
                                       BIT(OBSOLETE_VERB) | BIT(TURN) | BIT(PARAMETER_NOT_REGISTERED) | BIT(8BIT);

static const smtp_refusal errors[MS_SMTP_ERR_COUNT] = {
    [MS_SMTP_ERR_INCOMPLETE] = {500, 5, 2, "Command not recognized"},
    [MS_SMTP_ERR_LINE_TOO_LONG] = {500, 5, 2, "Line too long"},
    [MS_SMTP_ERR_EMPTY_LINE] = {500, 5, 2, "An empty line is no command"},
    [MS_SMTP_ERR_VERB] = {500, 5, 2, "Command not recognized"},
    [MS_SMTP_ERR_NUL] = {501, 5, 2, "NUL is allowed in no command"},
    [MS_SMTP_ERR_ARGUMENT_MISSING] = {501, 5, 4, "An argument is missing"},
    [MS_SMTP_ERR_ARGUMENT_MALFORMED] = {501, 5, 4, "The argument is malformed"},
    [MS_SMTP_ERR_EXPECTED_FROM] = {501, 5, 2, "FROM: is missing"},
    [MS_SMTP_ERR_EXPECTED_TO] = {501, 5, 2, "TO: is missing"},
    [MS_SMTP_ERR_PATH] = {501, 5, 2, "No well-formed path"},
    [MS_SMTP_ERR_NULL_FORWARD_PATH] = {501, 1, 3, "The null path is no recipient"},
    [MS_SMTP_ERR_LOCAL_PART] = {501, 5, 2, "The local-part is malformed"},
    [MS_SMTP_ERR_QUOTED_STRING] = {501, 5, 2, "The quoted string is malformed"},
    [MS_SMTP_ERR_DOMAIN] = {501, 5, 2, "The domain is malformed"},
    [MS_SMTP_ERR_DOMAIN_MISSING] = {501, 5, 2, "The domain is missing"},
    [MS_SMTP_ERR_ADDRESS_LITERAL] = {501, 5, 2, "The address literal is malformed"},
    [MS_SMTP_ERR_SOURCE_ROUTE] = {501, 5, 2, "The source route is malformed"},
    [MS_SMTP_ERR_UTF8] = {501, 5, 2, "Malformed UTF-8"},
    [MS_SMTP_ERR_TRAILING_OCTETS] = {501, 5, 4, "Something follows the last argument"},
    [MS_SMTP_ERR_PARAMETER_KEYWORD] = {501, 5, 4, "The keyword of a parameter is malformed"},
    [MS_SMTP_ERR_PARAMETER_VALUE] = {501, 5, 4, "The value of a parameter is malformed"},
    [MS_SMTP_ERR_PARAMETER_DUPLICATE] = {501, 5, 4, "A parameter is given twice"},
    [MS_SMTP_ERR_PARAMETER_UNKNOWN_FOR_VERB] = {555, 5, 4, "A parameter does not belong to this command"},
    [MS_SMTP_ERR_CHUNK_SIZE] = {501, 5, 4, "The size of the chunk is malformed"},
    [MS_SMTP_ERR_BASE64] = {501, 5, 2, "The base64 cannot be decoded"},
    [MS_SMTP_ERR_MECHANISM] = {501, 5, 4, "The name of the mechanism is malformed"},
};

/* Deviations with a reply of their own; of all others it is 501 5.5.2.  The first one that is met counts. */
static const struct {
    ms_deviations set;
    smtp_refusal refusal;
} deviations[] = {
    {BIT(BARE_CR) | BIT(BARE_LF), {500, 5, 2, "CR and LF stand in no command"}},
    {BIT(LEADING_BLANKS), {500, 5, 2, "Command not recognized"}},
    {BIT(LOCAL_PART_TOO_LONG) | BIT(DOMAIN_TOO_LONG) | BIT(LABEL_TOO_LONG) | BIT(PATH_TOO_LONG),
     {501, 5, 2, "Path too long"}},
    {BIT(ARGUMENT_NOT_ALLOWED) | BIT(STARTTLS_ARGUMENT), {501, 5, 4, "No argument is allowed"}},
    {BIT(UNQUALIFIED), {501, 1, 3, "The address needs a domain"}},
    {BIT(POSTMASTER_SENDER), {501, 1, 7, "The address needs a domain"}},
    {BIT(PARAMETER_TOO_LONG) | BIT(XTEXT_LOWER_HEX) | BIT(XTEXT_NOT_PRINTABLE) | BIT(AUTH_VALUE_NOT_MAILBOX),
     {501, 5, 4, "The value of a parameter is malformed"}},
};

/* The longest line of a command with what the extensions add to it, CRLF included (RFC 5321 section 4.5.3.1.4). */
static size_t line_max(ms_smtp_verb verb)
{
    switch (verb) {
    case MS_SMTP_MAIL:
        return MS_SMTP_COMMAND_LINE_MAX + MS_SMTP_MAIL_AUTH_EXTRA + MS_SMTP_MAIL_SIZE_EXTRA + MS_SMTP_MAIL_BODY_EXTRA +
               MS_SMTP_MAIL_DSN_EXTRA + MS_SMTP_MAIL_SMTPUTF8_EXTRA;
    case MS_SMTP_RCPT:
        return 1036; /* RFC 3461 section 5.4; section 3 alone would give 1025 */
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
        return MS_SMTP_COMMAND_LINE_MAX + MS_SMTP_MAIL_SMTPUTF8_EXTRA;
    case MS_SMTP_AUTH:
    case MS_SMTP_AUTH_RESPONSE:
        return MS_SMTP_AUTH_LINE_MAX;
    default:
        return MS_SMTP_COMMAND_LINE_MAX;
    }
}

static void refuse(smtp_server *server, const smtp_refusal *r)
{
    /* no enhanced status code in a reply to HELO and EHLO (RFC 2034 section 4) */
    const bool hello = server->verb == MS_SMTP_HELO || server->verb == MS_SMTP_EHLO || server->verb == MS_SMTP_LHLO;
    smtp_reply(server, r->code, hello ? NO_STATUS : r->subject, r->detail, r->text);
}

/* Octets above 127 without SMTPUTF8 (RFC 6531 section 3.5). */
static bool refuse_8bit(smtp_server *server, ms_smtp_verb verb)
{
    static const smtp_refusal sender = {550, 6, 7, "The sender's address needs SMTPUTF8"};
    static const smtp_refusal recipient = {553, 6, 7, "The address needs SMTPUTF8"};
    static const smtp_refusal list = {550, 6, 7, "The address needs SMTPUTF8"}; /* 553 is no code of EXPN's row */
    static const smtp_refusal other = {501, 5, 2, "Octets above 127 are not allowed here"};
    if (verb == MS_SMTP_NOOP)
        return false; /* its argument is ignored */
    if ((verb == MS_SMTP_RCPT && !server->transaction.open) || (verb == MS_SMTP_MAIL && server->transaction.open))
        return false; /* its place is what is wrong with it (RFC 5321 sections 3.3 and 4.1.4) */
    if (verb == MS_SMTP_MAIL)
        refuse(server, &sender);
    else if (verb == MS_SMTP_RCPT || verb == MS_SMTP_VRFY)
        refuse(server, &recipient);
    else if (verb == MS_SMTP_EXPN)
        refuse(server, &list);
    else
        refuse(server, &other);
    return true;
}

bool smtp_well_formed(smtp_server *server, const ms_smtp_parsed *parsed, const ms_line *line)
{
    static const smtp_refusal malformed = {501, 5, 2, "Syntax error"};
    const ms_smtp_verb verb = parsed->command.verb;
    if (line->text.len + 2 > line_max(verb)) {
        refuse(server, &errors[MS_SMTP_ERR_LINE_TOO_LONG]);
        return false;
    }
    if (parsed->error != MS_SMTP_OK) {
        if (verb == MS_SMTP_AUTH_RESPONSE)
            server->phase = PHASE_COMMANDS; /* the exchange failed (RFC 4954 section 4) */
        refuse(server, &errors[parsed->error]);
        return false;
    }
    const ms_deviations strays = parsed->deviations & ~smtp_mutant_tolerated(server, verb);
    const ms_deviations bad = strays & ~tolerated;
    for (size_t i = 0; i < sizeof deviations / sizeof deviations[0]; i++) {
        if ((bad & deviations[i].set) != 0) {
            refuse(server, &deviations[i].refusal);
            return false;
        }
    }
    if (bad != 0) {
        refuse(server, &malformed);
        return false;
    }
    return (strays & BIT(8BIT)) == 0 || verb == MS_SMTP_UNKNOWN || !refuse_8bit(server, verb);
}
