#include "harness/replay/smtp_false_end.h"

#include "feed.h"
#include "mailspec/requirement.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define HEADER  "From: a@relay.example\r\n\r\n"
#define S(text) text, sizeof(text) - 1
#define R(n)    MS_REQ_SMTP_SEC_smuggling_##n

/* Each variant behind a header section and a line that ended in CRLF; now: when nothing has followed yet. */
static const struct row {
    const char *octets;
    size_t len;
    uint16_t seen, now;
} rows[] = {
    {S(HEADER "text\r\n"), MS_REQ_NONE, MS_REQ_NONE},
    {S(HEADER "text\r\n.\r\n"), MS_REQ_NONE, MS_REQ_NONE}, /* the true end */
    {S(HEADER "text\r\n..\r\n"), MS_REQ_NONE, MS_REQ_NONE},
    {S(HEADER "text.\r\n"), MS_REQ_NONE, MS_REQ_NONE},
    {S(HEADER "text\n.\n"), R(01), R(01)},
    {S(HEADER "text\n.\r\n"), R(02), R(02)},
    {S(HEADER "text\r\n.\n"), R(03), R(03)},
    {S(HEADER "text\r.\r"), MS_REQ_NONE, R(04)},
    {S(HEADER "text\r.\rx"), R(04), R(04)},
    {S(HEADER "text\r.\n"), R(05), R(05)},
    {S(HEADER "text\r.\r\n"), R(06), R(06)},
    {S(HEADER "text\r\n.\r"), MS_REQ_NONE, R(07)},
    {S(HEADER "text\r\n.\rx"), R(07), R(07)},
    {S(HEADER "text\n.\r"), MS_REQ_NONE, R(08)},
    {S(HEADER "text\n.\rx"), R(08), R(08)},
    {S(HEADER "text\r\n.\r\r\n"), R(09), R(09)},
    {S(HEADER "text\r\r\n.\r\r\n"), R(10), R(10)},
    {S(HEADER "text\n\n.\r\n"), R(12), R(12)},
    {S(HEADER "text\n\r.\n\r"), R(05), R(13)}, /* CR . LF stands in it */
    {S(HEADER "text\n\r.\n\rx"), R(13), R(13)},
    {S(HEADER "text\r\n\0.\r\n"), R(14), R(14)},
    {S(HEADER "text\r\n.\0\r\n"), R(15), R(15)},
    {S(HEADER "text\r\0\n.\r\n"), R(16), R(16)},
    {S(HEADER "text\r\n.\r\0\n"), R(17), R(17)},
    {S(HEADER "text\r\n. \r\n"), R(18), R(18)},
    {S(HEADER "text\r\n.\t\r\n"), R(18), R(18)},
    {S(HEADER "text\r\n .\r\n"), R(19), R(19)},
    {S(HEADER "text\r\n\xae\r\n"), R(20), R(20)},
    {S(HEADER "text\x8d\x8a.\x8d\x8a"), R(20), R(20)},
    {S(HEADER "text\v.\v"), R(21), R(21)},
    {S(HEADER "text\f.\f"), R(21), R(21)},
    {S(HEADER "text\x85.\x85"), R(21), R(21)},
    {S(HEADER "text\xe2\x80\xa8.\xe2\x80\xa8"), R(21), R(21)},
    {S(".\n"), R(22), R(22)},
    {S(".\r"), MS_REQ_NONE, R(22)},
    {S(".\rx"), R(22), R(22)},
    {S("\n.\n"), R(22), R(22)},
    {S("From: a@relay.example\n\ntext\n.\n"), R(23), R(23)},
    {S("From: a@relay.example\n\ntext\n.\r\n"), R(23), R(23)},
    {S("From: a@relay.example\r\nSubject: x\n.\n"), R(24), R(24)},
    {S("From: a@relay.example\r\n.\n"), R(24), R(24)},
    /* the last one is the one */
    {S(HEADER "text\n.\nmore\r\n.\n"), R(03), R(03)},
    {S(HEADER "text\n.\nmore\r\n.\r\n"), R(01), R(01)},
};

static const char *describe(const struct row *row)
{
    static char text[160];
    size_t n = 0;
    for (size_t i = 0; i < row->len && n + 5 < sizeof text; i++) {
        const unsigned char c = (unsigned char)row->octets[i];
        n += (size_t)(c > 32 && c < 127 ? sprintf(text + n, "%c", c) : sprintf(text + n, "\\x%02x", c));
    }
    return text;
}

Test(smtp_false_end, variants_in_every_cut)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t cut = 0; cut <= rows[i].len; cut++) {
            const ms_span head = heap_copy(rows[i].octets, cut);
            const ms_span tail = heap_copy(rows[i].octets + cut, rows[i].len - cut);
            smtp_false_end state;
            smtp_false_end_init(&state);
            smtp_false_end_feed(&state, head);
            smtp_false_end_feed(&state, tail);
            cr_expect_eq(state.requirement, rows[i].seen, "%s, cut at %zu", describe(&rows[i]), cut);
            cr_expect_eq(smtp_false_end_now(&state), rows[i].now, "%s, cut at %zu, now", describe(&rows[i]), cut);
            heap_free(head);
            heap_free(tail);
        }
}

/* CR CR LF . CR LF is the true end; a server that takes CR for a line end sees it twice. */
Test(smtp_false_end, doubled_cr_before_the_true_end)
{
    smtp_false_end state;
    smtp_false_end_init(&state);
    smtp_false_end_feed(&state, MS_SPAN(HEADER "text\r\r\n.\r\n"));
    cr_expect(state.last_dot_line_doubled_cr);
    smtp_false_end_init(&state);
    smtp_false_end_feed(&state, MS_SPAN(HEADER "text\r\n.\r\n"));
    cr_expect_not(state.last_dot_line_doubled_cr);
}
