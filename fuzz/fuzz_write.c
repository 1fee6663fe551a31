/*
 * fuzz_write.c - the writers, given what no parser has read: nothing that is put into one line makes two
 *
 * The octets are fields with 0xFF between them; a field that is 0xFE alone, and what is missing at the end, is absent.  The
 * first octet of the first field says what is written, the other ones are small numbers, "@" being 0:
 *
 *     c  SMTP command: verb, kind of path, of domain, a bit      its parts: keyword, then those of its member
 *     r  SMTP reply: three digits, more, an enhanced code        text; class, subject and detail / 16
 *     p  POP3 command: verb, a bit                               its parts, as above
 *     s  POP3 status: indicator        text                      k  capability             tag, parameters
 *     u  unique-id: number             unique-id                 l  SASL PLAIN             authzid, authcid, password
 *     n  what names and explains: an enumerator                  a high octet of it
 */
#include "fuzz/input.h"
#include "fuzz/look.h"

#include <string.h>

const char fuzz_target[] = "write";

enum { FIELDS = 8, ABSENT = 0xFE, SEPARATOR = 0xFF, ROOM = FUZZ_INPUT_MAX + 64, UNTOUCHED = 0xA5 };

static uint8_t out[ROOM], fits[ROOM];

typedef struct fields {
    ms_span field[FIELDS];
} fields;

static bool breaks_lines(ms_span text)
{
    return text.len > 0 && (memchr(text.ptr, '\r', text.len) != NULL || memchr(text.ptr, '\n', text.len) != NULL ||
                            memchr(text.ptr, 0, text.len) != NULL);
}

static fields split(ms_span octets)
{
    fields f = {0};
    for (size_t i = 0, at = 0; i < FIELDS && at <= octets.len; i++) {
        size_t end = at;
        while (end < octets.len && octets.ptr[end] != SEPARATOR)
            end++;
        const bool absent = end == at + 1 && octets.ptr[at] == ABSENT;
        f.field[i] = absent ? ms_span_absent() : ms_span_make(octets.ptr + at, end - at);
        at = end + 1;
    }
    return f;
}

/* The number at a place of the first field, 0 if it is shorter. */
static unsigned number_at(const fields *f, size_t at)
{
    return at < f->field[0].len ? (uint8_t)(f->field[0].ptr[at] - '@') : 0;
}

/* Octets of room that are one too few; then nothing is written. */
static size_t less(size_t len)
{
    return len == 0 ? 0 : len - 1;
}

/* One line, that is all: its end is its only CR and LF.  The same was written where there was one octet less of room, which
 * gave cramped. */
static void check_line(size_t len, size_t cramped)
{
    FUZZ_EXPECT(ORACLE_FACT, 0, cramped == len && fits[0] == UNTOUCHED);
    if (len == 0)
        return; /* refused */
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, len >= 2 && len <= sizeof out);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, memcmp(out + len - 2, "\r\n", 2) == 0);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, !breaks_lines(ms_span_make(out, len - 2)));
}

static ms_smtp_command smtp_command_of(const fields *f)
{
    const unsigned verb = number_at(f, 1) % (MS_SMTP_VERB_COUNT + 1), bit = number_at(f, 4) & 1;
    ms_smtp_command command = {.verb = (ms_smtp_verb)verb, .keyword = f->field[1]};
    uint64_t octets = 0;
    switch (command.verb) {
    case MS_SMTP_HELO:
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
        command.ehlo.domain = f->field[2];
        break;
    case MS_SMTP_MAIL:
    case MS_SMTP_RCPT:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
        command.mail.path.kind = (uint8_t)(number_at(f, 2) % (MS_PATH_MAILBOX + 1));
        command.mail.path.domain_kind = (uint8_t)(number_at(f, 3) % (MS_DOMAIN_GENERAL + 1));
        command.mail.path.source_route = f->field[2];
        command.mail.path.local_part = f->field[3];
        command.mail.path.domain = f->field[4];
        command.mail.parameters = f->field[5];
        break;
    case MS_SMTP_BDAT:
        if (f->field[2].len >= sizeof octets)
            memcpy(&octets, f->field[2].ptr, sizeof octets);
        command.bdat.octets = octets;
        command.bdat.last = bit != 0;
        break;
    case MS_SMTP_AUTH:
        command.auth.mechanism = f->field[2];
        command.auth.initial_response = f->field[3];
        break;
    case MS_SMTP_AUTH_RESPONSE:
        command.auth_response.data = f->field[2];
        command.auth_response.cancel = bit != 0;
        break;
    default: /* of 20: the others have an argument, or nothing */
        command.smtputf8 = bit != 0;
        command.argument = f->field[2];
        break;
    }
    return command;
}

static void write_smtp_command(const fields *f)
{
    const ms_smtp_command command = smtp_command_of(f);
    const ms_smtp_context context = {.auth_response = command.verb == MS_SMTP_AUTH_RESPONSE,
                                     .lmtp = command.verb == MS_SMTP_LHLO};
    const size_t len = ms_smtp_command_write(&command, out, sizeof out);
    check_line(len, ms_smtp_command_write(&command, fits, less(len)));
    if (len == 0 || command.verb == MS_SMTP_UNKNOWN)
        return;
    /* whatever the arguments, it is the command that it was to be */
    const ms_smtp_parsed again = ms_smtp_command_parse(ms_span_make(out, len - 2), &context);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, again.command.verb == command.verb);
}

static ms_pop3_command pop3_command_of(const fields *f)
{
    const unsigned verb = number_at(f, 1) % (MS_POP3_VERB_COUNT + 1), bit = number_at(f, 2) & 1;
    ms_pop3_command command = {.verb = (ms_pop3_verb)verb, .keyword = f->field[1], .argument = f->field[2]};
    switch (command.verb) {
    case MS_POP3_USER:
        command.user.name = f->field[2];
        break;
    case MS_POP3_PASS:
        command.pass.password = f->field[2];
        break;
    case MS_POP3_APOP:
        command.apop.name = f->field[2];
        command.apop.digest = f->field[3];
        break;
    case MS_POP3_LIST:
    case MS_POP3_RETR:
    case MS_POP3_DELE:
    case MS_POP3_UIDL:
    case MS_POP3_TOP:
        command.top.number = number_at(f, 3);
        command.top.given = bit != 0;
        if (command.verb == MS_POP3_TOP)
            command.top.lines = number_at(f, 4);
        break;
    case MS_POP3_AUTH:
        command.auth.mechanism = f->field[2];
        command.auth.initial_response = f->field[3];
        break;
    case MS_POP3_AUTH_RESPONSE:
        command.auth_response.data = f->field[2];
        command.auth_response.cancel = bit != 0;
        break;
    case MS_POP3_LANG:
        command.lang.tag = f->field[2];
        break;
    default: /* of 19: the others have an argument, or nothing */
        break;
    }
    return command;
}

static void write_pop3_command(const fields *f)
{
    const ms_pop3_command command = pop3_command_of(f);
    const ms_pop3_context context = {.utf8 = true, .auth_response = command.verb == MS_POP3_AUTH_RESPONSE};
    const size_t len = ms_pop3_command_write(&command, out, sizeof out);
    check_line(len, ms_pop3_command_write(&command, fits, less(len)));
    if (len == 0 || command.verb == MS_POP3_UNKNOWN)
        return;
    const ms_pop3_parsed again = ms_pop3_command_parse(ms_span_make(out, len - 2), &context);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, again.command.verb == command.verb);
}

static void write_reply(const fields *f)
{
    const uint16_t code = (uint16_t)(number_at(f, 1) * 100 + number_at(f, 2) * 10 + number_at(f, 3));
    const bool more = (number_at(f, 4) & 1) != 0, enhanced = f->field[2].len >= 3;
    const ms_enhanced_status status = {(uint8_t)(enhanced ? f->field[2].ptr[0] - '0' : 0),
                                       (uint16_t)(enhanced ? f->field[2].ptr[1] * 16 : 0),
                                       (uint16_t)(enhanced ? f->field[2].ptr[2] * 16 : 0)};
    const ms_enhanced_status *given = enhanced ? &status : NULL;
    const size_t len = ms_reply_line_write(code, more, given, f->field[1], out, sizeof out);
    check_line(len, ms_reply_line_write(code, more, given, f->field[1], fits, less(len)));
    if (len == 0)
        return;
    const ms_reply_context context = {.enhanced = enhanced};
    const ms_reply_line again = ms_reply_line_parse(ms_span_make(out, len - 2), &context);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, again.error == MS_REPLY_OK && again.code == code && again.more == more);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0,
                !enhanced || (again.enhanced.class_ == status.class_ && again.enhanced.subject == status.subject &&
                              again.enhanced.detail == status.detail));
}

static void write_pop3_response(const fields *f, uint8_t kind)
{
    const ms_pop3_indicator indicator = (ms_pop3_indicator)(number_at(f, 1) % (MS_POP3_CONTINUATION + 1));
    const ms_pop3_response_context list = {.after = MS_POP3_AFTER_UIDL, .utf8 = true};
    size_t len = 0;
    if (kind == 's') {
        len = ms_pop3_status_write(indicator, f->field[1], out, sizeof out);
        check_line(len, ms_pop3_status_write(indicator, f->field[1], fits, less(len)));
        const bool challenge = indicator == MS_POP3_CONTINUATION;
        const ms_pop3_response_context context = {.after = challenge ? MS_POP3_AFTER_AUTH : MS_POP3_AFTER_STATUS};
        const ms_pop3_response again = ms_pop3_response_parse(ms_span_make(out, len < 2 ? 0 : len - 2), &context);
        FUZZ_EXPECT(ORACLE_SERIALISE, 0, len == 0 || again.indicator == indicator);
    } else if (kind == 'u') {
        len = ms_pop3_unique_id_write(number_at(f, 1), f->field[1], out, sizeof out);
        check_line(len, ms_pop3_unique_id_write(number_at(f, 1), f->field[1], fits, less(len)));
        const size_t scan = ms_pop3_scan_write(number_at(f, 1), f->field[1].len, fits, sizeof fits);
        FUZZ_EXPECT(ORACLE_SERIALISE, 0, (scan == 0) == (number_at(f, 1) == 0)); /* RFC 1939 section 4: from 1 */
        const ms_pop3_response again = ms_pop3_listing_parse(ms_span_make(out, len < 2 ? 0 : len - 2), &list);
        FUZZ_EXPECT(ORACLE_SERIALISE, 0,
                    len == 0 || (again.error == MS_POP3_RESPONSE_OK && again.deviations == 0 &&
                                 again.unique.unique_id.len == f->field[1].len));
    } else {
        len = ms_pop3_capability_write(f->field[1], f->field[2], out, sizeof out);
        check_line(len, ms_pop3_capability_write(f->field[1], f->field[2], fits, less(len)));
        /* never the line that ends the list */
        FUZZ_EXPECT(ORACLE_SERIALISE, 0, len == 0 || out[0] != '.');
    }
}

static void write_plain(const fields *f)
{
    const size_t len = ms_sasl_plain_write(f->field[1], f->field[2], f->field[3], out);
    const ms_sasl_plain again = ms_sasl_plain_parse(ms_span_make(out, len));
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, len == 0 || len == f->field[1].len + f->field[2].len + f->field[3].len + 2);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, len == 0 || again.error == MS_SASL_OK || again.error == MS_SASL_ERR_UTF8);
}

static void look_rule(fuzz_look *look, const ms_rule *rule)
{
    FUZZ_EXPECT(ORACLE_RANGE, 0, rule != NULL && rule->name != NULL && rule->text != NULL);
    look_number(look, rule->requirement);
}

/* Whatever the number, there is a name, if only an empty one. */
static void name_all(const fields *f)
{
    const unsigned n = number_at(f, 1) | (f->field[1].len > 0 ? (unsigned)f->field[1].ptr[0] << 8 : 0);
    fuzz_look look = fuzz_look_at(f->field[0]);
    const char *const names[] = {
        ms_smtp_verb_name((ms_smtp_verb)n),
        ms_smtp_state_name((ms_smtp_state)n),
        ms_smtp_parameter_name((ms_smtp_parameter_id)n),
        ms_ehlo_keyword_name((ms_ehlo_keyword)n),
        ms_pop3_verb_name((ms_pop3_verb)n),
        ms_pop3_state_name((ms_pop3_state)n),
        ms_pop3_capability_name((ms_pop3_capability_id)n),
        ms_pop3_response_code_name((ms_pop3_response_code)n),
        ms_sasl_mechanism_name((ms_sasl_mechanism)n),
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        FUZZ_EXPECT(ORACLE_RANGE, i, names[i] != NULL && strlen(names[i]) < 32);
        look_octets(&look, ms_span_make(names[i], strlen(names[i])));
    }
    look_rule(&look, ms_smtp_error_rule((ms_smtp_error)n));
    look_rule(&look, ms_smtp_deviation_rule((ms_smtp_deviation)n));
    look_rule(&look, ms_reply_error_rule((ms_reply_error)n));
    look_rule(&look, ms_reply_deviation_rule((ms_reply_deviation)n));
    look_rule(&look, ms_pop3_error_rule((ms_pop3_error)n));
    look_rule(&look, ms_pop3_deviation_rule((ms_pop3_deviation)n));
    look_rule(&look, ms_pop3_response_error_rule((ms_pop3_response_error)n));
    look_rule(&look, ms_pop3_response_deviation_rule((ms_pop3_response_deviation)n));
    look_rule(&look, ms_sasl_error_rule((ms_sasl_error)n));
    look_rule(&look, ms_sasl_error_rule_pop3((ms_sasl_error)n));
    /* a mechanism does not have both sides begin */
    const ms_sasl_mechanism mechanism = (ms_sasl_mechanism)n;
    FUZZ_EXPECT(ORACLE_FACT, 0, !(ms_sasl_client_first(mechanism) && ms_sasl_server_first(mechanism)));
    look_number(&look, ms_sasl_plain_text(mechanism));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fuzz_input input = fuzz_input_read(data, size);
    const fields f = split(input.octets);
    const uint8_t kind = f.field[0].len > 0 ? f.field[0].ptr[0] : 0;
    fits[0] = UNTOUCHED;
    if (kind == 'c')
        write_smtp_command(&f);
    else if (kind == 'r')
        write_reply(&f);
    else if (kind == 'p')
        write_pop3_command(&f);
    else if (kind == 's' || kind == 'u' || kind == 'k')
        write_pop3_response(&f, kind);
    else if (kind == 'l')
        write_plain(&f);
    else if (kind == 'n')
        name_all(&f);
    return 0;
}
