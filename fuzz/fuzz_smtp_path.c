/*
 * fuzz_smtp_path.c - reverse-path, forward-path, domains and address literals
 *
 * options: 1 forward-path, 2 SMTPUTF8.
 */
#include "fuzz/compare.h"
#include "fuzz/input.h"
#include "fuzz/look.h"

#include <string.h>

const char fuzz_target[] = "smtp_path";

static uint8_t written[FUZZ_INPUT_MAX + 16], decoded[FUZZ_INPUT_MAX];

static size_t put(size_t at, ms_span octets)
{
    if (octets.len > 0)
        memcpy(written + at, octets.ptr, octets.len);
    return at + octets.len;
}

/* Path = "<" [ A-d-l ":" ] Mailbox ">" (RFC 5321 section 4.1.2) */
static ms_span write_path(const ms_smtp_path *path)
{
    size_t len = put(0, MS_SPAN("<"));
    if (!ms_span_is_absent(path->source_route))
        len = put(put(len, path->source_route), MS_SPAN(":"));
    len = put(len, path->local_part);
    if (path->domain_kind != MS_DOMAIN_NONE)
        len = put(put(len, MS_SPAN("@")), path->domain);
    return ms_span_make(written, put(len, MS_SPAN(">")));
}

static bool same(ms_span a, ms_span b)
{
    return a.len == b.len && (a.ptr == NULL) == (b.ptr == NULL) && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static void check_reparse(ms_span was, const ms_smtp_path_parsed *first, ms_smtp_path_role role,
                          const ms_smtp_context *context)
{
    const ms_span text = write_path(&first->path);
    if (same(text, was)) { /* what is read again in any case, at another address */
        FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, first->consumed == text.len);
        return;
    }
    const ms_smtp_path_parsed second = ms_smtp_path_parse(text, role, context);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, second.error == MS_SMTP_OK && second.consumed == text.len);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0,
                (second.deviations & ~first->deviations & ~fuzz_brackets(first->deviations)) == 0);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, second.path.kind == first->path.kind);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, second.path.domain_kind == first->path.domain_kind);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, same(second.path.source_route, first->path.source_route));
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, same(second.path.local_part, first->path.local_part));
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, same(second.path.domain, first->path.domain));
}

typedef struct domain {
    ms_smtp_domain_kind kind;
    size_t wrong_at;
    ms_deviations deviations;
} domain;

static domain read_domain(ms_span text, const ms_smtp_context *context)
{
    domain read = {.wrong_at = 0, .deviations = 0};
    read.kind = ms_smtp_domain_parse(text, context, &read.wrong_at, &read.deviations);
    return read;
}

static void check_domain(ms_span text, const ms_smtp_context *context, domain read)
{
    fuzz_look look = fuzz_look_at(text);
    const ms_smtp_domain_kind kind = read.kind;
    look_one_of(&look, kind, MS_DOMAIN_GENERAL + 1);
    if (kind == MS_DOMAIN_NONE)
        look_offset(&look, read.wrong_at);
    LOOK_DEVIATIONS(&look, read.deviations, MS_SMTP_DEV_COUNT, ms_smtp_deviation, ms_smtp_deviation_rule);
    FUZZ_EXPECT(ORACLE_DETERMINISM, 0, ms_smtp_domain_parse(text, context, NULL, NULL) == kind);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fuzz_input input = fuzz_input_read(data, size);
    const ms_span text = fuzz_one_line(input.octets);
    const ms_smtp_path_role role = (input.options & 1) != 0 ? MS_FORWARD_PATH : MS_REVERSE_PATH;
    const ms_smtp_context context = {.smtputf8 = (input.options & 2) != 0};
    fuzz_hide(input.block, text.len);
    fuzz_look first = fuzz_look_at(text);
    const ms_smtp_path_parsed parsed = ms_smtp_path_parse(text, role, &context);
    const domain read = read_domain(text, &context);
    if (fuzz_crash_only) {
        if (parsed.error == MS_SMTP_OK && parsed.path.local_part.len > 0)
            ms_smtp_local_part_decode(parsed.path.local_part, decoded);
        fuzz_show(input.block);
        return 0;
    }
    look_smtp_path_parsed(&first, &parsed);
    check_domain(text, &context, read);
    FUZZ_COMPARE(ORACLE_MODEL_PATH, compare_smtp_path_parsed(text, role, &context, &parsed));
    FUZZ_COMPARE(ORACLE_MODEL_PATH, compare_smtp_domain_parsed(text, &context, read.kind, read.deviations));
    if (parsed.error == MS_SMTP_OK) {
        if (parsed.path.local_part.len > 0)
            FUZZ_EXPECT(ORACLE_FACT, 0,
                        ms_smtp_local_part_decode(parsed.path.local_part, decoded) <= parsed.path.local_part.len);
        check_reparse(text, &parsed, role, &context);
    }
    fuzz_look second = fuzz_look_at(fuzz_again(text));
    const ms_smtp_path_parsed repeated = ms_smtp_path_parse(second.input, role, &context);
    look_smtp_path_parsed(&second, &repeated);
    FUZZ_EXPECT(ORACLE_DETERMINISM, 0, first.digest == second.digest);
    fuzz_show(input.block);
    return 0;
}
