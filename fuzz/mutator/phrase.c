/* phrase.c - see phrase.h */
#include "fuzz/mutator/phrase.h"

#include "mailspec/base64.h"

enum {
    DEPTH = 24,
    BUCKETS = 1024,
};

static const phrase_grammar *const grammars[] = {&phrase_values, &phrase_smtp, &phrase_pop3, &phrase_files};

/* --- rules by name -------------------------------------------------------------- */

/* Looked up and counted once: a phrase names dozens of rules, and is made for every second input. */
typedef struct known {
    const phrase_rule *rule;
    size_t name_len, count; /* count: of its alternatives */
} known;

static known buckets[BUCKETS];
static bool filled;

static size_t bucket_of(const char *name, size_t len)
{
    uint32_t value = UINT32_C(2166136261);
    for (size_t i = 0; i < len; i++)
        value = (value ^ (uint8_t)name[i]) * UINT32_C(16777619);
    return (value ^ value >> 15) % BUCKETS;
}

static void fill(void)
{
    filled = true;
    for (size_t g = 0; g < COUNT(grammars); g++)
        for (size_t i = 0; i < grammars[g]->count; i++) {
            const phrase_rule *rule = &grammars[g]->rules[i];
            known entry = {rule, strlen(rule->name), 0};
            while (rule->alternatives != NULL && rule->alternatives[entry.count] != NULL)
                entry.count++;
            size_t at = bucket_of(rule->name, entry.name_len);
            while (buckets[at].rule != NULL)
                at = (at + 1) % BUCKETS;
            buckets[at] = entry;
        }
}

/* Octet by octet, here and below: what libc has for it is the sanitizer's, and costs more than a name does. */
static bool is_same(const char *one, const char *two, size_t len)
{
    size_t at = 0;
    while (at < len && one[at] == two[at])
        at++;
    return at == len;
}

static const known *find(const char *name, size_t len)
{
    if (!filled)
        fill();
    for (size_t at = bucket_of(name, len); buckets[at].rule != NULL; at = (at + 1) % BUCKETS)
        if (buckets[at].name_len == len && is_same(buckets[at].rule->name, name, len))
            return &buckets[at];
    return NULL;
}

/* --- references ----------------------------------------------------------------- */

/* What stands between braces. */
typedef struct reference {
    const char *name;
    size_t len;
    const char *behind;
    bool octet;
    char how;    /* '\0', '?', '*' or '%' */
    size_t many; /* behind '*'; 0: not said */
} reference;

static reference read_reference(const char *open)
{
    reference r = {.name = open + 1, .octet = open[1] == '#'};
    while (r.name[r.len] != '?' && r.name[r.len] != '*' && r.name[r.len] != '%' && r.name[r.len] != '}' &&
           r.name[r.len] != '\0')
        r.len++;
    const char *at = r.name + r.len;
    if (*at == '?' || *at == '*' || *at == '%')
        r.how = *at++;
    for (; is_digit((uint8_t)*at); at++)
        r.many = r.many * 10 + (size_t)(*at - '0');
    r.behind = *at == '}' ? at + 1 : at;
    return r;
}

static unsigned hex_value(char digit)
{
    return digit >= 'A' ? (unsigned)(digit - 'A') + 10 : (unsigned)(digit - '0');
}

static size_t times_of(const reference *r, draft *d)
{
    if (r->how == '?')
        return below(d, 2);
    if (r->how == '*')
        return r->many > 0 ? r->many : below(d, 4);
    return 1;
}

static const char *alternative(const known *entry, draft *d)
{
    const phrase_rule *rule = entry->rule;
    if (rule->alternatives == NULL)
        return pick(d, rule->words);
    if (rule->mostly_first && below(d, 2) == 0)
        return rule->alternatives[0];
    return rule->alternatives[below(d, entry->count)];
}

/* --- making --------------------------------------------------------------------- */

/* A text that is being read, and how often another of its rule's follows. */
typedef struct frame {
    const char *at;
    const known *entry; /* of its rule */
    size_t left;
    bool coded;
    size_t from; /* of what it makes */
} frame;

static void add(phrase *out, uint8_t octet)
{
    if (out->len < sizeof out->octets)
        out->octets[out->len++] = octet;
}

/* What was made from there on, in base64. */
static void encode(phrase *out, size_t from)
{
    uint8_t coded[PHRASE_ROOM];
    const size_t len = out->len - from;
    if (len / 3 * 4 + 4 > sizeof out->octets - from)
        return;
    const size_t written = ms_base64_encode(ms_span_make(out->octets + from, len), coded);
    memcpy(out->octets + from, coded, written);
    out->len = from + written;
}

void phrase_make(phrase *out, const char *text, draft *d)
{
    frame stack[DEPTH];
    stack[0] = (frame){text, NULL, 0, false, 0};
    out->len = 0;
    for (size_t depth = 1; depth > 0 && out->len < sizeof out->octets;) {
        frame *top = &stack[depth - 1];
        if (*top->at == '\0') {
            if (top->left == 0) {
                if (top->coded)
                    encode(out, top->from);
                depth--;
                continue;
            }
            top->left--;
            top->at = alternative(top->entry, d);
        } else if (*top->at != '{') {
            add(out, (uint8_t)*top->at++);
        } else {
            const reference r = read_reference(top->at);
            top->at = r.behind;
            if (r.octet) {
                add(out, (uint8_t)(hex_value(r.name[1]) << 4 | hex_value(r.name[2])));
                continue;
            }
            const known *entry = find(r.name, r.len);
            const size_t times = times_of(&r, d);
            if (entry != NULL && times > 0 && depth < DEPTH)
                stack[depth++] = (frame){alternative(entry, d), entry, times - 1, r.how == '%', out->len};
        }
    }
}

const char *phrase_missing_rule(void)
{
    for (size_t g = 0; g < COUNT(grammars); g++)
        for (size_t i = 0; i < grammars[g]->count; i++) {
            const char *const *texts = grammars[g]->rules[i].alternatives;
            for (; texts != NULL && *texts != NULL; texts++)
                for (const char *at = strchr(*texts, '{'); at != NULL; at = strchr(at + 1, '{')) {
                    const reference r = read_reference(at);
                    if (!r.octet && (find(r.name, r.len) == NULL || r.behind[-1] != '}'))
                        return *texts;
                }
        }
    return NULL;
}
