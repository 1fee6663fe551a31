/* script.c - see script.h */
#include "fuzz/mutator/script.h"

/* --- what the input looks like ------------------------------------------------------ */

enum { LOOKED_AT = 512 };

static bool has_mark(const draft *d)
{
    for (size_t i = 0; i + 1 < d->size && i < LOOKED_AT; i++)
        if (d->data[i] == FUZZ_MARK && memchr("CSTHX", d->data[i + 1], 5) != NULL)
            return true;
    return false;
}

static bool is_lower(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z';
}

/* A letter that no word goes on behind. */
static bool begins_event(const draft *d, range text)
{
    static const char events[] = "csdetapkxh";
    if (text.to == text.from || memchr(events, d->data[text.from], sizeof events - 1) == NULL)
        return false;
    return text.to - text.from == 1 || !is_lower(d->data[text.from + 1]);
}

static bool begins_reply(const draft *d, range text)
{
    const uint8_t first = text.to > text.from ? d->data[text.from] : 0;
    return is_digit(first) || first == '+' || first == '-';
}

/* How the first line of a file begins. */
static bool begins_file(const draft *d, script_form *form)
{
    static const struct {
        const char *text;
        script_form form;
    } files[] = {{"mailspec", FORM_TRANSCRIPT},
                 {"{", FORM_RESULT},
                 {"C:", FORM_LOG},
                 {"S:", FORM_LOG},
                 {" -> ", FORM_LOG},
                 {"<-  ", FORM_LOG},
                 {"> ", FORM_LOG},
                 {"< ", FORM_LOG},
                 {"* ", FORM_LOG},
                 {"=== ", FORM_LOG}};
    for (size_t i = 0; i < COUNT(files); i++)
        if (strlen(files[i].text) <= d->size && memcmp(files[i].text, d->data, strlen(files[i].text)) == 0) {
            *form = files[i].form;
            return true;
        }
    return false;
}

/* It has signs of a pattern, which few lines of a dialogue have. */
static bool reads_like_pattern(const draft *d)
{
    const range line = text_of(d, line_at(d, 0));
    for (size_t at = line.from; at < line.to; at++)
        if (memchr("(|\\$", d->data[at], 4) != NULL)
            return true;
    return false;
}

static script_form form_by_lines(const draft *d)
{
    enum { LINES = 8 };
    size_t lines = 0, events = 0, replies = 0;
    for (size_t at = 0; at < d->size && lines < LINES; lines++) {
        const range line = line_at(d, at);
        events += begins_event(d, text_of(d, line));
        replies += begins_reply(d, text_of(d, line));
        at = line.to;
    }
    if (2 * events > lines)
        return FORM_EVENTS;
    return 2 * replies > lines ? FORM_REPLIES : FORM_COMMANDS;
}

script_form script_form_of(draft *d)
{
    enum { TOO_SHORT = 4 };
    script_form form;
    if (d->size < TOO_SHORT || below(d, 32) == 0)
        return (script_form)below(d, FORM_COUNT);
    if (has_mark(d))
        return FORM_MARKS;
    if (memchr(d->data, 0xFF, d->size < LOOKED_AT ? d->size : LOOKED_AT) != NULL)
        return FORM_FIELDS;
    if (begins_file(d, &form))
        return form;
    form = form_by_lines(d);
    return form == FORM_COMMANDS && reads_like_pattern(d) && below(d, 2) == 0 ? FORM_PATTERN : form;
}

/* --- as octets ------------------------------------------------------------------------ */

static void put(phrase *out, const void *octets, size_t len)
{
    const size_t room = sizeof out->octets - out->len;
    memcpy(out->octets + out->len, octets, len < room ? len : room);
    out->len += len < room ? len : room;
}

/* Content, of which an event says what was wrong with it, and whether it is the last. */
static void put_content(phrase *out, bool last, draft *d)
{
    const uint8_t flags = below(d, 2) == 0 ? 0 : (uint8_t)(1U << below(d, 7));
    const uint8_t event[3] = {'d', flags == '\n' ? 0 : flags, last ? 'A' : '@'};
    put(out, event, sizeof event);
}

static void put_event(phrase *out, char what, const uint8_t *text, size_t len, draft *d)
{
    static const char letters[][2] = {{'C', 'c'}, {'S', 's'}, {'T', 't'}, {'H', 'h'}, {'X', 'x'}};
    char letter = what;
    for (size_t i = 0; i < COUNT(letters); i++)
        if (letters[i][0] == what)
            letter = letters[i][1];
    if (what == 'D' || what == 'L' || what == 'B')
        put_content(out, what != 'D', d);
    else
        put(out, &letter, 1);
    put(out, text, len);
    put(out, "\n", 1);
}

static void put_line(phrase *out, char what, const uint8_t *text, size_t len)
{
    put(out, text, len);
    if (what != 'B')
        put(out, "\r\n", 2);
}

static void put_marked(phrase *out, char what, const uint8_t *text, size_t len, char *side)
{
    const bool speaks = what == 'S' || what == 'C' || what == 'D' || what == 'L' || what == 'B';
    const char now = speaks && what != 'S' ? 'C' : what;
    const uint8_t mark[2] = {FUZZ_MARK, (uint8_t)now};
    if (!speaks && what != 'T' && what != 'H' && what != 'X')
        return;
    if (!speaks || *side != now)
        put(out, mark, sizeof mark);
    if (!speaks)
        return;
    *side = now;
    put_line(out, what, text, len);
}

/* Those that begin so, or all others. */
static void render(const phrase *script, script_form form, const char *which, bool others, draft *d, phrase *out)
{
    char side = 0;
    for (size_t at = 0; at < script->len;) {
        const uint8_t *line = script->octets + at;
        const uint8_t *lf = memchr(line, '\n', script->len - at);
        const size_t len = lf == NULL ? script->len - at : (size_t)(lf - line);
        const char what = len > 0 ? (char)line[0] : 0;
        at += len + 1;
        if (len == 0 || (memchr(which, what, strlen(which)) == NULL) != others)
            continue;
        if (form == FORM_EVENTS)
            put_event(out, what, line + 1, len - 1, d);
        else if (form == FORM_MARKS)
            put_marked(out, what, line + 1, len - 1, &side);
        else if (form == FORM_REPLIES ? what == 'S' : memchr("CDLB", what, 4) != NULL)
            put_line(out, what, line + 1, len - 1);
    }
}

void script_render(const phrase *script, script_form form, bool grouped, draft *d, phrase *out)
{
    out->len = 0;
    if (!grouped) {
        render(script, form, "", true, d, out);
        return;
    }
    render(script, form, "S", true, d, out);
    render(script, form, "S", false, d, out);
}
