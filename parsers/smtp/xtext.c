/*
 * xtext.c - xtext (RFC 3461 section 4)
 *
 * xtext   = *( xchar / hexchar )
 * xchar   = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except for "+" and "=".
 * hexchar = ASCII "+" immediately followed by two upper case hexadecimal digits
 */
#include "../common/cursor.h"
#include "mailspec/smtp_parameter.h"

bool ms_smtp_xtext_decode(ms_span xtext, uint8_t *out, size_t *written, size_t *wrong_at)
{
    cursor c = cursor_of(xtext);
    size_t count = 0;
    for (; !at_end(&c); c.at++) {
        if (next_is(&c, OCTET_XCHAR)) {
            out[count++] = c.ptr[c.at];
            continue;
        }
        unsigned value = 0;
        bool right = peek(&c) == '+';
        for (int i = 0; right && i < 2; i++) {
            c.at++;
            right = next_is(&c, OCTET_HEX);
            if (right)
                value = value << 4 | octet_hex_value(c.ptr[c.at]);
        }
        if (!right) {
            *wrong_at = c.at;
            *written = 0;
            return false;
        }
        out[count++] = (uint8_t)value;
    }
    *written = count;
    return true;
}

size_t ms_smtp_xtext_encode(ms_span text, uint8_t *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t count = 0;
    for (size_t at = 0; at < text.len; at++) {
        const uint8_t octet = text.ptr[at];
        if (octet_is(octet, OCTET_XCHAR)) {
            out[count++] = octet;
            continue;
        }
        out[count++] = '+';
        out[count++] = (uint8_t)digits[octet >> 4];
        out[count++] = (uint8_t)digits[octet & 15];
    }
    return count;
}
