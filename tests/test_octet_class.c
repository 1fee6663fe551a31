#include "common/octet_class.h"

#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGIT "0123456789"
/* %x21-7E, written out once */
#define PUNCTUATION "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
#define VCHAR       UPPER LOWER DIGIT PUNCTUATION

/* Each class as the list of its octets, spelled from the RFC; without = those to take away from it. */
static const struct row {
    const char *rule;
    unsigned classes;
    const char *octets, *without;
} rows[] = {
    {"RFC 5234 appendix B.1 ALPHA", OCTET_ALPHA, UPPER LOWER, ""},
    {"RFC 5234 appendix B.1 DIGIT", OCTET_DIGIT, DIGIT, ""},
    {"RFC 5234 appendix B.1 HEXDIG, both cases", OCTET_HEX, DIGIT "ABCDEFabcdef", ""},
    {"RFC 5234 appendix B.1 VCHAR", OCTET_VCHAR, VCHAR, ""},
    {"RFC 5234 appendix B.1 WSP", OCTET_BLANK, " \t", ""},
    {"RFC 5321 section 4.1.2 Let-dig", OCTET_LET_DIG, UPPER LOWER DIGIT, ""},
    {"RFC 5322 section 3.2.3 atext", OCTET_ATEXT, UPPER LOWER DIGIT "!#$%&'*+-/=?^_`{|}~", ""},
    {"RFC 5321 section 4.1.2 qtextSMTP", OCTET_QTEXT, " " VCHAR, "\"\\"},
    {"RFC 5321 section 4.1.3 dcontent", OCTET_DCONTENT, VCHAR, "[\\]"},
    {"RFC 5321 section 4.1.2 esmtp-value", OCTET_ESMTP_VALUE, VCHAR, "="},
    {"RFC 3461 section 4 xchar", OCTET_XCHAR, VCHAR, "+="},
    {"RFC 4648 section 4 base64", OCTET_BASE64, UPPER LOWER DIGIT "+/", ""},
    {"RFC 4422 section 3.1 mechanism name", OCTET_SASL_NAME, UPPER DIGIT "-_", ""},
    {"RFC 5321 section 4.2 textstring", OCTET_TEXT, "\t " VCHAR, ""},
    {"lower-case letters", OCTET_LOWER, LOWER, ""},
};

Test(octet_class, members_and_no_others)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        for (unsigned octet = 0; octet < 256; octet++) {
            const bool in = octet != 0 && strchr(rows[i].octets, (int)octet) != NULL;
            const bool out = octet != 0 && strchr(rows[i].without, (int)octet) != NULL;
            cr_expect_eq(octet_is((uint8_t)octet, rows[i].classes), in && !out, "%s: octet %u", rows[i].rule, octet);
        }
}

/* RFC 5234 appendix B.1: CTL = %x00-1F / %x7F */
Test(octet_class, controls_and_8bit)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        cr_expect_eq(octet_is((uint8_t)octet, OCTET_CONTROL), octet <= 0x1F || octet == 0x7F, "octet %u", octet);
        cr_expect_eq(octet_is((uint8_t)octet, OCTET_8BIT), octet >= 0x80, "octet %u", octet);
    }
}

Test(octet_class, letter_case_is_ascii_only)
{
    const char *const lower = LOWER, *const upper = UPPER;
    for (unsigned octet = 0; octet < 256; octet++) {
        const char *letter = octet != 0 ? strchr(lower, (int)octet) : NULL;
        const unsigned expected = letter != NULL ? (uint8_t)upper[letter - lower] : octet;
        cr_expect_eq(octet_upper((uint8_t)octet), expected, "octet %u", octet);
    }
}

Test(octet_class, hexadecimal_values)
{
    const char *const digits = "0123456789abcdef", *const capitals = "0123456789ABCDEF";
    for (unsigned value = 0; value < 16; value++) {
        cr_expect_eq(octet_hex_value((uint8_t)digits[value]), value);
        cr_expect_eq(octet_hex_value((uint8_t)capitals[value]), value);
    }
}
