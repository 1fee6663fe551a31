/*
 * smtp_grammar.c - SMTP's rules as the RFCs print them
 *
 * Three kinds of change: a line's CRLF is left out, because the framer has taken it; what a comment of the RFC demands
 * (a number's range, how many groups an IPv6 address has) is written out as rules; and the `::=` and `#` of RFC 822's
 * notation are written in RFC 5234's.
 */
#include "grammars.h"

const char *const smtp_grammar[] = {
    /* --- RFC 5321 section 4.1.1: commands ----------------------------------------------------------------------- */
    "ehlo = \"EHLO\" SP ( ascii-Domain / address-literal )",
    "helo = \"HELO\" SP ascii-Domain",
    "mail = \"MAIL FROM:\" Reverse-path [SP Mail-parameters]",
    "rcpt = \"RCPT TO:\" rcpt-path [SP Rcpt-parameters]",
    "data = \"DATA\"",
    "rset = \"RSET\"",
    "help = \"HELP\" [ SP String ]",
    "noop = \"NOOP\" [ SP String ]",
    "quit = \"QUIT\"",
    /* RFC 2033 section 4.1: the same as EHLO */
    "lhlo = \"LHLO\" SP ( ascii-Domain / address-literal )",
    /* RFC 3207 section 4 */
    "starttls = \"STARTTLS\"",
    /* RFC 4954 section 8, the first line; a later one is a response.  sasl-mech has capitals only, but "all alphabetic
     * characters are case-insensitive". */
    "auth = \"AUTH\" SP any-case-mech [SP initial-response]",
    "auth-response = [base64] / cancel-response",
    /* RFC 3030 section 2 */
    "bdat = \"BDAT\" SP chunk-size [ SP end-marker ]",
    "chunk-size = 1*DIGIT",
    "end-marker = \"LAST\"",
    /* RFC 1985 sections 5 and 5.3: a fully qualified domain name, which may have an option character in front */
    "etrn = \"ETRN\" SP etrn-node",
    "etrn-node = [ \"@\" ] Domain / \"#\" 1*VCHAR",

    /* --- RFC 5321 section 4.1.2: arguments ---------------------------------------------------------------------- */
    "Reverse-path = Path / \"<>\"",
    "Forward-path = Path",
    "rcpt-path = \"<Postmaster@\" Domain \">\" / \"<Postmaster>\" / Forward-path",
    "mail-start = \"MAIL FROM:\" Reverse-path",
    "rcpt-start = \"RCPT TO:\" rcpt-path",
    "Path = \"<\" [ A-d-l \":\" ] Mailbox \">\"",
    "A-d-l = At-domain *( \",\" At-domain )",
    "At-domain = \"@\" Domain",
    "Mail-parameters = esmtp-param *(SP esmtp-param)",
    "Rcpt-parameters = esmtp-param *(SP esmtp-param)",
    "esmtp-param = esmtp-keyword [\"=\" esmtp-value]",
    "esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / \"-\")",
    "esmtp-value = 1*esmtp-char",
    "with-SMTPUTF8 = *(esmtp-param SP) \"SMTPUTF8\" *(SP esmtp-param)",
    "esmtp-char = %d33-60 / %d62-126",
    /* RFC 6531 section 3.7.1: "MUST send only ASCII (LDH label or A-label) domains in the EHLO command" */
    "ascii-Domain = ascii-sub-domain *(\".\" ascii-sub-domain)",
    "ascii-sub-domain = Let-dig [Ldh-str]",
    "Domain = sub-domain *(\".\" sub-domain)",
    "sub-domain = Let-dig [Ldh-str]",
    "Let-dig = ALPHA / DIGIT",
    "Ldh-str = *( ALPHA / DIGIT / \"-\" ) Let-dig",
    "address-literal = \"[\" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) \"]\"",
    "Mailbox = Local-part \"@\" ( Domain / address-literal )",
    "vrfy-untagged = (\"VRFY\" / \"EXPN\") SP untagged-mailbox [SP \"SMTPUTF8\"]",
    "untagged-mailbox = Local-part \"@[\" 1*(HEXDIG / \":\" / \".\") \"]\"", /* README.md, "an IPv6 address without its tag" */
    "Local-part = Dot-string / Quoted-string",
    "Dot-string = Atom *(\".\"  Atom)",
    "Atom = 1*atext",
    "atext = ascii-atext",
    "Quoted-string = DQUOTE *QcontentSMTP DQUOTE",
    "QcontentSMTP = qtextSMTP / quoted-pairSMTP",
    "quoted-pairSMTP = %d92 %d32-126",
    "qtextSMTP = %d32-33 / %d35-91 / %d93-126",
    "String = Atom / Quoted-string",
    "String-or-Mailbox = String / Local-part / Mailbox",
    /* RFC 5322 section 3.2.3 */
    "ascii-atext = ALPHA / DIGIT / \"!\" / \"#\" / \"$\" / \"%\" / \"&\" / \"'\" / \"*\" / \"+\" / \"-\" / \"/\" /"
    " \"=\" / \"?\" / \"^\" / \"_\" / \"`\" / \"{\" / \"|\" / \"}\" / \"~\"",

    /* --- RFC 5321 section 4.1.3: address literals --------------------------------------------------------------- */
    "IPv4-address-literal = Snum 3(\".\" Snum)",
    "IPv6-address-literal = \"IPv6:\" IPv6-addr",
    "General-address-literal = Standardized-tag \":\" 1*dcontent",
    /* Printed: Ldh-str.  "IPv6" is taken out here, because the form of "[IPv6:…]" is the one of RFC 4291 (RFC 5321
     * section 4.1.3): as printed, "[IPv6:junk]" would be a General-address-literal. */
    "Standardized-tag = Let-dig / tag-char Let-dig / 2tag-char Let-dig / 4*tag-char Let-dig /"
    " tag-not-i 2tag-char Let-dig / \"I\" tag-not-p tag-char Let-dig / \"IP\" tag-not-v Let-dig / \"IPV\" tag-not-6",
    "tag-char = ALPHA / DIGIT / \"-\"",
    "tag-not-i = \"-\" / DIGIT / %x41-48 / %x4A-5A / %x61-68 / %x6A-7A",
    "tag-not-p = \"-\" / DIGIT / %x41-4F / %x51-5A / %x61-6F / %x71-7A",
    "tag-not-v = \"-\" / DIGIT / %x41-55 / %x57-5A / %x61-75 / %x77-7A",
    "tag-not-6 = %x30-35 / %x37-39 / ALPHA",
    "dcontent = %d33-90 / %d94-126",
    /* "a decimal integer value in the range 0 through 255" */
    "Snum = 1*2DIGIT / %x30-31 2DIGIT / \"2\" %x30-34 DIGIT / \"25\" %x30-35",
    "IPv6-addr = IPv6-full / IPv6-comp / IPv6v4-full / IPv6v4-comp",
    "IPv6-hex = 1*4HEXDIG",
    "IPv6-full = IPv6-hex 7(\":\" IPv6-hex)",
    /* "No more than 6 groups in addition to the "::" may be present": one alternative for each number before it */
    "IPv6-comp = \"::\" [IPv6-hex *5(\":\" IPv6-hex)] / IPv6-hex \"::\" [IPv6-hex *4(\":\" IPv6-hex)] /"
    " IPv6-hex 1(\":\" IPv6-hex) \"::\" [IPv6-hex *3(\":\" IPv6-hex)] /"
    " IPv6-hex 2(\":\" IPv6-hex) \"::\" [IPv6-hex *2(\":\" IPv6-hex)] /"
    " IPv6-hex 3(\":\" IPv6-hex) \"::\" [IPv6-hex *1(\":\" IPv6-hex)] /"
    " IPv6-hex 4(\":\" IPv6-hex) \"::\" [IPv6-hex] / IPv6-hex 5(\":\" IPv6-hex) \"::\"",
    "IPv6v4-full = IPv6-hex 5(\":\" IPv6-hex) \":\" IPv4-address-literal",
    /* "No more than 4 groups in addition to the "::" and IPv4-address-literal may be present" */
    "IPv6v4-comp = ( \"::\" [IPv6-hex *3(\":\" IPv6-hex) \":\"] / IPv6-hex \"::\" [IPv6-hex *2(\":\" IPv6-hex) \":\"] /"
    " IPv6-hex 1(\":\" IPv6-hex) \"::\" [IPv6-hex *1(\":\" IPv6-hex) \":\"] /"
    " IPv6-hex 2(\":\" IPv6-hex) \"::\" [IPv6-hex \":\"] / IPv6-hex 3(\":\" IPv6-hex) \"::\" ) IPv4-address-literal",

    /* --- parameters' values ------------------------------------------------------------------------------------- */
    "size-value = 1*20DIGIT",                                /* RFC 1870 section 3 */
    "body-value = \"7BIT\" / \"8BITMIME\" / \"BINARYMIME\"", /* RFC 3030 section 3 */
    "ret-value = \"FULL\" / \"HDRS\"",                       /* RFC 3461 section 4.3 */
    "envid-value = xtext",                                   /* RFC 3461 section 4.4 */
    /* RFC 3461 section 4.1: 1#notify-list-element, of which "null elements are allowed" (RFC 822 section 2.7) */
    "notify-value = \"NEVER\" / *\",\" notify-list-element *(\",\" [notify-list-element])",
    "notify-list-element = \"SUCCESS\" / \"FAILURE\" / \"DELAY\"",
    "orcpt-value = addr-type \";\" xtext", /* RFC 3461 section 4.2 */
    "addr-type = 1*ascii-atext",
    "xtext = *( xchar / hexchar )", /* RFC 3461 section 4: "two upper case hexadecimal digits" */
    "xchar = %x21-2A / %x2C-3C / %x3E-7E",
    /* RFC 4954 section 8 prints its own, with HEXDIG, whose letters are those of either case */
    "auth-xtext = *( xchar / \"+\" 2HEXDIG )",
    "hexchar = \"+\" 2(DIGIT / %x41-46)",
    "auth-decoded = Mailbox / \"<>\"",                                   /* RFC 4954 section 5, of the decoded xtext */
    "priority-value = ([\"-\"] %x31-39) / \"0\"",                        /* RFC 6710 section 7 */
    "by-value = [\"-\" / \"+\"] 1*9DIGIT \";\" (\"N\" / \"R\") [\"T\"]", /* RFC 2852 section 4 */

    /* Only for making inputs: commands with parameters that the parser knows, in either command. */
    "mail-known = \"MAIL FROM:\" (\"<>\" / \"<a@b>\" / Reverse-path) *4(SP known-param)",
    "rcpt-known = \"RCPT TO:\" (\"<postmaster>\" / \"<a@b>\" / rcpt-path) *4(SP known-param)",
    "known-param = \"SIZE=\" size-value / \"BODY=\" body-value / \"RET=\" ret-value / \"ENVID=\" envid-value /"
    " \"NOTIFY=\" notify-value / \"ORCPT=\" orcpt-value / \"AUTH=\" auth-decoded / \"AUTH=\" xtext / \"SMTPUTF8\" /"
    " \"REQUIRETLS\" / \"MT-PRIORITY=\" priority-value / \"BY=\" by-value / \"HOLDFOR=\" 1*9DIGIT / esmtp-param",
    "other-command = ehlo / helo / lhlo / data / rset / vrfy / expn / help / noop / quit / bdat / auth / starttls / "
    "etrn",

    /* Only for making inputs: what matters to transparency. */
    "some-content = *( CRLF / CRLF / \".\" / \".\" / \"a\" / %x0D / %x0A / %x00 / %xFF / CRLF \".\" CRLF / long-line )",
    "long-line = 990*1001\"x\"",

    /* --- RFC 5321 section 4.2: replies -------------------------------------------------------------------------- */
    "textstring = 1*text-char",
    "text-char = %d09 / %d32-126 / text-utf8",
    "Reply-code = %x32-35 %x30-35 %x30-39",
    "reply-line-more = Reply-code \"-\" [ textstring ]",
    "reply-line-last = Reply-code [ SP textstring ]",
    "reply-line = reply-line-more / reply-line-last",
    /* RFC 4954 section 8: the text is base64 and nothing else */
    "continue-req = \"334\" SP [base64]",
    /* RFC 3463 section 2; "expressed without leading zero digits" */
    "status-code = (\"2\" / \"4\" / \"5\") \".\" status-number \".\" status-number",
    "status-number = \"0\" / %x31-39 *2DIGIT",
    /* RFC 2034 section 4: the code is "prepended" to the text; its examples have one space between */
    "status-text = status-code SP *text-char",
    /* RFC 2034 section 4: in each 2yz, 4yz and 5yz, of the same class; in no 3yz */
    "enhanced-line = %x32 %x30-35 DIGIT ( \"-\" / SP ) %x32 enhanced-rest /"
    " %x34 %x30-35 DIGIT ( \"-\" / SP ) %x34 enhanced-rest / %x35 %x30-35 DIGIT ( \"-\" / SP ) %x35 enhanced-rest",
    "enhanced-rest = \".\" status-number \".\" status-number SP *text-char",
    "intermediate-line = %x33 %x30-35 DIGIT ( \"-\" [ textstring ] / [ SP textstring ] )",
    /* RFC 5321 section 4.2; RFC 6531 section 3.7.1: names stay in ASCII */
    "greeting = (\"220 \" / \"220-\") (ascii-Domain / known-literal) [ SP *text-char ]",
    "known-literal = \"[\" ( IPv4-address-literal / IPv6-address-literal ) \"]\"",
    /* RFC 5321 section 4.1.1.1.  An address literal may stand for the name in all greeting-type replies: section 4.3.1. */
    "ehlo-first = (\"250 \" / \"250-\") (ascii-Domain / known-literal) [ SP [ ehlo-greet ] ]",
    "ehlo-greet = 1*(%d0-9 / %d11-12 / %d14-127 / text-utf8)",
    "ehlo-line = ehlo-keyword *( SP ehlo-param )",
    "ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / \"-\")",
    "ehlo-param = 1*(%d33-126)",
    "ehlo-size = \"SIZE\" [SP 1*DIGIT]",     /* RFC 1870 section 3 */
    "ehlo-auth = \"AUTH\" 1*(SP sasl-mech)", /* RFC 4954 section 3; names as in RFC 4422 section 3.1 */
    "ehlo-mt-priority = \"MT-PRIORITY\" [SP priority-profile]", /* RFC 6710 section 7 */
    "priority-profile = 1*20(ALPHA / DIGIT / \"-\" / \"_\" / \".\")",
    /* "no parameter", each in section 2 or 3 of its RFC: 6152, 2920, 3030, 3207, 2034, 3461, 8689, 6531 */
    "ehlo-bare = \"8BITMIME\" / \"PIPELINING\" / \"CHUNKING\" / \"BINARYMIME\" / \"STARTTLS\" / "
    "\"ENHANCEDSTATUSCODES\" /"
    " \"DSN\" / \"REQUIRETLS\" / \"SMTPUTF8\"",
    "ehlo-known = ehlo-size / ehlo-auth / ehlo-mt-priority / ehlo-bare / ehlo-bare SP ehlo-param / ehlo-line",
    NULL,
};

/* "The string is a user name or a user name and domain" (RFC 5321 section 3.5.1), which String, as printed, cannot hold:
 * so a Local-part and a Mailbox will do.  A VRFY or EXPN that ends in SMTPUTF8 has UTF-8 in force for itself (RFC 6531
 * section 3.7.4.2); whether the server offered it is not syntax. */
const char *const smtp_ascii_grammar[] = {
    "vrfy = \"VRFY\" SP String-or-Mailbox",
    "expn = \"EXPN\" SP String-or-Mailbox",
    "text-utf8 = SP", /* nothing more */
    NULL,
};

/* RFC 6531 sections 3.3 and 3.7.4.2.  Printed, esmtp-value gains one character as an alternative; meant is that it may
 * hold them.  A U-label is defined in prose (RFC 5890 section 2.3.2.1); what of it needs no table of Unicode is that it
 * has a character outside ASCII, and a hyphen neither first nor last. */
const char *const smtp_utf8_grammar[] = {
    "text-utf8 = UTF8-non-ascii", /* section 3.7.4 */
    "sub-domain =/ U-label",
    "U-label = [Let-dig *(Let-dig / \"-\")] UTF8-non-ascii [*(u-edge / \"-\") u-edge]",
    "u-edge = Let-dig / UTF8-non-ascii",
    "atext =/ UTF8-non-ascii",
    "qtextSMTP =/ UTF8-non-ascii",
    "esmtp-char =/ UTF8-non-ascii",
    "vrfy = \"VRFY\" SP String-or-Mailbox [ SP \"SMTPUTF8\" ]",
    "expn = \"EXPN\" SP String-or-Mailbox [ SP \"SMTPUTF8\" ]",
    "vrfy-SMTPUTF8 = (\"VRFY\" / \"EXPN\") SP String-or-Mailbox SP \"SMTPUTF8\"",
    NULL,
};
