/*
 * command.c - one POP3 command line (RFC 1939 section 3, RFC 2449 section 3)
 *
 *     command = keyword *(SP param) CRLF   ; 255 octets maximum
 *     keyword = 3*4VCHAR
 *     param   = 1*VCHAR
 *
 * Read from left to right, so that error_at is the first wrong octet.  A reader function for each kind of
 * argument takes what it knows and leaves the cursor where it stopped; end_param says whether that was the end
 * of the parameter.
 */
#include "mailspec/pop3_command.h"

#include "common/cursor.h"
#include "common/inline.h"
#include "common/utf8.h"
#include "mailspec/base64.h"
#include "mailspec/limits.h"
#include "read_in_place.h"

typedef struct reader {
    cursor c;
    const ms_pop3_context *context;
    ms_pop3_parsed out;
} reader;

enum { CRLF_LEN = 2, TEXT_MAX = MS_POP3_COMMAND_LINE_MAX - CRLF_LEN, MECHANISM_MAX = 20, SUBTAG_MAX = 8 };

static void deviate(reader *r, ms_pop3_deviation deviation, size_t at)
{
    if (r->out.deviations == 0)
        r->out.deviation_at = at;
    r->out.deviations |= MS_DEVIATION_BIT(deviation);
}

/* Take back what was noted since: it announced a fault that has a name of its own. */
static void forget(reader *r, ms_deviations before)
{
    r->out.deviations = before;
    if (before == 0)
        r->out.deviation_at = 0;
}

static bool fail(reader *r, ms_pop3_error error, size_t at)
{
    r->out.error = error;
    r->out.error_at = at;
    return false;
}

/* A wrong octet: what it is says more than where it stands, when it is no printable ASCII at all. */
static bool fail_octet(reader *r, ms_pop3_error error)
{
    const size_t at = r->c.at;
    if (next_is(&r->c, OCTET_8BIT))
        return fail(r,
                    r->context->utf8 && ms_utf8_char(ms_span_make(r->c.ptr, r->c.len), at) == 0 ? MS_POP3_ERR_UTF8
                                                                                                : MS_POP3_ERR_8BIT,
                    at);
    if (next_is(&r->c, OCTET_CONTROL))
        return fail(r, MS_POP3_ERR_OCTET, at);
    return fail(r, error, at);
}

/* Step over the blanks before a parameter; false at the end of the line.  RFC 1939 section 3: keyword and arguments
 * are separated by a single SPACE. */
static bool begin_param(reader *r)
{
    cursor *c = &r->c;
    if (at_end(c))
        return false;
    const size_t from = c->at;
    const size_t blanks = skip_class(c, OCTET_BLANK);
    if (at_end(c)) {
        deviate(r, MS_POP3_DEV_TRAILING_BLANKS, from);
        return false;
    }
    if (blanks > 1 || c->ptr[from] != ' ')
        deviate(r, MS_POP3_DEV_EXTRA_BLANKS, c->ptr[from] == ' ' ? from + 1 : from);
    return true;
}

/* The same for an argument that the command cannot do without. */
static bool begin_required(reader *r)
{
    const ms_deviations before = r->out.deviations;
    if (begin_param(r))
        return true;
    forget(r, before); /* the blanks announce an argument that is not there: one fault, not two */
    return fail(r, MS_POP3_ERR_ARGUMENT_MISSING, r->c.len);
}

/* The parameter that began at from ends here. */
static bool end_param(reader *r, size_t from, ms_pop3_error error)
{
    if (!at_end(&r->c) && !next_is(&r->c, OCTET_BLANK))
        return fail_octet(r, error);
    if (r->c.at - from > MS_POP3_ARGUMENT_MAX && !r->context->capa_seen)
        deviate(r, MS_POP3_DEV_ARGUMENT_TOO_LONG, from + MS_POP3_ARGUMENT_MAX);
    return true;
}

/* Skip octets of the classes, and well-formed UTF-8 where it is in force. */
static void skip_text(reader *r, unsigned classes)
{
    cursor *c = &r->c;
    for (;;) {
        skip_class(c, classes);
        if (!r->context->utf8 || !next_is(c, OCTET_8BIT))
            return;
        const size_t octets = ms_utf8_char(ms_span_make(c->ptr, c->len), c->at);
        if (octets == 0)
            return;
        c->at += octets;
    }
}

static bool take_word(reader *r, ms_span *word)
{
    const size_t from = r->c.at;
    skip_text(r, OCTET_VCHAR);
    if (!end_param(r, from, MS_POP3_ERR_OCTET))
        return false;
    *word = span_since(&r->c, from);
    return true;
}

/* RFC 1939 section 4: numbers are decimal. */
static bool take_number(reader *r, uint64_t max, ms_pop3_error error, uint64_t *number)
{
    const size_t from = r->c.at;
    const decimal result = take_decimal(&r->c, max, number);
    if (result == DECIMAL_NONE)
        return fail_octet(r, error);
    if (!end_param(r, from, error))
        return false;
    if (result == DECIMAL_OVERFLOW)
        return fail(r, MS_POP3_ERR_NUMBER_RANGE, from);
    return true;
}

static bool take_message_number(reader *r, uint32_t *number)
{
    uint64_t value;
    const size_t from = r->c.at;
    if (!take_number(r, UINT32_MAX, MS_POP3_ERR_MESSAGE_NUMBER, &value))
        return false;
    if (value == 0)
        return fail(r, MS_POP3_ERR_MESSAGE_ZERO, from);
    *number = (uint32_t)value;
    return true;
}

/* RFC 1939 section 7: the digest is sent in hexadecimal format, using lower-case ASCII characters. */
static bool take_digest(reader *r, ms_span *digest)
{
    const size_t from = r->c.at;
    skip_class(&r->c, OCTET_DIGIT);
    while (next_is(&r->c, OCTET_HEX)) {
        if (next_is(&r->c, OCTET_UPPER))
            deviate(r, MS_POP3_DEV_DIGEST_CASE, r->c.at);
        r->c.at++;
    }
    if (!end_param(r, from, MS_POP3_ERR_DIGEST))
        return false;
    *digest = span_since(&r->c, from);
    if (digest->len != MS_POP3_DIGEST_LEN)
        return fail(r, MS_POP3_ERR_DIGEST, digest->len > MS_POP3_DIGEST_LEN ? from + MS_POP3_DIGEST_LEN : r->c.at);
    return true;
}

static bool read_user(reader *r)
{
    return begin_required(r) && take_word(r, &r->out.command.user.name);
}

/* RFC 1939 section 7: PASS has exactly one argument, so spaces may be part of it. */
static bool read_pass(reader *r)
{
    cursor *c = &r->c;
    if (octets_left(c) < 2)
        return fail(r, MS_POP3_ERR_ARGUMENT_MISSING, c->len);
    if (!skip_octet(c, ' ')) {
        deviate(r, MS_POP3_DEV_EXTRA_BLANKS, c->at);
        c->at++;
    }
    const size_t from = c->at;
    skip_text(r, OCTET_VCHAR);
    while (skip_octet(c, ' '))
        skip_text(r, OCTET_VCHAR);
    if (!at_end(c))
        return fail_octet(r, MS_POP3_ERR_OCTET);
    if (c->at - from > MS_POP3_ARGUMENT_MAX && !r->context->capa_seen)
        deviate(r, MS_POP3_DEV_ARGUMENT_TOO_LONG, from + MS_POP3_ARGUMENT_MAX);
    r->out.command.pass.password = span_since(c, from);
    return true;
}

static bool read_apop(reader *r)
{
    return begin_required(r) && take_word(r, &r->out.command.apop.name) && begin_required(r) &&
           take_digest(r, &r->out.command.apop.digest);
}

/* LIST and UIDL (RFC 1939 sections 5 and 7): the message-number is optional. */
static bool read_optional_message(reader *r)
{
    if (!begin_param(r))
        return true;
    r->out.command.message.given = true;
    return take_message_number(r, &r->out.command.message.number);
}

static bool read_message(reader *r)
{
    if (!begin_required(r))
        return false;
    r->out.command.message.given = true;
    return take_message_number(r, &r->out.command.message.number);
}

/* RFC 1939 section 7: TOP msg n, n non-negative. */
static bool read_top(reader *r)
{
    if (!begin_required(r))
        return false;
    r->out.command.top.given = true;
    return take_message_number(r, &r->out.command.top.number) && begin_required(r) &&
           take_number(r, UINT64_MAX, MS_POP3_ERR_LINE_COUNT, &r->out.command.top.lines);
}

/* Base64 that is none: an octet outside the alphabet says more than a quantum that is not full. */
static bool fail_base64(reader *r, ms_span text, size_t from, size_t wrong_at)
{
    for (size_t i = 0; i < text.len; i++)
        if (!octet_is(text.ptr[i], OCTET_BASE64) && text.ptr[i] != '=')
            return fail(r, MS_POP3_ERR_BASE64_OCTET, from + (wrong_at < i ? wrong_at : i));
    return fail(r, MS_POP3_ERR_BASE64, from + wrong_at);
}

/* initial-response = base64 / "=" (RFC 5034 section 5) */
static bool take_initial_response(reader *r)
{
    cursor *c = &r->c;
    const size_t from = c->at;
    while (!at_end(c) && !next_is(c, OCTET_BLANK))
        c->at++;
    const ms_span response = span_since(c, from);
    size_t wrong_at = 0;
    if (response.len == 1 && response.ptr[0] == '=')
        r->out.command.auth.initial_response = ms_span_make(response.ptr, 0);
    else if (ms_base64_check(response, &wrong_at))
        r->out.command.auth.initial_response = response;
    else
        return fail_base64(r, response, from, wrong_at);
    return true;
}

/* auth-command = "AUTH" SP sasl-mech [SP initial-response] (RFC 5034 section 5), in any letter case; the name's
 * characters are those of RFC 4422 section 3.1.  Without a mechanism it is an old way to ask for a list. */
static bool read_auth(reader *r)
{
    cursor *c = &r->c;
    const ms_deviations before = r->out.deviations;
    if (!begin_param(r)) {
        forget(r, before);
        deviate(r, MS_POP3_DEV_MECHANISM_MISSING, c->len);
        return true;
    }
    const size_t from = c->at;
    skip_class(c, OCTET_SASL_NAME | OCTET_LOWER);
    if (c->at - from > MECHANISM_MAX)
        return fail(r, MS_POP3_ERR_MECHANISM, from + MECHANISM_MAX);
    if (!end_param(r, from, MS_POP3_ERR_MECHANISM))
        return false;
    r->out.command.auth.mechanism = span_since(c, from);
    const ms_deviations between = r->out.deviations;
    if (begin_param(r))
        return take_initial_response(r);
    if (r->out.deviations != between) { /* a blank, and nothing behind it */
        forget(r, between);
        deviate(r, MS_POP3_DEV_EMPTY_RESPONSE, c->len);
    }
    return true;
}

/* language-range = (1*8ALPHA *("-" 1*8alphanum)) / "*" (RFC 4647 section 2.1) */
static bool read_lang(reader *r)
{
    cursor *c = &r->c;
    if (!begin_param(r))
        return true;
    const size_t from = c->at;
    if (!skip_octet(c, '*')) {
        unsigned classes = OCTET_ALPHA;
        do {
            const size_t subtag = c->at;
            const size_t octets = skip_class(c, classes);
            if (octets == 0)
                return at_end(c) ? fail(r, MS_POP3_ERR_LANGUAGE_TAG, c->at) : fail_octet(r, MS_POP3_ERR_LANGUAGE_TAG);
            if (octets > SUBTAG_MAX)
                return fail(r, MS_POP3_ERR_LANGUAGE_TAG, subtag + SUBTAG_MAX);
            classes = OCTET_LET_DIG;
        } while (skip_octet(c, '-'));
    }
    if (!end_param(r, from, MS_POP3_ERR_LANGUAGE_TAG))
        return false;
    r->out.command.lang.tag = span_since(c, from);
    return true;
}

static bool read_nothing(reader *r)
{
    (void)r;
    return true;
}

static bool read_unknown(reader *r)
{
    ms_span word;
    while (begin_param(r))
        if (!take_word(r, &word))
            return false;
    return true;
}

typedef bool read_arguments(reader *r);

/* How many decimal numbers may be all that follows the keyword: a set of 1 << count. */
enum { NO_NUMBER = 1, ONE_NUMBER = 2, TWO_NUMBERS = 4 };

static const struct verb_row {
    char name[5];
    uint8_t numbers;
    read_arguments *read;
} verbs[] = {
    [MS_POP3_UNKNOWN] = {"", 0, read_unknown},
    [MS_POP3_USER] = {"USER", 0, read_user},
    [MS_POP3_PASS] = {"PASS", 0, read_pass},
    [MS_POP3_APOP] = {"APOP", 0, read_apop},
    [MS_POP3_STAT] = {"STAT", NO_NUMBER, read_nothing},
    [MS_POP3_LIST] = {"LIST", NO_NUMBER | ONE_NUMBER, read_optional_message},
    [MS_POP3_RETR] = {"RETR", ONE_NUMBER, read_message},
    [MS_POP3_DELE] = {"DELE", ONE_NUMBER, read_message},
    [MS_POP3_RSET] = {"RSET", NO_NUMBER, read_nothing},
    [MS_POP3_NOOP] = {"NOOP", NO_NUMBER, read_nothing},
    [MS_POP3_QUIT] = {"QUIT", NO_NUMBER, read_nothing},
    [MS_POP3_TOP] = {"TOP", TWO_NUMBERS, read_top},
    [MS_POP3_UIDL] = {"UIDL", NO_NUMBER | ONE_NUMBER, read_optional_message},
    [MS_POP3_CAPA] = {"CAPA", NO_NUMBER, read_nothing},
    [MS_POP3_STLS] = {"STLS", NO_NUMBER, read_nothing},
    [MS_POP3_AUTH] = {"AUTH", 0, read_auth},
    [MS_POP3_UTF8] = {"UTF8", NO_NUMBER, read_nothing},
    [MS_POP3_LANG] = {"LANG", 0, read_lang},
    [MS_POP3_AUTH_RESPONSE] = {"", 0, read_nothing},
};
_Static_assert(sizeof verbs / sizeof verbs[0] == MS_POP3_VERB_COUNT, "each verb has a row");

const char *ms_pop3_verb_name(ms_pop3_verb verb)
{
    return (unsigned)verb < MS_POP3_VERB_COUNT ? verbs[verb].name : "";
}

/* Where a keyword stands in the table below.  The factor was found by trial: it gives each keyword a place of its own,
 * which the compiler checks (no element may be initialised twice). */
#define PLACE_OF(key)     ((uint32_t)((uint32_t)(key)*0xD66B829Fu) >> 27)
#define PLACE(a, b, c, d) PLACE_OF(PACK4(a, b, c, d))

/* A search by comparisons would go another way for each command, and no processor foresees which. */
static const uint8_t verb_places[32] = {
    [PLACE('U', 'S', 'E', 'R')] = MS_POP3_USER, [PLACE('P', 'A', 'S', 'S')] = MS_POP3_PASS,
    [PLACE('A', 'P', 'O', 'P')] = MS_POP3_APOP, [PLACE('S', 'T', 'A', 'T')] = MS_POP3_STAT,
    [PLACE('L', 'I', 'S', 'T')] = MS_POP3_LIST, [PLACE('R', 'E', 'T', 'R')] = MS_POP3_RETR,
    [PLACE('D', 'E', 'L', 'E')] = MS_POP3_DELE, [PLACE('R', 'S', 'E', 'T')] = MS_POP3_RSET,
    [PLACE('N', 'O', 'O', 'P')] = MS_POP3_NOOP, [PLACE('Q', 'U', 'I', 'T')] = MS_POP3_QUIT,
    [PLACE('T', 'O', 'P', 0)] = MS_POP3_TOP,    [PLACE('U', 'I', 'D', 'L')] = MS_POP3_UIDL,
    [PLACE('C', 'A', 'P', 'A')] = MS_POP3_CAPA, [PLACE('S', 'T', 'L', 'S')] = MS_POP3_STLS,
    [PLACE('A', 'U', 'T', 'H')] = MS_POP3_AUTH, [PLACE('L', 'A', 'N', 'G')] = MS_POP3_LANG,
};

/* The verb of a keyword in capitals, packed. */
static ms_pop3_verb verb_of(uint64_t key)
{
    const ms_pop3_verb verb = (ms_pop3_verb)verb_places[PLACE_OF(key)];
    const char *name = verbs[verb].name;
    if (key == PACK4(name[0], name[1], name[2], name[3]) && verb != MS_POP3_UNKNOWN)
        return verb;
    return key == PACK4('U', 'T', 'F', '8') ? MS_POP3_UTF8 : MS_POP3_UNKNOWN;
}

/* keyword = 3*4VCHAR */
static bool read_keyword(reader *r)
{
    cursor *c = &r->c;
    const size_t blanks = skip_class(c, OCTET_BLANK);
    if (at_end(c))
        return fail(r, blanks == 0 ? MS_POP3_ERR_EMPTY_LINE : MS_POP3_ERR_KEYWORD, 0);
    if (blanks != 0)
        deviate(r, MS_POP3_DEV_LEADING_BLANKS, 0);
    const size_t from = c->at;
    r->out.command.keyword = take_class(c, OCTET_VCHAR);
    const size_t octets = r->out.command.keyword.len;
    if (octets > 4)
        return fail(r, MS_POP3_ERR_KEYWORD, from + 4);
    if (!at_end(c) && !next_is(c, OCTET_BLANK))
        return fail_octet(r, MS_POP3_ERR_KEYWORD);
    if (octets < 3)
        return fail(r, MS_POP3_ERR_KEYWORD, c->at);
    r->out.command.verb = verb_of(pack_upper(r->out.command.keyword));
    if (!at_end(c))
        r->out.command.argument = ms_span_make(c->ptr + c->at + 1, c->len - c->at - 1);
    return true;
}

/* What stands behind the last argument. */
static bool read_end(reader *r)
{
    ms_span word;
    if (!begin_param(r))
        return true;
    deviate(r, MS_POP3_DEV_SURPLUS_ARGUMENT, r->c.at);
    do {
        if (!take_word(r, &word))
            return false;
    } while (begin_param(r));
    return true;
}

/* *(CRLF [base64]) [CRLF cancel-response] (RFC 5034 section 5): any length, no keyword. */
static void read_auth_response(reader *r)
{
    const ms_span data = take_rest(&r->c);
    size_t wrong_at = 0;
    r->out.command.verb = MS_POP3_AUTH_RESPONSE;
    r->out.command.argument = data;
    r->out.command.auth_response.data = data;
    if (data.len == 1 && data.ptr[0] == '*')
        r->out.command.auth_response.cancel = true;
    else if (!ms_base64_check(data, &wrong_at))
        fail_base64(r, data, 0, wrong_at);
}

/* --- the plain good command --- */

/* Most commands by far are a keyword and message-numbers, and nothing is to be said about them.  Those are read here, and
 * must come out as the rules above would have it; whatever is the least unusual is left to these. */
typedef struct plain {
    ms_pop3_verb verb; /* MS_POP3_UNKNOWN: the line is not plain */
    uint8_t keyword_len;
    uint8_t given; /* numbers */
    uint32_t numbers[2];
} plain;

INLINE bool take_plain_number(ms_span line, size_t *at, uint32_t *number)
{
    return line.ptr[(*at)++] == ' ' && take_short_decimal(line, at, number);
}

INLINE plain read_plain(ms_span line)
{
    plain p = {MS_POP3_UNKNOWN, 4, 0, {0, 0}};
    if (line.len < 4 || line.len > 2 * MS_POP3_ARGUMENT_MAX)
        return p;
    /* clearing bit 5 folds the letter case; no octet but the letter itself then looks like it, and the space like the
     * octet that a keyword of three letters lacks */
    const uint64_t folded = PACK4(line.ptr[0], line.ptr[1], line.ptr[2], line.ptr[3]) & 0xDFDFDFDFu;
    const ms_pop3_verb verb = verb_of(folded);
    size_t at = 4;
    if (verb == MS_POP3_TOP) {
        p.keyword_len = 3;
        at = 3;
    }
    if (at < line.len) {
        p.given = 1;
        if (!take_plain_number(line, &at, &p.numbers[0]) || p.numbers[0] == 0)
            return p;
    }
    if (at < line.len) {
        p.given = 2;
        if (!take_plain_number(line, &at, &p.numbers[1]) || at < line.len)
            return p;
    }
    if ((verbs[verb].numbers >> p.given & 1) != 0)
        p.verb = verb;
    return p;
}

static ms_pop3_parsed parse_any(ms_span line, const ms_pop3_context *context)
{
    static const ms_pop3_context nothing_special = {false, false, false};
    reader r = {.c = cursor_of(line), .context = context != NULL ? context : &nothing_special};
    /* STAT CR CR LF: what the second CR would end is all there */
    while (!r.context->auth_response && r.c.len > 0 && r.c.ptr[r.c.len - 1] == '\r') {
        r.c.len--;
        r.out.deviations = 0;
        deviate(&r, MS_POP3_DEV_BARE_CR, r.c.len);
    }
    if (r.context->auth_response) {
        read_auth_response(&r);
        return r.out;
    }
    if (read_keyword(&r) && verbs[r.out.command.verb].read(&r))
        read_end(&r);
    if (line.len > TEXT_MAX && (r.out.error == MS_POP3_OK || r.out.error_at > TEXT_MAX))
        fail(&r, MS_POP3_ERR_LINE_TOO_LONG, TEXT_MAX);
    return r.out;
}

static inline ms_pop3_parsed parsed_of(const plain *p, ms_span line)
{
    const size_t len = p->keyword_len;
    return (ms_pop3_parsed){
        .command.verb = p->verb,
        .command.keyword = {line.ptr, len},
        .command.argument = {p->given > 0 ? line.ptr + len + 1 : NULL, p->given > 0 ? line.len - len - 1 : 0},
        .command.top = {.number = p->numbers[0], .given = p->given > 0, .lines = p->numbers[1]},
    };
}

ms_pop3_parsed ms_pop3_command_parse(ms_span line, const ms_pop3_context *context)
{
    const plain p = read_plain(line);
    if (p.verb == MS_POP3_UNKNOWN || (context != NULL && context->auth_response))
        return parse_any(line, context);
    return parsed_of(&p, line);
}

ms_pop3_parsed ms_pop3_command_parse_line(const ms_line *line, const ms_pop3_context *context)
{
    if (line->status == MS_LINE_COMPLETE && line->flags == 0)
        return ms_pop3_command_parse(line->text, context);
    ms_pop3_parsed parsed = ms_pop3_command_parse(line->text, context);
    if (line->status == MS_LINE_NEED_MORE)
        parsed.error = MS_POP3_ERR_INCOMPLETE;
    else if (line->flags & MS_LINE_TOO_LONG && (parsed.error == MS_POP3_OK || parsed.error_at == line->text.len)) {
        parsed.error = MS_POP3_ERR_LINE_TOO_LONG;
        parsed.error_at = line->text.len < TEXT_MAX ? line->text.len : TEXT_MAX;
    }
    if (line->flags & MS_LINE_BARE_LF) { /* so it is complete */
        if (parsed.deviations == 0)
            parsed.deviation_at = line->text.len;
        parsed.deviations |= MS_DEVIATION_BIT(MS_POP3_DEV_BARE_LF);
    }
    return parsed;
}

/* What read_plain found, put into *out.  Member by member: of a structure that is cleared as a whole, gcc makes a loop that
 * takes as long as the parse; and parsed_of by way of this takes a fifth longer. */
static inline void put_plain(const plain *p, ms_span line, ms_pop3_parsed *out)
{
    const size_t len = p->keyword_len;
    out->error = MS_POP3_OK;
    out->error_at = 0;
    out->deviations = 0;
    out->deviation_at = 0;
    out->command.verb = p->verb;
    out->command.keyword = ms_span_make(line.ptr, len);
    out->command.argument = p->given > 0 ? ms_span_make(line.ptr + len + 1, line.len - len - 1) : ms_span_absent();
    out->command.auth.mechanism = ms_span_absent(); /* the longest member */
    out->command.auth.initial_response = ms_span_absent();
    out->command.top.number = p->numbers[0];
    out->command.top.given = p->given > 0;
    out->command.top.lines = p->numbers[1];
}

void ms_pop3_command_read_line(const ms_line *line, const ms_pop3_context *context, ms_pop3_parsed *out)
{
    if (line->status == MS_LINE_COMPLETE && line->flags == 0 && !context->auth_response) {
        const plain p = read_plain(line->text);
        if (p.verb != MS_POP3_UNKNOWN) {
            put_plain(&p, line->text, out);
            return;
        }
    }
    *out = ms_pop3_command_parse_line(line, context);
}
