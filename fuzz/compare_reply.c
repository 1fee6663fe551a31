/* compare_reply.c - SMTP's reply lines, EHLO lines and enhanced status codes against the model; see compare.h */
#include <string.h>

#include "fuzz/compare.h"
#include "fuzz/model/model.h"

#define DEVIATION(name) (UINT64_C(1) << MS_REPLY_DEV_##name)

/* The octets are in the grammar all the same.  "250" without a space and a text is `Reply-code [ SP textstring ]`, and
 * discouraged (RFC 5321 section 4.2). */
static const ms_deviations prose = DEVIATION(TOO_LONG) | DEVIATION(NO_SPACE) | DEVIATION(UTF8_NOT_PERMITTED) |
                                   DEVIATION(ENHANCED_ON_EHLO) | DEVIATION(EHLO_KEYWORD_UNREGISTERED) |
                                   DEVIATION(EHLO_LIMIT_VALUE);

static const ms_deviations enhanced_codes = DEVIATION(ENHANCED_FORBIDDEN) | DEVIATION(ENHANCED_CLASS) |
                                            DEVIATION(ENHANCED_LEADING_ZERO) | DEVIATION(ENHANCED_WHITE_SPACE) |
                                            DEVIATION(ENHANCED_MALFORMED) | DEVIATION(ENHANCED_NO_SPACE) |
                                            DEVIATION(ENHANCED_NO_TEXT);

static const char *verdict(bool in_grammar, bool taken)
{
    if (in_grammar == taken)
        return NULL;
    return taken ? "not in the grammar, and accepted" : "in the grammar, and refused";
}

static bool has_code(ms_span line, const char *code)
{
    return line.len >= 3 && memcmp(line.ptr, code, 3) == 0;
}

static bool is_reply(ms_span line, const ms_reply_context *context)
{
    const model_grammar grammar = context->smtputf8 ? MODEL_SMTPUTF8 : MODEL_SMTP;
#define IS(rule) model_is(grammar, rule, line.ptr, line.len)
    if (context->after == MS_AFTER_CONNECT && has_code(line, "220"))
        return IS("greeting");
    if (context->after == MS_AFTER_EHLO && has_code(line, "250"))
        return IS("ehlo-first");
    if (context->after == MS_AFTER_AUTH && has_code(line, "334"))
        return IS("continue-req");
    /* "Note that there is still a space" (RFC 4954 section 4): no text, and none is missed. */
    if (line.len == 4 && IS("continue-req"))
        return true;
    /* RFC 2034 section 4: not in the greeting and in the response to HELO and EHLO */
    const bool exempt =
        context->after == MS_AFTER_CONNECT || context->after == MS_AFTER_HELO || context->after == MS_AFTER_EHLO;
    if (context->enhanced && !exempt)
        return IS("enhanced-line") || IS("intermediate-line");
    return IS("reply-line");
#undef IS
}

/* A name over the limits of RFC 5321 section 4.5.3.1.2, or RFC 1035's 63 octets for a label, is in the grammar, and no
 * name all the same. */
static bool is_long_name(ms_span line)
{
    size_t label = 0;
    for (size_t at = 4; at < line.len && line.ptr[at] != ' '; at++) {
        label = line.ptr[at] == '.' ? 0 : label + 1;
        if (label > 63 || at - 3 > 255)
            return true;
    }
    return false;
}

const char *compare_reply_line(ms_span line, const ms_reply_context *context)
{
    if (!abnf_fits(line.len))
        return NULL;
    const ms_reply_line parsed = ms_reply_line_parse(line, context);
    /* "3xx responses are NOT included" (RFC 2034 section 4): what reads like a code there is text in the grammar. */
    const ms_deviations codes = line.len > 0 && line.ptr[0] == '3' ? enhanced_codes : 0;
    const bool taken = parsed.error == MS_REPLY_OK && (parsed.deviations & ~prose & ~codes) == 0;
    if ((parsed.deviations & DEVIATION(NO_DOMAIN)) != 0 && is_long_name(line))
        return NULL;
    const char *why = verdict(is_reply(line, context), taken);
    if (why != NULL || !taken)
        return why;
    const unsigned code = (line.ptr[0] - 48U) * 100 + (line.ptr[1] - 48U) * 10 + (line.ptr[2] - 48U);
    if (parsed.code != code || parsed.more != (line.len > 3 && line.ptr[3] == '-'))
        return "the reply code, or whether another line follows";
    const bool text = line.len > 3;
    return text == !ms_span_is_absent(parsed.text) && (!text || parsed.text.len == line.len - 4) ? NULL : "the text";
}

/* RFC 5321 section 4.2.1: "each line begin with the reply code", "the last line … begins with the reply code, followed
 * immediately by <SP>", and "the reply code on each of the lines MUST be the same". */
const char *compare_reply_lines(const ms_reply *before, ms_span line, const ms_reply_line *got, const ms_reply *after)
{
    const bool begins = before->lines == 0 || before->complete;
    const bool clean = got->error == MS_REPLY_OK && got->deviations == 0;
    if (!clean || line.len < 3)
        return NULL;
    const unsigned code = (line.ptr[0] - 48U) * 100 + (line.ptr[1] - 48U) * 10 + (line.ptr[2] - 48U);
    if (!begins && before->code != 0 && code != before->code)
        return "a line with another code than the first one's is accepted";
    if (after->code != (begins ? code : before->code))
        return "the code of the reply is the first line's";
    if (after->complete != (line.len == 3 || line.ptr[3] != '-'))
        return "whether the reply is complete";
    if (after->lines != (begins ? 1 : before->lines == UINT16_MAX ? UINT16_MAX : before->lines + 1))
        return "how many lines the reply has";
    return NULL;
}

const char *compare_enhanced_status(ms_span text)
{
    if (!abnf_fits(text.len))
        return NULL;
    ms_enhanced_status status;
    ms_deviations deviations = 0;
    size_t wrong_at = 0;
    const size_t len = ms_enhanced_status_parse(text, &status, &deviations, &wrong_at);
    const bool taken = len != 0 && deviations == 0;
    if (taken) {
        if (!model_is(MODEL_SMTP, "status-code", text.ptr, len) || text.len == len || text.ptr[len] != ' ')
            return "not in the grammar, and accepted";
        unsigned numbers[3] = {0};
        for (size_t at = 0, part = 0; at < len; at++)
            if (text.ptr[at] == '.')
                part++;
            else
                numbers[part] = numbers[part] * 10 + (text.ptr[at] - 48U);
        return status.class_ == numbers[0] && status.subject == numbers[1] && status.detail == numbers[2]
                   ? NULL
                   : "the class, subject or detail";
    }
    return model_is(MODEL_SMTP, "status-text", text.ptr, text.len) ? "in the grammar, and refused" : NULL;
}

/* --- EHLO ------------------------------------------------------------------------------------------------------- */

static const struct {
    ms_ehlo_keyword id;
    const char *keyword, *rule;
} keywords[] = {
    {MS_EHLO_SIZE, "SIZE", "ehlo-size"},
    {MS_EHLO_AUTH, "AUTH", "ehlo-auth"},
    {MS_EHLO_MT_PRIORITY, "MT-PRIORITY", "ehlo-mt-priority"},
    {MS_EHLO_8BITMIME, "8BITMIME", "ehlo-bare"},
    {MS_EHLO_PIPELINING, "PIPELINING", "ehlo-bare"},
    {MS_EHLO_CHUNKING, "CHUNKING", "ehlo-bare"},
    {MS_EHLO_BINARYMIME, "BINARYMIME", "ehlo-bare"},
    {MS_EHLO_STARTTLS, "STARTTLS", "ehlo-bare"},
    {MS_EHLO_ENHANCEDSTATUSCODES, "ENHANCEDSTATUSCODES", "ehlo-bare"},
    {MS_EHLO_DSN, "DSN", "ehlo-bare"},
    {MS_EHLO_REQUIRETLS, "REQUIRETLS", "ehlo-bare"},
    {MS_EHLO_SMTPUTF8, "SMTPUTF8", "ehlo-bare"},
    {MS_EHLO_ETRN, "ETRN", "ehlo-line"},
    {MS_EHLO_HELP, "HELP", "ehlo-line"},
};

/* The line's first word, in any letter case. */
static bool first_word_is(ms_span text, const char *word)
{
    const size_t len = strlen(word);
    if (text.len < len || (text.len > len && text.ptr[len] != ' '))
        return false;
    for (size_t i = 0; i < len; i++) {
        const uint8_t octet = text.ptr[i];
        if ((octet >= 'a' && octet <= 'z' ? octet & 0xDF : octet) != word[i])
            return false;
    }
    return true;
}

const char *compare_ehlo_line(ms_span text)
{
    if (!abnf_fits(text.len))
        return NULL;
    const ms_ehlo_line parsed = ms_ehlo_line_parse(text);
    const bool taken = parsed.error == MS_REPLY_OK && (parsed.deviations & ~prose) == 0;
    const bool in_grammar = model_is(MODEL_SMTP, "ehlo-line", text.ptr, text.len);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (first_word_is(text, keywords[i].keyword)) {
            if (in_grammar && parsed.id != keywords[i].id)
                return "which keyword it is";
            return verdict(in_grammar && model_is(MODEL_SMTP, keywords[i].rule, text.ptr, text.len), taken);
        }
    /* Other extensions' parameters are not modelled: only what is not in the general grammar. */
    return taken && !in_grammar ? "not in the grammar, and accepted" : NULL;
}
