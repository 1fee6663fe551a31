#include "feed.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/options.h"

enum { MOST = 9, LENGTH = 100 };

typedef struct line {
    /* the values that options set */
    bool strict;
    const char *output;
    unsigned long jobs;
    int format;
    /* the words, NULL behind the last one */
    char text[LENGTH];
    char *words[MOST + 1];
    int operands;
} line;

static const char *const formats[] = {"text", "json", NULL};

/* Parse a command line whose words are separated by blanks. */
static void parse(line *l, const char *text)
{
    *l = (line){0};
    const cli_option table[] = {
        {"strict", 's', CLI_FLAG, &l->strict, NULL},
        {"output", 'o', CLI_TEXT, &l->output, NULL},
        {"jobs", 'j', CLI_NUMBER, &l->jobs, NULL},
        {"format", 0, CLI_CHOICE, &l->format, formats},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    int count = 0;
    cr_assert_lt(strlen(text), LENGTH);
    memcpy(l->text, text, strlen(text));
    for (char *word = strtok(l->text, " "); word != NULL && count < MOST; word = strtok(NULL, " "))
        l->words[count++] = word;
    l->operands = cli_options(count, l->words, table);
}

Test(options, every_form)
{
    line l;
    parse(&l, "replay --strict a --output=x=y -j12 --format json b");
    cr_expect_eq(l.operands, 2);
    cr_expect(l.strict);
    cr_expect_str_eq(l.output, "x=y");
    cr_expect_eq(l.jobs, 12);
    cr_expect_eq(l.format, 1);
    cr_expect_str_eq(l.words[1], "a");
    cr_expect_str_eq(l.words[2], "b");
}

Test(options, short_forms_and_their_values)
{
    line l;
    parse(&l, "replay -s -o - -j 3");
    cr_expect_eq(l.operands, 0);
    cr_expect(l.strict);
    cr_expect_str_eq(l.output, "-");
    cr_expect_eq(l.jobs, 3);
}

Test(options, what_follows_two_hyphens_is_an_operand)
{
    line l;
    parse(&l, "replay - -- --strict -s");
    cr_expect_eq(l.operands, 3);
    cr_expect(!l.strict);
    cr_expect_str_eq(l.words[1], "-");
    cr_expect_str_eq(l.words[2], "--strict");
    cr_expect_str_eq(l.words[3], "-s");
}

Test(options, refused)
{
    static const char *const refused[] = {
        "replay --nothing",
        "replay --stric",    /* the start of a name is not the name */
        "replay --strictly", /* nor is what goes on */
        "replay -z",
        "replay --strict=yes", /* a flag has no value */
        "replay -sx",
        "replay --output", /* a text has one */
        "replay -j",
        "replay -j 2x",
        "replay -j -1",
        "replay --jobs=",
        "replay --jobs=99999999999999999999999",
        "replay --format xml",
    };
    cr_redirect_stderr();
    for (size_t i = 0; i < COUNT(refused); i++) {
        line l;
        parse(&l, refused[i]);
        cr_expect_eq(l.operands, -1, "%s", refused[i]);
    }
}

Test(options, worse_status)
{
    /* From the least to the worst. */
    static const cli_status order[] = {CLI_OK,     CLI_UNDECIDED, CLI_NONCONFORMANCE, CLI_DIFFERS,
                                       CLI_TARGET, CLI_USAGE,     CLI_INTERNAL};
    for (size_t a = 0; a < COUNT(order); a++)
        for (size_t b = 0; b < COUNT(order); b++)
            cr_expect_eq(cli_status_worse(order[a], order[b]), order[a > b ? a : b], "%zu %zu", a, b);
}
