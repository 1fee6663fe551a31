/*
 * pop3_grammar.c - POP3's rules, from RFC 2449 section 3 and the prose of RFC 1939
 *
 * CRLF is left out: the framer has taken it.  RFC 1939 has no grammar; its sentences stand beside the rules made of
 * them.  "Keywords and arguments are each separated by a single SPACE character" (RFC 1939 section 3).
 */
#include "grammars.h"

const char *const pop3_grammar[] = {
    /* --- commands ----------------------------------------------------------------------------------------------- */
    "command = keyword *(SP param)",
    "keyword = 3*4VCHAR",
    "param = 1*VCHAR",
    /* RFC 1939 section 4: "message-numbers and message sizes are expressed in base-10"; the first is 1 */
    "msg = *\"0\" %x31-39 *DIGIT",
    "number = 1*DIGIT",
    "user = \"USER\" SP user-param",
    /* RFC 1939 section 7: "a POP3 server may treat spaces in the argument as part of the password" */
    "pass = \"PASS\" SP pass-string",
    "pass-string = 1*( user-char / SP )",
    "user-param = 1*user-char",
    "quit = \"QUIT\"",
    "stat = \"STAT\"",
    "list = \"LIST\" [SP msg]",
    "retr = \"RETR\" SP msg",
    "dele = \"DELE\" SP msg",
    "noop = \"NOOP\"",
    "rset = \"RSET\"",
    "top = \"TOP\" SP msg SP number",
    "uidl = \"UIDL\" [SP msg]",
    /* RFC 1939 section 7: 16 octets "in hexadecimal format, using lower-case ASCII characters" */
    "apop = \"APOP\" SP user-param SP 32(DIGIT / %x61-66)",
    "capa = \"CAPA\"",
    "stls = \"STLS\"", /* RFC 2595 section 4 */
    "utf8 = \"UTF8\"", /* RFC 6856 section 2.1 */
    /* RFC 6856 section 3.2: a basic language range (RFC 4647 section 2.1), or "*", which is one */
    "lang = \"LANG\" [SP language-range]",
    "language-range = (1*8ALPHA *(\"-\" 1*8alphanum)) / \"*\"",
    "alphanum = ALPHA / DIGIT",
    "auth = \"AUTH\" SP any-case-mech [SP initial-response]", /* RFC 5034 section 5; as in SMTP */
    "auth-response = [base64] / cancel-response",

    /* Only for making inputs. */
    "any-command = user / pass / quit / stat / list / retr / dele / noop / rset / top / uidl / apop / capa / stls / "
    "utf8 /"
    " lang / auth",

    /* --- responses ---------------------------------------------------------------------------------------------- */
    /* "Servers MUST send the "+OK" and "-ERR" in upper case" (RFC 1939 section 3) */
    "positive = %x2B.4F.4B",
    "negative = %x2D.45.52.52",
    /* RFC 2449 prints `text = *schar / resp-code *CHAR`, whose schar has no SP, although each of its own examples has
     * one: as printed no text of two words is one.  Meant: text that does not begin with "[", or a code and text.  And
     * without RESP-CODES a "[" means nothing (RFC 2449 section 6.4).  Of the controls only HT is text; behind a code each
     * CHAR is. */
    "single-line = ( positive / negative ) [SP ( *text-char / resp-code *behind-code )]",
    "resp-codes-line = ( positive / negative ) [SP text]",
    "negative-line = negative [SP ( *text-char / resp-code *behind-code )]",
    "resp-codes-negative-line = negative [SP text]",
    "text = [ text-start *text-char ] / resp-code *behind-code",
    "behind-code = %x01-0C / %x0E-7F / text-utf8", /* CHAR, but for CR, which ends lines (RFC 1939 section 3) */
    "text-start = %x09 / %x20-5A / %x5C-7F / text-utf8",
    "text-char = %x09 / %x20-7F / text-utf8",
    "resp-code = \"[\" resp-level *(\"/\" resp-level) \"]\"",
    "resp-level = 1*rchar",
    "rchar = %x21-2E / %x30-5C / %x5E-7F",
    "continue-req = \"+\" SP [base64]", /* RFC 5034 section 5 */
    /* RFC 2449 section 3: `greeting = "+OK" [resp-code] *gchar [timestamp] *gchar`, in which again no SP is; "<" begins
     * a timestamp and nothing else. */
    "greeting = positive [SP [ resp-code ] greeting-rest]",
    "resp-codes-greeting = positive [SP ( resp-code greeting-rest / [ gstart greeting-rest ] / msg-id *gchar )]",
    "greeting-rest = *gchar [msg-id *gchar]",
    "gchar = %x09 / %x20-3B / %x3D-7F / text-utf8",
    "gstart = %x09 / %x20-3B / %x3D-5A / %x5C-7F / text-utf8",
    /* "MUST conform to RFC-822 msg-id" (RFC 2449 section 3): "<" addr-spec ">", of VCHAR, so without folding and blanks;
     * comments are left out. */
    "msg-id = \"<\" word *(\".\" word) \"@\" id-domain \">\"",
    "word = atom / quoted-string",
    "atom = 1*atom-char",
    "atom-char = %x21 / %x23-27 / %x2A-2B / %x2D / %x2F-39 / %x3D / %x3F / %x41-5A / %x5E-7E",
    "quoted-string = DQUOTE *(%x21 / %x23-5B / %x5D-7E / %x5C %x21-7E) DQUOTE",
    "id-domain = id-sub-domain *(\".\" id-sub-domain)",
    "id-sub-domain = atom / \"[\" *(%x21-5A / %x5E-7E / %x5C %x21-7E) \"]\"",
    /* RFC 6856 section 3.2: "followed by a single space, the exact language tag selected, and another space" */
    "lang-line = positive SP language-tag SP *text-char",

    /* --- listings ----------------------------------------------------------------------------------------------- */
    "stat-line = positive SP drop-listing",
    "list-line = positive SP scan-listing",
    "uidl-line = positive SP unique-id-listing",
    /* RFC 1939 section 5: "This memo makes no requirement on what follows" the size */
    "drop-listing = number SP number [ ( SP / %x09 ) *text-char ]",
    "scan-listing = msg SP number [ ( SP / %x09 ) *text-char ]",
    "unique-id-listing = msg SP unique-id",
    "unique-id = 1*70VCHAR", /* RFC 1939 section 7: "one to 70 characters in the range 0x21 to 0x7E" */
    "language-listing = language-tag [SP *text-char]",
    /* The registered grandfathered tags aside, the shape of RFC 5646 section 2.1. */
    "language-tag = 1*8ALPHA *(\"-\" 1*8alphanum)",

    /* --- capabilities: RFC 2449 section 3, and which parameters they have, section 6 ------------------------------ */
    "capability = capa-tag *(SP param)",
    "capa-tag = 1*cchar",
    "cchar = %x21-2D / %x2F-7F",
    "capa-none = \"AUTH-RESP-CODE\" / \"LANG\"", /* of the others, see README.md */
    "capa-sasl = \"SASL\" 1*(SP any-case-mech)", /* RFC 5034 section 5: case-insensitive */
    "capa-login-delay = \"LOGIN-DELAY\" SP number [SP \"USER\"]",
    "capa-expire = \"EXPIRE\" SP ( number / \"NEVER\" ) [SP \"USER\"]",
    "capa-implementation = \"IMPLEMENTATION\" 1*(SP param)",
    "capa-utf8 = \"UTF8\" [SP \"USER\"]", /* RFC 6856 section 2 */
    "known-capability = capa-none / capa-sasl / capa-login-delay / capa-expire / capa-implementation / capa-utf8",
    NULL,
};

const char *const pop3_ascii_grammar[] = {
    "user-char = VCHAR",
    "text-utf8 = %x20", /* nothing more */
    NULL,
};

/* RFC 6856 section 2.2: "the client MAY use UTF-8 characters with a USER, PASS, or APOP command"; sections 2.1 and 3.2:
 * texts are UTF-8. */
const char *const pop3_utf8_grammar[] = {
    "user-char = VCHAR / UTF8-non-ascii",
    "text-utf8 = UTF8-non-ascii",
    NULL,
};
