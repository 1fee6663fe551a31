/*
 * format.c - a document as text: header, steps, blocks
 */
#include "harness/transcript/format.h"

#include <string.h>

#include "harness/transcript/words.h"

enum { BLOCK_INDENT = 4, BRACE_INDENT = 2 };

/* Blocks are nested 8 deep at most, so these call each other 8 deep at most. */
static void add_step(const mst_step *step, unsigned indent, bool first, const mst_document *document, mst_text *text);

static void add_end(const mst_trivia *trivia, mst_text *text)
{
    if (!ms_span_is_absent(trivia->trailing)) {
        mst_text_add(text, "  ");
        mst_text_add_span(text, trivia->trailing);
    }
    mst_text_add(text, "\n");
}

/* Comments and empty line before an element; first: nothing stands above it. */
static void add_trivia(const mst_trivia *trivia, unsigned indent, bool first, mst_text *text)
{
    for (const mst_comment *comment = trivia->comments; comment != NULL; comment = comment->next) {
        if (comment->blank_before && !first)
            mst_text_add(text, "\n");
        mst_text_add_blanks(text, indent);
        mst_text_add_span(text, comment->text);
        mst_text_add(text, "\n");
        first = false;
    }
    if (trivia->blank_before && !first)
        mst_text_add(text, "\n");
}

/* ---- header ---------------------------------------------------------- */

static void add_list_value(ms_span value, mst_text *text)
{
    bool blank = false, start = true;
    for (size_t i = 0; i < value.len; i++) {
        const uint8_t octet = value.ptr[i];
        if (octet == ' ') {
            blank = !start;
            continue;
        }
        if (blank && octet != ',')
            mst_text_add(text, " ");
        mst_text_add_octet(text, octet);
        blank = octet == ','; /* one blank behind it, none before it */
        start = false;
    }
}

static bool is_list(size_t key)
{
    return key == MST_KEY_CITES || key == MST_KEY_TAGS || key == MST_KEY_PROFILE || key == MST_KEY_START ||
           key == MST_KEY_NEEDS || key == MST_KEY_NOT_OFFERED;
}

/* Without empty lines: one ends the header. */
static void add_field(const mst_field *field, size_t key, mst_text *text)
{
    for (const mst_comment *comment = field->trivia.comments; comment != NULL; comment = comment->next) {
        mst_text_add_span(text, comment->text);
        mst_text_add(text, "\n");
    }
    mst_text_add_span(text, field->key);
    mst_text_add(text, ": ");
    if (is_list(key))
        add_list_value(field->value, text);
    else
        mst_text_add_span(text, field->value);
    mst_text_add(text, "\n");
}

static void add_header(const mst_header *header, mst_text *text)
{
    for (size_t key = 0; key <= MST_KEYS; key++) /* MST_KEYS: the ones not known */
        for (const mst_field *field = header->fields; field != NULL; field = field->next)
            if (mst_word_find(mst_key_names, MST_KEYS, field->key) == key)
                add_field(field, key, text);
    for (const mst_comment *comment = header->tail.comments; comment != NULL; comment = comment->next) {
        mst_text_add_span(text, comment->text);
        mst_text_add(text, "\n");
    }
}

/* ---- blocks ---------------------------------------------------------- */

/* "{ close end }": words that need no line of their own. */
static bool is_short_block(const mst_block *block)
{
    unsigned count = 0;
    if (block->tail.comments != NULL)
        return false;
    for (const mst_step *step = block->first; step != NULL; step = step->next) {
        const bool word = step->kind == MST_CLOSE || step->kind == MST_HANGUP || step->kind == MST_END;
        if (!word || step->trivia.comments != NULL || !ms_span_is_absent(step->trivia.trailing) ||
            step->violations != NULL)
            return false;
        if (++count > 3)
            return false;
    }
    return true;
}

static void add_name(const mst_step *step, const mst_document *document, mst_text *text)
{
    if (!step->named)
        return;
    mst_text_add(text, "@");
    mst_text_add_span(text, document->connections[step->connection].name);
    mst_text_add(text, " ");
}

static void add_ending(const mst_step *step, mst_text *text)
{
    mst_text_add(text, mst_step_kind_name(step->kind));
    if (step->kind != MST_END && step->end.ending != MST_ENDING_PLAIN)
        mst_text_add(text, step->end.ending == MST_ENDING_RESET ? " reset" : " half");
}

static void add_short_block(const mst_block *block, const mst_document *document, mst_text *text)
{
    mst_text_add(text, " {");
    for (const mst_step *step = block->first; step != NULL; step = step->next) {
        mst_text_add(text, " ");
        add_name(step, document, text);
        add_ending(step, text);
    }
    mst_text_add(text, " }");
}

/* " {", the steps, and "}" without a line end */
static void add_block(const mst_block *block, unsigned indent, unsigned brace, const mst_document *document,
                      mst_text *text)
{
    mst_text_add(text, " {\n");
    for (const mst_step *step = block->first; step != NULL; step = step->next)
        add_step(step, indent, step == block->first, document, text);
    mst_trivia tail = block->tail;
    tail.blank_before = false;
    add_trivia(&tail, indent, block->first == NULL, text);
    mst_text_add_blanks(text, brace);
    mst_text_add(text, "}");
}

/* ---- alternatives ----------------------------------------------------- */

/* All on the line of the step? */
static bool is_short_choice(const mst_step *step)
{
    for (const mst_alternative *one = step->alternatives; one != NULL; one = one->next) {
        const bool last = one->next == NULL, inner = one != step->alternatives;
        if (!ms_span_is_absent(one->outcome.reason) || !ms_span_is_absent(one->outcome.requirement))
            return false;
        if (!last && (one->outcome.at.line == 0 || !ms_span_is_absent(one->trivia.trailing)))
            return false;
        if (inner && (one->trivia.comments != NULL || one->trivia.blank_before || one->matches == NULL))
            return false;
        if (one->block != NULL && !is_short_block(one->block))
            return false;
    }
    return true;
}

/* Without a block that needs lines, and without the end of the line. */
static void add_alternative(const mst_alternative *alternative, const mst_document *document, mst_text *text)
{
    if (alternative->matches != NULL) {
        mst_text_add(text, " ");
        mst_format_matches(alternative->matches, text);
    }
    if (alternative->outcome.at.line != 0) {
        mst_text_add(text, " =>");
        mst_format_outcome(&alternative->outcome, text);
    }
    if (alternative->block != NULL && is_short_block(alternative->block))
        add_short_block(alternative->block, document, text);
}

static void add_alternative_block(const mst_alternative *alternative, unsigned indent, const mst_document *document,
                                  mst_text *text)
{
    if (alternative->block != NULL && !is_short_block(alternative->block))
        add_block(alternative->block, indent + BLOCK_INDENT, indent + BRACE_INDENT, document, text);
    add_end(&alternative->trivia, text);
}

/* Try them all on one line; take it back if it is too long. */
static bool add_short_choice(const mst_step *step, size_t line_start, const mst_document *document, mst_text *text)
{
    const size_t start = text->len;
    const mst_alternative *last = step->alternatives;
    if (last == NULL || !is_short_choice(step))
        return false;
    for (const mst_alternative *one = step->alternatives; one != NULL; one = one->next) {
        if (one != step->alternatives)
            mst_text_add(text, " |");
        add_alternative(one, document, text);
        last = one;
    }
    if (text->len - line_start > MST_FORMAT_WIDTH) {
        text->len = start;
        return false;
    }
    add_end(&last->trivia, text);
    return true;
}

/* Behind the step's own words: its alternatives, each with a line. */
static void add_choice(const mst_step *step, unsigned indent, size_t line_start, const mst_document *document,
                       mst_text *text)
{
    const mst_alternative *one = step->alternatives;
    if (step->kind == MST_EXPECT && add_short_choice(step, line_start, document, text))
        return;
    if (one != NULL && (step->kind == MST_EXPECT || one->matches == NULL)) {
        add_alternative(one, document, text);
        add_alternative_block(one, indent, document, text);
        one = one->next;
    } else {
        add_end(&step->trivia, text);
    }
    for (; one != NULL; one = one->next) {
        add_trivia(&one->trivia, indent + 1, false, text);
        mst_text_add_blanks(text, indent + 1);
        mst_text_add(text, "|");
        add_alternative(one, document, text);
        add_alternative_block(one, indent + 1, document, text);
    }
}

/* ---- steps ----------------------------------------------------------- */

static void add_duration(const char *word, uint64_t milliseconds, mst_text *text)
{
    mst_text_add(text, word);
    mst_text_add(text, " ");
    const bool seconds = milliseconds % 1000 == 0 && milliseconds > 0;
    mst_text_add_number(text, seconds ? milliseconds / 1000 : milliseconds);
    mst_text_add(text, seconds ? "s" : "ms");
}

static void add_say(const mst_step *step, mst_text *text)
{
    mst_text_add(text, step->say.side == MS_CLIENT ? "C" : "S");
    mst_text_add(text, step->say.held ? "+" : step->say.raw ? "" : ":");
    mst_text_add(text, step->say.raw ? "<" : "");
    if (step->say.raw || step->say.content->operands != NULL)
        mst_text_add(text, " ");
    mst_format_expression(step->say.content, text);
}

static void add_operand(const char *word, const mst_expression *value, mst_text *text)
{
    if (value == NULL)
        return;
    mst_text_add(text, word);
    mst_format_expression(value, text);
}

static void add_tls(const mst_step *step, mst_text *text)
{
    mst_text_add(text, "tls");
    if (!ms_span_is_absent(step->tls.version)) {
        mst_text_add(text, " version ");
        mst_text_add_span(text, step->tls.version);
    }
    add_operand(" name ", step->tls.name, text);
    if (step->tls.certificate)
        mst_text_add(text, " certificate");
}

static void add_open(const mst_step *step, mst_text *text)
{
    mst_text_add(text, "open");
    if (step->open.protocol_given) {
        mst_text_add(text, " ");
        mst_text_add(text, mst_protocol_names[step->open.protocol]);
    }
    mst_text_add(text, step->open.clear ? " clear" : "");
    if (step->open.state_given) {
        mst_text_add(text, " ");
        mst_text_add(text, mst_state_names[step->open.state]);
    }
}

static void add_check(const mst_step *step, mst_text *text)
{
    mst_text_add(text, "check ");
    mst_format_expression(step->check.left, text);
    mst_text_add(text, " ");
    mst_text_add(text, mst_compare_names[step->check.compare]);
    mst_text_add(text, " ");
    mst_format_expression(step->check.right, text);
}

static void add_delivered(const mst_step *step, mst_text *text)
{
    const mst_range count = step->delivered.count;
    mst_text_add(text, step->delivered.negated ? "not delivered" : "delivered");
    if (!step->delivered.negated && !(count.min == 1 && count.max == 1)) {
        mst_text_add(text, " ");
        mst_text_add_number(text, count.min);
        if (count.max != count.min)
            mst_text_add(text, "..");
        if (count.max != count.min && count.max != UINT64_MAX)
            mst_text_add_number(text, count.max);
    }
    add_operand(" to ", step->delivered.recipient, text);
    add_operand(" contains ", step->delivered.contains, text);
    add_operand(" octets ", step->delivered.octets, text);
    if (!ms_span_is_absent(step->delivered.header.source)) {
        mst_text_add(text, " header ");
        mst_format_text_pattern(&step->delivered.header, text);
    }
}

static void add_when(const mst_step *step, unsigned indent, const mst_document *document, mst_text *text)
{
    mst_text_add(text, "when ");
    add_name(step, document, text);
    mst_text_add(text, step->when.negated ? "not " : "");
    for (const mst_word *name = step->when.names; name != NULL; name = name->next) {
        if (name != step->when.names)
            mst_text_add(text, " | ");
        mst_text_add_span(text, name->text);
    }
    add_block(step->when.then_block, indent + BLOCK_INDENT, indent, document, text);
    if (step->when.else_block == NULL)
        return;
    mst_text_add(text, " else");
    add_block(step->when.else_block, indent + BLOCK_INDENT, indent, document, text);
}

static void add_repeat(const mst_step *step, unsigned indent, const mst_document *document, mst_text *text)
{
    mst_text_add(text, "repeat ");
    mst_format_expression(step->repeat.count, text);
    if (!ms_span_is_absent(step->repeat.counter)) {
        mst_text_add(text, " as ");
        mst_text_add_span(text, step->repeat.counter);
    }
    add_block(step->repeat.block, indent + BLOCK_INDENT, indent, document, text);
}

/* The words of the step, without its alternatives and its end of line. */
static void add_words(const mst_step *step, unsigned indent, const mst_document *document, mst_text *text)
{
    switch (step->kind) {
    case MST_SAY:
        add_say(step, text);
        break;
    case MST_EXPECT:
        mst_text_add(text, step->expect.side == MS_CLIENT ? "C?" : "S?");
        mst_text_add(text, step->expect.only ? " only" : "");
        break;
    case MST_TLS:
        add_tls(step, text);
        break;
    case MST_CLOSE:
    case MST_HANGUP:
    case MST_END:
        add_ending(step, text);
        break;
    case MST_OPEN:
        add_open(step, text);
        break;
    case MST_PAUSE:
        add_duration("pause", step->wait.duration_ms, text);
        break;
    case MST_QUIET:
        if (step->wait.duration_ms != 0)
            add_duration("quiet", step->wait.duration_ms, text);
        else
            mst_text_add(text, "quiet");
        break;
    case MST_FENCE:
        mst_text_add(text, "fence");
        break;
    case MST_LET:
        mst_text_add(text, "let ");
        mst_text_add_span(text, step->let.name);
        add_operand(" = ", step->let.value, text);
        break;
    case MST_CHECK:
        add_check(step, text);
        break;
    case MST_REPEAT:
        add_repeat(step, indent, document, text);
        break;
    case MST_WHEN:
        add_when(step, indent, document, text);
        break;
    case MST_CONTROL:
        mst_text_add(text, "control");
        add_block(step->control.block, indent + BLOCK_INDENT, indent, document, text);
        break;
    case MST_DELIVERED:
        add_delivered(step, text);
        break;
    case MST_VERDICT:
        mst_text_add(text, "verdict");
        mst_format_outcome(&step->verdict.outcome, text);
        break;
    case MST_STEP_KINDS:
        break;
    }
}

static void add_notes(const mst_step *step, unsigned indent, mst_text *text)
{
    for (const mst_violation *one = step->violations; one != NULL; one = one->next) {
        add_trivia(&one->trivia, indent, false, text);
        mst_text_add_blanks(text, indent);
        mst_text_add(text, one->side == MS_CLIENT ? "! client " : "! server ");
        mst_text_add_span(text, one->requirement);
        add_end(&one->trivia, text);
    }
    for (const mst_yield *one = step->yields; one != NULL; one = one->next) {
        add_trivia(&one->trivia, indent, false, text);
        mst_text_add_blanks(text, indent);
        mst_text_add(text, one->reviewed ? "= " : "=? ");
        mst_text_add_span(text, one->text);
        mst_text_add(text, "\n");
    }
}

static void add_step(const mst_step *step, unsigned indent, bool first, const mst_document *document, mst_text *text)
{
    add_trivia(&step->trivia, indent, first, text);
    const size_t line_start = text->len;
    mst_text_add_blanks(text, indent);
    if (step->kind != MST_WHEN)
        add_name(step, document, text);
    add_words(step, indent, document, text);
    if (step->alternatives != NULL)
        add_choice(step, indent, line_start, document, text);
    else
        add_end(&step->trivia, text);
    add_notes(step, indent, text);
}

bool mst_format(const mst_document *document, mst_text *text)
{
    add_header(&document->header, text);
    const mst_block *script = &document->script;
    /* without the empty line a comment at the end of the header would be the script's */
    if (script->first != NULL || script->tail.comments != NULL || document->header.tail.comments != NULL)
        mst_text_add(text, "\n");
    for (const mst_step *step = script->first; step != NULL; step = step->next)
        add_step(step, 0, step == script->first, document, text);
    mst_trivia tail = script->tail;
    tail.blank_before = false;
    add_trivia(&tail, 0, script->first == NULL, text);
    return !text->failed;
}
