#include "mailspec/smtp_ehlo.h"

#include "../common/cursor.h"
#include "ehlo_value.h"
#include "mailspec/requirement.h"
#include "reply_read.h"

/* The IANA registry "SMTP Service Extensions", which RFC 5321 section 2.2.2 refers to, and VRFY, which may be listed
 * (RFC 5321 section 3.5.2) though it is not registered.  NONE stands where the RFC says that there is no parameter;
 * where no text says so, any will do. */
/* clang-format off */
static const struct keyword {
    const char *name;
    uint8_t len;
    uint8_t id;
    uint8_t value; /* ehlo_value */
    uint16_t requirement;
} keywords[] = {
#define KEYWORD(name, id, value, requirement) {(name), sizeof(name) - 1, MS_EHLO_##id, EHLO_##value, MS_REQ_SMTP_##requirement}
    KEYWORD("SIZE",                SIZE,                SIZE,          1870_3_01),
    KEYWORD("8BITMIME",            8BITMIME,            NONE,          6152_2_01),
    KEYWORD("PIPELINING",          PIPELINING,          NONE,          2920_2_01),
    KEYWORD("CHUNKING",            CHUNKING,            NONE,          3030_2_01),
    KEYWORD("BINARYMIME",          BINARYMIME,          NONE,          3030_3_01),
    KEYWORD("STARTTLS",            STARTTLS,            NONE,          3207_2_01),
    KEYWORD("AUTH",                AUTH,                MECHANISMS,    4954_3_01),
    KEYWORD("ENHANCEDSTATUSCODES", ENHANCEDSTATUSCODES, NONE,          2034_3_01),
    KEYWORD("DSN",                 DSN,                 NONE,          3461_2_01),
    KEYWORD("SMTPUTF8",            SMTPUTF8,            NONE,          6531_3_1_01),
    KEYWORD("HELP",                HELP,                ANY,           5321_4_1_1_1_08),
    KEYWORD("VRFY",                VRFY,                ANY,           5321_4_1_1_1_08),
    KEYWORD("EXPN",                EXPN,                ANY,           5321_4_1_1_1_08),
    KEYWORD("ETRN",                ETRN,                ANY,           5321_4_1_1_1_08),
    KEYWORD("DELIVERBY",           DELIVERBY,           DELIVERBY,     2852_4_04),
    KEYWORD("FUTURERELEASE",       FUTURERELEASE,       FUTURERELEASE, 5321_4_1_1_1_08),
    KEYWORD("MT-PRIORITY",         MT_PRIORITY,         PROFILE,       6710_3_01),
    KEYWORD("REQUIRETLS",          REQUIRETLS,          NONE,          8689_2_01),
    KEYWORD("LIMITS",              LIMITS,              LIMITS,        9422_3_01),
    KEYWORD("MTRK",                MTRK,                ANY,           5321_4_1_1_1_08),
    KEYWORD("SUBMITTER",           SUBMITTER,           ANY,           5321_4_1_1_1_08),
    KEYWORD("ATRN",                ATRN,                ANY,           5321_4_1_1_1_08),
    KEYWORD("CHECKPOINT",          CHECKPOINT,          ANY,           5321_4_1_1_1_08),
    KEYWORD("NO-SOLICITING",       NO_SOLICITING,       ANY,           5321_4_1_1_1_08),
    KEYWORD("CONPERM",             CONPERM,             ANY,           5321_4_1_1_1_08),
    KEYWORD("CONNEG",              CONNEG,              ANY,           5321_4_1_1_1_08),
    KEYWORD("RRVS",                RRVS,                ANY,           5321_4_1_1_1_08),
    KEYWORD("BURL",                BURL,                ANY,           5321_4_1_1_1_08),
    KEYWORD("UTF8SMTP",            UTF8SMTP,            ANY,           5321_4_1_1_1_08),
    KEYWORD("SEND",                REGISTERED,          ANY,           5321_4_1_1_1_08),
    KEYWORD("SOML",                REGISTERED,          ANY,           5321_4_1_1_1_08),
    KEYWORD("SAML",                REGISTERED,          ANY,           5321_4_1_1_1_08),
    KEYWORD("TURN",                REGISTERED,          ANY,           5321_4_1_1_1_08),
    KEYWORD("VERB",                REGISTERED,          ANY,           5321_4_1_1_1_08),
    KEYWORD("ONEX",                REGISTERED,          ANY,           5321_4_1_1_1_08),
#undef KEYWORD
};
/* clang-format on */

/* In any letter case; nearly always in capitals. */
static bool is_keyword(const char *capitals, ms_span name)
{
    return memcmp(capitals, name.ptr, name.len) == 0 ||
           octets_equal_nocase((const uint8_t *)capitals, name.ptr, name.len);
}

static const struct keyword *find(ms_span name)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (keywords[i].len == name.len && is_keyword(keywords[i].name, name))
            return &keywords[i];
    return NULL;
}

static const struct keyword *find_id(ms_ehlo_keyword id)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (keywords[i].id == id && id != MS_EHLO_REGISTERED)
            return &keywords[i];
    return NULL;
}

const char *ms_ehlo_keyword_name(ms_ehlo_keyword id)
{
    const struct keyword *keyword = find_id(id);
    return keyword != NULL ? keyword->name : "";
}

uint16_t ms_ehlo_keyword_requirement(ms_ehlo_keyword id)
{
    const struct keyword *keyword = find_id(id);
    return keyword != NULL ? keyword->requirement : MS_REQ_SMTP_5321_4_1_1_1_08;
}

bool ms_ehlo_parameter_next(ms_span *parameters, ms_span *word)
{
    cursor c = cursor_of(*parameters);
    skip_class(&c, OCTET_BLANK);
    if (at_end(&c)) {
        *parameters = ms_span_make(c.ptr + c.at, 0);
        return false;
    }
    *word = take_until(&c, ' ');
    *parameters = take_rest(&c);
    return true;
}

static void fail(ms_ehlo_line *line, const cursor *c, ms_reply_error error)
{
    line->error = error;
    line->error_at = c->at;
}

/* *( SP ehlo-param ), ehlo-param = 1*(%d33-126)
 * RFC 5321 section 4.1.1.1.  The cursor stands behind the keyword.  false: at an octet that may not stand there. */
static bool take_parameters(cursor *c, ms_ehlo_line *line)
{
    size_t from = c->at;
    /* Servers list AUTH a second time so, for clients that are older than its RFC. */
    bool joined = skip_octet(c, '=');
    if (joined)
        ehlo_deviate(line, MS_REPLY_DEV_EHLO_EQUALS, from);
    while (!at_end(c)) {
        if (!joined && !skip_octet(c, ' '))
            return false;
        joined = false;
        const size_t word = c->at;
        if (skip_class(c, OCTET_VCHAR) != 0) {
            if (ms_span_is_absent(line->parameters))
                from = word;
            line->parameters = span_since(c, from);
        } else if (at_end(c)) {
            ehlo_deviate(line, MS_REPLY_DEV_EHLO_EXTRA_BLANKS, word - 1);
        } else if (peek(c) == ' ') {
            ehlo_deviate(line, MS_REPLY_DEV_EHLO_EXTRA_BLANKS, word);
        } else {
            return false;
        }
    }
    return true;
}

/* Member by member: of a structure that is cleared as a whole, gcc makes a loop that takes as long as the parse. */
static void begin(ms_ehlo_line *line)
{
    line->error = MS_REPLY_OK;
    line->error_at = 0;
    line->deviations = 0;
    line->deviation_at = 0;
    line->id = MS_EHLO_UNKNOWN;
    line->keyword = ms_span_absent();
    line->parameters = ms_span_absent();
    line->futurerelease.max_interval = 0; /* the longest member */
    line->futurerelease.max_datetime = ms_span_absent();
}

/* ehlo-line = ehlo-keyword *( SP ehlo-param )
 * ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
 * RFC 5321 section 4.1.1.1 */
void ms_ehlo_line_read(ms_span text, ms_ehlo_line *line)
{
    begin(line);
    cursor c = cursor_of(text);
    if (peek(&c) == ' ') {
        ehlo_deviate(line, MS_REPLY_DEV_EHLO_EXTRA_BLANKS, 0);
        while (skip_octet(&c, ' ')) {
        }
    }
    const size_t from = c.at;
    if (!next_is(&c, OCTET_LET_DIG)) {
        fail(line, &c, MS_REPLY_ERR_EHLO_KEYWORD);
        return;
    }
    while (next_is(&c, OCTET_LET_DIG) || peek(&c) == '-')
        c.at++;
    line->keyword = span_since(&c, from);
    const struct keyword *keyword = find(line->keyword);
    const bool local = octet_upper(line->keyword.ptr[0]) == 'X';
    line->id = keyword != NULL ? (ms_ehlo_keyword)keyword->id : local ? MS_EHLO_X : MS_EHLO_UNKNOWN;
    if (!at_end(&c) && !next_is(&c, OCTET_BLANK | OCTET_CONTROL) && peek(&c) != '=') {
        fail(line, &c, MS_REPLY_ERR_EHLO_KEYWORD);
        return;
    }
    if (!take_parameters(&c, line)) {
        fail(line, &c, MS_REPLY_ERR_EHLO_PARAMETER);
        return;
    }
    if (line->id == MS_EHLO_UNKNOWN)
        ehlo_deviate(line, MS_REPLY_DEV_EHLO_KEYWORD_UNREGISTERED, from);
    if (keyword != NULL)
        ehlo_value_parse(line, (ehlo_value)keyword->value, text.ptr);
}

ms_ehlo_line ms_ehlo_line_parse(ms_span text)
{
    ms_ehlo_line line;
    ms_ehlo_line_read(text, &line);
    return line;
}
