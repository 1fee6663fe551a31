/* mutate_phrase.c - the kinds that put in what a grammar makes: lines, exchanges, whole dialogues */
#include "fuzz/mutator/kinds.h"
#include "fuzz/mutator/script.h"

enum { LOOKED_AT = 2048 };

/* A line begins with this word, whoever says it. */
static bool begins_with(const draft *d, range text, const char *word)
{
    const size_t len = strlen(word);
    if (text.to - text.from > len && (d->data[text.from] == 'c' || d->data[text.from] == 's'))
        text.from++;
    return text.to - text.from >= len && memcmp(d->data + text.from, word, len) == 0;
}

static bool speaks_pop3(const draft *d)
{
    static const char *const words[] = {"+OK", "-ERR", "USER ", "APOP ", "CAPA", "STLS", "RETR", "UIDL", "STAT"};
    if (looks_like_pop3(d))
        return true;
    for (size_t at = 0; at < d->size && at < LOOKED_AT;) {
        const range line = line_at(d, at);
        for (size_t i = 0; i < COUNT(words); i++)
            if (begins_with(d, text_of(d, line), words[i]))
                return true;
        at = line.to;
    }
    return false;
}

/* Which protocol is put in: that of the input, or either where it says nothing. */
static bool is_pop3(draft *d)
{
    enum { SAYS_NOTHING = 8 };
    if (d->size < SAYS_NOTHING || below(d, 32) == 0)
        return below(d, 2) == 0;
    return speaks_pop3(d);
}

/* The mark of the side that speaks at that place, if any does. */
static bool speaker_at(const draft *d, size_t at, uint8_t mark[2])
{
    while (at >= 2) {
        at--;
        if (d->data[at - 1] == FUZZ_MARK && (d->data[at] == 'C' || d->data[at] == 'S')) {
            memcpy(mark, d->data + at - 1, 2);
            return true;
        }
    }
    return false;
}

/* Of what is no script. */
static const struct {
    const char *whole, *line; /* where no line makes sense alone, the whole */
} texts[FORM_COUNT] = {
    [FORM_FIELDS] = {"{fields}", NULL},   [FORM_TRANSCRIPT] = {"{transcript}", "{transcript-line}"},
    [FORM_LOG] = {"{log}", "{log-line}"}, [FORM_PATTERN] = {"{pattern-file}", "{pattern-part}"},
    [FORM_RESULT] = {"{result}", NULL},
};

static void make(const char *script_rule, script_form form, bool grouped, draft *d, phrase *out)
{
    phrase script;
    if (form >= FORM_SCRIPTS) {
        phrase_make(out, texts[form].whole, d);
        return;
    }
    phrase_make(&script, script_rule, d);
    script_render(&script, form, grouped, d, out);
}

/* A line more, or another one, of what is no script; what has none is all another. */
static void mutate_text(script_form form, draft *d)
{
    phrase made;
    range old = {0, d->size};
    phrase_make(&made, texts[form].line == NULL ? texts[form].whole : texts[form].line, d);
    if (form == FORM_PATTERN)
        old.from = old.to = below(d, text_of(d, line_at(d, 0)).to + 1);
    else if (texts[form].line != NULL && d->size > 0)
        old = below(d, 3) == 0 ? (range){d->size, d->size} : any_line(d);
    if (texts[form].line != NULL && below(d, 2) == 0)
        old.to = old.from;
    replace(d, old, made.octets, made.len);
}

/* A piece of a line, or one line: it needs no dialogue around it, which would be most of what is run. */
static bool is_piece(draft *d, script_form form)
{
    const uint8_t first = d->size > 0 ? d->data[0] | 0x20 : 0;
    const bool lines = d->size > 0 && line_at(d, 0).to < d->size;
    const bool piece = form == FORM_COMMANDS && d->size > 0 && (!lines || first < 'a' || first > 'z');
    return piece && below(d, lines ? 8 : 64) > 0;
}

/* At the end mostly: that is where the states are that were got to. */
void mutate_exchange(draft *d)
{
    phrase made;
    const script_form form = script_form_of(d);
    if (form >= FORM_SCRIPTS) {
        mutate_text(form, d);
        return;
    }
    if (is_piece(d, form)) {
        mutate_phrase(d);
        return;
    }
    static const char *const one[] = {"{smtp-exchange}", "{pop3-exchange}"};
    static const char *const some[] = {"{smtp-exchange}{smtp-exchange}{smtp-exchange?}",
                                       "{pop3-exchange}{pop3-exchange}{pop3-exchange?}"};
    const bool pop3 = is_pop3(d), grouped = below(d, 6) == 0;
    make((grouped ? some : one)[pop3], form, grouped, d, &made);
    const bool at_end = below(d, 3) > 0;
    if (at_end && d->size > 0 && d->data[d->size - 1] != '\n')
        insert_text(d, d->size, form == FORM_EVENTS ? "\n" : "\r\n");
    const range line = at_end ? (range){d->size, d->size} : any_line(d);
    uint8_t mark[2];
    if (!at_end && form == FORM_MARKS && speaker_at(d, line.from, mark) && made.len + 2 <= sizeof made.octets) {
        memcpy(made.octets + made.len, mark, sizeof mark);
        made.len += sizeof mark;
    }
    replace(d, !at_end && below(d, 4) == 0 ? line : (range){line.from, line.from}, made.octets, made.len);
}

/* All of it is another. */
void mutate_session(draft *d)
{
    phrase made;
    const script_form form = script_form_of(d);
    if (is_piece(d, form)) {
        mutate_phrase(d);
        return;
    }
    const bool pop3 = is_pop3(d);
    make(pop3 ? "{pop3-session}" : "{smtp-session}", form, below(d, 6) == 0, d, &made);
    replace(d, (range){0, d->size}, made.octets, made.len);
    if (below(d, 2) == 0)
        d->options = (uint8_t)below(d, 32);
}

/* What a line is, by who says it; where nobody is seen to, by how it begins, or it may be a part of one, too. */
static const char *line_rule(draft *d, range line, script_form form)
{
    static const char *const pieces[] = {"{smtp-command}", "{pop3-command}", "{reply-line}", "{response-line}",
                                         "{path}",         "{parameters}",   "{ehlo-line}",  "{capability}",
                                         "{listing-line}", "{base64}",       "{scram}",      "{content-line}",
                                         "{mail}",         "{rcpt}",         "{domain}",     "{date-time}"};
    static const struct {
        uint8_t first;
        const char *rule;
    } beginnings[] = {{' ', "{parameters}"}, {'<', "{path}"}, {'+', "{response-line}"}, {'[', "{literal}"}};
    const bool pop3 = speaks_pop3(d);
    const range text = text_of(d, line);
    uint8_t mark[2];
    char side = 0;
    if (form == FORM_MARKS && speaker_at(d, text.from, mark))
        side = (char)mark[1];
    else if (form == FORM_EVENTS && line.to > line.from)
        side = d->data[line.from] == 's' ? 'S' : d->data[line.from] == 'c' ? 'C' : 0;
    if (side == 'C')
        return pop3 ? "{pop3-command}" : "{smtp-command}";
    if (side == 'S')
        return pop3 ? "{response-line}" : "{reply-line}";
    for (size_t i = 0; i < COUNT(beginnings) && text.to > text.from && below(d, 2) == 0; i++)
        if (d->data[text.from] == beginnings[i].first)
            return beginnings[i].rule;
    return pieces[below(d, COUNT(pieces))];
}

/* A line, or one of its words, is another. */
void mutate_phrase(draft *d)
{
    phrase made;
    const script_form form = script_form_of(d);
    const range line = any_line(d);
    range text = text_of(d, line);
    if (form >= FORM_SCRIPTS) {
        mutate_text(form, d);
        return;
    }
    if (below(d, 4) == 0) {
        phrase_make(&made, "{value}", d);
        replace(d, any_word(d), made.octets, made.len);
        return;
    }
    phrase_make(&made, line_rule(d, line, form), d);
    if (form == FORM_EVENTS && text.to > text.from)
        text.from++;
    replace(d, text, made.octets, made.len);
}
