/* draft.h - an input being changed: chance, and its pieces */
#ifndef MAILSPEC_FUZZ_MUTATOR_DRAFT_H
#define MAILSPEC_FUZZ_MUTATOR_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fuzz/input.h"
#include "fuzz/mutator/chance.h"
#include "fuzz/mutator/words.h"

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

static inline uint32_t next(draft *d)
{
    return chance_next(&d->random);
}

static inline size_t below(draft *d, size_t count)
{
    return count == 0 ? 0 : next(d) % count;
}

/* --- pieces ------------------------------------------------------------------- */

static inline bool replace(draft *d, range old, const void *with, size_t len)
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

static inline bool insert(draft *d, size_t at, const void *octets, size_t len)
{
    return replace(d, (range){at, at}, octets, len);
}

static inline bool insert_text(draft *d, size_t at, const char *text)
{
    return insert(d, at, text, strlen(text));
}

/* The line that holds the octet at, its LF included. */
static inline range line_at(const draft *d, size_t at)
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

static inline range any_line(draft *d)
{
    return line_at(d, below(d, d->size));
}

/* Its octets behind a mark, without its end. */
static inline range text_of(const draft *d, range line)
{
    if (line.to - line.from >= 2 && d->data[line.from] == FUZZ_MARK)
        line.from += 2;
    while (line.to > line.from && (d->data[line.to - 1] == '\n' || d->data[line.to - 1] == '\r'))
        line.to--;
    return line;
}

static inline bool is_separator(uint8_t octet)
{
    return octet == ' ' || octet == ':' || octet == '<' || octet == '>' || octet == '=' || octet == '\t' ||
           octet == '@' || octet == ',' || octet == '[' || octet == ']';
}

static inline range any_word(draft *d)
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

static inline const char *pick(draft *d, fuzz_words set)
{
    return fuzz_words_get(set, below(d, fuzz_words_count(set)));
}

static inline bool looks_like_pop3(const draft *d)
{
    for (size_t i = 0; i + 3 < d->size && i < 256; i++)
        if (memcmp(d->data + i, "+OK", 3) == 0 || memcmp(d->data + i, "-ERR", 4) == 0)
            return true;
    return false;
}

static inline bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

#endif
