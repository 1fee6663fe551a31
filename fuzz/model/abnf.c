/* abnf.c - see abnf.h */
#include "abnf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 8192, RULES_MAX = 512, NONE = 0, UNBOUNDED = 0xffff, WORDS = ABNF_OCTETS_MAX / 64 + 1 };

typedef enum node_kind {
    NODE_CLASS,
    NODE_TEXT,
    NODE_CONCATENATION,
    NODE_ALTERNATION,
    NODE_REPETITION,
    NODE_RULE
} node_kind;

typedef struct node {
    node_kind kind;
    size_t first, next;  /* child of a compound, next sibling; NONE: none */
    size_t min, max;     /* of a repetition */
    size_t rule;         /* of a rule's name */
    uint64_t members[4]; /* of a class of octets; of the others, those that it may begin with */
    uint64_t alone[4];   /* octets that are all that is matched where they stand */
    bool empty;          /* it may have no octets */
    uint8_t text[40];    /* of a literal */
    size_t text_len;
    bool exact; /* %x0D.0A: case counts */
} node;

typedef struct rule {
    char name[48];
    size_t root;
} rule;

struct abnf {
    node nodes[NODES_MAX]; /* 0 is nobody */
    size_t node_count;
    rule rules[RULES_MAX];
    size_t rule_count;
};

/* --- reading the notation --------------------------------------------------------------------------------------- */

typedef struct reader {
    abnf *grammar;
    const char *whole, *at;
} reader;

static _Noreturn void mistake(const char *what, const char *where)
{
    fprintf(stderr, "model: %s: %s\n", what, where);
    exit(EXIT_FAILURE);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static size_t node_new(abnf *grammar, node_kind kind)
{
    if (grammar->node_count == NODES_MAX)
        mistake("too many nodes", "");
    const size_t at = grammar->node_count++;
    grammar->nodes[at].kind = kind;
    return at;
}

static size_t rule_named(abnf *grammar, const char *name, size_t len)
{
    for (size_t i = 0; i < grammar->rule_count; i++) {
        const char *other = grammar->rules[i].name;
        size_t same = 0;
        while (same < len && other[same] != 0 && lower((uint8_t)other[same]) == lower((uint8_t)name[same]))
            same++;
        if (same == len && other[same] == 0)
            return i;
    }
    if (grammar->rule_count == RULES_MAX || len >= sizeof grammar->rules[0].name)
        mistake("too many rules, or too long a name", name);
    memcpy(grammar->rules[grammar->rule_count].name, name, len);
    return grammar->rule_count++;
}

static void skip_blanks(reader *r)
{
    while (*r->at == ' ' || *r->at == '\n')
        r->at++;
}

static size_t read_number(reader *r, unsigned base)
{
    size_t value = 0;
    const char *start = r->at;
    for (;; r->at++) {
        const uint8_t c = lower((uint8_t)*r->at);
        const unsigned digit = is_digit((char)c) ? c - (unsigned)'0' : c >= 'a' && c <= 'f' ? c - 'a' + 10U : 99U;
        if (digit >= base)
            break;
        value = value * base + digit;
    }
    if (r->at == start)
        mistake("a number is missing", r->whole);
    return value;
}

static void class_add(node *class, size_t octet)
{
    if (octet > 255)
        mistake("not an octet", "");
    class->members[octet / 64] |= UINT64_C(1) << octet % 64;
}

/* %x21-7E, %d13, %x0D.0A */
static size_t read_num_val(reader *r)
{
    r->at++; /* % */
    const unsigned base = *r->at == 'x' ? 16 : 10;
    r->at++;
    const size_t value = read_number(r, base);
    if (*r->at == '.') {
        const size_t text = node_new(r->grammar, NODE_TEXT);
        node *n = &r->grammar->nodes[text];
        n->exact = true;
        n->text[n->text_len++] = (uint8_t)value;
        while (*r->at == '.') {
            r->at++;
            n->text[n->text_len++] = (uint8_t)read_number(r, base);
        }
        return text;
    }
    size_t last = value;
    if (*r->at == '-') {
        r->at++;
        last = read_number(r, base);
    }
    const size_t class = node_new(r->grammar, NODE_CLASS);
    for (size_t octet = value; octet <= last; octet++)
        class_add(&r->grammar->nodes[class], octet);
    return class;
}

static size_t read_char_val(reader *r)
{
    const char *start = ++r->at;
    while (*r->at != '"' && *r->at != 0)
        r->at++;
    const size_t len = (size_t)(r->at - start);
    if (*r->at == 0 || len == 0 || len > sizeof r->grammar->nodes[0].text)
        mistake("a literal that is open, empty or too long", r->whole);
    r->at++;
    if (len == 1) {
        const size_t class = node_new(r->grammar, NODE_CLASS);
        class_add(&r->grammar->nodes[class], (uint8_t)*start);
        if (is_alpha(*start))
            class_add(&r->grammar->nodes[class], (uint8_t)*start ^ 32U);
        return class;
    }
    const size_t text = node_new(r->grammar, NODE_TEXT);
    memcpy(r->grammar->nodes[text].text, start, len);
    r->grammar->nodes[text].text_len = len;
    return text;
}

static size_t read_alternation(reader *r);

static size_t read_element(reader *r)
{
    if (*r->at == '%')
        return read_num_val(r);
    if (*r->at == '"')
        return read_char_val(r);
    if (*r->at == '(' || *r->at == '[') {
        const char close = *r->at == '(' ? ')' : ']';
        r->at++;
        const size_t inner = read_alternation(r);
        skip_blanks(r);
        if (*r->at != close)
            mistake("a group is open", r->whole);
        r->at++;
        if (close == ')')
            return inner;
        const size_t option = node_new(r->grammar, NODE_REPETITION);
        r->grammar->nodes[option].first = inner;
        r->grammar->nodes[option].max = 1;
        return option;
    }
    const char *start = r->at;
    if (!is_alpha(*start))
        mistake("no element", r->at);
    while (is_alpha(*r->at) || is_digit(*r->at) || *r->at == '-')
        r->at++;
    const size_t reference = node_new(r->grammar, NODE_RULE);
    r->grammar->nodes[reference].rule = rule_named(r->grammar, start, (size_t)(r->at - start));
    return reference;
}

/* [n][*][m]element */
static size_t read_repetition(reader *r)
{
    if (!is_digit(*r->at) && *r->at != '*')
        return read_element(r);
    const size_t min = is_digit(*r->at) ? read_number(r, 10) : 0;
    size_t max = min;
    if (*r->at == '*') {
        r->at++;
        max = is_digit(*r->at) ? read_number(r, 10) : UNBOUNDED;
    }
    const size_t repetition = node_new(r->grammar, NODE_REPETITION);
    const size_t child = read_element(r);
    node *n = &r->grammar->nodes[repetition];
    n->first = child;
    n->min = min;
    n->max = max;
    return repetition;
}

static bool element_follows(reader *r)
{
    skip_blanks(r);
    return *r->at != 0 && *r->at != '/' && *r->at != ')' && *r->at != ']';
}

static size_t read_concatenation(reader *r)
{
    skip_blanks(r);
    const size_t first = read_repetition(r);
    if (!element_follows(r))
        return first;
    const size_t whole = node_new(r->grammar, NODE_CONCATENATION);
    r->grammar->nodes[whole].first = first;
    for (size_t last = first; element_follows(r);) {
        const size_t item = read_repetition(r);
        r->grammar->nodes[last].next = item;
        last = item;
    }
    return whole;
}

static size_t read_alternation(reader *r)
{
    const size_t first = read_concatenation(r);
    skip_blanks(r);
    if (*r->at != '/')
        return first;
    const size_t whole = node_new(r->grammar, NODE_ALTERNATION);
    r->grammar->nodes[whole].first = first;
    for (size_t last = first; *r->at == '/'; skip_blanks(r)) {
        r->at++;
        const size_t item = read_concatenation(r);
        r->grammar->nodes[last].next = item;
        last = item;
    }
    return whole;
}

static void read_rule(abnf *grammar, const char *text)
{
    reader r = {grammar, text, text};
    while (is_alpha(*r.at) || is_digit(*r.at) || *r.at == '-')
        r.at++;
    const size_t at = rule_named(grammar, text, (size_t)(r.at - text));
    skip_blanks(&r);
    if (*r.at != '=')
        mistake("no =", text);
    r.at++;
    const bool more = *r.at == '/';
    if (more)
        r.at++;
    const size_t before = grammar->rules[at].root;
    if (more != (before != NONE))
        mistake(more ? "=/ of a rule that is not there" : "a rule stands twice", text);
    const size_t root = read_alternation(&r);
    if (*r.at != 0)
        mistake("more than one rule", r.at);
    if (!more) {
        grammar->rules[at].root = root;
        return;
    }
    /* Each alternation may be the child of one compound only, so the old and the new go under a new one. */
    const size_t both = node_new(grammar, NODE_ALTERNATION);
    grammar->nodes[both].first = before;
    grammar->nodes[before].next = root;
    grammar->rules[at].root = both;
}

/* A rule or an alternation that is made of single octets only is one class: nothing is lost, and much time is won. */
static bool as_class(const abnf *grammar, size_t at, uint64_t members[4])
{
    const node *n = &grammar->nodes[at];
    switch (n->kind) {
    case NODE_CLASS:
        for (size_t i = 0; i < 4; i++)
            members[i] |= n->members[i];
        return true;
    case NODE_ALTERNATION:
        for (size_t child = n->first; child != NONE; child = grammar->nodes[child].next)
            if (!as_class(grammar, child, members))
                return false;
        return true;
    case NODE_RULE:
        return as_class(grammar, grammar->rules[n->rule].root, members);
    case NODE_TEXT:
    case NODE_CONCATENATION:
    case NODE_REPETITION:
        return false;
    }
    return false;
}

static bool begin_with(node *n, const node *child)
{
    bool more = false;
    for (size_t i = 0; i < 4; i++) {
        more = more || (child->members[i] & ~n->members[i]) != 0;
        n->members[i] |= child->members[i];
    }
    return more;
}

static bool be_empty(node *n, bool empty)
{
    const bool more = empty && !n->empty;
    n->empty = n->empty || empty;
    return more;
}

/* What a node begins with follows from its children; returns whether that is more than was known. */
static bool learn_beginning(abnf *grammar, node *n)
{
    const node *nodes = grammar->nodes;
    bool more = false, empty = true;
    switch (n->kind) {
    case NODE_CLASS:
        return false;
    case NODE_TEXT: {
        node begins = {.kind = NODE_CLASS};
        class_add(&begins, n->text[0]);
        if (!n->exact && is_alpha((char)n->text[0]))
            class_add(&begins, n->text[0] ^ 32U);
        return begin_with(n, &begins);
    }
    case NODE_CONCATENATION:
        for (size_t child = n->first; child != NONE && empty; child = nodes[child].next) {
            more = begin_with(n, &nodes[child]) || more;
            empty = nodes[child].empty;
        }
        return be_empty(n, empty) || more;
    case NODE_ALTERNATION:
        for (size_t child = n->first; child != NONE; child = nodes[child].next) {
            more = begin_with(n, &nodes[child]) || more;
            more = be_empty(n, nodes[child].empty) || more;
        }
        return more;
    case NODE_REPETITION:
        more = begin_with(n, &nodes[n->first]);
        return be_empty(n, n->min == 0 || nodes[n->first].empty) || more;
    case NODE_RULE:
        more = begin_with(n, &nodes[grammar->rules[n->rule].root]);
        return be_empty(n, nodes[grammar->rules[n->rule].root].empty) || more;
    }
    return false;
}

/* A rule that cannot begin with the octet that stands there need not be tried. */
static void learn_beginnings(abnf *grammar)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t at = grammar->node_count; at-- > 1;)
            more = learn_beginning(grammar, &grammar->nodes[at]) || more;
    }
}

/* Where one of these octets stands, the node matches it, and nothing else: a UTF-8 character of one octet among those of
 * several. */
static void learn_alone(const abnf *grammar, size_t at, uint64_t alone[4])
{
    const node *n = &grammar->nodes[at];
    uint64_t longer[4] = {0};
    switch (n->kind) {
    case NODE_CLASS:
        memcpy(alone, n->members, sizeof n->members);
        return;
    case NODE_RULE:
        learn_alone(grammar, grammar->rules[n->rule].root, alone);
        return;
    case NODE_ALTERNATION:
        for (size_t child = n->first; child != NONE; child = grammar->nodes[child].next) {
            uint64_t of_child[4] = {0};
            learn_alone(grammar, child, of_child);
            for (size_t i = 0; i < 4; i++) {
                longer[i] |= grammar->nodes[child].members[i] & ~of_child[i];
                alone[i] |= of_child[i];
            }
        }
        for (size_t i = 0; i < 4; i++)
            alone[i] = n->empty ? 0 : alone[i] & ~longer[i];
        return;
    case NODE_TEXT:
    case NODE_CONCATENATION:
    case NODE_REPETITION:
        return;
    }
}

abnf *abnf_read(const char *const *const lists[])
{
    abnf *grammar = calloc(1, sizeof *grammar);
    if (grammar == NULL)
        mistake("no memory", "");
    grammar->node_count = 1;
    for (size_t list = 0; lists[list] != NULL; list++)
        for (size_t i = 0; lists[list][i] != NULL; i++)
            read_rule(grammar, lists[list][i]);
    for (size_t i = 0; i < grammar->rule_count; i++)
        if (grammar->rules[i].root == NONE)
            mistake("a rule is missing", grammar->rules[i].name);
    for (size_t at = 1; at < grammar->node_count; at++) {
        uint64_t members[4] = {0};
        if (as_class(grammar, at, members)) {
            grammar->nodes[at].kind = NODE_CLASS;
            memcpy(grammar->nodes[at].members, members, sizeof members);
        }
    }
    learn_beginnings(grammar);
    for (size_t at = 1; at < grammar->node_count; at++)
        learn_alone(grammar, at, grammar->nodes[at].alone);
    return grammar;
}

void abnf_free(abnf *grammar)
{
    free(grammar);
}

size_t abnf_rule(const abnf *grammar, const char *name)
{
    for (size_t i = 0; i < grammar->rule_count; i++)
        if (strcmp(grammar->rules[i].name, name) == 0)
            return i;
    mistake("no such rule", name);
}

/* --- matching --------------------------------------------------------------------------------------------------- */

/* Offsets, 0 to len. */
typedef struct places {
    uint64_t word[WORDS];
} places;

typedef struct matcher {
    const abnf *grammar;
    const uint8_t *octets;
    size_t len, words;
} matcher;

static bool places_has(const places *set, size_t at)
{
    return (set->word[at / 64] >> at % 64 & 1) != 0;
}

static void places_add(places *set, size_t at)
{
    set->word[at / 64] |= UINT64_C(1) << at % 64;
}

static bool places_empty(const matcher *m, const places *set)
{
    for (size_t i = 0; i < m->words; i++)
        if (set->word[i] != 0)
            return false;
    return true;
}

static void places_clear(const matcher *m, places *set)
{
    for (size_t i = 0; i < m->words; i++)
        set->word[i] = 0;
}

static void places_copy(const matcher *m, places *set, const places *from)
{
    for (size_t i = 0; i < m->words; i++)
        set->word[i] = from->word[i];
}

/* Returns whether there was anything new. */
static bool places_join(const matcher *m, places *set, const places *more)
{
    bool grown = false;
    for (size_t i = 0; i < m->words; i++) {
        grown = grown || (more->word[i] & ~set->word[i]) != 0;
        set->word[i] |= more->word[i];
    }
    return grown;
}

static bool is_member(const node *class, uint8_t octet)
{
    return (class->members[octet / 64] >> octet % 64 & 1) != 0;
}

/* Smallest place of the set that is not before at; len + 1 if there is none. */
static size_t places_next(const matcher *m, const places *set, size_t at)
{
    while (at <= m->len && (set->word[at / 64] >> at % 64) == 0)
        at = (at / 64 + 1) * 64;
    return at <= m->len ? at + (size_t)__builtin_ctzll(set->word[at / 64] >> at % 64) : m->len + 1;
}

static bool may_begin(const matcher *m, const node *n, const places *from)
{
    if (n->empty)
        return true;
    for (size_t at = places_next(m, from, 0); at < m->len; at = places_next(m, from, at + 1))
        if (is_member(n, m->octets[at]))
            return true;
    return false;
}

static void match(const matcher *m, size_t at, const places *from, places *to);

static void match_text(const matcher *m, const node *text, const places *from, places *to)
{
    for (size_t at = places_next(m, from, 0); at + text->text_len <= m->len; at = places_next(m, from, at + 1)) {
        size_t same = 0;
        while (same < text->text_len && (text->exact ? m->octets[at + same] == text->text[same]
                                                     : lower(m->octets[at + same]) == lower(text->text[same])))
            same++;
        if (same == text->text_len)
            places_add(to, at + same);
    }
}

/* The only place of the set; len + 1 if there are several, or none. */
static size_t places_sole(const matcher *m, const places *set)
{
    const size_t at = places_next(m, set, 0);
    return at <= m->len && places_next(m, set, at + 1) > m->len ? at : m->len + 1;
}

/* From the minimum on; `all` holds the places to which that leads, and gets those behind. */
static void match_more(const matcher *m, const node *repetition, size_t done, places *all)
{
    const node *child = &m->grammar->nodes[repetition->first];
    places now, next;
    places_copy(m, &now, all);
    size_t sole = places_sole(m, &now);
    for (; done < repetition->max; done++) {
        bool stepped = false;
        for (; done < repetition->max && sole < m->len &&
               (child->alone[m->octets[sole] / 64] >> m->octets[sole] % 64 & 1) != 0;
             done++) {
            places_add(all, ++sole);
            stepped = true;
        }
        if (done == repetition->max)
            return;
        if (stepped) {
            places_clear(m, &now);
            places_add(&now, sole);
        }
        places_clear(m, &next);
        match(m, repetition->first, &now, &next);
        if (!places_join(m, all, &next))
            return; /* nothing new now, so nothing new ever */
        places_copy(m, &now, &next);
        sole = places_sole(m, &now);
    }
}

static void match_repetition(const matcher *m, const node *repetition, const places *from, places *to)
{
    const node *child = &m->grammar->nodes[repetition->first];
    places now, next;
    places_copy(m, &now, from);
    for (size_t done = 0; done < repetition->min; done++) {
        places_clear(m, &next);
        match(m, repetition->first, &now, &next);
        places_copy(m, &now, &next);
        if (places_empty(m, &now))
            return;
    }
    if (child->kind == NODE_CLASS && repetition->max == UNBOUNDED) {
        for (size_t at = places_next(m, &now, 0); at < m->len; at = places_next(m, &now, at + 1))
            if (is_member(child, m->octets[at]))
                places_add(&now, at + 1);
    } else {
        match_more(m, repetition, repetition->min, &now);
    }
    places_join(m, to, &now);
}

/* Adds to `to` every place where the node can end that starts at a place of `from`. */
static void match(const matcher *m, size_t at, const places *from, places *to)
{
    const node *n = &m->grammar->nodes[at];
    if (n->kind != NODE_CLASS && !may_begin(m, n, from))
        return;
    switch (n->kind) {
    case NODE_CLASS:
        for (size_t i = places_next(m, from, 0); i < m->len; i = places_next(m, from, i + 1))
            if (is_member(n, m->octets[i]))
                places_add(to, i + 1);
        return;
    case NODE_TEXT:
        match_text(m, n, from, to);
        return;
    case NODE_CONCATENATION: {
        places now, next;
        places_copy(m, &now, from);
        for (size_t child = n->first; child != NONE; child = m->grammar->nodes[child].next) {
            places_clear(m, &next);
            match(m, child, &now, &next);
            places_copy(m, &now, &next);
            if (places_empty(m, &now))
                return;
        }
        places_join(m, to, &now);
        return;
    }
    case NODE_ALTERNATION:
        for (size_t child = n->first; child != NONE; child = m->grammar->nodes[child].next)
            match(m, child, from, to);
        return;
    case NODE_REPETITION:
        match_repetition(m, n, from, to);
        return;
    case NODE_RULE:
        match(m, m->grammar->rules[n->rule].root, from, to);
        return;
    }
}

/* Every place up to which the rule can be derived from the octets. */
static matcher derive(const abnf *grammar, size_t rule_at, const uint8_t *octets, size_t len, places *ends)
{
    if (!abnf_fits(len))
        mistake("too long to match", "");
    const matcher m = {grammar, octets, len, len / 64 + 1};
    places from;
    places_clear(&m, &from);
    places_clear(&m, ends);
    places_add(&from, 0);
    match(&m, grammar->rules[rule_at].root, &from, ends);
    return m;
}

bool abnf_matches(const abnf *grammar, size_t rule_at, const uint8_t *octets, size_t len)
{
    places ends;
    derive(grammar, rule_at, octets, len, &ends);
    return places_has(&ends, len);
}

size_t abnf_matches_before(const abnf *grammar, size_t rule_at, const uint8_t *octets, size_t len, uint8_t next)
{
    places ends;
    const matcher m = derive(grammar, rule_at, octets, len, &ends);
    size_t at = places_next(&m, &ends, 0);
    while (at < len && octets[at] != next)
        at = places_next(&m, &ends, at + 1);
    return at < len ? at : len;
}

/* --- making strings --------------------------------------------------------------------------------------------- */

/* splitmix64, which Sebastiano Vigna gave to the public domain. */
uint64_t random_next(random_source *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = random->state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

size_t random_below(random_source *random, size_t bound)
{
    return (size_t)((random_next(random) >> 32) * bound >> 32);
}

typedef struct writer {
    const abnf *grammar;
    random_source *random;
    uint8_t *octets;
    size_t len, room;
} writer;

static void put(writer *w, uint8_t octet)
{
    if (w->len < w->room)
        w->octets[w->len++] = octet;
}

static uint8_t any_member(writer *w, const node *class)
{
    for (;;) {
        const uint8_t octet = (uint8_t)random_below(w->random, 256);
        if (is_member(class, octet))
            return octet;
    }
}

/* Mostly few, sometimes as many as it takes to stand at a limit of 20, 64, 70 or 255. */
static size_t times(writer *w, const node *repetition)
{
    const size_t span = repetition->max - repetition->min;
    size_t more = 0;
    while (more < span && random_below(w->random, 5) < 3)
        more++;
    const size_t luck = random_below(w->random, 400);
    if (luck < 4) {
        static const size_t long_run[] = {20, 64, 70, 255};
        more = long_run[luck] - random_below(w->random, 3) + 1;
    }
    if (more > span || luck == 5)
        more = span == UNBOUNDED ? 3 : span < 40 ? span : 3;
    return repetition->min + (more < span ? more : span);
}

static void generate(writer *w, size_t at)
{
    const node *n = &w->grammar->nodes[at];
    switch (n->kind) {
    case NODE_CLASS:
        put(w, any_member(w, n));
        return;
    case NODE_TEXT: {
        const bool flip = !n->exact && random_below(w->random, 6) == 0;
        for (size_t i = 0; i < n->text_len; i++)
            put(w, (uint8_t)(n->text[i] ^ (flip && is_alpha((char)n->text[i]) ? random_below(w->random, 2) * 32 : 0)));
        return;
    }
    case NODE_CONCATENATION:
        for (size_t child = n->first; child != NONE; child = w->grammar->nodes[child].next)
            generate(w, child);
        return;
    case NODE_ALTERNATION: {
        size_t count = 0;
        for (size_t child = n->first; child != NONE; child = w->grammar->nodes[child].next)
            count++;
        size_t child = n->first;
        for (size_t skip = random_below(w->random, count); skip > 0; skip--)
            child = w->grammar->nodes[child].next;
        generate(w, child);
        return;
    }
    case NODE_REPETITION:
        for (size_t count = times(w, n); count > 0 && w->len < w->room; count--)
            generate(w, n->first);
        return;
    case NODE_RULE:
        generate(w, w->grammar->rules[n->rule].root);
        return;
    }
}

size_t abnf_generate(const abnf *grammar, size_t rule_at, random_source *random, uint8_t *octets, size_t room)
{
    writer w = {grammar, random, octets, 0, room};
    generate(&w, grammar->rules[rule_at].root);
    return w.len;
}
