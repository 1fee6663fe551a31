/* mutator.c - see mutator.h */
#include "fuzz/mutator/mutator.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/input.h"
#include "fuzz/mutator/words.h"
#include "mailspec/base64.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { PIECE = 16384 }; /* the longest that is put in at once */

/* An input being changed. */
typedef struct draft {
    uint8_t *data;
    size_t size; /* of the octets, the trailer not counted */
    size_t room; /* likewise */
    uint32_t random;
    uint8_t options, plan_len;
    uint8_t plan[255];
} draft;

typedef struct range {
    size_t from, to;
} range;

/* --- chance ------------------------------------------------------------------- */

static uint32_t next(draft *d)
{
    d->random ^= d->random << 13;
    d->random ^= d->random >> 17;
    d->random ^= d->random << 5;
    return d->random;
}

static size_t below(draft *d, size_t count)
{
    return count == 0 ? 0 : next(d) % count;
}

/* --- pieces ------------------------------------------------------------------- */

static bool replace(draft *d, range old, const void *with, size_t len)
{
    const size_t size = d->size - (old.to - old.from) + len;
    if (size > d->room)
        return false;
    memmove(d->data + old.from + len, d->data + old.to, d->size - old.to);
    if (len > 0)
        memcpy(d->data + old.from, with, len);
    d->size = size;
    return true;
}

static bool insert(draft *d, size_t at, const void *octets, size_t len)
{
    return replace(d, (range){at, at}, octets, len);
}

static bool insert_text(draft *d, size_t at, const char *text)
{
    return insert(d, at, text, strlen(text));
}

/* The line that holds the octet at, its LF included. */
static range line_at(const draft *d, size_t at)
{
    range line = {at, at};
    while (line.from > 0 && d->data[line.from - 1] != '\n')
        line.from--;
    while (line.to < d->size && d->data[line.to] != '\n')
        line.to++;
    if (line.to < d->size)
        line.to++;
    return line;
}

static range any_line(draft *d)
{
    return line_at(d, below(d, d->size));
}

/* Its octets behind a mark, without its end. */
static range text_of(const draft *d, range line)
{
    if (line.to - line.from >= 2 && d->data[line.from] == FUZZ_MARK)
        line.from += 2;
    while (line.to > line.from && (d->data[line.to - 1] == '\n' || d->data[line.to - 1] == '\r'))
        line.to--;
    return line;
}

static bool is_separator(uint8_t octet)
{
    return octet == ' ' || octet == ':' || octet == '<' || octet == '>' || octet == '=' || octet == '\t' ||
           octet == '@' || octet == ',' || octet == '[' || octet == ']';
}

static range any_word(draft *d)
{
    const range text = text_of(d, any_line(d));
    range word = {text.from + below(d, text.to - text.from), 0};
    while (word.from < text.to && is_separator(d->data[word.from]))
        word.from++;
    while (word.from > text.from && !is_separator(d->data[word.from - 1]))
        word.from--;
    word.to = word.from;
    while (word.to < text.to && !is_separator(d->data[word.to]))
        word.to++;
    return word;
}

static const char *pick(draft *d, fuzz_words set)
{
    return fuzz_words_get(set, below(d, fuzz_words_count(set)));
}

static bool looks_like_pop3(const draft *d)
{
    for (size_t i = 0; i + 3 < d->size && i < 256; i++)
        if (memcmp(d->data + i, "+OK", 3) == 0 || memcmp(d->data + i, "-ERR", 4) == 0)
            return true;
    return false;
}

/* --- the kinds ------------------------------------------------------------------ */

static void mutate_verb(draft *d)
{
    const range text = text_of(d, any_line(d));
    range word = {text.from, text.from};
    while (word.to < text.to && d->data[word.to] != ' ' && d->data[word.to] != '-')
        word.to++;
    const bool pop3 = looks_like_pop3(d) || below(d, 8) == 0;
    const char *verb = pick(d, pop3 ? WORDS_POP3_VERB : WORDS_SMTP_VERB);
    const bool reply = word.to - word.from == 3 && d->data[word.from] >= '1' && d->data[word.from] <= '9';
    if (reply && word.to < text.to) { /* of an EHLO line the keyword */
        word = (range){word.to + 1, word.to + 1};
        while (word.to < text.to && d->data[word.to] != ' ')
            word.to++;
        verb = pick(d, WORDS_SMTP_KEYWORD);
    } else if (pop3 && below(d, 4) == 0) {
        verb = pick(d, WORDS_POP3_CAPABILITY);
    }
    replace(d, word, verb, strlen(verb));
}

static void mutate_duplicate(draft *d)
{
    uint8_t copy[PIECE];
    const range line = any_line(d);
    if (line.to - line.from > sizeof copy)
        return;
    memcpy(copy, d->data + line.from, line.to - line.from);
    for (size_t times = 1 + (below(d, 8) == 0 ? below(d, 20) : 0); times > 0; times--)
        insert(d, line.to, copy, line.to - line.from);
}

static void mutate_drop(draft *d)
{
    replace(d, any_line(d), "", 0);
}

static void mutate_copy_range(draft *d)
{
    uint8_t copy[PIECE];
    range lines = any_line(d);
    for (size_t more = below(d, 6); more > 0 && lines.to < d->size; more--)
        lines.to = line_at(d, lines.to).to;
    if (lines.to - lines.from > sizeof copy)
        return;
    memcpy(copy, d->data + lines.from, lines.to - lines.from);
    const size_t at = any_line(d).from;
    insert(d, at, copy, lines.to - lines.from);
}

static void mutate_reorder(draft *d)
{
    uint8_t copy[PIECE];
    const range line = any_line(d);
    const size_t len = line.to - line.from;
    if (len > sizeof copy)
        return;
    memcpy(copy, d->data + line.from, len);
    replace(d, line, "", 0);
    insert(d, d->size == 0 ? 0 : any_line(d).from, copy, len);
}

/* The limits of limits.h, and those of a line once its other words are counted. */
static void mutate_grow(draft *d)
{
    static const uint16_t limits[] = {20, 40, 63, 64, 70, 100, 255, 256, 500, 512, 998, 1000, 12288};
    uint8_t fill[PIECE];
    const range word = any_word(d);
    const range line = line_at(d, word.from);
    size_t want = limits[below(d, COUNT(limits))] + below(d, 3);
    const size_t have = below(d, 2) == 0 ? word.to - word.from : line.to - line.from;
    want = want > 0 ? want - 1 : 0;
    if (want <= have)
        return;
    memset(fill, word.to > word.from ? d->data[word.from + (word.to - word.from) / 2] : 'a', sizeof fill);
    insert(d, word.to, fill, want - have);
}

static void mutate_line_end(draft *d)
{
    static const char *const ends[] = {"\r\n", "\n", "\r", "", "\r\r\n", "\n\r", "\r\n\r\n", " \r\n"};
    const range line = any_line(d);
    const range text = text_of(d, line);
    const char *end = ends[below(d, COUNT(ends))];
    replace(d, (range){text.to, line.to}, end, strlen(end));
}

static void mutate_octet(draft *d)
{
    static const uint8_t octets[] = {0, 0x80, 0xC3, 0xFF, '\r', '\n', '\t', ' ', '.', 0x7F, '<', '"', '\\'};
    const uint8_t octet = octets[below(d, COUNT(octets))];
    const size_t at = below(d, d->size + 1);
    if (below(d, 2) == 0 && at < d->size)
        d->data[at] = octet;
    else
        insert(d, at, &octet, 1);
}

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

/* A number of the input, else a word. */
static range any_number(draft *d)
{
    const size_t start = below(d, d->size);
    for (size_t i = 0; i < d->size; i++) {
        size_t at = (start + i) % d->size;
        if (!is_digit(d->data[at]))
            continue;
        range number = {at, at};
        while (number.from > 0 && is_digit(d->data[number.from - 1]))
            number.from--;
        while (number.to < d->size && is_digit(d->data[number.to]))
            number.to++;
        return number;
    }
    return any_word(d);
}

static void mutate_number(draft *d)
{
    static const char *const numbers[] = {
        "0",
        "1",
        "00",
        "2147483647",
        "2147483648",
        "4294967295",
        "4294967296",
        "4294967297",
        "-1",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999",
        "+1",
        "0x10",
        "1000000000",
        "999",
    };
    const range old = any_number(d);
    char near[24];
    uint64_t value = 0;
    for (size_t i = old.from; i < old.to && is_digit(d->data[i]); i++)
        value = value * 10 + (uint64_t)(d->data[i] - '0');
    snprintf(near, sizeof near, "%llu", (unsigned long long)(below(d, 2) == 0 ? value + 1 : value - 1));
    const char *number = below(d, 2) == 0 ? near : numbers[below(d, COUNT(numbers))];
    replace(d, old, number, strlen(number));
}

static void mutate_reply_code(draft *d)
{
    static const char *const indicators[] = {"+OK", "-ERR", "+", "+ok", "-ERR [IN-USE]"};
    const range text = text_of(d, any_line(d));
    const bool pop3 = looks_like_pop3(d);
    range old = {text.from, text.from};
    while (old.to < text.to && old.to - old.from < 4 && !is_separator(d->data[old.to]) && d->data[old.to] != '-')
        old.to++;
    const char *code = pop3 ? indicators[below(d, COUNT(indicators))] : pick(d, WORDS_REPLY_CODE);
    replace(d, old, code, strlen(code));
}

static void mutate_continuation(draft *d)
{
    const range text = text_of(d, any_line(d));
    if (text.to - text.from < 4 || !is_digit(d->data[text.from]))
        return;
    uint8_t *separator = &d->data[text.from + 3];
    *separator = *separator == '-' ? ' ' : '-';
}

static void mutate_quoting(draft *d)
{
    static const char *const inner[] = {"\\\"", "\"", "\\\\", "\\", "@", ">", "\"@\"", " ", "\\\r", "@[]"};
    const range word = any_word(d);
    const size_t way = below(d, 5);
    if (way < 2) {
        insert_text(d, word.to, "\"");
        insert_text(d, word.from, "\"");
    } else if (way == 2) {
        replace(d, word, "\"\"", 2); /* nothing, in quotes */
    } else {
        insert_text(d, word.from + below(d, word.to - word.from + 1), inner[below(d, COUNT(inner))]);
    }
}

static void mutate_separator(draft *d)
{
    static const uint8_t separators[] = {' ', ':', '<', '>', '=', '\t', '@', ',', '[', ']', '.', ';', '-', '/'};
    const range text = text_of(d, any_line(d));
    const size_t len = text.to - text.from;
    const size_t start = below(d, len);
    for (size_t i = 0; i < len; i++) {
        const size_t at = text.from + (start + i) % len;
        const uint8_t here = d->data[at];
        if (memchr(separators, here, sizeof separators) == NULL)
            continue;
        const size_t way = below(d, 3);
        const uint8_t other = separators[below(d, sizeof separators)];
        if (way == 0)
            replace(d, (range){at, at + 1}, "", 0);
        else if (way == 1)
            insert(d, at, &here, 1);
        else
            d->data[at] = other;
        return;
    }
}

static void mutate_address_literal(draft *d)
{
    static const char *const literals[] = {
        "[192.0.2.1]",
        "[IPv6:2001:db8::1]",
        "[IPv6:::]",
        "[IPv6:1:2:3:4:5:6:7:8]",
        "[256.1.1.1]",
        "[IPv6:1::2::3]",
        "[x:y]",
        "[IPv6:::ffff:192.0.2.1]",
        "[192.0.2.1",
        "[1:2:3:4:5:6:7:8]",
        "[IPv6:1:2:3:4:5:6:192.0.2.1]",
        "[01.2.3.4]",
        "[IPv6:12345::]",
        "a-.b",
        "a..b",
        "xn--bcher-kva.example",
    };
    const char *literal = literals[below(d, COUNT(literals))];
    const uint8_t *at = d->size == 0 ? NULL : memchr(d->data, '@', d->size);
    range old = at == NULL ? any_word(d) : (range){(size_t)(at - d->data) + 1, 0};
    if (at != NULL) {
        old.to = old.from;
        while (old.to < d->size && d->data[old.to] != '>' && d->data[old.to] != '\r' && d->data[old.to] != ' ')
            old.to++;
    }
    replace(d, old, literal, strlen(literal));
}

static void mutate_xtext(draft *d)
{
    static const char *const coded[] = {"+2B", "+3D", "+2b", "+", "+G0", "+00", "+0D+0A", "+FF", "=", "+2"};
    const range word = any_word(d);
    insert_text(d, word.from + below(d, word.to - word.from + 1), coded[below(d, COUNT(coded))]);
}

static void mutate_base64(draft *d)
{
    static const char *const wrong[] = {"=", "==", "*", "AG", "A===", "AB=C", "AGFsaWNlAHNlY3JldA==", "AA=="};
    uint8_t coded[512];
    const range word = any_word(d);
    const size_t len = word.to - word.from;
    if (below(d, 8) == 0) {
        insert_text(d, text_of(d, line_at(d, word.from)).to, " ="); /* the empty response (RFC 4954 section 4) */
    } else if (below(d, 2) == 0 && len < 300) {
        const size_t written = ms_base64_encode(ms_span_make(d->data + word.from, len), coded);
        replace(d, word, coded, written);
    } else {
        const char *text = wrong[below(d, COUNT(wrong))];
        replace(d, below(d, 2) == 0 ? word : (range){word.to, word.to}, text, strlen(text));
    }
}

static void mutate_scram(draft *d)
{
    static const char *const messages[] = {
        "n,,n=user,r=abc",        "y,a=id,n=a=2Cb,r=abc",   "p=tls-unique,,n=user,r=abc",
        "r=abcdef,s=QSXC,i=4096", "c=biws,r=abcdef,p=dHzb", "v=rmF9",
        "e=invalid-proof"};
    static const char *const attributes[] = {
        "m=x",    "i=0",    "i=4294967296",  "x=y", "a=b", "n=a=3Db",      "n=a=2c", "r=",
        "c=biws", "p=dHzb", "e=other-error", "n",   "y",   "p=tls-unique", "",       "s=="};
    const range text = text_of(d, any_line(d));
    const uint8_t *comma = text.to == text.from ? NULL : memchr(d->data + text.from, ',', text.to - text.from);
    if (comma == NULL || below(d, 8) == 0) {
        const char *message = messages[below(d, COUNT(messages))];
        replace(d, text, message, strlen(message));
        return;
    }
    range old = {text.from + below(d, text.to - text.from), 0};
    for (old.to = old.from; old.to < text.to && d->data[old.to] != ','; old.to++)
        ;
    while (old.from > text.from && d->data[old.from - 1] != ',')
        old.from--;
    char piece[40];
    const char *attribute = attributes[below(d, COUNT(attributes))];
    const size_t way = below(d, 3);
    snprintf(piece, sizeof piece, "%s%s%s", way == 1 ? "," : "", attribute, way == 2 ? "," : "");
    if (way == 0)
        replace(d, old, piece, strlen(piece));
    else
        insert_text(d, way == 1 ? old.to : old.from, piece);
}

static void mutate_parameter(draft *d)
{
    static const char *const values[] = {
        "",        "=",           "=1",           "=8BITMIME", "=FULL",
        "=NEVER",  "=<>",         "=R",           "=-9",       "=120;RT",
        "=-5;N",   "=HDRS",       "=7BIT",        "=DELAY",    "=SUCCESS,FAILURE",
        "=a+2Bb",  "=a@b.test",   "=utf-8;a",     "=20",       "=2026-11-23T16:00:00Z",
        "=aA1.b:", "=.a",         "=C",           "=86400",    "=2026-11-23T16:00:00+01:00;C",
        "=org:a",  "=BINARYMIME", "=rfc822;a+40b"};
    static const fuzz_words sets[] = {WORDS_SMTP_PARAMETER, WORDS_SMTP_KEYWORD, WORDS_MECHANISM, WORDS_POP3_CODE};
    char piece[80];
    const range text = text_of(d, any_line(d));
    const char *name = pick(d, sets[below(d, COUNT(sets))]), *value = values[below(d, COUNT(values))];
    if (below(d, 3) > 0) {
        snprintf(piece, sizeof piece, " %s%s", name, value);
        insert_text(d, text.to, piece);
        return;
    }
    /* behind one that is malformed nothing is read, so it stands before another, too */
    size_t at = text.from + below(d, text.to - text.from + 1);
    while (at > text.from && d->data[at - 1] != ' ')
        at--;
    snprintf(piece, sizeof piece, "%s%s ", name, value);
    insert_text(d, at, piece);
}

/* Before a mark it is said by the side that spoke, behind it by the one that speaks then. */
static void mutate_dot(draft *d)
{
    static const char *const dots[] = {".\r\n",     ".\n",    "\n.\n",  "\n.\r\n", "\r\n.\n", "\r.\r",
                                       "\r\n.\r\n", "..\r\n", ". \r\n", ".\r\r\n", ".",       "."};
    const range line = any_line(d);
    insert_text(d, below(d, 2) == 0 ? line.from : text_of(d, line).from, dots[below(d, COUNT(dots))]);
}

static void mutate_side(draft *d)
{
    static const char marks[] = "CSTHX";
    const range line = any_line(d);
    const uint8_t mark[2] = {FUZZ_MARK, (uint8_t)marks[below(d, below(d, 4) == 0 ? 5 : 2)]};
    if (line.to - line.from >= 2 && d->data[line.from] == FUZZ_MARK && below(d, 2) == 0)
        d->data[line.from + 1] = mark[1];
    else
        insert(d, below(d, 4) == 0 ? line.from + below(d, line.to - line.from) : line.from, mark, sizeof mark);
}

static void mutate_options(draft *d)
{
    d->options = below(d, 4) == 0 ? (uint8_t)next(d) : (uint8_t)(d->options ^ 1U << below(d, 8));
}

static void mutate_cut_plan(draft *d)
{
    if (d->plan_len < 8 && below(d, 2) == 0)
        d->plan[d->plan_len++] = (uint8_t)(1 + below(d, below(d, 4) == 0 ? 256 : 12));
    else if (d->plan_len > 0 && below(d, 3) == 0)
        d->plan_len--;
    else if (d->plan_len > 0)
        d->plan[below(d, d->plan_len)] = (uint8_t)below(d, 40);
}

static const struct {
    const char *name;
    void (*mutate)(draft *d);
} kinds[] = {
    [KIND_VERB] = {"verb", mutate_verb},
    [KIND_DUPLICATE] = {"duplicate", mutate_duplicate},
    [KIND_DROP] = {"drop", mutate_drop},
    [KIND_REORDER] = {"reorder", mutate_reorder},
    [KIND_COPY_RANGE] = {"copy-range", mutate_copy_range},
    [KIND_GROW] = {"grow", mutate_grow},
    [KIND_LINE_END] = {"line-end", mutate_line_end},
    [KIND_OCTET] = {"octet", mutate_octet},
    [KIND_NUMBER] = {"number", mutate_number},
    [KIND_REPLY_CODE] = {"reply-code", mutate_reply_code},
    [KIND_CONTINUATION] = {"continuation", mutate_continuation},
    [KIND_QUOTING] = {"quoting", mutate_quoting},
    [KIND_SEPARATOR] = {"separator", mutate_separator},
    [KIND_ADDRESS_LITERAL] = {"address-literal", mutate_address_literal},
    [KIND_XTEXT] = {"xtext", mutate_xtext},
    [KIND_BASE64] = {"base64", mutate_base64},
    [KIND_SCRAM] = {"scram", mutate_scram},
    [KIND_PARAMETER] = {"parameter", mutate_parameter},
    [KIND_DOT] = {"dot", mutate_dot},
    [KIND_SIDE] = {"side", mutate_side},
    [KIND_OPTIONS] = {"options", mutate_options},
    [KIND_CUT_PLAN] = {"cut-plan", mutate_cut_plan},
};
_Static_assert(COUNT(kinds) == KIND_COUNT, "each kind has a row");

const char *fuzz_kind_name(fuzz_kind kind)
{
    return kinds[kind].name;
}

/* --- inputs ---------------------------------------------------------------------- */

static draft begin(uint8_t *data, size_t size, size_t room, uint32_t seed)
{
    draft d = {.data = data, .size = size, .room = room, .random = seed * UINT32_C(2654435761) | 1};
    const fuzz_input input = fuzz_input_read(data, size);
    if (size <= FUZZ_INPUT_MAX && input.octets.len < size) {
        d.size = input.octets.len;
        d.options = input.options;
        d.plan_len = input.plan_len;
        memcpy(d.plan, input.plan, input.plan_len);
    }
    next(&d);
    return d;
}

/* The trailer again, if there is anything to say and room to say it. */
static size_t finish(const draft *d, size_t room)
{
    const size_t trailer = (size_t)d->plan_len + FUZZ_TRAILER;
    if ((d->options == 0 && d->plan_len == 0) || room - d->size < trailer)
        return d->size;
    uint8_t *at = d->data + d->size;
    memcpy(at, d->plan, d->plan_len);
    at += d->plan_len;
    *at++ = d->plan_len;
    *at++ = d->options;
    memcpy(at,
           "\xFF"
           "CUT",
           4);
    return d->size + trailer;
}

size_t fuzz_mutate_kind(fuzz_kind kind, uint8_t *data, size_t size, size_t room, uint32_t seed)
{
    draft d = begin(data, size, room, seed);
    kinds[kind].mutate(&d);
    return finish(&d, room);
}

size_t fuzz_mutate(uint8_t *data, size_t size, size_t room, uint32_t seed)
{
    draft d = begin(data, size, room, seed);
    for (size_t changes = 1 + below(&d, 4); changes > 0; changes--)
        kinds[below(&d, KIND_COUNT)].mutate(&d);
    return finish(&d, room);
}

size_t fuzz_cross(const uint8_t *one, size_t one_size, const uint8_t *two, size_t two_size, uint8_t *out, size_t room,
                  uint32_t seed)
{
    const size_t head = one_size < room ? one_size : room;
    if (head > 0)
        memcpy(out, one, head);
    draft d = begin(out, head, room, seed);
    const fuzz_input other = fuzz_input_read(two, two_size);
    size_t start = below(&d, other.octets.len + 1);
    while (start > 0 && other.octets.ptr[start - 1] != '\n')
        start--;
    size_t end = start;
    for (size_t lines = 1 + below(&d, 8); lines > 0 && end < other.octets.len; lines--) {
        while (end < other.octets.len && other.octets.ptr[end] != '\n')
            end++;
        end += end < other.octets.len;
    }
    range old = d.size == 0 ? (range){0, 0} : any_line(&d);
    if (below(&d, 2) == 0)
        old.to = old.from;
    replace(&d, old, other.octets.ptr + start, end - start);
    return finish(&d, room);
}
