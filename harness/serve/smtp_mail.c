/*
 * smtp_mail.c - MAIL, RCPT, VRFY, EXPN: envelopes and addresses
 */
#include "harness/serve/smtp_mutant.h"

#include <stdio.h>
#include <string.h>

#define PARAMETER(id) ((uint32_t)1 << MS_PARAM_##id)

/* What EHLO offers: other parameters are unknown here (RFC 5321 section 4.1.1.11). */
static const uint32_t mail_parameters =
    PARAMETER(SIZE) | PARAMETER(BODY) | PARAMETER(RET) | PARAMETER(ENVID) | PARAMETER(AUTH) | PARAMETER(SMTPUTF8);
static const uint32_t rcpt_parameters = PARAMETER(NOTIFY) | PARAMETER(ORCPT);

static bool parameters_known(smtp_server *server, const ms_smtp_parsed *parsed, uint32_t offered)
{
    if (server->hello != HELLO_EHLO)
        offered = 0;
    const serve_mutant any = server->verb == MS_SMTP_RCPT ? MUTANT_SMTP_RCPT_UNKNOWN : MUTANT_SMTP_MAIL_UNKNOWN;
    if ((parsed->command.mail.known & ~offered) == 0 || mutant_is(server->settings, any))
        return true;
    smtp_reply(server, 555, 5, 4, "Parameter not recognized or not implemented");
    return false;
}

/* The path without brackets and source route. */
static void keep_path(const serve_settings *settings, serve_octets *to, const ms_smtp_path *path)
{
    serve_octets_clear(to);
    if (path->kind == MS_PATH_POSTMASTER)
        serve_octets_text(to, "postmaster");
    if (path->kind != MS_PATH_MAILBOX)
        return;
    serve_octets_add(to, path->local_part);
    for (size_t i = 0; mutant_is(settings, MUTANT_SMTP_SENDER_CASE) && i < to->len; i++)
        to->ptr[i] = to->ptr[i] >= 'A' && to->ptr[i] <= 'Z' ? (uint8_t)(to->ptr[i] | 0x20) : to->ptr[i];
    if (!ms_span_is_absent(path->domain)) {
        serve_octets_text(to, "@");
        serve_octets_add(to, path->domain);
    }
}

/* RFC 6409 section 4.2: domains of a submission are fully qualified. */
static bool qualified(smtp_server *server, const ms_smtp_path *path)
{
    if (mutant_is(server->settings, MUTANT_SUBMISSION_UNQUALIFIED) || server->variant != MS_VARIANT_SUBMISSION ||
        path->kind != MS_PATH_MAILBOX || path->domain_kind != MS_DOMAIN_NAME ||
        memchr(path->domain.ptr, '.', path->domain.len) != NULL ||
        address_is_ours(server->settings, &server->peer, path))
        return true;
    smtp_reply(server, 554, 1, server->verb == MS_SMTP_MAIL ? 8 : 2, "The domain is not fully qualified");
    return false;
}

/* Values that the transaction keeps as they were sent. */
static void keep_value(ms_span parameters, ms_smtp_parameter_of of, ms_smtp_parameter_id id, serve_octets *to,
                       uint8_t *ret)
{
    ms_smtp_parameters iterator;
    ms_smtp_parameter parameter;
    if (ms_span_is_absent(parameters))
        return;
    ms_smtp_parameters_init(&iterator, parameters, of);
    while (ms_smtp_parameters_next(&iterator, &parameter)) {
        if (parameter.id == id)
            serve_octets_add(to, parameter.value);
        if (parameter.id == MS_PARAM_RET && ret != NULL)
            *ret = parameter.ret;
    }
}

/* --- MAIL ---------------------------------------------------------------------------------- */

/* RFC 1870 section 6.1. */
static bool declared_too_large(const smtp_server *server, const ms_smtp_command *command)
{
    if ((command->mail.known & PARAMETER(SIZE)) == 0 || mutant_is(server->settings, MUTANT_SMTP_SIZE_IGNORED) ||
        (mutant_is(server->settings, MUTANT_SMTP_SIZE_OVERFLOW) && command->mail.size > UINT32_MAX))
        return false;
    return command->mail.size > server->settings->size_limit;
}

void smtp_mail(smtp_server *server, const ms_smtp_parsed *parsed)
{
    const ms_smtp_command *command = &parsed->command;
    smtp_transaction *t = &server->transaction;
    if (!parameters_known(server, parsed, mail_parameters) || !qualified(server, &command->mail.path))
        return;
    if (declared_too_large(server, command)) {
        smtp_reply(server, 552, 3, 4, "The message is too large");
        return;
    }
    if (!mutant_is(server->settings, MUTANT_SMTP_RSET_KEEPS_RECIPIENTS) &&
        !mutant_is(server->settings, MUTANT_SMTP_EHLO_KEEPS_RECIPIENTS) &&
        !mutant_is(server->settings, MUTANT_SMTP_TLS_KEEPS_RECIPIENTS) &&
        !mutant_is(server->settings, MUTANT_SMTP_DATA_KEEPS_RECIPIENTS))
        smtp_transaction_clear(server); /* nothing should be left, but for what a mutant left */
    t->open = true;
    t->size = (command->mail.known & PARAMETER(SIZE)) != 0 ? command->mail.size : 0;
    t->auth_given = (command->mail.known & PARAMETER(AUTH)) != 0;
    t->body = command->mail.body;
    t->smtputf8 = (command->mail.known & PARAMETER(SMTPUTF8)) != 0;
    keep_path(server->settings, &t->reverse_path, &command->mail.path);
    if (command->mail.path.kind == MS_PATH_NULL)
        t->from = (address){ADDRESS_UNKNOWN, -1};
    else
        t->from = address_resolve(server->settings, &server->peer, &command->mail.path);
    keep_value(command->mail.parameters, MS_PARAMETER_OF_MAIL, MS_PARAM_ENVID, &t->envid, &t->ret);
    smtp_reply(server, 250, 1, 0, "Sender ok");
}

/* --- RCPT ---------------------------------------------------------------------------------- */

/* The reply to a path that no mail is taken for; false: mail is taken. */
static bool refuse_recipient(smtp_server *server, const ms_smtp_path *path, address *to)
{
    const bool relays = smtp_mutant_relays(server, path, to);
    if (relays)
        to->kind = ADDRESS_REMOTE;
    switch (to->kind) {
    case ADDRESS_LOCAL:
    case ADDRESS_LIST:
        return false;
    case ADDRESS_UNKNOWN:
        smtp_reply(server, 550, 1, 1, "There is no such mailbox here");
        return true;
    case ADDRESS_REMOTE:
        break;
    }
    if (server->user >= 0 || relays)
        return false; /* it is taken, and will be returned: this server has no way out */
    smtp_reply(server, 550, 7, 1, "Relaying denied"); /* RFC 5321 section 3.6.2 */
    return true;
}

void smtp_rcpt(smtp_server *server, const ms_smtp_parsed *parsed)
{
    const ms_smtp_command *command = &parsed->command;
    smtp_transaction *t = &server->transaction;
    if (!parameters_known(server, parsed, rcpt_parameters) || !qualified(server, &command->mail.path))
        return;
    address to = address_resolve(server->settings, &server->peer, &command->mail.path);
    if (refuse_recipient(server, &command->mail.path, &to)) {
        t->recipient_refused = true;
        return;
    }
    const bool short_list = mutant_is(server->settings, MUTANT_SMTP_RECIPIENTS_99);
    if (t->recipient_count >= server->settings->recipients_max - (short_list ? 1 : 0)) {
        smtp_reply(server, 452, 5, 3, "Too many recipients"); /* RFC 5321 section 4.5.3.1.10 */
        return;
    }
    if (mutant_is(server->settings, MUTANT_SMTP_FIRST_LOST))
        t->recipient_count = 0;
    smtp_recipient *recipient = smtp_recipient_add(t);
    recipient->to = to;
    recipient->notify = command->mail.notify;
    keep_path(server->settings, &recipient->path, &command->mail.path);
    keep_value(command->mail.parameters, MS_PARAMETER_OF_RCPT, MS_PARAM_ORCPT, &recipient->orcpt, NULL);
    smtp_reply(server, 250, 1, 5, "Recipient ok");
}

/* --- VRFY and EXPN --------------------------------------------------------------------------- */

/* "<local-part@domain>" or a local-part alone (RFC 5321 section 3.5.1).  false: not even that. */
static bool look_up(const smtp_server *server, ms_span argument, address *to)
{
    while (argument.len > 0 && argument.ptr[0] == '<' && argument.ptr[argument.len - 1] == '>') {
        argument.ptr++;
        argument.len -= 2;
    }
    const ms_smtp_context context = {.smtputf8 = true};
    const ms_smtp_path_parsed path = ms_smtp_path_parse(argument, MS_FORWARD_PATH, &context);
    if (path.error != MS_SMTP_OK || path.consumed != argument.len)
        return false;
    *to = address_resolve(server->settings, &server->peer, &path.path);
    return true;
}

static void fill(char *out, size_t room, const char *form, const char *name, const char *domain)
{
    size_t len = 0;
    for (; *form != '\0' && len + 1 < room; form++) {
        const char one[2] = {*form, '\0'};
        const char *piece = *form == 'N' ? name : *form == 'D' ? domain : one;
        len += (size_t)snprintf(out + len, room - len, "%s", piece);
    }
}

/* How 250 tells a mailbox; usually "<user@domain>" (RFC 5321 section 3.5.1). */
static void name_mailbox(const smtp_server *server, const char *name, char *out, size_t room)
{
    static const struct {
        serve_mutant mutant;
        const char *form; /* N is the name, D the domain */
    } forms[] = {
        {MUTANT_SMTP_VRFY_NO_MAILBOX, "yes, there is such a user"},
        {MUTANT_SMTP_VRFY_WORDS, "The mailbox <N@D> is here and takes mail"},
        {MUTANT_SMTP_VRFY_NO_BRACKETS, "N@D"},
        {MUTANT_SMTP_VRFY_UNQUALIFIED, "<N>"},
        {MUTANT_SMTP_VRFY_UNUSABLE, "<N@elsewhere.D>"},
        {MUTANT_SMTP_VRFY_ROUTE, "<@relay.example:N@D>"},
        {MUTANT_NONE, "<N@D>"},
    };
    size_t i = 0;
    while (forms[i].mutant != MUTANT_NONE &&
           !(mutant_is(server->settings, forms[i].mutant) && server->verb == MS_SMTP_VRFY))
        i++;
    fill(out, room, forms[i].form, name, server->settings->domain);
}

/* Nobody of that name.  Some repeat what they were asked. */
static void refuse_name(smtp_server *server, unsigned code, unsigned detail, ms_span argument)
{
    const bool once = mutant_is(server->settings, MUTANT_SMTP_ECHO);
    const bool twice = mutant_is(server->settings, MUTANT_SMTP_ECHO_LONG);
    if (mutant_is(server->settings, MUTANT_SMTP_VRFY_LIES) && server->verb == MS_SMTP_VRFY) {
        smtp_reply(server, 250, 1, 5, "<somebody@example.test>");
        return;
    }
    if (!once && !twice) {
        smtp_reply(server, code, 1, detail, "There is no such mailbox here");
        return;
    }
    serve_octets_print(server->out, "%u 5.1.%u Unknown: ", code, detail);
    serve_octets_add(server->out, argument);
    if (twice)
        serve_octets_add(server->out, argument);
    serve_octets_text(server->out, "\r\n");
}

/* RFC 5321 section 3.5: 250 only for what was verified, with a mailbox that RCPT takes; 252 where that was not done. */
void smtp_vrfy(smtp_server *server, const ms_smtp_parsed *parsed)
{
    char mailbox[512];
    address to;
    if (!look_up(server, parsed->command.argument, &to)) {
        refuse_name(server, 501, 3, parsed->command.argument);
        return;
    }
    switch (to.kind) {
    case ADDRESS_LOCAL:
        name_mailbox(server, store_name(server->settings->store, to.user), mailbox, sizeof mailbox);
        smtp_reply(server, 250, 1, 5, mailbox);
        break;
    case ADDRESS_LIST:
        name_mailbox(server, ADDRESS_LIST_NAME, mailbox, sizeof mailbox);
        smtp_reply(server, 250, 1, 5, mailbox);
        break;
    case ADDRESS_UNKNOWN:
        refuse_name(server, 550, 1, parsed->command.argument);
        break;
    case ADDRESS_REMOTE:
        smtp_reply(server, 252, 0, 0, "Cannot verify that mailbox");
        break;
    }
}

/* One mailbox in each line (RFC 5321 section 3.5.1). */
static void list_members(smtp_server *server)
{
    char line[512];
    const store *s = server->settings->store;
    const int users = store_users(s);
    if (mutant_is(server->settings, MUTANT_SMTP_EXPN_NO_MAILBOX)) {
        smtp_reply(server, 250, 1, 5, "The list is in order");
        return;
    }
    for (int i = 0; i < users; i++) {
        name_mailbox(server, store_name(s, i), line, sizeof line);
        if (mutant_is(server->settings, MUTANT_SMTP_EXPN_ONE_LINE) && i + 1 < users) {
            const size_t len = strlen(line);
            line[len] = ' ';
            name_mailbox(server, store_name(s, ++i), line + len + 1, sizeof line - len - 1);
        }
        smtp_reply_line(server, 250, i + 1 < users, 1, 5, ms_span_make(line, strlen(line)));
    }
}

/* Who is on the list is told to those who logged in (RFC 5321 section 7.3). */
void smtp_expn(smtp_server *server, const ms_smtp_parsed *parsed)
{
    address to;
    if (!look_up(server, parsed->command.argument, &to) || to.kind == ADDRESS_UNKNOWN || to.kind == ADDRESS_REMOTE)
        smtp_reply(server, 550, 1, 1, "There is no such mailing list here");
    else if (to.kind == ADDRESS_LOCAL)
        smtp_reply(server, 550, 1, 1, "That is a user, and no mailing list");
    else if (server->user < 0 && !mutant_is(server->settings, MUTANT_SMTP_EXPN_OPEN))
        smtp_reply(server, 252, 7, 0, "The members are told to those who authenticate");
    else
        list_members(server);
}
