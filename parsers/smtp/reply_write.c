#include "../common/cursor.h"
#include "mailspec/limits.h"
#include "mailspec/smtp_reply.h"

enum { CRLF_LEN = 2, AUTH_CHALLENGE = 334 };

static uint8_t *put_digits(uint8_t *out, unsigned value)
{
    if (value >= 100)
        *out++ = (uint8_t)('0' + value / 100);
    if (value >= 10)
        *out++ = (uint8_t)('0' + value / 10 % 10);
    *out++ = (uint8_t)('0' + value % 10);
    return out;
}

/* "2.1.0 ": returns its octets, at most 10.  RFC 3463 section 2, RFC 2034 section 3 */
static size_t write_enhanced(const ms_enhanced_status *enhanced, uint8_t *out)
{
    uint8_t *end = put_digits(out, enhanced->class_);
    *end++ = '.';
    end = put_digits(end, enhanced->subject);
    *end++ = '.';
    end = put_digits(end, enhanced->detail);
    *end++ = ' ';
    return (size_t)(end - out);
}

/* Reply-code = %x32-35 %x30-35 %x30-39 (RFC 5321 section 4.2) */
static bool code_is_valid(uint16_t code)
{
    return code >= 200 && code <= 559 && code / 10 % 10 <= 5;
}

static bool enhanced_is_valid(const ms_enhanced_status *enhanced, uint16_t code)
{
    return enhanced->class_ == code / 100 && enhanced->class_ != 3 && enhanced->subject <= 999 &&
           enhanced->detail <= 999;
}

static bool text_is_valid(ms_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\r' || text.ptr[i] == '\n' || text.ptr[i] == '\0')
            return false;
    return true;
}

/* Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
 * RFC 5321 section 4.2; the SP is sent without text too (section 4.2.1). */
size_t ms_reply_line_write(uint16_t code, bool more, const ms_enhanced_status *enhanced, ms_span text, uint8_t *out,
                           size_t room)
{
    uint8_t prefix[16];
    if (!code_is_valid(code) || !text_is_valid(text) || (enhanced != NULL && !enhanced_is_valid(enhanced, code)))
        return 0;
    size_t len = (size_t)(put_digits(prefix, code) - prefix);
    prefix[len++] = more ? '-' : ' ';
    if (enhanced != NULL)
        len += write_enhanced(enhanced, prefix + len);
    const size_t needed = len + text.len + CRLF_LEN;
    if (needed > MS_SMTP_REPLY_LINE_MAX && code != AUTH_CHALLENGE)
        return 0;
    if (needed > room)
        return needed;
    memcpy(out, prefix, len);
    if (text.len != 0)
        memcpy(out + len, text.ptr, text.len);
    memcpy(out + len + text.len, "\r\n", CRLF_LEN);
    return needed;
}
