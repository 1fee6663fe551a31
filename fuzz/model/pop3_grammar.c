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
    "user = \"USER\" SP param",
    /* RFC 1939 section 7: "a POP3 server may treat spaces in the argument as part of the password" */
    "pass = \"PASS\" SP pass-string",
    "pass-string = 1*( VCHAR / SP )",
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
    "apop = \"APOP\" SP param SP 32(DIGIT / %x61-66)",
    "capa = \"CAPA\"",
    "stls = \"STLS\"", /* RFC 2595 section 4 */
    "utf8 = \"UTF8\"", /* RFC 6856 section 2.1 */
    /* RFC 6856 section 3.2: a basic language range (RFC 4647 section 2.1), or "*", which is one */
    "lang = \"LANG\" [SP language-range]",
    "language-range = (1*8ALPHA *(\"-\" 1*8alphanum)) / \"*\"",
    "alphanum = ALPHA / DIGIT",
    "auth = \"AUTH\" SP sasl-mech [SP initial-response]", /* RFC 5034 section 5 */
    "auth-response = [base64] / cancel-response",

    /* --- responses ---------------------------------------------------------------------------------------------- */
    /* "Servers MUST send the "+OK" and "-ERR" in upper case" (RFC 1939 section 3) */
    "status = %x2B.4F.4B / %x2D.45.52.52",
    "single-line = status [SP text]",
    /* RFC 2449 prints `text = *schar / resp-code *CHAR`, whose schar has no SP, although each of its own examples has
     * one; as printed no text of two words is one.  Meant: text that does not begin with "[", or a code and text. */
    "text = [ ( schar / SP ) *pchar ] / resp-code *pchar",
    "schar = %x21-5A / %x5C-7F",
    "pchar = %x20-7F",
    "resp-code = \"[\" resp-level *(\"/\" resp-level) \"]\"",
    "resp-level = 1*rchar",
    "rchar = %x21-2E / %x30-5C / %x5E-7F",
    "continue-req = \"+\" SP [base64]",
    "timestamp = \"<\" *VCHAR \">\"",
    /* RFC 822: msg-id = "<" addr-spec ">", without the folding and comments that no greeting needs; the domain may be
     * a literal */
    "msg-id = \"<\" word *(\".\" word) \"@\" id-domain \">\"",
    "word = atom / quoted-string",
    "atom = 1*atom-char",
    "atom-char = %x21 / %x23-27 / %x2A-2B / %x2D / %x2F-39 / %x3D / %x3F / %x41-5A / %x5E-7E",
    "quoted-string = DQUOTE *(%x20-21 / %x23-5B / %x5D-7E / %x5C %x20-7E) DQUOTE",
    "id-domain = id-sub-domain *(\".\" id-sub-domain)",
    "id-sub-domain = atom / \"[\" *(%x21-5A / %x5E-7E) \"]\"",

    /* --- listings ----------------------------------------------------------------------------------------------- */
    /* RFC 1939 section 5: "This memo makes no requirement on what follows" the size */
    "drop-listing = number SP number [ SP *pchar ]",
    "scan-listing = msg SP number [ SP *pchar ]",
    "unique-id-listing = msg SP unique-id",
    "unique-id = 1*70VCHAR", /* RFC 1939 section 7: "one to 70 characters in the range 0x21 to 0x7E" */
    "capability = capa-tag *(SP param)",
    "capa-tag = 1*cchar",
    "cchar = %x21-2D / %x2F-7F",
    NULL,
};
