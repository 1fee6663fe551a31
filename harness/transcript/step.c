/*
 * step.c - one function per kind of step
 */
#include <string.h>

#include "harness/transcript/expression_read.h"
#include "harness/transcript/fold.h"
#include "harness/transcript/script.h"
#include "harness/transcript/words.h"

typedef bool read_form(mst_scan *scan, mst_step *step);

/* ---- C and S --------------------------------------------------------- */

/* Behind "C:" and "C+": one blank and the text, or nothing. */
static bool read_said_text(mst_scan *scan, mst_step *step)
{
    if (!mst_scan_at_line_end(scan) && !mst_scan_octet(scan, ' '))
        return mst_scan_fail(scan, mst_scan_position(scan), "a blank was expected behind the sign",
                             "write 'C: text'; the first blank is not part of the text");
    step->say.content_at = mst_scan_position(scan);
    const mst_expression *text = mst_read_text(scan);
    step->say.content = text;
    return text != NULL && (!text->constant || mst_fold_line(scan, text, &step->say.octets));
}

static bool read_said_pieces(mst_scan *scan, mst_step *step)
{
    step->say.raw = true;
    mst_scan_blanks(scan);
    step->say.content_at = mst_scan_position(scan);
    const mst_expression *pieces = mst_read_pieces(scan);
    step->say.content = pieces;
    return pieces != NULL && (!pieces->constant || mst_fold_octets(scan, pieces, &step->say.octets));
}

static bool read_side(mst_scan *scan, mst_step *step)
{
    const ms_side side = *scan->at++ == 'C' ? MS_CLIENT : MS_SERVER;
    if (mst_scan_octet(scan, '?')) {
        step->kind = MST_EXPECT;
        step->expect.side = side;
        mst_scan_blanks(scan);
        step->expect.only = mst_scan_keyword(scan, "only");
        return true;
    }
    step->kind = MST_SAY;
    step->say.side = side;
    step->say.octets = ms_span_absent();
    step->say.held = mst_scan_octet(scan, '+');
    if (mst_scan_octet(scan, '<'))
        return read_said_pieces(scan, step);
    if (!step->say.held && !mst_scan_octet(scan, ':'))
        return mst_scan_fail(scan, mst_scan_position(scan), "the sign is not known",
                             "write C: C+ C< C+< or C? (and the same with S)");
    return read_said_text(scan, step);
}

/* ---- connections ----------------------------------------------------- */

static bool read_tls(mst_scan *scan, mst_step *step)
{
    for (;;) {
        mst_scan_blanks(scan);
        const mst_position at = mst_scan_position(scan);
        if (mst_scan_keyword(scan, "version")) {
            static const char *const versions[] = {"1.0", "1.1", "1.2", "1.3"};
            mst_scan_blanks(scan);
            step->tls.version = mst_scan_word(scan);
            if (mst_word_find(versions, 4, step->tls.version) == 4)
                return mst_scan_fail(scan, at, "not a TLS version", "write version 1.0, 1.1, 1.2 or 1.3");
        } else if (mst_scan_keyword(scan, "name")) {
            mst_scan_blanks(scan);
            step->tls.name = mst_read_pieces(scan);
            if (step->tls.name == NULL)
                return false;
        } else if (mst_scan_keyword(scan, "certificate")) {
            step->tls.certificate = true;
        } else {
            return true;
        }
    }
}

static bool read_ending(mst_scan *scan, mst_step *step)
{
    mst_scan_blanks(scan);
    if (mst_scan_keyword(scan, "reset"))
        step->end.ending = MST_ENDING_RESET;
    else if (mst_scan_keyword(scan, "half"))
        step->end.ending = MST_ENDING_HALF;
    return true;
}

static bool read_open(mst_scan *scan, mst_step *step)
{
    mst_scan_blanks(scan);
    for (unsigned i = 0; i < MST_PROTOCOLS && !step->open.protocol_given; i++) {
        step->open.protocol_given = mst_scan_keyword(scan, mst_protocol_names[i]);
        step->open.protocol = (mst_protocol)i;
    }
    mst_scan_blanks(scan);
    step->open.clear = mst_scan_keyword(scan, "clear");
    if (step->open.clear) {
        step->open.state = MST_STATE_CONNECTED;
        return true;
    }
    for (unsigned i = 0; i < MST_STATES && !step->open.state_given; i++) {
        step->open.state_given = mst_scan_keyword(scan, mst_state_names[i]);
        step->open.state = (mst_state)i;
    }
    if (!step->open.state_given)
        step->open.state = MST_STATE_CONNECTED;
    return true;
}

/* ---- time ------------------------------------------------------------ */

static bool read_pause(mst_scan *scan, mst_step *step)
{
    mst_scan_blanks(scan);
    return mst_scan_duration(scan, &step->wait.duration_ms);
}

static bool read_quiet(mst_scan *scan, mst_step *step)
{
    mst_scan_blanks(scan);
    const int next = mst_scan_peek(scan);
    return next < '0' || next > '9' || mst_scan_duration(scan, &step->wait.duration_ms);
}

/* ---- values ---------------------------------------------------------- */

static bool read_let(mst_scan *scan, mst_step *step)
{
    mst_scan_blanks(scan);
    const mst_position at = mst_scan_position(scan);
    step->let.name = mst_scan_name(scan);
    mst_scan_blanks(scan);
    if (ms_span_is_absent(step->let.name) || !mst_scan_octet(scan, '='))
        return mst_scan_fail(scan, mst_scan_position(scan), "not an assignment",
                             "write let name = \"octets\" or let name = size(other)");
    mst_scan_blanks(scan);
    step->let.value = mst_read_value(scan);
    return step->let.value != NULL && mst_names_add(scan, step->let.name, at, step->let.value);
}

/* The longer operators first. */
static bool read_compare(mst_scan *scan, mst_compare *compare)
{
    static const mst_compare order[] = {MST_DIFFERENT, MST_AT_MOST, MST_AT_LEAST, MST_EQUAL,
                                        MST_LESS,      MST_MORE,    MST_WITHIN,   MST_DISJOINT};
    mst_scan_blanks(scan);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        *compare = order[i];
        if (!mst_scan_literal(scan, mst_compare_names[order[i]]))
            continue;
        mst_scan_blanks(scan);
        return true;
    }
    return mst_scan_fail(scan, mst_scan_position(scan), "a comparison was expected",
                         "write = != < <= > >= within or disjoint");
}

static bool read_check(mst_scan *scan, mst_step *step)
{
    mst_scan_blanks(scan);
    step->check.left = mst_read_sum(scan);
    if (step->check.left == NULL || !read_compare(scan, &step->check.compare))
        return false;
    step->check.right = mst_read_sum(scan);
    return step->check.right != NULL;
}

static bool is_twice(mst_scan *scan, mst_position at)
{
    return mst_scan_fail(scan, at, "the same is asked of the messages twice", "write a second delivered line");
}

static bool read_delivered(mst_scan *scan, mst_step *step)
{
    step->delivered.count = (mst_range){1, 1};
    if (step->delivered.negated)
        step->delivered.count = (mst_range){0, 0};
    mst_scan_blanks(scan);
    const int next = mst_scan_peek(scan);
    if (next >= '0' && next <= '9') {
        if (step->delivered.negated)
            return mst_scan_fail(scan, mst_scan_position(scan), "a count behind 'not delivered'",
                                 "write delivered 2, or not delivered");
        if (!mst_read_range(scan, &step->delivered.count))
            return false;
    }
    for (;;) {
        const mst_expression **value = NULL;
        mst_scan_blanks(scan);
        const mst_position at = mst_scan_position(scan);
        if (mst_scan_keyword(scan, "header")) {
            if (!ms_span_is_absent(step->delivered.header.source))
                return is_twice(scan, at);
            mst_scan_blanks(scan);
            if (!mst_read_text_pattern(scan, &step->delivered.header))
                return false;
            continue;
        }
        if (mst_scan_keyword(scan, "to"))
            value = &step->delivered.recipient;
        else if (mst_scan_keyword(scan, "contains"))
            value = &step->delivered.contains;
        else if (mst_scan_keyword(scan, "octets"))
            value = &step->delivered.octets;
        if (value == NULL)
            return true;
        if (*value != NULL)
            return is_twice(scan, at);
        mst_scan_blanks(scan);
        *value = mst_read_pieces(scan);
        if (*value == NULL)
            return false;
    }
}

static bool read_not(mst_scan *scan, mst_step *step)
{
    mst_scan_blanks(scan);
    if (!mst_scan_keyword(scan, "delivered"))
        return mst_scan_fail(scan, mst_scan_position(scan), "'delivered' was expected", "write not delivered");
    step->delivered.negated = true;
    return read_delivered(scan, step);
}

/* ---- blocks ---------------------------------------------------------- */

static bool read_repeat(mst_scan *scan, mst_step *step)
{
    mst_scan_blanks(scan);
    step->repeat.count = mst_read_sum(scan);
    if (step->repeat.count == NULL)
        return false;
    const mst_value_kind kind = mst_expression_value(step->repeat.count);
    if (kind != MST_VALUE_NUMBER && kind != MST_VALUE_ANY)
        return mst_scan_fail(scan, step->repeat.count->at, "a number is wanted here", "write repeat 100 { ... }");
    mst_scan_blanks(scan);
    if (mst_scan_keyword(scan, "as")) {
        mst_scan_blanks(scan);
        const mst_position at = mst_scan_position(scan);
        step->repeat.counter = mst_scan_name(scan);
        if (ms_span_is_absent(step->repeat.counter))
            return mst_scan_fail(scan, at, "the counter has no name", "write repeat 100 as i { ... }");
    }
    return mst_read_block(scan, &step->repeat.block);
}

static bool read_when_names(mst_scan *scan, mst_step *step)
{
    mst_word *last = NULL;
    do {
        mst_scan_blanks(scan);
        mst_word *word = mst_scan_take(scan, sizeof *word);
        if (word == NULL)
            return false;
        word->at = mst_scan_position(scan);
        word->text = mst_scan_word(scan);
        if (ms_span_is_absent(word->text))
            return mst_scan_fail(scan, word->at, "the name of an outcome was expected", "write when @b shared { ... }");
        if (last == NULL)
            step->when.names = word;
        else
            last->next = word;
        last = word;
        mst_scan_blanks(scan);
    } while (mst_scan_octet(scan, '|'));
    return true;
}

static bool read_connection(mst_scan *scan, mst_step *step)
{
    const mst_position at = mst_scan_position(scan);
    scan->at++; /* @ */
    const ms_span name = mst_scan_word(scan);
    if (ms_span_is_absent(name) || name.len > 32)
        return mst_scan_fail(scan, at, "the connection has no name", "write @a C: NOOP; a name has 32 octets at most");
    step->named = true;
    return mst_scan_connection(scan, name, at, &step->connection);
}

static bool read_when(mst_scan *scan, mst_step *step)
{
    mst_scan_blanks(scan);
    if (mst_scan_peek(scan) == '@') {
        if (!read_connection(scan, step))
            return false;
    } else if (!mst_scan_connection(scan, ms_span_absent(), step->at, &step->connection)) {
        return false;
    }
    mst_scan_blanks(scan);
    step->when.negated = mst_scan_keyword(scan, "not");
    if (!read_when_names(scan, step) || !mst_read_block(scan, &step->when.then_block))
        return false;
    mst_scan_blanks(scan);
    return !mst_scan_keyword(scan, "else") || mst_read_block(scan, &step->when.else_block);
}

static bool read_control(mst_scan *scan, mst_step *step)
{
    return mst_read_block(scan, &step->control.block);
}

static bool read_verdict(mst_scan *scan, mst_step *step)
{
    step->verdict.outcome.at = step->at;
    return mst_read_outcome(scan, &step->verdict.outcome);
}

static bool read_nothing(mst_scan *scan, mst_step *step)
{
    (void)scan;
    (void)step;
    return true;
}

/* ---- all of them ------------------------------------------------------ */

static const struct form {
    const char *word;
    mst_step_kind kind;
    bool connected; /* belongs to a connection, so "@name " may stand before it */
    read_form *read;
} forms[] = {
    {"tls", MST_TLS, true, read_tls},
    {"close", MST_CLOSE, true, read_ending},
    {"hangup", MST_HANGUP, true, read_ending},
    {"open", MST_OPEN, true, read_open},
    {"quiet", MST_QUIET, true, read_quiet},
    {"fence", MST_FENCE, true, read_nothing},
    {"pause", MST_PAUSE, false, read_pause},
    {"let", MST_LET, false, read_let},
    {"check", MST_CHECK, false, read_check},
    {"repeat", MST_REPEAT, false, read_repeat},
    {"when", MST_WHEN, false, read_when},
    {"control", MST_CONTROL, false, read_control},
    {"delivered", MST_DELIVERED, false, read_delivered},
    {"not", MST_DELIVERED, false, read_not},
    {"verdict", MST_VERDICT, false, read_verdict},
    {"end", MST_END, false, read_nothing},
};

static const struct form *find_form(mst_scan *scan)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (mst_scan_keyword(scan, forms[i].word))
            return &forms[i];
    return NULL;
}

/* Only these make a recording; see document.h. */
static bool is_recorded(const mst_step *step)
{
    switch (step->kind) {
    case MST_SAY:
    case MST_CLOSE:
    case MST_HANGUP:
    case MST_LET:
        return true;
    case MST_TLS:
        return ms_span_is_absent(step->tls.version) && step->tls.name == NULL && !step->tls.certificate &&
               step->alternatives == NULL;
    case MST_EXPECT:
    case MST_OPEN:
    case MST_PAUSE:
    case MST_QUIET:
    case MST_FENCE:
    case MST_CHECK:
    case MST_REPEAT:
    case MST_WHEN:
    case MST_CONTROL:
    case MST_DELIVERED:
    case MST_VERDICT:
    case MST_END:
    case MST_STEP_KINDS:
        break;
    }
    return false;
}

static bool at_side(const mst_scan *scan)
{
    return (*scan->at == 'C' || *scan->at == 'S') && memchr(":+<?", scan->at[1], 4) != NULL;
}

bool mst_read_step(mst_scan *scan, mst_step *step, mst_alternative **last)
{
    const struct form *form = NULL;
    if (*scan->at == '@') {
        if (!read_connection(scan, step))
            return false;
        mst_scan_blanks(scan);
    }
    if (at_side(scan)) {
        if (!read_side(scan, step))
            return false;
    } else {
        const mst_position at = mst_scan_position(scan);
        form = find_form(scan);
        if (form == NULL)
            return mst_scan_fail(
                scan, at, "not a step",
                "lines start with C or S and a sign (C: S: C< S? ...), with '!', '=', '#', '|', or with "
                "a word as tls, close, fence");
        if (step->named && !form->connected)
            return mst_scan_fail_word(scan, step->at, "'%' belongs to no connection",
                                      ms_span_make(form->word, strlen(form->word)), "leave the @name out");
        step->kind = form->kind;
        if (!form->read(scan, step))
            return false;
    }
    if (!step->named && (form == NULL || form->connected) &&
        !mst_scan_connection(scan, ms_span_absent(), step->at, &step->connection))
        return false;
    if (mst_step_branches(step->kind) && !mst_read_alternatives(scan, step, last))
        return false;
    if (!is_recorded(step))
        scan->document->live = true;
    return true;
}
