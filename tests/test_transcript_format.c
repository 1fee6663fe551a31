/*
 * test_transcript_format.c - the canonical form, and that it changes nothing
 */
#include "harness/transcript/format.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "feed.h"
#include "harness/transcript/reader.h"

#define HEAD         "mailspec: 1\nprotocol: smtp\ntitle: t\n"
#define TESTS_CLIENT "mailspec: 1\nprotocol: smtp\ntests: client\ntitle: t\n"

/* The canonical form of a text; absent if it cannot be read. */
static mst_text formatted(ms_span source, char *why, size_t room)
{
    mst_text text = {0};
    mst_error error;
    const mst_document *document = mst_read(source.ptr, source.len, "t.mst", &error);
    if (document == NULL)
        snprintf(why, room, "%u:%u %s", error.at.line, error.at.column, error.message);
    else
        cr_expect(mst_format(document, &text));
    mst_free(document);
    return text;
}

static const struct {
    const char *given, *wanted; /* NULL: as given */
} rows[] = {
    /* header */
    {"mailspec: 1\ntitle:  t\nprotocol: smtp\n", "mailspec: 1\nprotocol: smtp\ntitle: t\n"},
    {"# top\n\nmailspec: 1\n# of cites\ncites:A ,  B\nprotocol: smtp\nx-mine: 1\n# tail\n\nC: x\n",
     "# top\nmailspec: 1\nprotocol: smtp\n# of cites\ncites: A, B\nx-mine: 1\n# tail\n\nC: x\n"},
    {"mailspec: 1\nprotocol: pop3\nstart: @a   transaction,@b greeted\n",
     "mailspec: 1\nprotocol: pop3\nstart: @a transaction, @b greeted\n"},
    {HEAD "note: a, b ,c\n", NULL}, /* no list */
    /* said */
    {HEAD "\nC: x \nC:\nS+ y\nS< \"\\x0d\\x0A\"\n", HEAD "\nC: x \nC:\nS+ y\nS< \"\\r\\n\"\n"},
    {HEAD "\nC:    x\nC: \n", HEAD "\nC:    x\nC:\n"},
    {HEAD "\nC: \\${a} \\$b $c \\\\$ \\\\\n", HEAD "\nC: \\${a} $b $c \\\\$ \\\\\n"},
    {HEAD "\nC+<  \"a\\\"\\\\\\$\\${\\x7f\"   \"A\"*64KiB body(1KiB , seed 7)\n",
     HEAD "\nC+< \"a\\\"\\\\$\\${\\x7f\" \"A\"*64KiB body(1KiB, seed 7)\n"},
    {HEAD "\n  @b   C: x\n   ! server   SMTP-5321-3.3-09  # why\n = 0 x=1   \n=? y\n",
     HEAD "\n@b C: x\n! server SMTP-5321-3.3-09  # why\n= 0 x=1\n=? y\n"},
    {HEAD "\n\n\n# one\n\n\n# two\nC: x\n\n\nC: y\n\n# end\n\n", HEAD "\n# one\n\n# two\nC: x\n\nC: y\n\n# end\n"},
    /* values */
    {HEAD "start: mail\n\nlet m=\"a\"*3 \"b\"  # note\nlet n = size(m)+1 - 2\nC: BDAT ${ n } LAST\n",
     HEAD "start: mail\n\nlet m = \"a\"*3 \"b\"  # note\nlet n = size(m) + 1 - 2\nC: BDAT ${n} LAST\n"},
    {HEAD "\nC: AUTH PLAIN ${base64(\"\\0${user}\\0${secret:password}\")}\nS? 235\n", NULL},
    {HEAD "\ncheck  set( a )within set(b)\n| else=>fail changed\n",
     HEAD "\ncheck set(a) within set(b)\n | else => fail changed\n"},
    {HEAD "\ncheck uid[1] = uid[n] => pass same\n", NULL},
    /* expectations */
    {HEAD "\nS?   250=>kept|5yz=>refused | 421 => refused{close end}|4yz => inconclusive\n",
     HEAD "\nS? 250 => kept | 5yz => refused | 421 => refused { close end } | 4yz => inconclusive\n"},
    {HEAD "\nS? 503|554\n| 354=>nonstrict accepted SMTP-2920-3.2-04{\nC: .\n# two\nS? 503 | 554\n  | 2yz => nonstrict "
          "swallowed \"a \\\"b\\\"\"\n}\nnot  delivered\n",
     HEAD "\nS? 503 | 554\n | 354 => nonstrict accepted SMTP-2920-3.2-04 {\n     C: .\n     # two\n     S? 503 | 554\n "
          "     | 2yz => nonstrict swallowed \"a \\\"b\\\"\"\n   }\nnot delivered\n"},
    {HEAD "\nS? 250 => a { C: x\nS? 250\n} # done\n  # other\n | 5yz => b { }\n",
     HEAD "\nS? 250 => a {\n    C: x\n    S? 250\n  }  # done\n # other\n | 5yz => b { }\n"},
    {HEAD "\nS? only  2yz   2.*.* not 251 not 5.1.* ~\"a\\\"b\" has SIZE has AUTH(PLAIN) lacks X(~i\"y\") lines 1.. "
          "within 2000ms\n",
     HEAD "\nS? only 2yz 2.*.* not 251 not 5.1.* ~\"a\\\"b\" has SIZE has AUTH(PLAIN) lacks X(~i\"y\") lines 1.. "
          "within 2s\n"},
    {HEAD "\nS? +OK multi each ~\"${n:number} ${uid[n]:unique-id}\"\nS? -ERR [IN-USE] | -ERR not [AUTH] | + | any | "
          "5.5.* | [X] | none 1500ms | alert | close\n",
     NULL},
    {TESTS_CLIENT "\nS: 220 x\nC? EHLO ~\"[a-z.]+\" | HELO => pass\n | any not NOOP not RSET => fail\n | line "
                  "~\"=\" | data | chunk | tls | none 5min => error\n",
     TESTS_CLIENT "\nS: 220 x\nC? EHLO ~\"[a-z.]+\" | HELO => pass\n | any not NOOP not RSET => fail\n | line "
                  "~\"=\" | data | chunk | tls | none 300s => error\n"},
    {HEAD "\nfence  # why\n| extra 250=>fail ran\n|extra=>pass\n| missing | close => inconclusive\n",
     HEAD "\nfence  # why\n | extra 250 => fail ran\n | extra => pass\n | missing | close => inconclusive\n"},
    {HEAD "\nfence extra => fail ran\n", HEAD "\nfence\n | extra => fail ran\n"},
    {HEAD "\ntls version 1.2 name \"x.example\" certificate => pass\n | alert => refused { close }\n", NULL},
    {HEAD "\nopen pop3 transaction\n@b open  clear\n@a open tls\n | refused => skip gone\nquiet\nquiet 50ms\npause "
          "60000ms\n",
     HEAD
     "\nopen pop3 transaction\n@b open clear\n@a open tls\n | refused => skip gone\nquiet\nquiet 50ms\npause 60s\n"},
    {HEAD
     "\ndelivered 1\ndelivered 2.. to ${rcpt2} contains \"a\" octets ${m}  header  ~\"x\"\n | 0 => inconclusive lost\n",
     HEAD
     "\ndelivered\ndelivered 2.. to ${rcpt2} contains \"a\" octets ${m} header ~\"x\"\n | 0 => inconclusive lost\n"},
    {HEAD "\nS? 250 => a\nrepeat 100 as i{ C: NOOP ${i}\n}\nwhen @b not a|b {\nend\n} else {\nverdict fail x "
          "SMTP-5321-3.3-09 \"y\"\n}\ncontrol { C: x\n# tail\n}\n",
     HEAD "\nS? 250 => a\nrepeat 100 as i {\n    C: NOOP ${i}\n}\nwhen @b not a | b {\n    end\n} else {\n    verdict "
          "fail x SMTP-5321-3.3-09 \"y\"\n}\ncontrol {\n    C: x\n    # tail\n}\n"},
    {HEAD "\nhangup reset\n@b close half\nhangup\n", NULL},
    /* too long for one line */
    {HEAD "\nS? 250 => aaaaaaaaaaaaaaaaaaaaaaaa | 251 => bbbbbbbbbbbbbbbbbbbbbbbbbbbb | 252 => "
          "cccccccccccccccccccccccccccccc\n",
     HEAD "\nS? 250 => aaaaaaaaaaaaaaaaaaaaaaaa\n | 251 => bbbbbbbbbbbbbbbbbbbbbbbbbbbb\n | 252 => "
          "cccccccccccccccccccccccccccccc\n"},
};

Test(transcript_format, canonical)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *wanted = rows[i].wanted != NULL ? rows[i].wanted : rows[i].given;
        const ms_span given = heap_text(rows[i].given);
        char why[300] = "";
        mst_text once = formatted(given, why, sizeof why);
        cr_expect_str_empty(why, "row %zu: %s\n%s", i, why, rows[i].given);
        cr_expect(span_is(ms_span_make(once.octets, once.len), wanted), "row %zu gives\n%.*swanted\n%s", i,
                  (int)once.len, (const char *)once.octets, wanted);
        mst_text twice = formatted(ms_span_make(once.octets, once.len), why, sizeof why);
        cr_expect(twice.len == once.len && memcmp(twice.octets, once.octets, once.len) == 0,
                  "row %zu is not stable: %s\n%.*s", i, why, (int)twice.len, (const char *)twice.octets);
        mst_text_free(&once);
        mst_text_free(&twice);
        heap_free(given);
    }
}

/* Every octet, in a raw piece and, where it may, in a line. */
Test(transcript_format, every_octet_survives)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        char source[200], why[300] = "";
        const int len = snprintf(source, sizeof source, HEAD "\nC< \"a\\x%02x{\\x%02X\"\n", octet, octet);
        mst_text text = formatted(ms_span_make(source, (size_t)len), why, sizeof why);
        cr_assert_str_empty(why, "%s", why);
        mst_error error;
        const mst_document *document = mst_read(text.octets, text.len, "t.mst", &error);
        cr_assert_not_null(document, "%02x: %s", octet, error.message);
        const uint8_t wanted[] = {'a', (uint8_t)octet, '{', (uint8_t)octet};
        const ms_span got = document->script.first->say.octets;
        cr_expect(got.len == 4 && memcmp(got.ptr, wanted, 4) == 0, "%02x", octet);
        mst_free(document);
        mst_text_free(&text);
    }
}

/* What can be read after one octet was changed is formatted stably. */
Test(transcript_format, changed_texts_are_stable)
{
    static const uint8_t octets[] = {'\n', ' ', '"', '\\', '{', '}', '|', '#', '$', '='};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const size_t len = strlen(rows[i].given);
        for (size_t at = strlen(HEAD); at < len; at++) {
            for (size_t j = 0; j < COUNT(octets); j++) {
                char source[2000], why[300] = "";
                memcpy(source, rows[i].given, len);
                source[at] = (char)octets[j];
                mst_text once = formatted(ms_span_make(source, len), why, sizeof why);
                if (why[0] == '\0') {
                    mst_text twice = formatted(ms_span_make(once.octets, once.len), why, sizeof why);
                    cr_expect(once.len == twice.len && memcmp(once.octets, twice.octets, once.len) == 0,
                              "%s\n%.*s---\n%.*s---\n%.*s", why, (int)len, source, (int)once.len,
                              (const char *)once.octets, (int)twice.len, (const char *)twice.octets);
                    mst_text_free(&twice);
                }
                mst_text_free(&once);
            }
        }
    }
}
