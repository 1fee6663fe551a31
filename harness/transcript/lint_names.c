/*
 * lint_names.c - names of values and of outcomes: given before they are used,
 * and used
 */
#include <stdlib.h>
#include <string.h>

#include "harness/transcript/lint_part.h"
#include "harness/transcript/pattern.h"
#include "harness/transcript/scan.h"
#include "harness/transcript/words.h"

/* What the prober gives; corpus/README.md says what each is. */
static const char *const given[] = {"from",       "rcpt",    "rcpt2",         "unknown",     "remote",
                                    "local_part", "domain",  "remote_domain", "from_domain", "user",
                                    "user2",      "client",  "host",          "mark",        "challenge",
                                    "timestamp",  "content", "size_limit",    "list",        "alias"};
static const char *const secrets[] = {"password", "password2"};
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { NAMES_MAX = 4096, CHAINS = 1024, ANY_CONNECTION = MST_CONNECTIONS_MAX };

typedef struct name {
    ms_span text;
    mst_position at;
    unsigned connection; /* of an outcome */
    bool used, outcome;
    size_t chain; /* 1 + index of the next one with this hash; 0: none */
} name;

typedef struct names {
    mst_linter *linter;
    size_t count, chains[CHAINS];
    name list[NAMES_MAX];
} names;

static size_t chain_of(ms_span text)
{
    uint64_t hash = 0xcbf29ce484222325U; /* FNV-1a */
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ text.ptr[i]) * 0x100000001b3U;
    return hash % CHAINS;
}

static name *find(names *all, ms_span text, bool outcome, unsigned connection)
{
    for (size_t i = all->chains[chain_of(text)]; i != 0; i = all->list[i - 1].chain) {
        name *one = &all->list[i - 1];
        const bool visible = !outcome || one->connection == connection || one->connection == ANY_CONNECTION;
        if (one->outcome == outcome && visible && mst_span_equal(one->text, text))
            return one;
    }
    return NULL;
}

static void add(names *all, ms_span text, mst_position at, bool outcome, unsigned connection)
{
    if (all->count == NAMES_MAX || find(all, text, outcome, connection) != NULL)
        return;
    size_t *chain = &all->chains[chain_of(text)];
    all->list[all->count++] = (name){text, at, connection, false, outcome, *chain};
    *chain = all->count;
}

/* A value gets its name here; a second time means that it must be the same. */
static void define(names *all, ms_span text, mst_position at)
{
    name *known = find(all, text, false, 0);
    if (known != NULL)
        known->used = true;
    if (mst_word_find(given, COUNT_OF(given), text) < COUNT_OF(given))
        mst_lint_add(all->linter, MST_MISTAKE, at, "the name '%' is given by the prober", text, "choose another name");
    add(all, text, at, false, 0);
}

static void use(names *all, ms_span text, mst_position at)
{
    name *known = find(all, text, false, 0);
    if (known != NULL)
        known->used = true;
    else if (mst_word_find(given, COUNT_OF(given), text) == COUNT_OF(given) && all->count < NAMES_MAX)
        mst_lint_add(all->linter, MST_MISTAKE, at, "the name '%' has no value here", text,
                     "give it one before by let or by a capture: ~\"${name:number} .*\"");
}

static void walk_expression(names *all, const mst_expression *expression)
{
    if (expression == NULL)
        return;
    if (expression->kind == MST_VARIABLE)
        use(all, expression->name, expression->at);
    if (expression->kind == MST_SECRET &&
        mst_word_find(secrets, COUNT_OF(secrets), expression->name) == COUNT_OF(secrets))
        mst_lint_add(all->linter, MST_MISTAKE, expression->at, "there is no secret '%'", expression->name,
                     "write ${secret:password} or ${secret:password2}");
    for (const mst_expression *one = expression->operands; one != NULL; one = one->next)
        walk_expression(all, one);
}

/* Its captures: those with a type may be new, those without have a value. */
static void walk_pattern(names *all, const mst_text_pattern *pattern)
{
    mst_pattern compiled;
    size_t fault;
    if (ms_span_is_absent(pattern->source) ||
        mst_pattern_compile(&compiled, pattern->source, pattern->fold_case, NULL, 0, &fault) != MST_PATTERN_OK)
        return;
    for (unsigned i = 0; i < compiled.capture_count; i++) {
        const mst_capture *one = &compiled.captures[i];
        const mst_position at = {pattern->at.line,
                                 pattern->at.column + 1 + (uint32_t)(one->name.ptr - pattern->source.ptr)};
        if (!ms_span_is_absent(one->key) && (one->key.ptr[0] < '0' || one->key.ptr[0] > '9'))
            use(all, one->key, at);
        if (ms_span_is_absent(one->type))
            use(all, one->name, at);
        else
            define(all, one->name, at);
    }
}

static void walk_match(names *all, const mst_match *match)
{
    for (const mst_test *test = match->tests; test != NULL; test = test->next) {
        walk_pattern(all, &test->pattern);
        walk_expression(all, test->expression);
    }
}

/* Which connection an outcome is asked for by; check and delivered have none. */
static unsigned outcome_connection(const mst_step *step)
{
    const bool free = step->kind == MST_CHECK || step->kind == MST_DELIVERED || step->kind == MST_VERDICT;
    return free ? ANY_CONNECTION : step->connection;
}

static void add_outcome(names *all, const mst_step *step, const mst_outcome *outcome)
{
    if (!ms_span_is_absent(outcome->name))
        add(all, outcome->name, outcome->name_at, true, outcome_connection(step));
}

/* In its second turn a loop may ask for what its first one has taken. */
static void add_outcomes(names *all, const mst_block *block)
{
    for (const mst_step *step = block->first; step != NULL; step = step->next) {
        for (const mst_alternative *one = step->alternatives; one != NULL; one = one->next)
            add_outcome(all, step, &one->outcome);
        if (step->kind == MST_VERDICT)
            add_outcome(all, step, &step->verdict.outcome);
        mst_blocks blocks = mst_blocks_of(step);
        for (const mst_block *inner; (inner = mst_blocks_next(&blocks)) != NULL;)
            add_outcomes(all, inner);
    }
}

static void walk_when(names *all, const mst_step *step)
{
    for (const mst_word *one = step->when.names; one != NULL; one = one->next)
        if (find(all, one->text, true, step->connection) == NULL && all->count < NAMES_MAX)
            mst_lint_add(all->linter, MST_MISTAKE, one->at, "no alternative above is named '%'", one->text,
                         "outcomes belong to a connection: when @b shared { ... }");
}

static void walk_step(names *all, const mst_step *step)
{
    switch (step->kind) {
    case MST_SAY:
        walk_expression(all, step->say.content);
        break;
    case MST_TLS:
        walk_expression(all, step->tls.name);
        break;
    case MST_LET:
        walk_expression(all, step->let.value);
        define(all, step->let.name, step->at);
        break;
    case MST_CHECK:
        walk_expression(all, step->check.left);
        walk_expression(all, step->check.right);
        break;
    case MST_REPEAT:
        walk_expression(all, step->repeat.count);
        if (!ms_span_is_absent(step->repeat.counter))
            define(all, step->repeat.counter, step->at);
        add_outcomes(all, step->repeat.block);
        break;
    case MST_WHEN:
        walk_when(all, step);
        break;
    case MST_DELIVERED:
        walk_expression(all, step->delivered.recipient);
        walk_expression(all, step->delivered.contains);
        walk_expression(all, step->delivered.octets);
        break;
    case MST_VERDICT:
        add_outcome(all, step, &step->verdict.outcome);
        break;
    case MST_EXPECT:
    case MST_CLOSE:
    case MST_HANGUP:
    case MST_OPEN:
    case MST_PAUSE:
    case MST_QUIET:
    case MST_FENCE:
    case MST_CONTROL:
    case MST_END:
    case MST_STEP_KINDS:
        break;
    }
}

static void walk_block(names *all, const mst_block *block)
{
    for (const mst_step *step = block->first; step != NULL; step = step->next) {
        walk_step(all, step);
        for (const mst_alternative *one = step->alternatives; one != NULL; one = one->next) {
            for (const mst_match *match = one->matches; match != NULL; match = match->next)
                walk_match(all, match);
            add_outcome(all, step, &one->outcome);
        }
        mst_blocks blocks = mst_blocks_of(step);
        for (const mst_block *inner; (inner = mst_blocks_next(&blocks)) != NULL;)
            walk_block(all, inner);
    }
}

void mst_lint_names(mst_linter *linter)
{
    names *all = calloc(1, sizeof *all);
    if (all == NULL) {
        linter->failed = true;
        return;
    }
    all->linter = linter;
    walk_block(all, &linter->document->script);
    for (size_t i = 0; i < all->count; i++)
        if (!all->list[i].used && !all->list[i].outcome)
            mst_lint_add(linter, MST_WARNING, all->list[i].at, "the value '%' is never used", all->list[i].text,
                         "leave the let or capture out, or compare it");
    free(all);
}
