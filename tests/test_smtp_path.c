/* test_smtp_path.c - reverse-path, forward-path and their elements (RFC 5321 section 4.1.2, RFC 6531 section 3.3) */
#include "feed.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "mailspec/limits.h"
#include "mailspec/smtp_path.h"

#define D(name) MS_DEVIATION_BIT(MS_SMTP_DEV_##name)
#define E(name) MS_SMTP_ERR_##name

enum { REV = MS_REVERSE_PATH, FWD = MS_FORWARD_PATH };
enum { UTF8 = 2 }; /* added to the role: SMTPUTF8 is in force */

/* Paths that are understood.  consumed is 0 where the path is all of the text; absent elements are NULL. */
static const struct good {
    const char *id, *text;
    int role;
    ms_deviations deviations;
    ms_smtp_path_kind kind;
    ms_smtp_domain_kind domain_kind;
    const char *route, *local_part, *domain;
    size_t consumed;
} good[] = {
    /* RFC 5321 section 4.1.2: Path, Mailbox */
    {"SMTP-5321-4.1.2-01 plain", "<a@b.example>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, "a", "b.example", 0},
    {"SMTP-5321-4.1.2-01 no brackets", "a@b.example", REV, D(MISSING_BRACKETS), MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "a", "b.example", 0},
    {"SMTP-5321-4.1.2-01 no brackets, a parameter behind it", "a@b.example SIZE=1", REV, D(MISSING_BRACKETS),
     MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, "a", "b.example", 11},
    {"SMTP-5321-4.1.2-01 first bracket missing", "a@b.example>", REV, D(MISSING_BRACKETS), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "a", "b.example", 0},
    {"SMTP-5321-4.1.2-01 not closed", "<a@b.example", FWD, D(PATH_NOT_CLOSED), MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "a", "b.example", 0},
    {"SMTP-5321-4.1.2-01 not closed before a space", "<a@b.example SIZE=1", REV, D(PATH_NOT_CLOSED), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "a", "b.example", 12},
    {"SMTP-5321-4.1.2-01 not closed before a tab", "<a@[1.2.3.4]\tX", REV, D(PATH_NOT_CLOSED), MS_PATH_MAILBOX,
     MS_DOMAIN_IPV4, NULL, "a", "[1.2.3.4]", 12},
    {"SMTP-5321-4.1.2-03 null path", "<>", REV, 0, MS_PATH_NULL, MS_DOMAIN_NONE, NULL, NULL, NULL, 0},
    {"SMTP-5321-4.1.2-03 null path, more behind it", "<> SIZE=1", REV, 0, MS_PATH_NULL, MS_DOMAIN_NONE, NULL, NULL,
     NULL, 2},
    {"SMTP-5321-4.1.2-31 what follows is the caller's", "<a@b.example>x", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "a", "b.example", 13},
    {"SMTP-5321-4.1.2-32 a second path is the caller's", "<a@b.example><c@d.example>", FWD, 0, MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "a", "b.example", 13},

    /* RFC 5321 sections 3.3, 4.1.1.3 and 4.1.2: A-d-l */
    {"SMTP-5321-4.1.2-05 route of two", "<@a.example,@b.example:u@c.example>", FWD, D(SOURCE_ROUTE), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, "@a.example,@b.example", "u", "c.example", 0},
    {"SMTP-5321-C-02 route", "<@ONE.example,@TWO.example:JOE@THREE.example>", FWD, D(SOURCE_ROUTE), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, "@ONE.example,@TWO.example", "JOE", "THREE.example", 0},
    {"SMTP-5321-3.3-05 route of one", "<@a:u@c>", FWD, D(SOURCE_ROUTE), MS_PATH_MAILBOX, MS_DOMAIN_NAME, "@a", "u", "c",
     0},
    {"SMTP-5321-3.3-04 route in a reverse-path", "<@a.example:u@c.example>", REV, D(SOURCE_ROUTE_SENDER),
     MS_PATH_MAILBOX, MS_DOMAIN_NAME, "@a.example", "u", "c.example", 0},
    {"SMTP-5321-4.1.2-05 route, then a quoted local-part", "<@a:\"x y\"@c>", FWD, D(SOURCE_ROUTE), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, "@a", "\"x y\"", "c", 0},
    {"SMTP-5321-4.1.2-12 dot at the end of a routing host", "<@a.:u@c>", FWD, D(SOURCE_ROUTE) | D(DOMAIN_TRAILING_DOT),
     MS_PATH_MAILBOX, MS_DOMAIN_NAME, "@a.", "u", "c", 0},
    {"SMTP-5321-4.1.2-33 the postmaster behind a route has no domain", "<@a:postmaster>", FWD,
     D(SOURCE_ROUTE) | D(UNQUALIFIED), MS_PATH_MAILBOX, MS_DOMAIN_NONE, "@a", "postmaster", NULL, 0},
    {"SMTP-5321-4.1.2-05 route without brackets", "@a:u@c", FWD, D(SOURCE_ROUTE) | D(MISSING_BRACKETS), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, "@a", "u", "c", 0},

    /* Domain */
    {"SMTP-5321-4.1.2-11 hyphen inside", "<u@a-b.example>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, "u",
     "a-b.example", 0},
    {"SMTP-5321-4.1.2-11 two hyphens, as in each A-label", "<u@xn--bcher-kva.example>", FWD, 0, MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "u", "xn--bcher-kva.example", 0},
    {"SMTP-5321-4.1.2-11 digits alone", "<u@1.2.3.4>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, "u", "1.2.3.4",
     0},
    {"SMTP-5321-4.1.2-11 label of one", "<u@a>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, "u", "a", 0},
    {"SMTP-5321-4.1.2-11 label begins with a digit", "<u@3com.example>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "u", "3com.example", 0},
    {"SMTP-5321-4.1.2-12 dot at the end", "<u@example.com.>", FWD, D(DOMAIN_TRAILING_DOT), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "u", "example.com.", 0},
    {"SMTP-5321-4.1.2-12 dot at the end, not closed", "<u@example.com.", FWD,
     D(DOMAIN_TRAILING_DOT) | D(PATH_NOT_CLOSED), MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, "u", "example.com.", 0},
    {"SMTP-5321-4.1.2-13 single label", "<u@localhost>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, "u",
     "localhost", 0},
    {"SMTP-5321-4.1.2-11 underscore", "<a@b_c.example>", REV, D(DOMAIN_UNDERSCORE), MS_PATH_MAILBOX, MS_DOMAIN_NAME,
     NULL, "a", "b_c.example", 0},
    {"SMTP-5321-4.1.2-11 underscore first", "<a@_dmarc.example>", REV, D(DOMAIN_UNDERSCORE), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "a", "_dmarc.example", 0},

    /* Local-part: Dot-string */
    {"SMTP-5321-4.1.2-19 all specials", "<!#$%&'*+-/=?^_`{}~|@d.example>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME,
     NULL, "!#$%&'*+-/=?^_`{}~|", "d.example", 0},
    {"SMTP-5321-4.1.2-17 dots between atoms", "<a.b.c@d>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, "a.b.c", "d",
     0},
    {"SMTP-5321-4.1.2-17 dot first", "<.a@d.example>", FWD, D(LOCAL_PART_DOT), MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     ".a", "d.example", 0},
    {"SMTP-5321-4.1.2-17 dot last", "<a.@d.example>", FWD, D(LOCAL_PART_DOT), MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "a.", "d.example", 0},
    {"SMTP-5321-4.1.2-17 dot doubled", "<a..b@d.example>", FWD, D(LOCAL_PART_DOT), MS_PATH_MAILBOX, MS_DOMAIN_NAME,
     NULL, "a..b", "d.example", 0},
    {"SMTP-5321-4.1.2-17 dot first without brackets", ".a@d.example", FWD, D(LOCAL_PART_DOT) | D(MISSING_BRACKETS),
     MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, ".a", "d.example", 0},
    {"SMTP-SEC-relay-06 percent hack", "<u%x.example@d.example>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "u%x.example", "d.example", 0},
    {"SMTP-SEC-relay-12 bang path", "<x.example!u@d.example>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "x.example!u", "d.example", 0},
    {"SMTP-SEC-injection-16 path traversal", "<../../tmp/x@d>", FWD, D(LOCAL_PART_DOT), MS_PATH_MAILBOX, MS_DOMAIN_NAME,
     NULL, "../../tmp/x", "d", 0},

    /* Local-part: Quoted-string */
    {"SMTP-5321-4.1.2-20 quoted", "<\"a b\"@d.example>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, "\"a b\"",
     "d.example", 0},
    {"SMTP-5321-4.1.2-20 quoted, empty", "<\"\"@d.example>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, "\"\"",
     "d.example", 0},
    {"SMTP-5321-4.1.2-22 quoted pair of a quote", "<\"a\\\"b\"@d>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "\"a\\\"b\"", "d", 0},
    {"SMTP-5321-4.1.2-22 quoted pair of a backslash", "<\"a\\\\\"@d>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "\"a\\\\\"", "d", 0},
    {"SMTP-5321-4.1.2-22 quoted pair of a space", "<\"a\\ b\"@d>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "\"a\\ b\"", "d", 0},
    {"SMTP-5321-4.1.2-22 quoted pair keeps its backslash", "<\"a\\@b\"@c>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME,
     NULL, "\"a\\@b\"", "c", 0},
    {"SMTP-5321-4.1.2-20 specials in quotes", "<\"<a@b>,:;()[]\"@d>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "\"<a@b>,:;()[]\"", "d", 0},
    {"SMTP-5321-4.1.2-20 dot that no Dot-string has", "<\"a.\"@d>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "\"a.\"", "d", 0},
    {"SMTP-5321-4.1.2-20 dots that no Dot-string has", "<\"a..b\"@d>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "\"a..b\"", "d", 0},
    {"SMTP-5321-4.1.2-27 needless quotes", "<\"abc\"@d.example>", FWD, D(UNNEEDED_QUOTES), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "\"abc\"", "d.example", 0},
    {"SMTP-5321-4.1.2-27 needless quotes and pairs", "<\"\\a.\\b\"@d>", FWD, D(UNNEEDED_QUOTES), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "\"\\a.\\b\"", "d", 0},

    /* without a domain: RFC 5321 sections 2.3.5 and 4.1.1.3 */
    {"SMTP-5321-4.1.2-33 postmaster", "<Postmaster>", FWD, 0, MS_PATH_POSTMASTER, MS_DOMAIN_NONE, NULL, "Postmaster",
     NULL, 0},
    {"SMTP-5321-4.1.1.3-06 postmaster in any case", "<pOsTmAsTeR>", FWD, 0, MS_PATH_POSTMASTER, MS_DOMAIN_NONE, NULL,
     "pOsTmAsTeR", NULL, 0},
    {"SMTP-5321-4.5.1-08 postmaster with a domain", "<Postmaster@d.example>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME,
     NULL, "Postmaster", "d.example", 0},
    {"SMTP-5321-2.3.5-01 postmaster as sender", "<postmaster>", REV, D(POSTMASTER_SENDER), MS_PATH_POSTMASTER,
     MS_DOMAIN_NONE, NULL, "postmaster", NULL, 0},
    {"SMTP-5321-4.1.2-01 postmaster without brackets", "postmaster", FWD, D(MISSING_BRACKETS), MS_PATH_POSTMASTER,
     MS_DOMAIN_NONE, NULL, "postmaster", NULL, 0},
    {"SMTP-5321-4.1.2-33 no domain", "<a>", FWD, D(UNQUALIFIED), MS_PATH_MAILBOX, MS_DOMAIN_NONE, NULL, "a", NULL, 0},
    {"SMTP-5321-4.1.2-34 no domain, sender", "<root>", REV, D(UNQUALIFIED), MS_PATH_MAILBOX, MS_DOMAIN_NONE, NULL,
     "root", NULL, 0},
    {"SMTP-5321-4.1.2-33 longer than postmaster", "<postmasters>", FWD, D(UNQUALIFIED), MS_PATH_MAILBOX, MS_DOMAIN_NONE,
     NULL, "postmasters", NULL, 0},
    {"SMTP-5321-4.1.2-33 no domain, no brackets", "a SIZE=1", REV, D(UNQUALIFIED) | D(MISSING_BRACKETS),
     MS_PATH_MAILBOX, MS_DOMAIN_NONE, NULL, "a", NULL, 1},
    {"SMTP-SEC-relay-05 quoted mailbox without a domain", "<\"u@x.example\">", FWD, D(UNQUALIFIED), MS_PATH_MAILBOX,
     MS_DOMAIN_NONE, NULL, "\"u@x.example\"", NULL, 0},

    /* address literals; their grammar has a test of its own */
    {"SMTP-1123-5.2.17-02 IPv4 literal", "<u@[192.0.2.1]>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_IPV4, NULL, "u",
     "[192.0.2.1]", 0},
    {"SMTP-5321-4.1.3-03 IPv6 literal", "<u@[IPv6:::1]>", FWD, 0, MS_PATH_MAILBOX, MS_DOMAIN_IPV6, NULL, "u",
     "[IPv6:::1]", 0},
    {"SMTP-5321-4.1.3-08 general literal", "<u@[x-tag:abc]>", FWD, D(LITERAL_TAG_UNREGISTERED), MS_PATH_MAILBOX,
     MS_DOMAIN_GENERAL, NULL, "u", "[x-tag:abc]", 0},

    /* RFC 6531 section 3.3 */
    {"SMTP-6531-3.3-01 UTF-8 atom", "<\xc3\xa9@d.example>", FWD | UTF8, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "\xc3\xa9", "d.example", 0},
    {"SMTP-6531-3.3-01 UTF-8 in quotes", "<\"\xc3\xa9 b\"@d.example>", FWD | UTF8, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME,
     NULL, "\"\xc3\xa9 b\"", "d.example", 0},
    {"SMTP-6531-3.3-01 UTF-8 between ASCII", "<a\xe2\x82\xac.b\xf0\x9f\x93\xa7z@d>", FWD | UTF8, 0, MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "a\xe2\x82\xac.b\xf0\x9f\x93\xa7z", "d", 0},
    {"SMTP-6531-3.3-01 U-label", "<a@b\xc3\xbc-cher.example>", REV | UTF8, 0, MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "a", "b\xc3\xbc-cher.example", 0},
    {"SMTP-6531-3.3-01 UTF-8 dots count", "<.\xc3\xa9@d>", FWD | UTF8, D(LOCAL_PART_DOT), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, ".\xc3\xa9", "d", 0},
    {"SMTP-5321-4.1.2-27 needless quotes around UTF-8", "<\"\xc3\xa9\"@d>", FWD | UTF8, D(UNNEEDED_QUOTES),
     MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL, "\"\xc3\xa9\"", "d", 0},
    {"SMTP-5321-2.4-08 UTF-8 atom without SMTPUTF8", "<\xc3\xa9@d.example>", FWD, D(8BIT), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "\xc3\xa9", "d.example", 0},
    {"SMTP-5321-2.4-08 U-label without SMTPUTF8", "<a@\xc3\xbc>", REV, D(8BIT), MS_PATH_MAILBOX, MS_DOMAIN_NAME, NULL,
     "a", "\xc3\xbc", 0},
    {"SMTP-5321-2.4-08 UTF-8 in quotes without SMTPUTF8", "<\"\xc3\xa9 \"@d>", REV, D(8BIT), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "\"\xc3\xa9 \"", "d", 0},
    {"SMTP-5321-2.4-08 UTF-8 without brackets", "\xc3\xa9@d", REV, D(8BIT) | D(MISSING_BRACKETS), MS_PATH_MAILBOX,
     MS_DOMAIN_NAME, NULL, "\xc3\xa9", "d", 0},
};

static ms_smtp_path_parsed parse(ms_span text, int role)
{
    const ms_smtp_context context = {.smtputf8 = (role & UTF8) != 0};
    return ms_smtp_path_parse(text, (role & 1) != 0 ? MS_FORWARD_PATH : MS_REVERSE_PATH, &context);
}

static bool is(ms_span span, const char *text)
{
    return text == NULL ? ms_span_is_absent(span) : span_is(span, text);
}

Test(smtp_path, good)
{
    for (size_t i = 0; i < COUNT(good); i++) {
        const struct good *row = &good[i];
        const ms_span text = heap_text(row->text);
        const ms_smtp_path_parsed got = parse(text, row->role);
        cr_expect_eq(got.error, MS_SMTP_OK, "%s: %s at %zu", row->id, ms_smtp_error_rule(got.error)->name,
                     got.error_at);
        cr_expect_eq(got.requirement, MS_REQ_NONE, "%s", row->id);
        cr_expect_eq(got.deviations, row->deviations, "%s: deviations %#llx", row->id,
                     (unsigned long long)got.deviations);
        cr_expect_eq(got.path.kind, row->kind, "%s: kind %d", row->id, got.path.kind);
        cr_expect_eq(got.path.domain_kind, row->domain_kind, "%s: domain kind %d", row->id, got.path.domain_kind);
        cr_expect(is(got.path.source_route, row->route), "%s: route", row->id);
        cr_expect(is(got.path.local_part, row->local_part), "%s: local-part", row->id);
        cr_expect(is(got.path.domain, row->domain), "%s: domain", row->id);
        cr_expect_eq(got.path.quoted, row->local_part != NULL && row->local_part[0] == '"', "%s: quoted", row->id);
        cr_expect_eq(got.consumed, row->consumed != 0 ? row->consumed : text.len, "%s: consumed %zu", row->id,
                     got.consumed);
        heap_free(text);
    }
}

/* Paths that are not understood, with the offset of the first wrong octet. */
static const struct bad {
    const char *id, *text;
    int role;
    ms_smtp_error error;
    size_t at;
    ms_requirement requirement;
} bad[] = {
    {"SMTP-5321-4.1.2-01 nothing", "", REV, E(PATH), 0, MS_REQ_SMTP_5321_4_1_2_01},
    {"SMTP-5321-4.1.2-01 a bracket alone", "<", REV, E(PATH), 1, MS_REQ_SMTP_5321_4_1_2_01},
    {"SMTP-5321-4.1.2-01 closing bracket alone", ">", REV, E(PATH), 0, MS_REQ_SMTP_5321_4_1_2_01},
    {"SMTP-5321-4.1.2-01 space first", " <a@b>", REV, E(PATH), 0, MS_REQ_SMTP_5321_4_1_2_01},
    {"SMTP-5321-4.1.2-01 other bracket", "(a@b)", REV, E(PATH), 0, MS_REQ_SMTP_5321_4_1_2_01},
    {"SMTP-5321-4.1.2-04 null path in RCPT", "<>", FWD, E(NULL_FORWARD_PATH), 1, MS_REQ_SMTP_5321_4_1_2_04},
    {"SMTP-5321-4.1.2-19 space in the brackets", "< a@b>", FWD, E(LOCAL_PART), 1, MS_REQ_SMTP_5321_4_1_2_19},
    {"SMTP-5321-4.1.2-19 space in an atom", "<a b@c>", FWD, E(LOCAL_PART), 2, MS_REQ_SMTP_5321_4_1_2_19},
    {"SMTP-5321-4.1.2-19 comma", "<a,b@c>", FWD, E(LOCAL_PART), 2, MS_REQ_SMTP_5321_4_1_2_19},
    {"SMTP-5321-4.1.2-19 parenthesis", "<a(c)@b>", FWD, E(LOCAL_PART), 2, MS_REQ_SMTP_5321_4_1_2_19},
    {"SMTP-5321-4.1.2-19 backslash outside of quotes", "<a\\b@c>", FWD, E(LOCAL_PART), 2, MS_REQ_SMTP_5321_4_1_2_19},
    {"SMTP-5321-4.1.2-28 control", "<a\x01@b>", REV, E(LOCAL_PART), 2, MS_REQ_SMTP_5321_4_1_2_28},
    {"SMTP-5321-4.1.2-28 DEL", "<a\x7f@b>", REV, E(LOCAL_PART), 2, MS_REQ_SMTP_5321_4_1_2_28},
    {"SMTP-5321-4.1.2-28 CR", "<a\r@b>", REV, E(LOCAL_PART), 2, MS_REQ_SMTP_5321_4_1_2_28},
    {"SMTP-5321-4.1.2-19 quotes behind an atom", "<a\"b\"@c>", FWD, E(LOCAL_PART), 2, MS_REQ_SMTP_5321_4_1_2_19},
    {"SMTP-5321-4.1.2-19 an atom behind quotes", "<\"a\"b@c>", FWD, E(LOCAL_PART), 4, MS_REQ_SMTP_5321_4_1_2_19},
    {"SMTP-5321-4.1.2-19 words of RFC 822", "<\"a\".b@c>", FWD, E(LOCAL_PART), 4, MS_REQ_SMTP_5321_4_1_2_19},
    {"SMTP-5321-4.1.2-19 no brackets, comma", "a,b@c", FWD, E(LOCAL_PART), 1, MS_REQ_SMTP_5321_4_1_2_19},
    {"SMTP-5321-4.1.2-33 local-part alone, not closed", "<a", FWD, E(DOMAIN_MISSING), 2, MS_REQ_SMTP_5321_4_1_2_33},
    {"SMTP-5321-4.1.2-33 nothing behind the at sign", "<a@>", FWD, E(DOMAIN_MISSING), 3, MS_REQ_SMTP_5321_4_1_2_33},
    {"SMTP-5321-4.1.2-33 end behind the at sign", "<a@", FWD, E(DOMAIN_MISSING), 3, MS_REQ_SMTP_5321_4_1_2_33},
    {"SMTP-5321-4.1.2-33 space behind the at sign", "a@ b", FWD, E(DOMAIN_MISSING), 2, MS_REQ_SMTP_5321_4_1_2_33},

    {"SMTP-5321-4.1.2-22 control in a quoted pair", "<\"a\\\x07\"@d>", FWD, E(QUOTED_STRING), 4,
     MS_REQ_SMTP_5321_4_1_2_22},
    {"SMTP-5321-4.1.2-22 UTF-8 in a quoted pair", "<\"\\\xc3\xa9\"@d>", FWD | UTF8, E(QUOTED_STRING), 3,
     MS_REQ_SMTP_5321_4_1_2_22},
    {"SMTP-5321-4.1.2-22 end in a quoted pair", "<\"a\\", FWD, E(QUOTED_STRING), 4, MS_REQ_SMTP_5321_4_1_2_22},
    {"SMTP-5321-4.1.2-23 CR in quotes", "<\"a\rb\"@d>", FWD, E(QUOTED_STRING), 3, MS_REQ_SMTP_5321_4_1_2_23},
    {"SMTP-5321-4.1.2-23 tab in quotes", "<\"a\tb\"@d>", FWD, E(QUOTED_STRING), 3, MS_REQ_SMTP_5321_4_1_2_23},
    {"SMTP-5321-4.1.2-23 DEL in quotes",
     "<\"a\x7f"
     "b\"@d>",
     FWD, E(QUOTED_STRING), 3, MS_REQ_SMTP_5321_4_1_2_23},
    {"SMTP-5321-4.1.2-24 not closed", "<\"a@d.example>", FWD, E(QUOTED_STRING), 14, MS_REQ_SMTP_5321_4_1_2_24},
    {"SMTP-5321-4.1.2-24 a quote alone", "<\"", FWD, E(QUOTED_STRING), 2, MS_REQ_SMTP_5321_4_1_2_24},

    {"SMTP-5321-4.1.2-11 two at signs", "<a@b@c>", FWD, E(DOMAIN), 4, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-11 hyphen first", "<u@-a.example>", FWD, E(DOMAIN), 3, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-11 hyphen first in a later label", "<u@a.-b>", FWD, E(DOMAIN), 5, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-11 hyphen last", "<u@a-.example>", FWD, E(DOMAIN), 5, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-11 hyphen at the end", "<u@a.b->", FWD, E(DOMAIN), 7, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-11 hyphen at the end of the line", "<u@a-", FWD, E(DOMAIN), 5, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-11 two dots", "<u@a..example>", FWD, E(DOMAIN), 5, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-11 dot first", "<u@.example>", FWD, E(DOMAIN), 3, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-11 two dots at the end", "<u@a..>", FWD, E(DOMAIN), 5, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-11 a dot alone", "<u@.>", FWD, E(DOMAIN), 3, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-28 control in the domain", "<u@a\x01>", FWD, E(DOMAIN), 4, MS_REQ_SMTP_5321_4_1_2_28},
    {"SMTP-5321-4.1.2-11 exclamation mark", "<u@a!b>", FWD, E(DOMAIN), 4, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-11 comment", "<u@a(c)>", FWD, E(DOMAIN), 4, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-11 bracket opened again", "<u@a<b>", FWD, E(DOMAIN), 4, MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.3-10 number of a host", "<a@#123>", FWD, E(DOMAIN), 3, MS_REQ_SMTP_5321_4_1_3_10},
    {"SMTP-5321-4.1.3-09 octet behind a literal", "<a@[1.2.3.4]x>", FWD, E(ADDRESS_LITERAL), 12,
     MS_REQ_SMTP_5321_4_1_3_09},
    {"SMTP-5321-4.1.3-01 literal malformed", "<a@[1.2.3]>", FWD, E(ADDRESS_LITERAL), 9, MS_REQ_SMTP_5321_4_1_3_01},

    {"SMTP-5321-4.1.2-06 no host behind the at sign", "<@:u@d.example>", FWD, E(SOURCE_ROUTE), 2,
     MS_REQ_SMTP_5321_4_1_2_06},
    {"SMTP-5321-4.1.2-06 nothing behind the comma", "<@a,:u@d.example>", FWD, E(SOURCE_ROUTE), 4,
     MS_REQ_SMTP_5321_4_1_2_06},
    {"SMTP-5321-4.1.2-06 no colon", "<@a.example u@d.example>", FWD, E(SOURCE_ROUTE), 11, MS_REQ_SMTP_5321_4_1_2_06},
    {"SMTP-5321-4.1.2-06 no mailbox at all", "<@a.example>", FWD, E(SOURCE_ROUTE), 11, MS_REQ_SMTP_5321_4_1_2_06},
    {"SMTP-5321-4.1.2-06 literal in a route", "<@[1.2.3.4]:u@d>", FWD, E(SOURCE_ROUTE), 2, MS_REQ_SMTP_5321_4_1_2_06},
    {"SMTP-5321-4.1.2-19 nothing behind the colon", "<@a:>", FWD, E(LOCAL_PART), 4, MS_REQ_SMTP_5321_4_1_2_19},
    {"SMTP-6531-3.3-02 malformed in a route", "<@\xff:u@d>", FWD | UTF8, E(UTF8), 2, MS_REQ_SMTP_6531_3_3_02},

    {"SMTP-6531-3.3-02 overlong", "<\xc0\xaf@d>", FWD | UTF8, E(UTF8), 1, MS_REQ_SMTP_6531_3_3_02},
    {"SMTP-6531-3.3-02 surrogate", "<a\xed\xa0\x80@d>", FWD | UTF8, E(UTF8), 2, MS_REQ_SMTP_6531_3_3_02},
    {"SMTP-6531-3.3-02 truncated", "<\xe2\x82@d>", FWD | UTF8, E(UTF8), 1, MS_REQ_SMTP_6531_3_3_02},
    {"SMTP-6531-3.3-02 truncated by the end", "<\xe2\x82", FWD | UTF8, E(UTF8), 1, MS_REQ_SMTP_6531_3_3_02},
    {"SMTP-6531-3.3-02 in quotes", "<\"\x80\"@d>", FWD | UTF8, E(UTF8), 2, MS_REQ_SMTP_6531_3_3_02},
    {"SMTP-6531-3.3-02 in the domain", "<a@b\xff>", FWD | UTF8, E(UTF8), 4, MS_REQ_SMTP_6531_3_3_02},
    {"SMTP-6531-3.3-02 without SMTPUTF8, too", "<a\xff@b>", FWD, E(UTF8), 2, MS_REQ_SMTP_6531_3_3_02},
};

Test(smtp_path, bad)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct bad *row = &bad[i];
        const ms_span text = heap_text(row->text);
        const ms_smtp_path_parsed got = parse(text, row->role);
        cr_expect_eq(got.error, row->error, "%s: got %s", row->id, ms_smtp_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, row->at, "%s: got offset %zu", row->id, got.error_at);
        cr_expect_eq(got.requirement, row->requirement, "%s: got requirement %u", row->id, got.requirement);
        cr_expect_eq(got.path.kind, MS_PATH_NONE, "%s", row->id);
        cr_expect(ms_span_is_absent(got.path.local_part), "%s", row->id);
        heap_free(text);
    }
}

Test(smtp_path, nul)
{
    static const struct {
        const char *id, *text;
        size_t len, at;
    } rows[] = {
        {"SMTP-SEC-injection-03 in the local-part", "<a\0b@c>", 7, 2},
        {"SMTP-SEC-injection-04 in the domain", "<a@b\0.c>", 8, 4},
        {"SMTP-SEC-injection-03 in quotes", "<\"a\0\"@b>", 8, 3},
        {"SMTP-SEC-injection-03 in a literal", "<a@[1\0]>", 8, 5},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span text = heap_copy(rows[i].text, rows[i].len);
        const ms_smtp_path_parsed got = parse(text, FWD);
        cr_expect_eq(got.error, MS_SMTP_ERR_NUL, "%s: got %s", rows[i].id, ms_smtp_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, rows[i].at, "%s: got offset %zu", rows[i].id, got.error_at);
        cr_expect_eq(got.requirement, MS_REQ_SMTP_SEC_injection_03, "%s", rows[i].id);
        heap_free(text);
    }
}

Test(smtp_path, absent_text_is_no_path)
{
    const ms_smtp_path_parsed got = ms_smtp_path_parse(ms_span_absent(), MS_REVERSE_PATH, NULL);
    cr_expect_eq(got.error, MS_SMTP_ERR_PATH);
    cr_expect_eq(got.error_at, 0);
}

/* "<" local "@" labels ">", the labels of 49 octets and a dot as far as they go. */
static ms_span long_path(size_t local, size_t domain)
{
    const size_t len = local + domain + 3;
    char *block = malloc(len);
    cr_assert_not_null(block);
    memset(block, 'a', len);
    block[0] = '<';
    block[local + 1] = '@';
    for (size_t at = 49; at + 1 < domain; at += 50)
        block[local + 2 + at] = '.';
    block[len - 1] = '>';
    const ms_span text = heap_copy(block, len);
    free(block);
    return text;
}

Test(smtp_path, limits)
{
    static const struct {
        const char *id;
        size_t local, domain;
        ms_deviations deviations;
    } rows[] = {
        {"SMTP-5321-4.5.3.1.1-03 at the limit", 64, 10, 0},
        {"SMTP-5321-4.5.3.1.1-03 one over", 65, 10, D(LOCAL_PART_TOO_LONG)},
        {"SMTP-5321-4.5.3.1.3-01 at the limit", 64, 189, 0},
        {"SMTP-5321-4.5.3.1.3-01 one over", 64, 190, D(PATH_TOO_LONG)},
        {"SMTP-5321-4.5.3.1.2-01 at the limit", 1, 255, D(PATH_TOO_LONG)},
        {"SMTP-5321-4.5.3.1.2-01 one over", 1, 256, D(PATH_TOO_LONG) | D(DOMAIN_TOO_LONG)},
        {"SMTP-5321-4.5.3.1.1-03 far over", 5000, 10, D(LOCAL_PART_TOO_LONG) | D(PATH_TOO_LONG)},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span text = long_path(rows[i].local, rows[i].domain);
        const ms_smtp_path_parsed got = parse(text, FWD);
        cr_expect_eq(got.error, MS_SMTP_OK, "%s: %s", rows[i].id, ms_smtp_error_rule(got.error)->name);
        cr_expect_eq(got.deviations, rows[i].deviations, "%s: got %#llx", rows[i].id,
                     (unsigned long long)got.deviations);
        cr_expect_eq(got.path.local_part.len, rows[i].local, "%s", rows[i].id);
        cr_expect_eq(got.path.domain.len, rows[i].domain, "%s", rows[i].id);
        heap_free(text);
    }
}

Test(smtp_path, literal_limit)
{
    /* SMTP-5321-4.5.3.1.2-01: "a domain name or number", its brackets included */
    for (size_t len = 255; len <= 256; len++) {
        char text[300];
        memset(text, 'a', sizeof text);
        memcpy(text, "u@[t:", 5);
        text[len + 1] = ']';
        const ms_span copy = heap_copy(text, len + 2);
        const ms_smtp_path_parsed got = parse(copy, REV);
        const ms_deviations over = len == 255 ? 0 : D(DOMAIN_TOO_LONG);
        cr_expect_eq(got.path.domain.len, len);
        cr_expect_eq(got.deviations & D(DOMAIN_TOO_LONG), over, "literal of %zu", len);
        heap_free(copy);
    }
}

Test(smtp_path, octets_are_counted_not_characters)
{
    /* SMTP-5321-4.5.3.1.1-03: 32 characters of two octets are 64 octets, one more is over */
    char text[80] = "<";
    for (int i = 0; i < 32; i++)
        strcat(text, "\xc3\xa9");
    strcat(text, "@d>");
    const ms_span at = heap_text(text);
    cr_expect_eq(parse(at, FWD | UTF8).deviations, 0);
    heap_free(at);
    strcpy(text + 65, "a@d>");
    const ms_span over = heap_text(text);
    cr_expect_eq(parse(over, FWD | UTF8).deviations, D(LOCAL_PART_TOO_LONG));
    heap_free(over);
}

Test(smtp_path, label_limit)
{
    /* SMTP-5321-4.5.3.1.2-02: 63 and 64 octets; a U-label of 64 octets may have a short A-label */
    char label[65];
    memset(label, 'a', 64);
    for (size_t len = 63; len <= 64; len++) {
        const ms_span text = heap_copy(label, len);
        ms_deviations deviations = 0;
        size_t wrong = 0;
        cr_expect_eq(ms_smtp_domain_parse(text, NULL, &wrong, &deviations), MS_DOMAIN_NAME);
        cr_expect_eq(deviations, len == 63 ? 0 : D(LABEL_TOO_LONG), "label of %zu", len);
        heap_free(text);
    }
    const ms_smtp_context context = {.smtputf8 = true};
    memcpy(label, "\xc3\xa9", 2);
    const ms_span text = heap_copy(label, 64);
    ms_deviations deviations = 0;
    size_t wrong = 0;
    cr_expect_eq(ms_smtp_domain_parse(text, &context, &wrong, &deviations), MS_DOMAIN_NAME);
    cr_expect_eq(deviations, 0);
    heap_free(text);
}

Test(smtp_path, domain_that_fills_the_text)
{
    static const struct {
        const char *id, *text;
        ms_smtp_domain_kind kind;
        size_t wrong;
        ms_deviations deviations;
    } rows[] = {
        {"SMTP-5321-4.1.2-11 name", "mx.example.org", MS_DOMAIN_NAME, 0, 0},
        {"SMTP-5321-4.1.1.1-06 IPv4 literal", "[192.0.2.1]", MS_DOMAIN_IPV4, 0, 0},
        {"SMTP-5321-4.1.1.1-07 IPv6 literal", "[IPv6:2001:db8::1]", MS_DOMAIN_IPV6, 0, 0},
        {"SMTP-5321-4.1.3-08 general literal", "[x:y]", MS_DOMAIN_GENERAL, 0, D(LITERAL_TAG_UNREGISTERED)},
        {"SMTP-5321-4.1.2-12 dot at the end", "mx.", MS_DOMAIN_NAME, 0, D(DOMAIN_TRAILING_DOT)},
        {"SMTP-5321-4.1.2-11 underscore", "my_host", MS_DOMAIN_NAME, 0, D(DOMAIN_UNDERSCORE)},
        {"SMTP-5321-4.1.2-11 nothing", "", MS_DOMAIN_NONE, 0, 0},
        {"SMTP-5321-4.1.2-11 asterisk", "***", MS_DOMAIN_NONE, 0, 0},
        {"SMTP-5321-4.1.2-11 more behind it", "mx example", MS_DOMAIN_NONE, 2, 0},
        {"SMTP-5321-4.1.3-09 more behind a literal", "[1.2.3.4] x", MS_DOMAIN_NONE, 9, 0},
        {"SMTP-5321-4.1.3-09 literal not closed", "[1.2.3.4", MS_DOMAIN_NONE, 8, 0},
        {"SMTP-5321-4.1.3-09 bracket alone", "[", MS_DOMAIN_NONE, 1, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span text = heap_text(rows[i].text);
        size_t wrong = 0;
        ms_deviations deviations = 99;
        const ms_smtp_domain_kind kind = ms_smtp_domain_parse(text, NULL, &wrong, &deviations);
        cr_expect_eq(kind, rows[i].kind, "%s: got kind %d", rows[i].id, kind);
        cr_expect_eq(wrong, rows[i].wrong, "%s: got offset %zu", rows[i].id, wrong);
        cr_expect_eq(deviations, rows[i].deviations, "%s: got %#llx", rows[i].id, (unsigned long long)deviations);
        cr_expect_eq(ms_smtp_domain_parse(text, NULL, NULL, NULL), rows[i].kind, "%s", rows[i].id);
        heap_free(text);
    }
}

Test(smtp_path, local_part_decoded)
{
    static const struct {
        const char *id, *text, *decoded;
    } rows[] = {
        {"SMTP-5321-4.1.2-25 Dot-string", "a.b", "a.b"},
        {"SMTP-5321-4.1.2-25 quotes", "\"a b\"", "a b"},
        {"SMTP-5321-4.1.2-26 needless pairs", "\"\\r\\e\\s\\t\"", "rest"},
        {"SMTP-5321-4.1.2-22 pair of a quote", "\"a\\\"b\"", "a\"b"},
        {"SMTP-5321-4.1.2-22 pair of a backslash", "\"a\\\\\"", "a\\"},
        {"SMTP-5321-4.1.2-20 empty", "\"\"", ""},
        {"SMTP-5321-4.1.2-22 at sign", "\"a\\@b\"", "a@b"},
        {"SMTP-5321-4.1.2-20 a quote alone is no Quoted-string", "\"", "\""},
        {"SMTP-5321-4.1.2-20 nothing", "", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span text = heap_text(rows[i].text);
        uint8_t out[16];
        const size_t written = ms_smtp_local_part_decode(text, out);
        cr_expect(span_is(ms_span_make(out, written), rows[i].decoded), "%s", rows[i].id);
        heap_free(text);
    }
}

/* No octet beyond the path is looked at, and an error is never told behind the end. */
Test(smtp_path, each_prefix_is_survived)
{
    for (size_t i = 0; i < COUNT(good); i++) {
        const size_t len = strlen(good[i].text);
        for (size_t cut = 0; cut < len; cut++) {
            const ms_span text = heap_copy(good[i].text, cut);
            const ms_smtp_path_parsed got = parse(text, good[i].role);
            cr_expect(got.error_at <= cut && got.consumed <= cut, "%s cut at %zu", good[i].id, cut);
            heap_free(text);
        }
    }
}
