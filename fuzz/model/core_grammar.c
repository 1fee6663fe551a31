/* core_grammar.c - the core rules of RFC 5234 appendix B.1, and UTF-8 of RFC 3629 section 4 */
#include "grammars.h"

const char *const core_grammar[] = {
    "ALPHA = %x41-5A / %x61-7A",
    "CHAR = %x01-7F",
    "CRLF = %x0D.0A",
    "DIGIT = %x30-39",
    "DQUOTE = %x22",
    "HEXDIG = DIGIT / \"A\" / \"B\" / \"C\" / \"D\" / \"E\" / \"F\"",
    "OCTET = %x00-FF",
    "choices = 3*90OCTET", /* of the dialogues of ../compare_session_*.c */
    "SP = %x20",
    "VCHAR = %x21-7E",

    /* RFC 3629 section 4 */
    "UTF8-2 = %xC2-DF UTF8-tail",
    "UTF8-3 = %xE0 %xA0-BF UTF8-tail / %xE1-EC 2( UTF8-tail ) / %xED %x80-9F UTF8-tail / %xEE-EF 2( UTF8-tail )",
    "UTF8-4 = %xF0 %x90-BF 2( UTF8-tail ) / %xF1-F3 3( UTF8-tail ) / %xF4 %x80-8F 2( UTF8-tail )",
    "UTF8-tail = %x80-BF",
    /* RFC 6532 section 3.1 */
    "UTF8-non-ascii = UTF8-2 / UTF8-3 / UTF8-4",

    /* RFC 4422 section 3.1 */
    "sasl-mech = 1*20mech-char",
    "any-case-mech = 1*20( ALPHA / DIGIT / %x2D / %x5F )",
    "mech-char = %x41-5A / DIGIT / %x2D / %x5F",
    /* RFC 4954 section 8, RFC 5034 section 5 */
    "base64 = base64-terminal / ( 1*(4base64-char) [base64-terminal] )",
    "base64-char = ALPHA / DIGIT / \"+\" / \"/\"",
    /* "The pad bits MUST be set to zero by conforming encoders" (RFC 4648 section 3.5): printed, the last character
     * before the pads is any base64-char. */
    "base64-terminal = (base64-char pad-4-zero \"==\") / (2base64-char pad-2-zero \"=\")",
    "pad-4-zero = %x41 / %x51 / %x67 / %x77", /* A Q g w */
    "pad-2-zero = pad-4-zero / %x45 / %x49 / %x4D / %x55 / %x59 / %x63 / %x6B / %x6F / %x73 / %x30 / %x34 / %x38",
    "initial-response = base64 / \"=\"",
    "cancel-response = \"*\"",
    NULL,
};
