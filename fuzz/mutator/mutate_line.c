/* mutate_line.c - the kinds that change lines, and who says them */
#include "fuzz/mutator/draft.h"
#include "fuzz/mutator/kinds.h"

void mutate_verb(draft *d)
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

void mutate_duplicate(draft *d)
{
    uint8_t copy[PIECE];
    const range line = any_line(d);
    if (line.to - line.from > sizeof copy)
        return;
    memcpy(copy, d->data + line.from, line.to - line.from);
    for (size_t times = 1 + (below(d, 8) == 0 ? below(d, 20) : 0); times > 0; times--)
        insert(d, line.to, copy, line.to - line.from);
}

void mutate_drop(draft *d)
{
    replace(d, any_line(d), "", 0);
}

void mutate_copy_range(draft *d)
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

void mutate_reorder(draft *d)
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

void mutate_line_end(draft *d)
{
    static const char *const ends[] = {"\r\n", "\n", "\r", "", "\r\r\n", "\n\r", "\r\n\r\n", " \r\n"};
    const range line = any_line(d);
    const range text = text_of(d, line);
    const char *end = ends[below(d, COUNT(ends))];
    replace(d, (range){text.to, line.to}, end, strlen(end));
}

void mutate_reply_code(draft *d)
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

void mutate_continuation(draft *d)
{
    const range text = text_of(d, any_line(d));
    if (text.to - text.from < 4 || !is_digit(d->data[text.from]))
        return;
    uint8_t *separator = &d->data[text.from + 3];
    *separator = *separator == '-' ? ' ' : '-';
}

/* Before a mark it is said by the side that spoke, behind it by the one that speaks then. */
void mutate_dot(draft *d)
{
    static const char *const dots[] = {".\r\n",     ".\n",    "\n.\n",  "\n.\r\n", "\r\n.\n", "\r.\r",
                                       "\r\n.\r\n", "..\r\n", ". \r\n", ".\r\r\n", ".",       "."};
    const range line = any_line(d);
    insert_text(d, below(d, 2) == 0 ? line.from : text_of(d, line).from, dots[below(d, COUNT(dots))]);
}

void mutate_side(draft *d)
{
    static const char marks[] = "CSTHX";
    const range line = any_line(d);
    const uint8_t mark[2] = {FUZZ_MARK, (uint8_t)marks[below(d, below(d, 4) == 0 ? 5 : 2)]};
    if (line.to - line.from >= 2 && d->data[line.from] == FUZZ_MARK && below(d, 2) == 0)
        d->data[line.from + 1] = mark[1];
    else
        insert(d, below(d, 4) == 0 ? line.from + below(d, line.to - line.from) : line.from, mark, sizeof mark);
}
