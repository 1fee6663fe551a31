/* parse_kinds.c - the kinds of samples by name, and what a reply or response may answer */
#include "harness/cli/parse.h"

#include <string.h>
#include <strings.h>

const parse_kind_row parse_kinds[] = {
    {"smtp-command", parse_smtp_command, false, false},
    {"smtp-path", parse_smtp_path, false, false},
    {"smtp-reply", parse_smtp_reply, false, false},
    {"pop3-command", parse_pop3_command, false, false},
    {"pop3-response", parse_pop3_response, false, false},
    {"content", parse_content, true, true},
    {NULL, NULL, false, false},
};

/* Verbs that are not named have no effect on how the reply is read. */
static const struct after_reply {
    const char *name;
    ms_reply_after after;
} after_replies[] = {
    {"greeting", MS_AFTER_CONNECT}, {"connect", MS_AFTER_CONNECT}, {"HELO", MS_AFTER_HELO},
    {"EHLO", MS_AFTER_EHLO},        {"LHLO", MS_AFTER_EHLO},       {"AUTH", MS_AFTER_AUTH},
    {"QUIT", MS_AFTER_QUIT},        {"RCPT", MS_AFTER_RCPT},       {"MAIL", MS_AFTER_COMMAND},
    {"DATA", MS_AFTER_COMMAND},     {"BDAT", MS_AFTER_COMMAND},    {"RSET", MS_AFTER_COMMAND},
    {"NOOP", MS_AFTER_COMMAND},     {"VRFY", MS_AFTER_COMMAND},    {"EXPN", MS_AFTER_COMMAND},
    {"HELP", MS_AFTER_COMMAND},     {"ETRN", MS_AFTER_COMMAND},    {"STARTTLS", MS_AFTER_COMMAND},
    {"command", MS_AFTER_COMMAND},
};

static const char *const after_responses[] = {
    [MS_POP3_AFTER_STATUS] = "status", [MS_POP3_AFTER_GREETING] = "greeting", [MS_POP3_AFTER_STAT] = "stat",
    [MS_POP3_AFTER_LIST] = "list",     [MS_POP3_AFTER_UIDL] = "uidl",         [MS_POP3_AFTER_CAPA] = "capa",
    [MS_POP3_AFTER_AUTH] = "auth",     [MS_POP3_AFTER_LANG] = "lang",         [MS_POP3_AFTER_TEXT] = "text",
};

const parse_kind_row *parse_find_kind(const char *name)
{
    for (const parse_kind_row *kind = parse_kinds; kind->name != NULL; kind++)
        if (strcmp(kind->name, name) == 0)
            return kind;
    return NULL;
}

bool parse_read_after(const parse_kind_row *kind, const char *word, parse_context *context)
{
    if (kind->parse == parse_smtp_reply)
        for (size_t i = 0; i < sizeof after_replies / sizeof after_replies[0]; i++)
            if (strcasecmp(after_replies[i].name, word) == 0) {
                context->after_reply = after_replies[i].after;
                return true;
            }
    if (kind->parse == parse_pop3_response)
        for (size_t i = 0; i < sizeof after_responses / sizeof after_responses[0]; i++)
            if (strcasecmp(after_responses[i], word) == 0) {
                context->after_response = (ms_pop3_after)i;
                return true;
            }
    return false;
}
