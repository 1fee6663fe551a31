#include "mailspec/smtp_reply.h"

#include "../common/cursor.h"
#include "../common/inline.h"
#include "../common/plain_octets.h"
#include "../common/utf8.h"
#include "mailspec/base64.h"
#include "mailspec/limits.h"
#include "reply_read.h"

enum {
    CODE_LEN = 3,
    HELLO_OK = 250,
    GREETING_OK = 220,
    AUTH_CHALLENGE = 334,
    WILL_FORWARD = 251,
    PLEASE_TRY = 551,
    PLAIN_ENHANCED = sizeof "2.1.5 " - 1, /* octets */
};

/* How a line is to be read. */
typedef struct reading {
    ms_span line;
    const ms_reply_context *context;
    size_t end_len; /* octets of the line end */
    bool first;     /* of its reply */
    bool cut;       /* only the head of an over-long line */
} reading;

/* at: offset in the line of the first octet that deviates. */
static void deviate_all(ms_reply_line *out, ms_deviations deviations, size_t at)
{
    if (deviations != 0 && (out->deviations == 0 || at < out->deviation_at))
        out->deviation_at = at;
    out->deviations |= deviations;
}

static void deviate(ms_reply_line *out, ms_reply_deviation deviation, size_t at)
{
    deviate_all(out, MS_DEVIATION_BIT(deviation), at);
}

/* The offset in the line at which the text begins, or would begin. */
static size_t text_at(const ms_reply_line *out)
{
    return ms_span_is_absent(out->text) ? CODE_LEN : CODE_LEN + 1;
}

static void fail(ms_reply_line *out, ms_reply_error error, size_t at)
{
    out->error = error;
    out->error_at = at;
}

/* --- the code --- */

/* Digits, but not three of them with a separator behind: say what is wrong, and whether "-" follows them. */
static void fail_code(ms_reply_line *out, ms_span line)
{
    cursor c = cursor_of(line);
    skip_class(&c, OCTET_DIGIT);
    const bool ends_like_code = at_end(&c) || peek(&c) == ' ' || peek(&c) == '-';
    if (c.at == CODE_LEN) {
        fail(out, MS_REPLY_ERR_SEPARATOR, c.at);
    } else if (c.at > CODE_LEN) {
        fail(out, MS_REPLY_ERR_CODE_LENGTH, CODE_LEN);
        out->more = peek(&c) == '-';
    } else if (c.at > 0 && ends_like_code) {
        fail(out, MS_REPLY_ERR_CODE_LENGTH, c.at);
        out->more = peek(&c) == '-';
    } else {
        fail(out, MS_REPLY_ERR_CODE, c.at);
    }
}

/* Reply-code = %x32-35 %x30-35 %x30-39
 * RFC 5321 section 4.2.  Any three digits are taken, as clients must handle codes that they do not know. */
static bool take_code(ms_reply_line *out, ms_span line)
{
    if (line.len < CODE_LEN)
        return false;
    const unsigned a = line.ptr[0] - (unsigned)'0';
    const unsigned b = line.ptr[1] - (unsigned)'0';
    const unsigned c = line.ptr[2] - (unsigned)'0';
    if (a > 9 || b > 9 || c > 9)
        return false;
    out->code = (uint16_t)(a * 100 + b * 10 + c);
    if (a < 2 || a > 5)
        deviate(out, MS_REPLY_DEV_CLASS, 0);
    if (b > 5)
        deviate(out, MS_REPLY_DEV_SECOND_DIGIT, 1);
    return true;
}

/* The code and what stands behind it.  false: an error was set. */
static bool take_code_and_separator(ms_reply_line *out, ms_span line)
{
    const bool has_code = take_code(out, line);
    if (has_code && line.len == CODE_LEN)
        return true;
    if (has_code && (line.ptr[CODE_LEN] == ' ' || line.ptr[CODE_LEN] == '-')) {
        out->more = line.ptr[CODE_LEN] == '-';
        out->text = ms_span_make(line.ptr + CODE_LEN + 1, line.len - CODE_LEN - 1);
        out->free_text = out->text;
        return true;
    }
    fail_code(out, line);
    if (out->error == MS_REPLY_ERR_CODE_LENGTH) {
        out->code = 0;
        out->deviations = 0;
    }
    return false;
}

/* --- the text --- */

/* UTF-8 may stand in the mailboxes of 251 and 551, and in replies to VRFY and EXPN (RFC 6531 sections 3.7.4.1, 3.7.4.2). */
static bool utf8_is_permitted(const reading *r, uint16_t code)
{
    return r->context->after != MS_AFTER_RCPT || code == WILL_FORWARD || code == PLEASE_TRY;
}

static void judge_8bit(const reading *r, ms_reply_line *out, size_t at)
{
    size_t wrong_at = 0;
    if (!r->context->smtputf8)
        deviate(out, MS_REPLY_DEV_8BIT, at);
    else if (!ms_utf8_check(out->text, &wrong_at))
        deviate(out, MS_REPLY_DEV_8BIT, text_at(out) + wrong_at);
    else if (!utf8_is_permitted(r, out->code))
        deviate(out, MS_REPLY_DEV_UTF8_NOT_PERMITTED, at);
}

/* textstring = 1*(%d09 / %d32-126)
 * RFC 5321 section 4.2.  The text behind the domain of an EHLO reply is wider:
 * ehlo-greet = 1*(%d0-9 / %d11-12 / %d14-127) (section 4.1.1.1). */
static void judge_octets(const reading *r, ms_reply_line *out)
{
    const bool ehlo_greet = r->context->after == MS_AFTER_EHLO && r->first && out->code == HELLO_OK;
    bool eight_bit = false;
    for (size_t i = 0; i < out->text.len; i++) {
        const uint8_t octet = out->text.ptr[i];
        if (octet_is(octet, OCTET_TEXT))
            continue;
        const size_t at = text_at(out) + i;
        if (octet == '\r') {
            deviate(out, MS_REPLY_DEV_BARE_CR, at);
        } else if (octet == '\n') {
            deviate(out, MS_REPLY_DEV_BARE_LF, at);
        } else if (octet_is(octet, OCTET_8BIT)) {
            if (!eight_bit)
                judge_8bit(r, out, at);
            eight_bit = true;
        } else if (!ehlo_greet) {
            deviate(out, octet == '\0' ? MS_REPLY_DEV_NUL : MS_REPLY_DEV_CONTROL, at);
        }
    }
}

/* continue-req = "334" SP [base64] CRLF
 * RFC 4954 section 8.  No limit of length holds in the exchange (section 4). */
static void judge_challenge(const reading *r, ms_reply_line *out)
{
    size_t wrong_at = 0;
    if (r->line.len == CODE_LEN || out->more)
        deviate(out, MS_REPLY_DEV_CHALLENGE_NO_SPACE, CODE_LEN);
    else if (!r->cut && !ms_base64_check(out->text, &wrong_at))
        deviate(out, MS_REPLY_DEV_CHALLENGE_NOT_BASE64, text_at(out) + wrong_at);
}

/* Greeting = "220 " (Domain / address-literal) [ SP textstring ] CRLF …   RFC 5321 section 4.2
 * ehlo-ok-rsp = "250" SP Domain [ SP ehlo-greet ] CRLF …                  RFC 5321 section 4.1.1.1
 * A server without a name uses an address literal in both (section 4.3.1). */
static void judge_domain(ms_reply_line *out)
{
    cursor c = cursor_of(out->text);
    const ms_span word = take_until(&c, ' ');
    size_t wrong_at = 0;
    ms_deviations deviations = 0;
    if (ms_smtp_domain_parse(word, NULL, &wrong_at, &deviations) == MS_DOMAIN_NONE || deviations != 0)
        deviate(out, MS_REPLY_DEV_NO_DOMAIN, text_at(out) + wrong_at);
}

/* --- the enhanced status code --- */

/* Whether a reply must carry one: "all 2xx, 4xx, and 5xx SMTP responses other than the initial greeting and any
 * response to HELO or EHLO" (RFC 2034 section 3). */
static bool enhanced_is_due(const ms_reply_context *context, uint16_t code)
{
    const unsigned first_digit = code / 100u;
    return context->enhanced && (first_digit == 2 || first_digit == 4 || first_digit == 5) &&
           context->after != MS_AFTER_CONNECT && context->after != MS_AFTER_HELO && context->after != MS_AFTER_EHLO;
}

static void judge_due(ms_reply_line *out, ms_deviations deviations, size_t wrong_at)
{
    deviate_all(out, deviations, text_at(out) + wrong_at);
    if (out->enhanced.class_ == 0 && deviations == 0)
        deviate(out, MS_REPLY_DEV_ENHANCED_MISSING, text_at(out));
    if (out->enhanced.class_ != 0 && out->enhanced.class_ != out->code / 100)
        deviate(out, MS_REPLY_DEV_ENHANCED_CLASS, text_at(out));
}

static void judge_enhanced(const reading *r, ms_reply_line *out)
{
    ms_deviations deviations = 0;
    size_t wrong_at = 0;
    const bool due = enhanced_is_due(r->context, out->code);
    const size_t len = ms_enhanced_status_parse(out->text, &out->enhanced, &deviations, &wrong_at);
    /* Where it is not due, only what is plainly one counts: 2.5.1alpha may be a version. */
    const bool taken = len != 0 && (due || (deviations & ~MS_DEVIATION_BIT(MS_REPLY_DEV_ENHANCED_NO_TEXT)) == 0);
    if (taken) {
        cursor c = cursor_of(out->text);
        c.at = len;
        while (skip_octet(&c, ' ')) {
        }
        out->free_text = take_rest(&c);
    } else {
        out->enhanced = (ms_enhanced_status){0};
    }
    if (due)
        judge_due(out, deviations, wrong_at);
    else if (taken && r->context->enhanced && out->code / 100 == 3)
        deviate(out, MS_REPLY_DEV_ENHANCED_FORBIDDEN, text_at(out));
    else if (taken && (r->context->after == MS_AFTER_EHLO || r->context->after == MS_AFTER_HELO) &&
             out->code / 100 == 2 && out->enhanced.class_ == 2)
        deviate(out, MS_REPLY_DEV_ENHANCED_ON_EHLO, text_at(out));
}

/* --- a line --- */

/* "servers SHOULD send the <SP> if subsequent text is not sent" (RFC 5321 section 4.2.1), "senders SHOULD NOT send
 * bare codes" (section 4.2).  The last line of a longer reply may be empty: the reply has text. */
static void judge_missing_text(const reading *r, ms_reply_line *out)
{
    if (r->line.len == CODE_LEN)
        deviate(out, MS_REPLY_DEV_NO_SPACE, CODE_LEN);
    else if (r->first && !out->more && out->code != AUTH_CHALLENGE)
        deviate(out, MS_REPLY_DEV_NO_TEXT, text_at(out));
}

/* out is all zero. */
static void parse_line(const reading *r, ms_reply_line *out)
{
    const bool understood = take_code_and_separator(out, r->line);
    const bool challenge = out->code == AUTH_CHALLENGE && r->context->after == MS_AFTER_AUTH;
    const size_t longest = MS_SMTP_REPLY_LINE_MAX - r->end_len;
    if ((r->cut || r->line.len > longest) && !challenge)
        deviate(out, MS_REPLY_DEV_TOO_LONG, r->line.len < longest ? r->line.len : longest);
    if (!understood)
        return;
    if (challenge)
        judge_challenge(r, out);
    else if (out->text.len == 0)
        judge_missing_text(r, out);
    judge_octets(r, out);
    judge_enhanced(r, out);
    if (r->first && ((r->context->after == MS_AFTER_CONNECT && out->code == GREETING_OK) ||
                     (r->context->after == MS_AFTER_EHLO && out->code == HELLO_OK)))
        judge_domain(out);
}

static const ms_reply_context plain_context = {MS_AFTER_COMMAND, false, false};

/* --- a reply --- */

void ms_reply_init(ms_reply *reply)
{
    *reply = (ms_reply){0};
}

/* "the reply code on each of the lines MUST be the same" (RFC 5321 section 4.2.1) */
static void compare_codes(const ms_reply *reply, ms_reply_line *out, ms_span line)
{
    if (out->error != MS_REPLY_OK || reply->codeless || out->code == reply->code)
        return;
    const uint8_t first[CODE_LEN] = {(uint8_t)('0' + reply->code / 100), (uint8_t)('0' + reply->code / 10 % 10),
                                     (uint8_t)('0' + reply->code % 10)};
    size_t at = 0;
    while (at < CODE_LEN - 1 && line.ptr[at] == first[at])
        at++;
    fail(out, MS_REPLY_ERR_MIXED_CODES, at);
}

/* "the same status code must appear at the beginning of the text in each line" (RFC 2034 section 4).  What the first
 * line lacks was said there. */
static void compare_enhanced(const ms_reply *reply, ms_reply_line *out, const ms_reply_context *context)
{
    const ms_enhanced_status *a = &reply->enhanced;
    const ms_enhanced_status *b = &out->enhanced;
    if (out->error != MS_REPLY_OK || a->class_ == 0 || !enhanced_is_due(context, reply->code))
        return;
    if (a->class_ == b->class_ && a->subject == b->subject && a->detail == b->detail)
        return;
    if (b->class_ == 0)
        out->deviations &= ~MS_DEVIATION_BIT(MS_REPLY_DEV_ENHANCED_MISSING);
    deviate(out, MS_REPLY_DEV_ENHANCED_DIFFERS, text_at(out));
}

/* "MUST NOT … return the extended EHLO-style response" to HELO (RFC 5321 section 3.2): lines behind the first one that
 * read as well-formed lines of known keywords.  Free text may begin with such a word, and is not well-formed then. */
static void judge_helo(ms_reply_line *out)
{
    const ms_ehlo_line ehlo = ms_ehlo_line_parse(out->text);
    const bool known = ehlo.id != MS_EHLO_UNKNOWN && ehlo.id != MS_EHLO_X;
    if (known && ehlo.error == MS_REPLY_OK && ehlo.deviations == 0)
        deviate(out, MS_REPLY_DEV_HELO_KEYWORDS, text_at(out));
}

static bool is_open(const ms_reply_line *out, bool first)
{
    return out->error == MS_REPLY_ERR_CODE ? !first : out->more;
}

static void join(ms_reply *reply, const ms_reply_context *context, ms_span line, ms_reply_line *out)
{
    if (reply->lines == 0) {
        reply->code = out->code;
        reply->codeless = out->error != MS_REPLY_OK && out->error != MS_REPLY_ERR_SEPARATOR;
        reply->enhanced = out->enhanced;
    } else {
        compare_codes(reply, out, line);
        compare_enhanced(reply, out, context);
        if (out->error == MS_REPLY_OK && reply->code == HELLO_OK && context->after == MS_AFTER_HELO)
            judge_helo(out);
    }
    reply->complete = !is_open(out, reply->lines == 0);
    if (reply->lines != UINT16_MAX)
        reply->lines++;
}

static ms_reply_line read_any(ms_reply *reply, const ms_line *line, const ms_reply_context *context)
{
    ms_reply_line out = {0};
    if (line->status == MS_LINE_NEED_MORE || line->status == MS_LINE_CONTINUED) {
        out.error = MS_REPLY_ERR_INCOMPLETE;
        return out;
    }
    if (reply->complete)
        ms_reply_init(reply);
    const bool bare_lf = (line->flags & MS_LINE_BARE_LF) != 0;
    const reading r = {line->text, context, bare_lf ? 1 : 2, reply->lines == 0, line->status == MS_LINE_HEAD};
    parse_line(&r, &out);
    if (bare_lf)
        deviate(&out, MS_REPLY_DEV_BARE_LF, line->text.len);
    join(reply, context, line->text, &out);
    return out;
}

/* --- the plain good line --- */

/* Most lines by far have nothing that is to be judged; these are read here, a fifth as many instructions, and must come
 * out as read_any would have it.  Whatever is the least unusual is left to read_any. */
typedef struct plain {
    uint16_t code; /* 0: the line is not plain */
    bool more;
    ms_enhanced_status enhanced;
} plain;

/* false does not say that something must be judged: HT may stand there. */
static inline bool is_printable(ms_span text)
{
    if (text.len < 8) {
        for (size_t i = 0; i < text.len; i++)
            if (!octet_is(text.ptr[i], OCTET_TEXT))
                return false;
        return true;
    }
    for (size_t at = 0; text.len - at > 8; at += 8)
        if (!eight_are_plain(text.ptr + at))
            return false;
    return eight_are_plain(text.ptr + text.len - 8);
}

/* "2.1.5 " at the start of a text, then something else than a further space. */
static inline bool take_plain_enhanced(const uint8_t *text, size_t len, ms_enhanced_status *out)
{
    if (len < PLAIN_ENHANCED + 1 || text[3] != '.' || text[5] != ' ' || text[6] == ' ')
        return false;
    const unsigned class_ = text[0] - (unsigned)'0';
    const unsigned subject = text[2] - (unsigned)'0';
    const unsigned detail = text[4] - (unsigned)'0';
    if ((class_ != 2 && class_ != 5 && class_ != 4) || subject > 9 || detail > 9)
        return false;
    out->class_ = (uint8_t)class_;
    out->subject = (uint16_t)subject;
    out->detail = (uint16_t)detail;
    return true;
}

INLINE plain read_plain(ms_span line, const ms_reply_context *context)
{
    const plain not_plain = {0};
    plain out = {0};
    if (line.len <= CODE_LEN + 1 || line.len > MS_SMTP_REPLY_LINE_MAX - 2)
        return not_plain;
    const unsigned a = line.ptr[0] - (unsigned)'0';
    const unsigned b = line.ptr[1] - (unsigned)'0';
    const unsigned c = line.ptr[2] - (unsigned)'0';
    if (a - 2 > 3 || b > 5 || c > 9 || (line.ptr[3] != ' ' && line.ptr[3] != '-'))
        return not_plain;
    out.code = (uint16_t)(a * 100 + b * 10 + c);
    out.more = line.ptr[3] == '-';
    const ms_span text = ms_span_make(line.ptr + CODE_LEN + 1, line.len - CODE_LEN - 1);
    const bool takes_one = a != 3 && context->enhanced;
    if (text.len > 1 && text.ptr[1] == '.') {
        if (!take_plain_enhanced(text.ptr, text.len, &out.enhanced) || (context->enhanced && out.enhanced.class_ != a))
            return not_plain;
    } else if (takes_one) {
        return not_plain;
    }
    return is_printable(text) ? out : not_plain;
}

/* Nothing hangs on what is answered; of an EHLO reply, on no line behind the first one, which read_plain gave no enhanced
 * code. */
static inline bool is_any_answer(const ms_reply *reply, const plain *p, ms_reply_after after)
{
    if (after == MS_AFTER_EHLO)
        return reply->lines != 0 && !reply->complete && p->enhanced.class_ == 0;
    return after == MS_AFTER_COMMAND || after == MS_AFTER_RCPT || after == MS_AFTER_QUIT;
}

/* … and the line goes with those before it. */
static inline bool goes_on(const ms_reply *reply, const plain *p, const ms_reply_context *context)
{
    if (!is_any_answer(reply, p, context->after))
        return false;
    if (reply->lines == 0 || reply->complete)
        return true;
    return reply->code == p->code && reply->enhanced.class_ == p->enhanced.class_ &&
           reply->enhanced.subject == p->enhanced.subject && reply->enhanced.detail == p->enhanced.detail &&
           reply->lines != UINT16_MAX;
}

/* The plain line, if it is one that goes on; then it is joined to the reply. */
INLINE plain take_plain(ms_reply *reply, const ms_line *line, const ms_reply_context *context)
{
    const plain not_plain = {0};
    if (line->status != MS_LINE_COMPLETE || line->flags != 0)
        return not_plain;
    const plain p = read_plain(line->text, context);
    if (p.code == 0 || !goes_on(reply, &p, context))
        return not_plain;
    reply->lines = (uint16_t)(reply->complete ? 1 : reply->lines + 1);
    reply->code = p.code;
    reply->complete = !p.more;
    reply->codeless = 0;
    reply->enhanced = p.enhanced;
    return p;
}

/* Where the text behind the enhanced code and its space begins. */
static inline size_t free_text_at(const plain *p)
{
    return p->enhanced.class_ != 0 ? CODE_LEN + 1 + PLAIN_ENHANCED : CODE_LEN + 1;
}

ms_reply_line ms_reply_next(ms_reply *reply, const ms_line *line, const ms_reply_context *context)
{
    if (context == NULL)
        context = &plain_context;
    const plain p = take_plain(reply, line, context);
    if (p.code == 0)
        return read_any(reply, line, context);
    const uint8_t *ptr = line->text.ptr;
    const size_t len = line->text.len, text_at = CODE_LEN + 1, free_at = free_text_at(&p);
    return (ms_reply_line){
        .code = p.code,
        .more = p.more,
        .enhanced = p.enhanced,
        .text = {ptr + text_at, len - text_at},
        .free_text = {ptr + free_at, len - free_at},
    };
}

/* Written out a second time, member by member: one of the two by way of the other takes a fifth longer. */
void ms_reply_read(ms_reply *reply, const ms_line *line, const ms_reply_context *context, ms_reply_line *out)
{
    const plain p = take_plain(reply, line, context);
    if (p.code == 0) {
        *out = read_any(reply, line, context);
        return;
    }
    const uint8_t *ptr = line->text.ptr;
    const size_t len = line->text.len, text_at = CODE_LEN + 1, free_at = free_text_at(&p);
    out->error = MS_REPLY_OK;
    out->code = p.code;
    out->more = p.more;
    out->enhanced = p.enhanced;
    out->error_at = 0;
    out->deviations = 0;
    out->deviation_at = 0;
    out->text = ms_span_make(ptr + text_at, len - text_at);
    out->free_text = ms_span_make(ptr + free_at, len - free_at);
}

ms_reply_line ms_reply_line_parse(ms_span line, const ms_reply_context *context)
{
    const ms_line framed = {.status = MS_LINE_COMPLETE, .text = line};
    ms_reply reply = {0};
    return ms_reply_next(&reply, &framed, context);
}
