/* command_write.c - SMTP command lines, written (RFC 5321 section 4.1.1) */
#include "command_read.h"

/* Counts what is written, and goes on counting where there is no room left.  An argument that would end the line, or
 * hide what follows it, spoils all. */
typedef struct writer {
    uint8_t *out;
    size_t room;
    size_t len;
    bool refused;
} writer;

static void put(writer *w, ms_span octets)
{
    for (size_t i = 0; i < octets.len; i++) {
        const uint8_t octet = octets.ptr[i];
        if (octet == '\r' || octet == '\n' || octet == 0)
            w->refused = true;
        if (w->len < w->room)
            w->out[w->len] = octet;
        w->len++;
    }
}

/* The element must be there. */
static void put_due(writer *w, ms_span octets)
{
    if (ms_span_is_absent(octets) || octets.len == 0)
        w->refused = true;
    put(w, octets);
}

static void put_after_space(writer *w, ms_span octets)
{
    put(w, MS_SPAN(" "));
    put_due(w, octets);
}

static void put_decimal(writer *w, uint64_t value)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    put(w, ms_span_make(digits + at, sizeof digits - at));
}

enum { LONGEST_VERB = sizeof "STARTTLS" - 1 };

/* The verb as it was received, when it is the verb, so that its letter case is kept. */
static void put_verb(writer *w, const ms_smtp_command *command)
{
    const char *name = ms_smtp_verb_name(command->verb);
    size_t len = 0;
    while (len < LONGEST_VERB && name[len] != '\0') /* without the bound, gcc 12 makes it a call of strlen */
        len++;
    const ms_span canonical = ms_span_make(name, len);
    if (command->verb == MS_SMTP_UNKNOWN)
        put_due(w, command->keyword);
    else if (ms_span_is_absent(command->keyword))
        put(w, canonical);
    else if (span_equal_nocase(command->keyword, canonical))
        put(w, command->keyword);
    else
        w->refused = true;
}

static void put_path(writer *w, const ms_smtp_path *path, bool forward)
{
    if (path->kind == MS_PATH_NONE || (path->kind == MS_PATH_NULL && forward))
        w->refused = true;
    put(w, MS_SPAN("<"));
    if (path->kind != MS_PATH_NULL) {
        if (!ms_span_is_absent(path->source_route)) {
            put_due(w, path->source_route);
            put(w, MS_SPAN(":"));
        }
        put_due(w, path->local_part);
        if (path->domain_kind != MS_DOMAIN_NONE) {
            put(w, MS_SPAN("@"));
            put_due(w, path->domain);
        }
    }
    put(w, MS_SPAN(">"));
}

static void put_mail(writer *w, const ms_smtp_command *command)
{
    const bool forward = command->verb == MS_SMTP_RCPT;
    put(w, forward ? MS_SPAN(" TO:") : MS_SPAN(" FROM:"));
    put_path(w, &command->mail.path, forward);
    if (!ms_span_is_absent(command->mail.parameters))
        put_after_space(w, command->mail.parameters);
}

static void put_auth(writer *w, const ms_smtp_command *command)
{
    const ms_span response = command->auth.initial_response;
    put_after_space(w, command->auth.mechanism);
    if (!ms_span_is_absent(response)) /* an empty one is "=" (RFC 4954 section 4) */
        put_after_space(w, response.len == 0 ? MS_SPAN("=") : response);
}

static void put_argument(writer *w, const ms_smtp_command *command)
{
    switch (command->verb) {
    case MS_SMTP_HELO:
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
        put_after_space(w, command->ehlo.domain);
        break;
    case MS_SMTP_MAIL:
    case MS_SMTP_RCPT:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
        put_mail(w, command);
        break;
    case MS_SMTP_BDAT:
        put(w, MS_SPAN(" "));
        put_decimal(w, command->bdat.octets);
        if (command->bdat.last)
            put(w, MS_SPAN(" LAST"));
        break;
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
    case MS_SMTP_ETRN:
        put_after_space(w, command->argument);
        if (command->smtputf8 && command->verb != MS_SMTP_ETRN)
            put(w, MS_SPAN(" SMTPUTF8"));
        break;
    case MS_SMTP_NOOP:
    case MS_SMTP_HELP:
    case MS_SMTP_UNKNOWN:
        if (!ms_span_is_absent(command->argument))
            put_after_space(w, command->argument);
        break;
    case MS_SMTP_AUTH:
        put_auth(w, command);
        break;
    case MS_SMTP_AUTH_RESPONSE:
        put(w, command->auth_response.cancel ? MS_SPAN("*") : command->auth_response.data);
        break;
    case MS_SMTP_DATA:
    case MS_SMTP_RSET:
    case MS_SMTP_QUIT:
    case MS_SMTP_STARTTLS:
    case MS_SMTP_TURN:
        break;
    case MS_SMTP_END_OF_DATA:
    case MS_SMTP_GREETING:
    case MS_SMTP_VERB_COUNT:
        w->refused = true;
        break;
    }
}

size_t ms_smtp_command_write(const ms_smtp_command *command, uint8_t *out, size_t room)
{
    /* Whether all of it fits, and is right, shows at the end only: so it is gone through twice. */
    writer w = {out, 0, 0, false};
    for (int pass = 0; pass < 2; pass++) {
        w.len = 0;
        if (command->verb != MS_SMTP_AUTH_RESPONSE)
            put_verb(&w, command);
        put_argument(&w, command);
        if (w.refused)
            return 0;
        if (w.len + 2 > room)
            break;
        w.room = room;
    }
    if (w.room != 0) {
        out[w.len] = '\r';
        out[w.len + 1] = '\n';
    }
    return w.len + 2;
}
