/*
 * pattern_compile.c - from a text pattern to a small program
 *
 * The program is that of Thompson's construction: one instruction per octet of
 * the pattern, and splits and jumps between them.
 */
#include "harness/transcript/pattern.h"

#include <string.h>

#include "harness/transcript/pattern_code.h"

enum {
    REPEAT_MAX = 255,
    /* {m,n} reads its piece again and again; nested empty groups would do so
     * without end, so what is read is counted. */
    WORK_MAX = 4 * MST_PATTERN_CODE_MAX
};

typedef struct compiler {
    mst_pattern *pattern;
    const uint8_t *start, *at, *end;
    const mst_binding *bindings;
    size_t binding_count;
    unsigned depth, work;
    bool built_in; /* inside the pattern of a type */
    mst_pattern_status status;
    const uint8_t *fault;
} compiler;

static const struct {
    const char *name, *pattern;
} types[] = {
    {"number", "[0-9]+"},
    {"word", "[!-~]+"},
    {"text", ".*"},
    {"unique-id", "[!-~]{1,70}"}, /* RFC 1939 section 7 */
    {"domain", "[0-9A-Za-z.:_\\[\\]-]+"},
    {"timestamp", "<[^<>]*>"},
    {"base64", "[0-9A-Za-z+/]*=*"},
    {"hex", "[0-9A-Fa-f]+"},
    {"", ""},
};

const char *mst_pattern_type_name(unsigned i)
{
    const unsigned last = sizeof types / sizeof types[0] - 1;
    return types[i < last ? i : last].name;
}

const char *mst_pattern_status_text(mst_pattern_status status)
{
    static const char *const texts[MST_PATTERN_STATUSES] = {
        [MST_PATTERN_OK] = "no error",
        [MST_PATTERN_TOO_LONG] = "the pattern is too long",
        [MST_PATTERN_TOO_DEEP] = "groups are nested too deep",
        [MST_PATTERN_TOO_MANY_CAPTURES] = "the pattern has more than 8 captures",
        [MST_PATTERN_NOT_CLOSED] = "a group, set, count or capture is not closed",
        [MST_PATTERN_NOTHING_TO_REPEAT] = "there is nothing to repeat",
        [MST_PATTERN_BAD_ESCAPE] = "the escape is not known",
        [MST_PATTERN_BAD_SET] = "the set is empty or runs backwards",
        [MST_PATTERN_BAD_COUNT] = "the count is wrong",
        [MST_PATTERN_BAD_CAPTURE] = "the capture is not ${name}, ${name:type} or ${name[key]:type}",
        [MST_PATTERN_REPEATED_CAPTURE] = "a capture cannot be repeated",
        [MST_PATTERN_UNKNOWN_TYPE] = "the type of the capture is not known",
        [MST_PATTERN_UNBOUND] = "the name has no value",
    };
    return texts[status];
}

static bool fail(compiler *c, mst_pattern_status status, const uint8_t *fault)
{
    if (c->status == MST_PATTERN_OK) {
        c->status = status;
        c->fault = fault;
    }
    return false;
}

/* Make room for one instruction at place, which moves what stands there. */
static bool insert(compiler *c, unsigned place, mst_pattern_op op, int x, int y)
{
    mst_pattern *p = c->pattern;
    if (p->length == MST_PATTERN_CODE_MAX)
        return fail(c, MST_PATTERN_TOO_LONG, c->at);
    memmove(&p->code[place + 1], &p->code[place], (p->length - place) * sizeof p->code[0]);
    p->code[place].op = (uint8_t)op;
    p->code[place].octet = 0;
    p->code[place].x = (int16_t)x;
    p->code[place].y = (int16_t)y;
    p->length++;
    return true;
}

static bool emit(compiler *c, mst_pattern_op op, int x)
{
    return insert(c, c->pattern->length, op, x, 0);
}

static bool emit_octet(compiler *c, uint8_t octet)
{
    if (!emit(c, OP_OCTET, 0))
        return false;
    c->pattern->code[c->pattern->length - 1].octet = octet;
    return true;
}

static int hex_value(int octet)
{
    if (octet >= '0' && octet <= '9')
        return octet - '0';
    if (octet >= 'a' && octet <= 'f')
        return octet - 'a' + 10;
    return octet >= 'A' && octet <= 'F' ? octet - 'A' + 10 : -1;
}

/* Behind a backslash; \d is not for here. */
static bool read_escape(compiler *c, uint8_t *octet)
{
    static const char letters[] = "rnt0", octets[] = "\r\n\t\0";
    if (c->at == c->end)
        return fail(c, MST_PATTERN_BAD_ESCAPE, c->at);
    const uint8_t letter = *c->at++;
    const char *found = memchr(letters, letter, sizeof letters - 1);
    if (found != NULL) {
        *octet = (uint8_t)octets[found - letters];
        return true;
    }
    if (letter == 'x') {
        const int high = c->end - c->at >= 2 ? hex_value(c->at[0]) : -1;
        const int low = high >= 0 ? hex_value(c->at[1]) : -1;
        if (low < 0)
            return fail(c, MST_PATTERN_BAD_ESCAPE, c->at - 2);
        *octet = (uint8_t)(high * 16 + low);
        c->at += 2;
        return true;
    }
    const bool word =
        (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    *octet = letter;
    return !word || fail(c, MST_PATTERN_BAD_ESCAPE, c->at - 2);
}

static bool emit_set(compiler *c, const uint8_t set[32])
{
    mst_pattern *p = c->pattern;
    unsigned i = 0;
    while (i < p->set_count && memcmp(p->sets[i], set, 32) != 0)
        i++;
    if (i == MST_PATTERN_SETS_MAX)
        return fail(c, MST_PATTERN_TOO_LONG, c->at);
    if (i == p->set_count)
        memcpy(p->sets[p->set_count++], set, 32);
    return emit(c, OP_SET, (int)i);
}

static void set_range(uint8_t set[32], unsigned first, unsigned last)
{
    for (unsigned octet = first; octet <= last; octet++)
        set[octet / 8] = (uint8_t)(set[octet / 8] | 1U << octet % 8);
}

static bool read_set_octet(compiler *c, uint8_t *octet)
{
    *octet = *c->at++;
    return *octet != '\\' || read_escape(c, octet);
}

static bool read_set(compiler *c)
{
    const uint8_t *open = c->at - 1;
    uint8_t set[32] = {0};
    const bool negated = c->at < c->end && *c->at == '^';
    c->at += negated;
    const uint8_t *content = c->at;
    while (c->at < c->end && *c->at != ']') {
        uint8_t first, last;
        if (!read_set_octet(c, &first))
            return false;
        last = first;
        if (c->end - c->at >= 2 && c->at[0] == '-' && c->at[1] != ']') {
            c->at++;
            if (!read_set_octet(c, &last))
                return false;
        }
        if (last < first)
            return fail(c, MST_PATTERN_BAD_SET, open);
        set_range(set, first, last);
    }
    if (c->at == c->end)
        return fail(c, MST_PATTERN_NOT_CLOSED, open);
    if (c->at == content)
        return fail(c, MST_PATTERN_BAD_SET, open);
    c->at++;
    for (unsigned i = 0; negated && i < 32; i++)
        set[i] = (uint8_t)~set[i];
    return emit_set(c, set);
}

static bool read_alternatives(compiler *c);

/* A name or key: letters, digits, '_' and, in types, '-'. */
static ms_span read_name(compiler *c)
{
    const uint8_t *start = c->at;
    while (c->at < c->end &&
           ((*c->at >= 'a' && *c->at <= 'z') || (*c->at >= '0' && *c->at <= '9') || *c->at == '_' || *c->at == '-'))
        c->at++;
    return ms_span_make(start, (size_t)(c->at - start));
}

static bool is(ms_span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.ptr, text, span.len) == 0;
}

static bool equal(ms_span a, ms_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static const mst_binding *find_binding(const compiler *c, ms_span name, ms_span key)
{
    for (size_t i = 0; i < c->binding_count; i++)
        if (equal(c->bindings[i].name, name) && ms_span_is_absent(c->bindings[i].key) == ms_span_is_absent(key) &&
            equal(c->bindings[i].key, key))
            return &c->bindings[i];
    return NULL;
}

/* The value that a key has: its digits, or what its name is bound to. */
static ms_span key_value(const compiler *c, const mst_capture *capture)
{
    if (ms_span_is_absent(capture->key) || (capture->key.ptr[0] >= '0' && capture->key.ptr[0] <= '9'))
        return capture->key;
    const mst_binding *binding = find_binding(c, capture->key, ms_span_absent());
    return binding != NULL ? binding->value : capture->key;
}

/* The type's own pattern, between two saves. */
static bool emit_capture(compiler *c, unsigned index, const char *type)
{
    compiler inner = *c;
    inner.start = inner.at = (const uint8_t *)type;
    inner.end = inner.start + strlen(type);
    inner.built_in = true;
    if (!emit(&inner, OP_SAVE, (int)(2 * index)) || !read_alternatives(&inner) ||
        !emit(&inner, OP_SAVE, (int)(2 * index + 1)))
        return fail(c, inner.status, c->at);
    return true;
}

static bool resolve_key(compiler *c, mst_capture *capture, unsigned index)
{
    for (unsigned i = 0; i < index && !ms_span_is_absent(capture->key); i++) {
        const mst_capture *other = &c->pattern->captures[i];
        if (ms_span_is_absent(other->key) && !other->bound && equal(other->name, capture->key)) {
            capture->key_is_capture = true;
            capture->key_capture = i;
        }
    }
    return true;
}

/* ${name}, ${name:type}, ${name[key]:type}; "${" was taken */
static bool read_capture_syntax(compiler *c, mst_capture *capture, const uint8_t *open)
{
    capture->name = read_name(c);
    capture->key = capture->type = ms_span_absent();
    if (capture->name.len == 0 || capture->name.ptr[0] < 'a')
        return fail(c, MST_PATTERN_BAD_CAPTURE, open);
    if (c->at < c->end && *c->at == '[') {
        c->at++;
        capture->key = read_name(c);
        if (capture->key.len == 0 || c->at == c->end || *c->at != ']')
            return fail(c, MST_PATTERN_BAD_CAPTURE, open);
        c->at++;
    }
    if (c->at < c->end && *c->at == ':') {
        c->at++;
        capture->type = read_name(c);
    }
    if (c->at == c->end)
        return fail(c, MST_PATTERN_NOT_CLOSED, open);
    return *c->at++ == '}' || fail(c, MST_PATTERN_BAD_CAPTURE, open);
}

static bool read_capture(compiler *c)
{
    const uint8_t *open = c->at - 1;
    const unsigned index = c->pattern->capture_count;
    c->at++; /* { */
    if (index == MST_PATTERN_CAPTURES_MAX)
        return fail(c, MST_PATTERN_TOO_MANY_CAPTURES, open);
    mst_capture *capture = &c->pattern->captures[index];
    memset(capture, 0, sizeof *capture);
    if (!read_capture_syntax(c, capture, open) || !resolve_key(c, capture, index))
        return false;
    c->pattern->capture_count++;
    const mst_binding *binding = find_binding(c, capture->name, key_value(c, capture));
    capture->bound = binding != NULL && !capture->key_is_capture;
    for (size_t i = 0; capture->bound && i < binding->value.len; i++)
        if (!emit_octet(c, binding->value.ptr[i]))
            return false;
    if (capture->bound)
        return true;
    if (ms_span_is_absent(capture->type))
        return c->bindings == NULL || fail(c, MST_PATTERN_UNBOUND, open);
    for (unsigned i = 0; types[i].name[0] != '\0'; i++)
        if (is(capture->type, types[i].name))
            return emit_capture(c, index, types[i].pattern);
    return fail(c, MST_PATTERN_UNKNOWN_TYPE, open);
}

static bool read_group(compiler *c)
{
    const uint8_t *open = c->at - 1;
    if (c->depth == MST_PATTERN_NESTING_MAX)
        return fail(c, MST_PATTERN_TOO_DEEP, open);
    c->depth++;
    if (!read_alternatives(c))
        return false;
    c->depth--;
    if (c->at == c->end)
        return fail(c, MST_PATTERN_NOT_CLOSED, open);
    c->at++; /* ) */
    return true;
}

static bool read_atom(compiler *c)
{
    static const uint8_t digits[32] = {[6] = 0xff, [7] = 0x03}; /* the octets 0x30 to 0x39 */
    uint8_t octet = *c->at++;
    if (++c->work > WORK_MAX)
        return fail(c, MST_PATTERN_TOO_LONG, c->at - 1);
    switch (octet) {
    case '(':
        return read_group(c);
    case '[':
        return read_set(c);
    case '.':
        return emit(c, OP_ANY, 0);
    case '*':
    case '+':
    case '?':
    case '{':
        return fail(c, MST_PATTERN_NOTHING_TO_REPEAT, c->at - 1);
    case '$':
        return c->at < c->end && *c->at == '{' && !c->built_in ? read_capture(c) : emit_octet(c, octet);
    case '\\':
        if (c->at < c->end && *c->at == 'd') {
            c->at++;
            return emit_set(c, digits);
        }
        return read_escape(c, &octet) && emit_octet(c, octet);
    default:
        return emit_octet(c, octet);
    }
}

/* Put the loop for * + or ? around what was emitted from place on. */
static bool loop(compiler *c, unsigned place, uint8_t sign)
{
    const int size = (int)(c->pattern->length - place);
    if (sign == '+') /* again, else on */
        return insert(c, c->pattern->length, OP_SPLIT, -size, 1);
    return insert(c, place, OP_SPLIT, 1, size + (sign == '*' ? 2 : 1)) &&
           (sign == '?' || emit(c, OP_JUMP, -(size + 1)));
}

static bool read_count(compiler *c, unsigned *count)
{
    const uint8_t *start = c->at;
    for (*count = 0; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
        if ((*count = *count * 10 + (unsigned)(*c->at - '0')) > REPEAT_MAX)
            return fail(c, MST_PATTERN_BAD_COUNT, start);
    return c->at > start || fail(c, MST_PATTERN_BAD_COUNT, start);
}

/* m} m,} m,n} */
static bool read_counts(compiler *c, unsigned *min, unsigned *max, bool *open_ended)
{
    const uint8_t *open = c->at - 1;
    if (!read_count(c, min))
        return false;
    *max = *min;
    if (c->at < c->end && *c->at == ',') {
        c->at++;
        *open_ended = c->at < c->end && *c->at == '}';
        if (!*open_ended && !read_count(c, max))
            return false;
    }
    if (c->at == c->end || *c->at != '}')
        return fail(c, MST_PATTERN_NOT_CLOSED, open);
    c->at++;
    return *max >= *min || fail(c, MST_PATTERN_BAD_COUNT, open);
}

/* The piece from atom was emitted once; do so as often as the counts say. */
static bool repeat_counted(compiler *c, const uint8_t *atom, unsigned place)
{
    unsigned min = 0, max = 0;
    bool open_ended = false;
    if (!read_counts(c, &min, &max, &open_ended))
        return false;
    const uint8_t *behind = c->at;
    c->pattern->length = place; /* emitted again below */
    for (unsigned i = 0; i < max + open_ended; i++) {
        const unsigned here = c->pattern->length;
        c->at = atom;
        if (!read_atom(c))
            return false;
        if (i >= min && !loop(c, here, open_ended && i == max ? '*' : '?'))
            return false;
    }
    c->at = behind;
    return true;
}

static bool read_repeated(compiler *c)
{
    const uint8_t *atom = c->at;
    const unsigned place = c->pattern->length, captures = c->pattern->capture_count;
    if (!read_atom(c))
        return false;
    const uint8_t sign = c->at < c->end ? *c->at : 0;
    if (sign != '*' && sign != '+' && sign != '?' && sign != '{')
        return true;
    if (sign != '?' && c->pattern->capture_count != captures)
        return fail(c, MST_PATTERN_REPEATED_CAPTURE, atom);
    c->at++;
    return sign == '{' ? repeat_counted(c, atom, place) : loop(c, place, sign);
}

/* piece { piece } { '|' piece { piece } }; ends at ')' or the end */
static bool read_alternatives(compiler *c)
{
    int last_jump = -1; /* each alternative but the last jumps to the next one's jump, or the end */
    unsigned place = c->pattern->length;
    for (;;) {
        while (c->at < c->end && *c->at != '|' && *c->at != ')')
            if (!read_repeated(c))
                return false;
        if (c->at < c->end && *c->at == ')' && c->depth == 0)
            return fail(c, MST_PATTERN_NOT_CLOSED, c->at);
        const bool more = c->at < c->end && *c->at == '|';
        if (more) {
            c->at++;
            const int size = (int)(c->pattern->length - place);
            if (!insert(c, place, OP_SPLIT, 1, size + 2) || !emit(c, OP_JUMP, 0))
                return false;
        }
        /* The jump behind this alternative; it waits for the end of the next one. */
        const int jump = more ? (int)c->pattern->length - 1 : -1;
        if (last_jump >= 0)
            c->pattern->code[last_jump].x = (int16_t)((more ? jump : (int)c->pattern->length) - last_jump);
        if (!more)
            return true;
        last_jump = jump;
        place = c->pattern->length;
    }
}

mst_pattern_status mst_pattern_compile(mst_pattern *pattern, ms_span source, bool fold_case,
                                       const mst_binding *bindings, size_t binding_count, size_t *error_at)
{
    pattern->length = pattern->set_count = pattern->capture_count = 0;
    pattern->fold_case = fold_case;
    compiler c = {.pattern = pattern, .start = source.ptr, .at = source.ptr, .end = source.ptr + source.len};
    c.bindings = bindings;
    c.binding_count = bindings == NULL ? 0 : binding_count;
    c.status = MST_PATTERN_OK;
    if (!read_alternatives(&c) || !emit(&c, OP_MATCH, 0)) {
        *error_at = (size_t)(c.fault - source.ptr);
        pattern->length = 0;
        return c.status;
    }
    *error_at = 0;
    return MST_PATTERN_OK;
}
