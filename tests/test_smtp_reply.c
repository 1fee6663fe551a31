#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

#include "mailspec/limits.h"
#include "mailspec/requirement.h"
#include "mailspec/smtp_reply.h"

#define BIT(name) MS_DEVIATION_BIT(MS_REPLY_DEV_##name)

static const ms_reply_context plain = {MS_AFTER_COMMAND, false, false};
static const ms_reply_context offered = {MS_AFTER_COMMAND, true, false};
static const ms_reply_context utf8 = {MS_AFTER_COMMAND, false, true};
static const ms_reply_context utf8_rcpt = {MS_AFTER_RCPT, false, true};
static const ms_reply_context greeting = {MS_AFTER_CONNECT, true, false};
static const ms_reply_context helo = {MS_AFTER_HELO, true, false};
static const ms_reply_context ehlo = {MS_AFTER_EHLO, true, false};
static const ms_reply_context auth = {MS_AFTER_AUTH, true, false};
static const ms_reply_context quit = {MS_AFTER_QUIT, true, false};

/* clang-format off */
static const struct row {
    const char *id, *line;
    const ms_reply_context *context;
    ms_reply_error error;
    size_t error_at;
    ms_deviations deviations;
    size_t deviation_at;
    uint16_t code;
    bool more;
} rows[] = {
    {"SMTP-5321-4.2-02 plain", "250 Ok", &plain, MS_REPLY_OK, 0, 0, 0, 250, false},
    {"SMTP-5321-4.2-02 no context", "250 Ok", NULL, MS_REPLY_OK, 0, 0, 0, 250, false},
    {"SMTP-5321-4.2.1-02 continued", "250-Ok", &plain, MS_REPLY_OK, 0, 0, 0, 250, true},
    {"SMTP-5321-4.2.1-02 continued, no text", "250-", &plain, MS_REPLY_OK, 0, 0, 0, 250, true},
    {"SMTP-5321-4.2-02 tab in the text", "250 a\tb", &plain, MS_REPLY_OK, 0, 0, 0, 250, false},
    {"SMTP-5321-4.2-02 blanks in the text", "250   a ", &plain, MS_REPLY_OK, 0, 0, 0, 250, false},
    {"SMTP-5321-4.2-02 lowest and highest octet", "250  ~", &plain, MS_REPLY_OK, 0, 0, 0, 250, false},
    {"SMTP-5321-4.2.1-02 digits in the text", "250-234 Text beginning with numbers", &plain, MS_REPLY_OK, 0, 0, 0, 250, true},

    {"SMTP-5321-2.4-15 two digits", "25 OK", &plain, MS_REPLY_ERR_CODE_LENGTH, 2, 0, 0, 0, false},
    {"SMTP-5321-2.4-15 text first", "OK 250", &plain, MS_REPLY_ERR_CODE, 0, 0, 0, 0, false},
    {"SMTP-5321-4.3.2-14 four digits", "2500 x", &plain, MS_REPLY_ERR_CODE_LENGTH, 3, 0, 0, 0, false},
    {"SMTP-5321-4.3.2-14 four digits, class 7", "7900 x", &plain, MS_REPLY_ERR_CODE_LENGTH, 3, 0, 0, 0, false},
    {"SMTP-5321-4.3.2-14 four digits and hyphen", "2500-x", &plain, MS_REPLY_ERR_CODE_LENGTH, 3, 0, 0, 0, true},
    {"SMTP-5321-4.3.2-14 four digits alone", "2500", &plain, MS_REPLY_ERR_CODE_LENGTH, 3, 0, 0, 0, false},
    {"SMTP-5321-4.3.2-14 one digit and hyphen", "2-x", &plain, MS_REPLY_ERR_CODE_LENGTH, 1, 0, 0, 0, true},
    {"SMTP-5321-4.3.2-14 two digits alone", "25", &plain, MS_REPLY_ERR_CODE_LENGTH, 2, 0, 0, 0, false},
    {"SMTP-SEC-response-04 negative", "-50 x", &plain, MS_REPLY_ERR_CODE, 0, 0, 0, 0, false},
    {"SMTP-SEC-response-04 letters", "abc", &plain, MS_REPLY_ERR_CODE, 0, 0, 0, 0, false},
    {"SMTP-SEC-response-04 a space inside", "2 50", &plain, MS_REPLY_ERR_CODE_LENGTH, 1, 0, 0, 0, false},
    {"SMTP-5321-4.2-13 a letter inside", "2a0 x", &plain, MS_REPLY_ERR_CODE, 1, 0, 0, 0, false},
    {"SMTP-5321-2.4-15 blank first", " 250 x", &plain, MS_REPLY_ERR_CODE, 0, 0, 0, 0, false},
    {"SMTP-5321-2.4-15 empty", "", &plain, MS_REPLY_ERR_CODE, 0, 0, 0, 0, false},
    {"SMTP-5321-2.4-15 absent", NULL, &plain, MS_REPLY_ERR_CODE, 0, 0, 0, 0, false},
    {"SMTP-5321-4.2-02 underscore", "250_ok", &plain, MS_REPLY_ERR_SEPARATOR, 3, 0, 0, 250, false},
    {"SMTP-5321-4.2-02 tab behind the code", "250\tok", &plain, MS_REPLY_ERR_SEPARATOR, 3, 0, 0, 250, false},
    {"SMTP-5321-4.2-02 letter behind the code", "250ok", &plain, MS_REPLY_ERR_SEPARATOR, 3, 0, 0, 250, false},
    {"SMTP-5321-4.2-02 CR behind the code", "250\rok", &plain, MS_REPLY_ERR_SEPARATOR, 3, 0, 0, 250, false},

    {"SMTP-5321-4.2-10 class 1", "150 x", &plain, MS_REPLY_OK, 0, BIT(CLASS), 0, 150, false},
    {"SMTP-5321-4.2-10 class 6", "650 x", &plain, MS_REPLY_OK, 0, BIT(CLASS), 0, 650, false},
    {"SMTP-5321-4.2-10 class 0", "050 x", &plain, MS_REPLY_OK, 0, BIT(CLASS), 0, 50, false},
    {"SMTP-5321-4.2-10 class 2", "200 x", &plain, MS_REPLY_OK, 0, 0, 0, 200, false},
    {"SMTP-5321-4.2-10 class 5", "559 x", &plain, MS_REPLY_OK, 0, 0, 0, 559, false},
    {"SMTP-5321-4.2-13 second digit 6", "260 x", &plain, MS_REPLY_OK, 0, BIT(SECOND_DIGIT), 1, 260, false},
    {"SMTP-5321-4.2-13 second digit 5", "250 x", &plain, MS_REPLY_OK, 0, 0, 0, 250, false},
    {"SMTP-5321-4.2-13 both", "999 x", &plain, MS_REPLY_OK, 0, BIT(CLASS) | BIT(SECOND_DIGIT), 0, 999, false},

    {"SMTP-5321-4.2.1-03 bare code", "250", &plain, MS_REPLY_OK, 0, BIT(NO_SPACE), 3, 250, false},
    {"SMTP-5321-4.2-06 code and space", "250 ", &plain, MS_REPLY_OK, 0, BIT(NO_TEXT), 4, 250, false},
    {"SMTP-5321-4.2-06 challenge without data", "334 ", &plain, MS_REPLY_OK, 0, 0, 0, 334, false},

    {"SMTP-SEC-response-05 bare CR", "250 a\r250 b", &plain, MS_REPLY_OK, 0, BIT(BARE_CR), 5, 250, false},
    {"SMTP-SEC-response-05 LF inside", "250 a\n250 b", &plain, MS_REPLY_OK, 0, BIT(BARE_LF), 5, 250, false},
    {"SMTP-SEC-injection-11 ESC", "250 a\x1b[2J", &plain, MS_REPLY_OK, 0, BIT(CONTROL), 5, 250, false},
    {"SMTP-5321-4.2-02 DEL", "250 a\x7f", &plain, MS_REPLY_OK, 0, BIT(CONTROL), 5, 250, false},
    {"SMTP-5321-4.2-02 US, behind much text", "250 0123456789abcdef\x1f", &plain, MS_REPLY_OK, 0, BIT(CONTROL), 20, 250, false},
    {"SMTP-5321-4.2-02 8-bit", "250 \xc3\xa9t\xc3\xa9", &plain, MS_REPLY_OK, 0, BIT(8BIT), 4, 250, false},
    {"SMTP-5321-4.2-02 8-bit and control", "250 a\x01\xe9", &plain, MS_REPLY_OK, 0, BIT(8BIT) | BIT(CONTROL), 5, 250, false},
    {"SMTP-6531-3.7.4.2-01 UTF-8 after VRFY SMTPUTF8", "250 \xce\xb4 <\xce\xb4@example>", &utf8, MS_REPLY_OK, 0, 0, 0, 250, false},
    {"SMTP-6531-3.7.4.1-01 malformed UTF-8", "250 ab \xc3(", &utf8, MS_REPLY_OK, 0, BIT(8BIT), 7, 250, false},
    {"SMTP-6531-3.7.4.1-01 251", "251 <\xce\xb4@example>", &utf8_rcpt, MS_REPLY_OK, 0, 0, 0, 251, false},
    {"SMTP-6531-3.7.4.1-01 551", "551 <\xce\xb4@example>", &utf8_rcpt, MS_REPLY_OK, 0, 0, 0, 551, false},
    {"SMTP-6531-3.7.4.1-01 550", "550 <\xce\xb4@example>", &utf8_rcpt, MS_REPLY_OK, 0, BIT(UTF8_NOT_PERMITTED), 5, 550, false},

    {"SMTP-2034-4-01 there", "250 2.1.0 Ok", &offered, MS_REPLY_OK, 0, 0, 0, 250, false},
    {"SMTP-2034-4-01 missing", "250 Ok", &offered, MS_REPLY_OK, 0, BIT(ENHANCED_MISSING), 4, 250, false},
    {"SMTP-2034-4-01 missing, 421", "421 mx.example", &offered, MS_REPLY_OK, 0, BIT(ENHANCED_MISSING), 4, 421, false},
    {"SMTP-2034-4-01 missing, no text", "550", &offered, MS_REPLY_OK, 0, BIT(NO_SPACE) | BIT(ENHANCED_MISSING), 3, 550, false},
    {"SMTP-2034-4-01 after QUIT", "221 2.0.0 Bye", &quit, MS_REPLY_OK, 0, 0, 0, 221, false},
    {"SMTP-2034-4-02 354 without", "354 go", &offered, MS_REPLY_OK, 0, 0, 0, 354, false},
    {"SMTP-2034-4-02 354 with", "354 2.0.0 go", &offered, MS_REPLY_OK, 0, BIT(ENHANCED_FORBIDDEN), 4, 354, false},
    {"SMTP-2034-4-02 not offered", "354 2.0.0 go", &plain, MS_REPLY_OK, 0, 0, 0, 354, false},
    {"SMTP-2034-4-03 EHLO", "250-2.1.0 mx.example", &ehlo, MS_REPLY_OK, 0, BIT(ENHANCED_ON_EHLO), 4, 250, true},
    {"SMTP-2034-4-03 HELO", "250 2.1.0 mx.example", &helo, MS_REPLY_OK, 0, BIT(ENHANCED_ON_EHLO), 4, 250, false},
    {"SMTP-2034-4-03 EHLO refused", "550 5.7.1 no", &ehlo, MS_REPLY_OK, 0, 0, 0, 550, false},
    {"SMTP-2034-4-01 EHLO refused without", "550 no", &ehlo, MS_REPLY_OK, 0, 0, 0, 550, false},
    {"SMTP-2034-4-01 greeting", "554 no", &greeting, MS_REPLY_OK, 0, 0, 0, 554, false},
    {"SMTP-2034-4-04 class", "250 5.1.0 Ok", &offered, MS_REPLY_OK, 0, BIT(ENHANCED_CLASS), 4, 250, false},
    {"SMTP-2034-4-04 class of a strange code", "650 5.1.0 Ok", &offered, MS_REPLY_OK, 0, BIT(CLASS), 0, 650, false},
    {"SMTP-2034-4-04 not offered", "250 5.1.0 Ok", &plain, MS_REPLY_OK, 0, 0, 0, 250, false},
    {"SMTP-2034-4-07 no space", "250 2.1.0Ok", &offered, MS_REPLY_OK, 0, BIT(ENHANCED_NO_SPACE), 9, 250, false},
    {"SMTP-2034-4-07 no text", "250 2.1.0", &offered, MS_REPLY_OK, 0, BIT(ENHANCED_NO_TEXT), 9, 250, false},
    {"SMTP-3463-2-01 malformed", "550 5.1.1000 x", &offered, MS_REPLY_OK, 0, BIT(ENHANCED_MALFORMED), 11, 550, false},
    {"SMTP-3463-2-01 class 3", "250 3.0.0 x", &offered, MS_REPLY_OK, 0, BIT(ENHANCED_MALFORMED), 4, 250, false},
    {"SMTP-3463-2-02 leading zero", "550 5.01.1 x", &offered, MS_REPLY_OK, 0, BIT(ENHANCED_LEADING_ZERO), 6, 550, false},
    {"SMTP-3463-2-02 and other class", "550 4.01.1 x", &offered, MS_REPLY_OK, 0, BIT(ENHANCED_LEADING_ZERO) | BIT(ENHANCED_CLASS),
     4, 550, false},
    {"SMTP-3463-2-03 white space", "550 5. 1.1 x", &offered, MS_REPLY_OK, 0, BIT(ENHANCED_WHITE_SPACE), 6, 550, false},
    {"SMTP-3463-2-01 version, not offered", "250 2.5.1alpha", &plain, MS_REPLY_OK, 0, 0, 0, 250, false},

    {"SMTP-5321-4.2-03 greeting", "220 mx.example ESMTP", &greeting, MS_REPLY_OK, 0, 0, 0, 220, false},
    {"SMTP-5321-4.2-03 domain alone", "220 mx.example", &greeting, MS_REPLY_OK, 0, 0, 0, 220, false},
    {"SMTP-5321-4.2-03 literal", "220-[192.0.2.1] Clueless host", &greeting, MS_REPLY_OK, 0, 0, 0, 220, true},
    {"SMTP-5321-4.3.1-03 stars", "220 *** x", &greeting, MS_REPLY_OK, 0, BIT(NO_DOMAIN), 4, 220, false},
    {"SMTP-5321-4.3.1-03 underscore", "220 my_host x", &greeting, MS_REPLY_OK, 0, BIT(NO_DOMAIN), 4, 220, false},
    {"SMTP-5321-4.3.1-03 blank first", "220  mx.example", &greeting, MS_REPLY_OK, 0, BIT(NO_DOMAIN), 4, 220, false},
    {"SMTP-5321-4.3.1-03 no text", "220 ", &greeting, MS_REPLY_OK, 0, BIT(NO_TEXT) | BIT(NO_DOMAIN), 4, 220, false},
    {"SMTP-5321-4.3.1-03 bare code", "220", &greeting, MS_REPLY_OK, 0, BIT(NO_SPACE) | BIT(NO_DOMAIN), 3, 220, false},
    {"SMTP-5321-4.2-03 refusing greeting", "554 No SMTP service here", &greeting, MS_REPLY_OK, 0, 0, 0, 554, false},
    {"SMTP-5321-4.1.1.1-08 EHLO", "250-mx.example greets you", &ehlo, MS_REPLY_OK, 0, 0, 0, 250, true},
    {"SMTP-5321-4.1.1.1-08 ehlo-greet is wider", "250 mx.example \x01\x7f", &ehlo, MS_REPLY_OK, 0, 0, 0, 250, false},
    {"SMTP-5321-4.1.1.1-08 but not CR", "250 mx.example \r", &ehlo, MS_REPLY_OK, 0, BIT(BARE_CR), 15, 250, false},
    {"SMTP-5321-4.1.1.1-08 and 7-bit", "250 mx.example \xe9", &ehlo, MS_REPLY_OK, 0, BIT(8BIT), 15, 250, false},
    {"SMTP-5321-4.3.1-03 EHLO without domain", "250-Hello!", &ehlo, MS_REPLY_OK, 0, BIT(NO_DOMAIN), 9, 250, true},
    {"SMTP-5321-4.3.1-03 HELO may say Ok", "250 !Ok", &helo, MS_REPLY_OK, 0, 0, 0, 250, false},
    {"SMTP-5321-4.3.1-03 220 to STARTTLS", "220 !go", &plain, MS_REPLY_OK, 0, 0, 0, 220, false},

    {"SMTP-4954-4-06 challenge", "334 PDQxOTI5Pg==", &auth, MS_REPLY_OK, 0, 0, 0, 334, false},
    {"SMTP-4954-4-10 empty challenge", "334 ", &auth, MS_REPLY_OK, 0, 0, 0, 334, false},
    {"SMTP-4954-4-06 text", "334 a?b=", &auth, MS_REPLY_OK, 0, BIT(CHALLENGE_NOT_BASE64), 5, 334, false},
    {"SMTP-4954-4-06 short", "334 YQ=", &auth, MS_REPLY_OK, 0, BIT(CHALLENGE_NOT_BASE64), 7, 334, false},
    {"SMTP-4954-4-06 no space", "334", &auth, MS_REPLY_OK, 0, BIT(CHALLENGE_NO_SPACE), 3, 334, false},
    {"SMTP-4954-4-06 continued", "334-YQ==", &auth, MS_REPLY_OK, 0, BIT(CHALLENGE_NO_SPACE), 3, 334, true},
    {"SMTP-4954-4-06 235 is text", "235 2.7.0 ok!", &auth, MS_REPLY_OK, 0, 0, 0, 235, false},
    {"SMTP-4954-4-06 334 elsewhere", "334 a?b", &plain, MS_REPLY_OK, 0, 0, 0, 334, false},
};
/* clang-format on */

static void expect_line(const char *id, const ms_reply_line *got, ms_reply_error error, size_t error_at,
                        ms_deviations deviations, size_t deviation_at)
{
    cr_expect_eq(got->error, error, "%s: got %s", id, ms_reply_error_rule(got->error)->name);
    cr_expect_eq(got->error_at, error_at, "%s: got offset %zu", id, got->error_at);
    cr_expect_eq(got->deviations, deviations, "%s: got %#llx", id, (unsigned long long)got->deviations);
    if (deviations != 0)
        cr_expect_eq(got->deviation_at, deviation_at, "%s: got offset %zu", id, got->deviation_at);
}

Test(smtp_reply, lines)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        const ms_span line = heap_text(row->line);
        const ms_reply_line got = ms_reply_line_parse(line, row->context);
        expect_line(row->id, &got, row->error, row->error_at, row->deviations, row->deviation_at);
        cr_expect_eq(got.code, row->code, "%s: got %u", row->id, got.code);
        cr_expect_eq(got.more, row->more, "%s", row->id);
        heap_free(line);
    }
}

/* SMTP-SEC-response-03 */
Test(smtp_reply, nul)
{
    const ms_span line = heap_copy("250 a\0b", 7);
    const ms_reply_line got = ms_reply_line_parse(line, NULL);
    expect_line("NUL", &got, MS_REPLY_OK, 0, BIT(NUL), 5);
    cr_expect_eq(got.text.len, 3);
    heap_free(line);
}

/* textstring = 1*(%d09 / %d32-126); a line end that is not CRLF, and NUL, have names of their own. */
static ms_deviations deviation_of(unsigned octet)
{
    if (octet == 0)
        return BIT(NUL);
    if (octet == 10)
        return BIT(BARE_LF);
    if (octet == 13)
        return BIT(BARE_CR);
    if (octet > 127)
        return BIT(8BIT);
    return (octet < 32 && octet != 9) || octet == 127 ? BIT(CONTROL) : 0;
}

/* SMTP-5321-4.2-02: each octet in each place of texts of each length up to 20. */
Test(smtp_reply, every_octet_in_every_place)
{
    uint8_t text[] = "250 ....................";
    for (size_t len = 5; len < sizeof text; len++) {
        for (size_t i = 0; i < (len - 4) * 256; i++) {
            const size_t at = 4 + i / 256;
            const unsigned octet = i % 256;
            text[at] = (uint8_t)octet;
            const ms_span line = heap_copy(text, len);
            const ms_reply_line got = ms_reply_line_parse(line, NULL);
            const ms_deviations want = deviation_of(octet);
            cr_assert_eq(got.deviations, want, "%u at %zu: got %#llx", octet, at, (unsigned long long)got.deviations);
            cr_assert(want == 0 || got.deviation_at == at, "%u at %zu: got %zu", octet, at, got.deviation_at);
            heap_free(line);
            text[at] = '.';
        }
    }
}

Test(smtp_reply, texts)
{
    static const struct {
        const char *line, *text, *free_text;
        ms_enhanced_status enhanced;
    } texts[] = {
        {"250 Ok", "Ok", "Ok", {0}},
        {"250", NULL, NULL, {0}},
        {"250 ", "", "", {0}},
        {"250-", "", "", {0}},
        {"250  two", " two", " two", {0}},
        {"550 5.1.1 no such user", "5.1.1 no such user", "no such user", {5, 1, 1}},
        {"550 5.1.10   far", "5.1.10   far", "far", {5, 1, 10}},
        {"550 5.1.1", "5.1.1", "", {5, 1, 1}},
        {"550 5.1.1 ", "5.1.1 ", "", {5, 1, 1}},
        {"250 3.1.1 x", "3.1.1 x", "3.1.1 x", {0}}, /* RFC 3463 section 2: the classes are 2, 4 and 5 */
        {"250 1.1.1 x", "1.1.1 x", "1.1.1 x", {0}},
        {"250 9.1.1 x", "9.1.1 x", "9.1.1 x", {0}},
        {"354 3.0.0 go", "3.0.0 go", "3.0.0 go", {0}},
        {"250 2.0.0 x", "2.0.0 x", "x", {2, 0, 0}},
        {"450 4.2.1 x", "4.2.1 x", "x", {4, 2, 1}},
        {"250 4.2.3beta", "4.2.3beta", "4.2.3beta", {0}},
        {"250 5.01.1 x", "5.01.1 x", "5.01.1 x", {0}},
        {"250_ok", NULL, NULL, {0}},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        const ms_span line = heap_text(texts[i].line);
        const ms_reply_line got = ms_reply_line_parse(line, NULL);
        cr_expect_eq(ms_span_is_absent(got.text), texts[i].text == NULL, "%s", texts[i].line);
        if (texts[i].text != NULL) {
            cr_expect(span_is(got.text, texts[i].text), "%s", texts[i].line);
            cr_expect(span_is(got.free_text, texts[i].free_text), "%s: got %.*s", texts[i].line, (int)got.free_text.len,
                      (const char *)got.free_text.ptr);
        }
        cr_expect_eq(got.enhanced.class_, texts[i].enhanced.class_, "%s", texts[i].line);
        cr_expect_eq(got.enhanced.subject, texts[i].enhanced.subject, "%s", texts[i].line);
        cr_expect_eq(got.enhanced.detail, texts[i].enhanced.detail, "%s", texts[i].line);
        heap_free(line);
    }
}

/* SMTP-5321-4.5.3.1.5-01, on each side of the limit; offset 510 is where the CR of 512 octets stands. */
Test(smtp_reply, length)
{
    char text[MS_SMTP_REPLY_LINE_MAX + 88];
    memset(text, 'a', sizeof text);
    memcpy(text, "250 ", 4);
    static const struct {
        size_t len;
        ms_deviations deviations;
    } lengths[] = {{509, 0}, {510, 0}, {511, BIT(TOO_LONG)}, {600, BIT(TOO_LONG)}};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        const ms_span line = heap_copy(text, lengths[i].len);
        const ms_reply_line got = ms_reply_line_parse(line, NULL);
        expect_line("SMTP-5321-4.5.3.1.5-01", &got, MS_REPLY_OK, 0, lengths[i].deviations, 510);
        heap_free(line);
    }
    /* RFC 4954 section 4: no limit of a line's length holds for challenges */
    memcpy(text, "334 ", 4);
    const ms_span line = heap_copy(text, 600);
    const ms_reply_line got = ms_reply_line_parse(line, &auth);
    expect_line("SMTP-4954-4-06", &got, MS_REPLY_OK, 0, 0, 0);
    heap_free(line);
}

/* --- whole replies --- */

enum { LINES = 5 };

/* What ms_reply_next gives for each line of a stream; the last row of a reply is complete. */
static const struct stream {
    const char *id, *octets;
    const ms_reply_context *context;
    struct {
        ms_reply_error error;
        size_t error_at;
        ms_deviations deviations;
        size_t deviation_at;
        bool complete;
        uint16_t code; /* of the reply */
    } lines[LINES];
} streams[] = {
    {"SMTP-5321-4.2-02 one line", "250 Ok\r\n", &plain, {{MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-4.2.1-02 three lines",
     "250-a\r\n250-\r\n250 c\r\n",
     &plain,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-4.2.1-04 no space on the last",
     "250-a\r\n250\r\n",
     &plain,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, BIT(NO_SPACE), 3, true, 250}}},
    {"SMTP-5321-4.2.1-03 no text on the last",
     "250-a\r\n250 \r\n",
     &plain,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"two replies",
     "250 a\r\n354 b\r\n",
     &plain,
     {{MS_REPLY_OK, 0, 0, 0, true, 250}, {MS_REPLY_OK, 0, 0, 0, true, 354}}},
    {"SMTP-5321-4.2.1-07 last line differs",
     "250-a\r\n550 b\r\n250 c\r\n",
     &plain,
     {{MS_REPLY_OK, 0, 0, 0, false, 250},
      {MS_REPLY_ERR_MIXED_CODES, 0, 0, 0, true, 250},
      {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-4.2.1-07 middle line differs",
     "250-a\r\n251-b\r\n250 c\r\n",
     &plain,
     {{MS_REPLY_OK, 0, 0, 0, false, 250},
      {MS_REPLY_ERR_MIXED_CODES, 2, 0, 0, false, 250},
      {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-4.2.1-07 second digit differs",
     "250-a\r\n220 b\r\n",
     &plain,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_ERR_MIXED_CODES, 1, 0, 0, true, 250}}},
    {"SMTP-5321-4.3.2-14 four digits, then in step",
     "2500 ok\r\n250 b\r\n",
     &plain,
     {{MS_REPLY_ERR_CODE_LENGTH, 3, 0, 0, true, 0}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-4.3.2-14 four digits, continued",
     "2500-ok\r\n2500 ok\r\n250 b\r\n",
     &plain,
     {{MS_REPLY_ERR_CODE_LENGTH, 3, 0, 0, false, 0},
      {MS_REPLY_ERR_CODE_LENGTH, 3, 0, 0, true, 0},
      {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-4.3.2-14 nothing to compare with",
     "2500-ok\r\n250 ok\r\n",
     &plain,
     {{MS_REPLY_ERR_CODE_LENGTH, 3, 0, 0, false, 0}, {MS_REPLY_OK, 0, 0, 0, true, 0}}},
    {"SMTP-5321-4.3.2-14 two digits end a reply",
     "250-a\r\n25 b\r\n250 c\r\n",
     &plain,
     {{MS_REPLY_OK, 0, 0, 0, false, 250},
      {MS_REPLY_ERR_CODE_LENGTH, 2, 0, 0, true, 250},
      {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-2.4-15 stray line in a reply",
     "250-a\r\nmore of a\r\n250 c\r\n",
     &plain,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_ERR_CODE, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-2.4-15 stray line alone",
     "hello\r\n250 c\r\n",
     &plain,
     {{MS_REPLY_ERR_CODE, 0, 0, 0, true, 0}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-2.4-15 empty line alone",
     "\r\n250 c\r\n",
     &plain,
     {{MS_REPLY_ERR_CODE, 0, 0, 0, true, 0}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-4.2-02 underscore ends a reply",
     "250-a\r\n250_b\r\n250 c\r\n",
     &plain,
     {{MS_REPLY_OK, 0, 0, 0, false, 250},
      {MS_REPLY_ERR_SEPARATOR, 3, 0, 0, true, 250},
      {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-4.2-02 underscore first", "250_b\r\n", &plain, {{MS_REPLY_ERR_SEPARATOR, 3, 0, 0, true, 250}}},
    {"SMTP-5321-2.3.8-03 LF alone",
     "250-a\n250 b\n",
     &plain,
     {{MS_REPLY_OK, 0, BIT(BARE_LF), 5, false, 250}, {MS_REPLY_OK, 0, BIT(BARE_LF), 5, true, 250}}},
    {"SMTP-SEC-response-05 a CR does not split",
     "250 a\r250 b\r\n",
     &plain,
     {{MS_REPLY_OK, 0, BIT(BARE_CR), 5, true, 250}}},

    {"SMTP-2034-4-03 on each line to EHLO",
     "250-2.1.0 mx.example\r\n250 2.1.0 HELP\r\n",
     &ehlo,
     {{MS_REPLY_OK, 0, BIT(ENHANCED_ON_EHLO), 4, false, 250}, {MS_REPLY_OK, 0, BIT(ENHANCED_ON_EHLO), 4, true, 250}}},
    {"SMTP-2034-4-05 the same",
     "250-2.0.0 a\r\n250 2.0.0 b\r\n",
     &offered,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-2034-4-05 the same, two digits",
     "250-2.1.10 a\r\n250 2.1.10 b\r\n",
     &offered,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-2034-4-05 another detail",
     "250-2.0.0 a\r\n250 2.0.1 b\r\n",
     &offered,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, BIT(ENHANCED_DIFFERS), 4, true, 250}}},
    {"SMTP-2034-4-05 another subject",
     "250-2.0.0 a\r\n250 2.1.0 b\r\n",
     &offered,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, BIT(ENHANCED_DIFFERS), 4, true, 250}}},
    {"SMTP-2034-4-05 another class",
     "250-2.0.0 a\r\n250 5.0.0 b\r\n",
     &offered,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, BIT(ENHANCED_CLASS) | BIT(ENHANCED_DIFFERS), 4, true, 250}}},
    {"SMTP-2034-4-05 none on the last",
     "250-2.0.0 a\r\n250 b\r\n",
     &offered,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, BIT(ENHANCED_DIFFERS), 4, true, 250}}},
    {"SMTP-2034-4-05 none on the last, no text",
     "250-2.0.0 a\r\n250\r\n",
     &offered,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, BIT(NO_SPACE) | BIT(ENHANCED_DIFFERS), 3, true, 250}}},
    {"SMTP-2034-4-01 none on the first",
     "250-a\r\n250 2.0.0 b\r\n",
     &offered,
     {{MS_REPLY_OK, 0, BIT(ENHANCED_MISSING), 4, false, 250}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-2034-4-05 not offered",
     "250-2.0.0 a\r\n250 2.0.1 b\r\n",
     &plain,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-2034-4-05 mixed codes say enough",
     "250-2.0.0 a\r\n550 5.0.0 b\r\n",
     &offered,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_ERR_MIXED_CODES, 0, 0, 0, true, 250}}},

    {"SMTP-5321-4.1.1.1-08 EHLO",
     "250-mx.example\r\n250-SIZE 1000\r\n250 8bitmime\r\n",
     &ehlo,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-4.1.1.1-08 keyword lines are for ms_ehlo_line_parse",
     "250-mx.example\r\n250--X\r\n250 PIPELINING x\r\n",
     &ehlo,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-4.1.1.1-08 refused EHLO has free text",
     "550-5.7.1 not you!\r\n550 5.7.1 go\r\n",
     &ehlo,
     {{MS_REPLY_OK, 0, 0, 0, false, 550}, {MS_REPLY_OK, 0, 0, 0, true, 550}}},
    {"SMTP-5321-3.2-01 keywords after HELO",
     "250-mx.example\r\n250-SIZE 1000\r\n250 HELP\r\n",
     &helo,
     {{MS_REPLY_OK, 0, 0, 0, false, 250},
      {MS_REPLY_OK, 0, BIT(HELO_KEYWORDS), 4, false, 250},
      {MS_REPLY_OK, 0, BIT(HELO_KEYWORDS), 4, true, 250}}},
    {"SMTP-5321-3.2-01 other words after HELO",
     "250-mx.example\r\n250-Help!\r\n250 Xfoo\r\n",
     &helo,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-3.2-01 free text after HELO",
     "250-mx.example\r\n250-Size matters here\r\n250 welcome, x\r\n",
     &helo,
     {{MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, false, 250}, {MS_REPLY_OK, 0, 0, 0, true, 250}}},
    {"SMTP-5321-4.2-03 greeting of two lines",
     "220-mx.example\r\n220 no spam!\r\n",
     &greeting,
     {{MS_REPLY_OK, 0, 0, 0, false, 220}, {MS_REPLY_OK, 0, 0, 0, true, 220}}},
};

typedef struct collector {
    ms_line_framer framer;
    ms_reply reply;
    const ms_reply_context *context;
    size_t count;
    ms_reply_line lines[LINES];
    ms_reply replies[LINES];
} collector;

static size_t take_line(void *parser, ms_span input)
{
    collector *c = parser;
    const ms_line line = ms_line_next(&c->framer, input);
    if (line.status == MS_LINE_NEED_MORE || c->count == LINES)
        return 0;
    c->lines[c->count] = ms_reply_next(&c->reply, &line, c->context);
    c->replies[c->count] = c->reply;
    c->count++;
    return line.consumed;
}

static void expect_stream(const struct stream *stream, const collector *c)
{
    size_t want = 0;
    while (want < LINES &&
           (stream->lines[want].complete || stream->lines[want].code != 0 || stream->lines[want].error != 0))
        want++;
    cr_assert_eq(c->count, want, "%s: got %zu lines", stream->id, c->count);
    for (size_t i = 0; i < want; i++) {
        expect_line(stream->id, &c->lines[i], stream->lines[i].error, stream->lines[i].error_at,
                    stream->lines[i].deviations, stream->lines[i].deviation_at);
        cr_expect_eq(c->replies[i].complete, stream->lines[i].complete, "%s: line %zu", stream->id, i);
        cr_expect_eq(c->replies[i].code, stream->lines[i].code, "%s: line %zu got %u", stream->id, i,
                     c->replies[i].code);
    }
}

static collector collect_from(const ms_reply_context *context)
{
    collector c = {.context = context};
    ms_line_init(&c.framer, MS_SMTP_REPLY_LINE_MAX);
    ms_reply_init(&c.reply);
    return c;
}

Test(smtp_reply, streams_fed_in_each_way)
{
    for (size_t i = 0; i < COUNT(streams); i++) {
        const ms_span octets = heap_text(streams[i].octets);
        for (feed_way way = FEED_WHOLE; way < FEED_WAYS; way++) {
            collector c = collect_from(streams[i].context);
            cr_expect_eq(feed(way, octets, take_line, &c), octets.len, "%s, %s", streams[i].id, feed_way_name(way));
            expect_stream(&streams[i], &c);
        }
        heap_free(octets);
    }
}

/* SMTP-SEC-response-01: the head of an over-long line counts as the line. */
Test(smtp_reply, over_long_line)
{
    uint8_t text[MS_SMTP_REPLY_LINE_MAX];
    memset(text, 'a', sizeof text);
    memcpy(text, "250-", 4);
    const ms_line head = {
        .status = MS_LINE_HEAD, .flags = MS_LINE_TOO_LONG, .text = {text, sizeof text}, .consumed = sizeof text};
    const ms_line piece = {.status = MS_LINE_CONTINUED, .flags = MS_LINE_TOO_LONG, .text = {text, 9}, .consumed = 9};
    ms_reply reply;
    ms_reply_init(&reply);
    ms_reply_line got = ms_reply_next(&reply, &head, NULL);
    expect_line("head", &got, MS_REPLY_OK, 0, BIT(TOO_LONG), 510);
    cr_expect(!reply.complete);
    cr_expect_eq(reply.lines, 1);
    got = ms_reply_next(&reply, &piece, NULL);
    expect_line("piece", &got, MS_REPLY_ERR_INCOMPLETE, 0, 0, 0);
    cr_expect_eq(reply.lines, 1);
    /* a challenge may be as long as it likes, and cannot be checked before its end */
    memcpy(text, "334 ", 4);
    ms_reply_init(&reply);
    got = ms_reply_next(&reply, &head, &auth);
    expect_line("challenge", &got, MS_REPLY_OK, 0, 0, 0);
    cr_expect(reply.complete);
}

/* A caller may take lines longer than the RFC's, and a framer's limit may be lower. */
Test(smtp_reply, length_counts_the_line_end)
{
    uint8_t text[MS_SMTP_REPLY_LINE_MAX];
    memset(text, 'a', sizeof text);
    memcpy(text, "250 ", 4);
    ms_reply reply;
    ms_reply_init(&reply);
    const ms_line bare_lf = {
        .status = MS_LINE_COMPLETE, .flags = MS_LINE_BARE_LF, .text = {text, 511}, .consumed = 512};
    ms_reply_line got = ms_reply_next(&reply, &bare_lf, NULL);
    expect_line("511 and LF", &got, MS_REPLY_OK, 0, BIT(BARE_LF), 511);
    const ms_line crlf = {.status = MS_LINE_COMPLETE, .flags = 0, .text = {text, 511}, .consumed = 513};
    got = ms_reply_next(&reply, &crlf, NULL);
    expect_line("511 and CRLF", &got, MS_REPLY_OK, 0, BIT(TOO_LONG), 510);
    const ms_line head = {.status = MS_LINE_HEAD, .flags = MS_LINE_TOO_LONG, .text = {text, 20}, .consumed = 20};
    got = ms_reply_next(&reply, &head, NULL);
    expect_line("lower limit", &got, MS_REPLY_OK, 0, BIT(TOO_LONG), 20);
}

Test(smtp_reply, incomplete)
{
    ms_reply reply;
    ms_reply_init(&reply);
    const ms_line nothing = {.status = MS_LINE_NEED_MORE};
    const ms_reply_line got = ms_reply_next(&reply, &nothing, NULL);
    cr_expect_eq(got.error, MS_REPLY_ERR_INCOMPLETE);
    cr_expect_eq(reply.lines, 0);
    cr_expect(!reply.complete);
}

/* SMTP-SEC-response-02: an endless reply is counted up to what fits. */
Test(smtp_reply, lines_saturate)
{
    ms_reply reply;
    ms_reply_init(&reply);
    const ms_line line = {.status = MS_LINE_COMPLETE, .text = MS_SPAN("250-x"), .consumed = 7};
    for (size_t i = 0; i < UINT16_MAX + 10u; i++)
        ms_reply_next(&reply, &line, NULL);
    cr_expect_eq(reply.lines, UINT16_MAX);
    cr_expect(!reply.complete);
}

/* Plain lines take a short way.  A flag that ms_reply_next has no use for, as it looks at the octets itself, bars it:
 * both ways must give the same.  The octets are drawn from those that matter. */
Test(smtp_reply, the_short_way_gives_the_same)
{
    static const char alphabet[] = "2504 -..2510a\t";
    static const ms_reply_context *const contexts[] = {&plain, &offered,  &utf8_rcpt, &quit,
                                                       &auth,  &greeting, &helo,      &ehlo};
    uint32_t state = 1;
    size_t good = 0;
    ms_reply replies[2] = {{0}, {0}};
    for (size_t i = 0; i < 200000; i++) {
        uint8_t text[24];
        state = state * 1664525u + 1013904223u;
        const size_t len = (state >> 24) % (sizeof text + 1);
        const ms_reply_context *context = contexts[(state >> 8) % COUNT(contexts)];
        for (size_t at = 0; at < len; at++) {
            state = state * 1664525u + 1013904223u;
            const bool good_start = at < 4 && (state & 0xf00) != 0;
            text[at] = (uint8_t)(good_start ? "250-"[at] : alphabet[(state >> 16) % (sizeof alphabet - 1)]);
        }
        const ms_span copy = heap_copy(text, len);
        ms_line line = {.status = MS_LINE_COMPLETE, .text = copy, .consumed = len + 2};
        const ms_reply_line a = ms_reply_next(&replies[0], &line, context);
        line.flags = MS_LINE_8BIT;
        const ms_reply_line b = ms_reply_next(&replies[1], &line, context);
        const bool same = a.error == b.error && a.code == b.code && a.more == b.more && a.error_at == b.error_at &&
                          a.deviations == b.deviations && a.enhanced.class_ == b.enhanced.class_ &&
                          a.enhanced.subject == b.enhanced.subject && a.enhanced.detail == b.enhanced.detail &&
                          a.text.ptr == b.text.ptr && a.text.len == b.text.len && a.free_text.ptr == b.free_text.ptr &&
                          a.free_text.len == b.free_text.len && replies[0].code == replies[1].code &&
                          replies[0].lines == replies[1].lines && replies[0].complete == replies[1].complete &&
                          replies[0].codeless == replies[1].codeless &&
                          replies[0].enhanced.class_ == replies[1].enhanced.class_ &&
                          replies[0].enhanced.subject == replies[1].enhanced.subject &&
                          replies[0].enhanced.detail == replies[1].enhanced.detail;
        cr_assert(same, "%zu: %.*s", i, (int)len, (const char *)text);
        good += a.error == MS_REPLY_OK && a.deviations == 0;
        heap_free(copy);
    }
    cr_expect_gt(good, 10000, "only %zu lines were good", good);
}

Test(smtp_reply_error, each_row_is_filled_in)
{
    for (int i = 0; i < MS_REPLY_ERR_COUNT; i++) {
        const ms_rule *rule = ms_reply_error_rule((ms_reply_error)i);
        cr_expect(rule->name != NULL && rule->name[0] != '\0', "%d", i);
        cr_expect(rule->text != NULL && rule->text[0] != '\0', "%d", i);
        cr_expect_eq(rule->requirement == MS_REQ_NONE, i == MS_REPLY_OK, "%d", i);
    }
    for (int i = 0; i < MS_REPLY_DEV_COUNT; i++) {
        const ms_rule *rule = ms_reply_deviation_rule((ms_reply_deviation)i);
        cr_expect(rule->name != NULL && rule->name[0] != '\0', "%d", i);
        cr_expect(rule->text != NULL && rule->text[0] != '\0', "%d", i);
        cr_expect_neq(rule->requirement, MS_REQ_NONE, "%s", rule->name);
        for (int j = 0; j < i; j++)
            cr_expect_str_neq(rule->name, ms_reply_deviation_rule((ms_reply_deviation)j)->name);
    }
    cr_expect_str_eq(ms_reply_error_rule(MS_REPLY_ERR_COUNT)->name, "ok");
    cr_expect_str_eq(ms_reply_deviation_rule(MS_REPLY_DEV_COUNT)->name, "");
}
