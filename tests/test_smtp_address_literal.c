/* test_smtp_address_literal.c - address literals in every form (RFC 5321 section 4.1.3) */
#include "feed.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "mailspec/smtp_path.h"

#define D(name)      MS_DEVIATION_BIT(MS_SMTP_DEV_##name)
#define SEVEN        D(IPV6_SEVEN_GROUPS)
#define UNTAGGED     D(LITERAL_UNTAGGED_IPV6)
#define UNREGISTERED D(LITERAL_TAG_UNREGISTERED)

enum { NONE = MS_DOMAIN_NONE, IPV4 = MS_DOMAIN_IPV4, IPV6 = MS_DOMAIN_IPV6, GENERAL = MS_DOMAIN_GENERAL };

/* wrong: the offset of the first wrong octet, of literals that are none */
static const struct row {
    const char *id, *text;
    int kind;
    size_t wrong;
    ms_deviations deviations;
} rows[] = {
    /* IPv4-address-literal = Snum 3("."  Snum) */
    {"SMTP-5321-4.1.3-01", "[1.2.3.4]", IPV4, 0, 0},
    {"SMTP-5321-4.1.3-01 highest", "[255.255.255.255]", IPV4, 0, 0},
    {"SMTP-5321-4.1.3-01 lowest", "[0.0.0.0]", IPV4, 0, 0},
    {"SMTP-5321-4.1.3-01 three numbers", "[1.2.3]", NONE, 6, 0},
    {"SMTP-5321-4.1.3-01 five numbers", "[1.2.3.4.5]", NONE, 8, 0},
    {"SMTP-5321-4.1.3-01 256 first", "[256.1.1.1]", NONE, 3, 0},
    {"SMTP-5321-4.1.3-01 256 last", "[1.1.1.256]", NONE, 9, 0},
    {"SMTP-5321-4.1.3-01 300", "[1.300.1.1]", NONE, 5, 0},
    {"SMTP-5321-4.1.3-01 two dots", "[1..2.3]", NONE, 3, 0},
    {"SMTP-5321-4.1.3-01 dot at the end", "[1.2.3.]", NONE, 7, 0},
    {"SMTP-5321-4.1.3-01 dot first", "[.1.2.3]", NONE, 1, 0},
    {"SMTP-5321-4.1.3-01 letter", "[1.2.3.a]", NONE, 7, 0},
    {"SMTP-5321-4.1.3-01 hexadecimal", "[0x7f.0.0.1]", NONE, 2, 0},
    {"SMTP-5321-4.1.3-01 sign", "[-1.2.3.4]", NONE, 1, 0},
    {"SMTP-5321-4.1.3-01 space", "[1.2.3. 4]", NONE, 7, 0},
    {"SMTP-5321-4.1.3-01 number alone", "[16909060]", NONE, 9, 0},
    {"SMTP-5321-4.1.3-02 leading zeros", "[001.2.3.4]", IPV4, 0, 0},
    {"SMTP-5321-4.1.3-02 four digits", "[0001.2.3.4]", NONE, 4, 0},
    {"SMTP-5321-4.1.3-02 zeros in three digits", "[000.00.0.099]", IPV4, 0, 0},

    /* the tag */
    {"SMTP-5321-4.1.3-03", "[IPv6:::1]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-03 lower case", "[ipv6:::1]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-03 upper case", "[IPV6:::1]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-03 no tag", "[::1]", IPV6, 0, UNTAGGED},
    {"SMTP-5321-4.1.3-03 no tag, group first", "[2001:db8::1]", IPV6, 0, UNTAGGED},
    {"SMTP-5321-4.1.3-03 no tag, all eight", "[1:2:3:4:5:6:7:8]", IPV6, 0, UNTAGGED},
    {"SMTP-5321-4.1.3-03 no tag, IPv4 behind it", "[::ffff:1.2.3.4]", IPV6, 0, UNTAGGED},
    {"SMTP-5321-4.1.3-03 no tag, seven groups", "[::1:2:3:4:5:6:7]", IPV6, 0, UNTAGGED | SEVEN},
    {"SMTP-5321-4.1.3-03 space behind the tag", "[IPv6: ::1]", NONE, 6, 0},
    {"SMTP-5321-4.1.3-03 tag alone", "[IPv6:]", NONE, 6, 0},
    {"SMTP-5321-4.1.3-03 tag without its colon", "[IPv6]", NONE, 5, 0},
    {"SMTP-5321-4.1.3-03 colon alone", "[:]", NONE, 2, 0},
    {"SMTP-5321-4.1.3-03 zone", "[IPv6:fe80::1%eth0]", NONE, 13, 0},

    /* IPv6-full = IPv6-hex 7(":" IPv6-hex) */
    {"SMTP-5321-4.1.3-04", "[IPv6:1:2:3:4:5:6:7:8]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-04 four digits each", "[IPv6:2001:0DB8:abcd:EF01:2345:6789:0000:ffff]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-04 nine groups", "[IPv6:1:2:3:4:5:6:7:8:9]", NONE, 21, 0},
    {"SMTP-5321-4.1.3-04 seven groups", "[IPv6:1:2:3:4:5:6:7]", NONE, 19, 0},
    {"SMTP-5321-4.1.3-04 five digits", "[IPv6:12345:2:3:4:5:6:7:8]", NONE, 10, 0},
    {"SMTP-5321-4.1.3-04 five digits at the end", "[IPv6:1:2:3:4:5:6:7:12345]", NONE, 24, 0},
    {"SMTP-5321-4.1.3-04 colon at the end", "[IPv6:1:2:3:4:5:6:7:]", NONE, 20, 0},
    {"SMTP-5321-4.1.3-04 colon behind eight", "[IPv6:1:2:3:4:5:6:7:8:]", NONE, 21, 0},
    {"SMTP-5321-4.1.3-04 colon first", "[IPv6::1:2:3:4:5:6:7:8]", NONE, 7, 0},
    {"SMTP-5321-4.1.3-04 no hexadecimal digit", "[IPv6:1:2:3:g:5:6:7:8]", NONE, 12, 0},
    {"SMTP-5321-4.1.3-04 not closed", "[IPv6:1:2:3:4:5:6:7:8", NONE, 21, 0},

    /* IPv6-comp = [IPv6-hex *5(":" IPv6-hex)] "::" [IPv6-hex *5(":" IPv6-hex)], six groups at most */
    {"SMTP-5321-4.1.3-05", "[IPv6:1::8]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-05 nothing but zeros", "[IPv6:::]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-05 at the end", "[IPv6:1::]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-05 six behind it", "[IPv6:::1:2:3:4:5:6]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-05 six before it", "[IPv6:1:2:3:4:5:6::]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-05 five and one", "[IPv6:1:2:3:4:5::6]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-05 one and five", "[IPv6:1::2:3:4:5:6]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-05 three and three", "[IPv6:1:2:3::4:5:6]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-05 seven before it", "[IPv6:1:2:3:4:5:6:7::]", IPV6, 0, SEVEN},
    {"SMTP-5321-4.1.3-05 seven behind it", "[IPv6:::1:2:3:4:5:6:7]", IPV6, 0, SEVEN},
    {"SMTP-5321-4.1.3-05 seven around it", "[IPv6:1:2:3::4:5:6:7]", IPV6, 0, SEVEN},
    {"SMTP-5321-4.1.3-05 eight behind it", "[IPv6:::1:2:3:4:5:6:7:8]", NONE, 21, 0},
    {"SMTP-5321-4.1.3-05 seven and one", "[IPv6:1:2:3:4:5:6:7::8]", NONE, 21, 0},
    {"SMTP-5321-4.1.3-05 four and four", "[IPv6:1:2:3:4::5:6:7:8]", NONE, 20, 0},
    {"SMTP-5321-4.1.3-05 twice", "[IPv6:1::2::3]", NONE, 11, 0},
    {"SMTP-5321-4.1.3-05 three colons", "[IPv6:1:::2]", NONE, 9, 0},
    {"SMTP-5321-4.1.3-05 four colons first", "[IPv6:::::1]", NONE, 8, 0},
    {"SMTP-5321-4.1.3-05 colon at the end", "[IPv6:1::2:]", NONE, 11, 0},
    {"SMTP-5321-4.1.3-05 five digits", "[IPv6:::12345]", NONE, 12, 0},

    /* IPv6v4-full = IPv6-hex 5(":" IPv6-hex) ":" IPv4-address-literal */
    {"SMTP-5321-4.1.3-06", "[IPv6:1:2:3:4:5:6:1.2.3.4]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-06 seven groups before it", "[IPv6:1:2:3:4:5:6:7:1.2.3.4]", NONE, 21, 0},
    {"SMTP-5321-4.1.3-06 five groups before it", "[IPv6:1:2:3:4:5:1.2.3.4]", NONE, 17, 0},
    {"SMTP-5321-4.1.3-06 IPv4 alone", "[IPv6:1.2.3.4]", NONE, 7, 0},
    {"SMTP-5321-4.1.3-06 three numbers", "[IPv6:1:2:3:4:5:6:1.2.3]", NONE, 23, 0},
    {"SMTP-5321-4.1.3-06 five numbers", "[IPv6:1:2:3:4:5:6:1.2.3.4.5]", NONE, 25, 0},
    {"SMTP-5321-4.1.3-06 256", "[IPv6:1:2:3:4:5:6:1.2.3.256]", NONE, 26, 0},
    {"SMTP-5321-4.1.3-06 256 first", "[IPv6:1:2:3:4:5:6:256.2.3.4]", NONE, 20, 0},
    {"SMTP-5321-4.1.3-06 hexadecimal", "[IPv6:1:2:3:4:5:6:a.2.3.4]", NONE, 19, 0},
    {"SMTP-5321-4.1.3-06 four digits", "[IPv6:1:2:3:4:5:6:1234.2.3.4]", NONE, 22, 0},
    {"SMTP-5321-4.1.3-06 group behind it", "[IPv6:1:2:3:4:5:6:1.2.3.4:7]", NONE, 25, 0},

    /* IPv6v4-comp = [IPv6-hex *3(":" IPv6-hex)] "::" [IPv6-hex *3(":" IPv6-hex) ":"] IPv4-address-literal */
    {"SMTP-5321-4.1.3-07", "[IPv6:::ffff:1.2.3.4]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-07 nothing before it", "[IPv6:::1.2.3.4]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-07 four groups before", "[IPv6:1:2:3:4::1.2.3.4]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-07 four groups behind", "[IPv6:::1:2:3:4:1.2.3.4]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-07 two and two", "[IPv6:1:2::3:4:1.2.3.4]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-07 five groups", "[IPv6:1:2:3:4:5::1.2.3.4]", IPV6, 0, SEVEN},
    {"SMTP-5321-4.1.3-07 six groups", "[IPv6:1:2:3:4:5:6::1.2.3.4]", NONE, 20, 0},
    {"SMTP-5321-4.1.3-07 NAT64", "[IPv6:64:ff9b::192.0.2.33]", IPV6, 0, 0},
    {"SMTP-5321-4.1.3-07 :: behind it", "[IPv6:1:1.2.3.4::]", NONE, 9, 0},

    /* General-address-literal = Standardized-tag ":" 1*dcontent */
    {"SMTP-5321-4.1.3-08", "[x-tag:abc]", GENERAL, 0, UNREGISTERED},
    {"SMTP-5321-4.1.3-08 nothing behind the tag", "[tag:]", NONE, 5, 0},
    {"SMTP-5321-4.1.3-08 bracket in it", "[tag:a]b]", NONE, 7, 0},
    {"SMTP-5321-4.1.3-08 opening bracket in it", "[tag:a[b]", NONE, 6, 0},
    {"SMTP-5321-4.1.3-08 backslash in it", "[tag:a\\b]", NONE, 6, 0},
    {"SMTP-5321-4.1.3-08 space in it", "[tag:a b]", NONE, 6, 0},
    {"SMTP-5321-4.1.3-08 above ASCII", "[tag:a\xc3\xa9]", NONE, 6, 0},
    {"SMTP-5321-4.1.3-08 all other graphics", "[t:!\"#$%&'()*+,-./09:;<=>?@AZ^_`az{|}~]", GENERAL, 0, UNREGISTERED},
    {"SMTP-5321-4.1.3-08 tag ends with a hyphen", "[tag-:a]", NONE, 5, 0},
    {"SMTP-5321-4.1.3-08 tag with an underscore", "[t_g:a]", NONE, 2, 0},
    {"SMTP-5321-4.1.3-08 no tag: the colon might begin ::", "[:abc]", NONE, 2, 0},
    {"SMTP-5321-4.1.3-09 no tag, not closed", "[::1", NONE, 4, 0},
    {"SMTP-5321-4.1.3-09 no tag, an octet for the bracket", "[::1}", NONE, 4, 0},
    {"SMTP-5321-4.1.3-08 tag longer than IPv6", "[IPv60:::1]", GENERAL, 0, UNREGISTERED},
    {"SMTP-5321-4.1.3-08 the tag IPv6 never is general", "[IPv6:xyz]", NONE, 6, 0},
    {"SMTP-5321-4.1.3-08 nor does a bad address make it so", "[ipv6:1:2]", NONE, 9, 0},
    {"SMTP-5321-4.1.3-08 a tag of digits", "[123:xyz]", GENERAL, 0, UNREGISTERED},

    {"SMTP-5321-4.1.3-09 not closed", "[1.2.3.4", NONE, 8, 0},
    {"SMTP-5321-4.1.3-09 octet behind it", "[1.2.3.4]x", NONE, 9, 0},
    {"SMTP-5321-4.1.3-09 nothing in it", "[]", NONE, 1, 0},
    {"SMTP-5321-4.1.3-09 bracket alone", "[", NONE, 1, 0},
    {"SMTP-5321-4.1.3-09 brackets doubled", "[[1.2.3.4]]", NONE, 1, 0},
    {"SMTP-5321-4.1.3-09 a name", "[mx.example]", NONE, 1, 0},
};

Test(smtp_address_literal, all)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span text = heap_text(rows[i].text);
        size_t wrong = 0;
        ms_deviations deviations = 0;
        const int kind = (int)ms_smtp_domain_parse(text, NULL, &wrong, &deviations);
        cr_expect_eq(kind, rows[i].kind, "%s: %s is of kind %d", rows[i].id, rows[i].text, kind);
        cr_expect_eq(wrong, rows[i].wrong, "%s: %s wrong at %zu", rows[i].id, rows[i].text, wrong);
        if (rows[i].kind != NONE)
            cr_expect_eq(deviations, rows[i].deviations, "%s: %s deviates by %#llx", rows[i].id, rows[i].text,
                         (unsigned long long)deviations);
        heap_free(text);
    }
}

/* In a path the same literal is as right or wrong, at the same octet. */
Test(smtp_address_literal, in_a_path)
{
    static const char before[] = "<u@";
    for (size_t i = 0; i < COUNT(rows); i++) {
        char line[80];
        const int len = snprintf(line, sizeof line, "%s%s>", before, rows[i].text);
        const ms_span text = heap_copy(line, (size_t)len);
        const ms_smtp_path_parsed got = ms_smtp_path_parse(text, MS_FORWARD_PATH, NULL);
        if (rows[i].kind != NONE) {
            cr_expect_eq(got.error, MS_SMTP_OK, "%s", rows[i].id);
            cr_expect_eq(got.path.domain_kind, rows[i].kind, "%s", rows[i].id);
            cr_expect(span_is(got.path.domain, rows[i].text), "%s", rows[i].id);
        } else {
            cr_expect_eq(got.error, MS_SMTP_ERR_ADDRESS_LITERAL, "%s: %s", rows[i].id,
                         ms_smtp_error_rule(got.error)->name);
            cr_expect_eq(got.error_at, rows[i].wrong + sizeof before - 1, "%s: at %zu", rows[i].id, got.error_at);
        }
        heap_free(text);
    }
}

Test(smtp_address_literal, requirement_by_form)
{
    static const struct {
        const char *text;
        ms_requirement requirement;
    } broken[] = {
        {"<u@[1.2.3]>", MS_REQ_SMTP_5321_4_1_3_01},
        {"<u@[IPv6:1:2]>", MS_REQ_SMTP_5321_4_1_3_04},
        {"<u@[tag:]>", MS_REQ_SMTP_5321_4_1_3_08},
        {"<u@[1.2.3.4}>", MS_REQ_SMTP_5321_4_1_3_09},
        {"<u@[IPv6:::1}>", MS_REQ_SMTP_5321_4_1_3_09},
        {"<u@[abc]>", MS_REQ_SMTP_5321_4_1_3_08},
        {"<u@[]>", MS_REQ_SMTP_5321_4_1_3_08},
        {"<u@[t_g:c]>", MS_REQ_SMTP_5321_4_1_3_08},
        {"<u@[16909060]>", MS_REQ_SMTP_5321_4_1_3_01},
        {"<u@[1.2.3.4/24]>", MS_REQ_SMTP_5321_4_1_3_01},
        {"<u@[0001.2.3.4]>", MS_REQ_SMTP_5321_4_1_3_02},
        {"<u@[IPv6:1::2::3]>", MS_REQ_SMTP_5321_4_1_3_05},
        {"<u@[IPv6:fe80::1%eth0]>", MS_REQ_SMTP_5321_4_1_3_05},
        {"<u@[IPv6:1.2.3.4]>", MS_REQ_SMTP_5321_4_1_3_06},
        {"<u@[IPv6:::1.2.3]>", MS_REQ_SMTP_5321_4_1_3_07},
        {"<u@[IPv6:1:2:3:4:5:6:7:8/64]>", MS_REQ_SMTP_5321_4_1_3_04},
    };
    for (size_t i = 0; i < COUNT(broken); i++) {
        const ms_span text = heap_text(broken[i].text);
        cr_expect_eq(ms_smtp_path_parse(text, MS_FORWARD_PATH, NULL).requirement, broken[i].requirement, "%s",
                     broken[i].text);
        heap_free(text);
    }
}
