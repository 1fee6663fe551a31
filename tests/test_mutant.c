/* The table of mutants: what others rely on, row by row. */
#include <criterion/criterion.h>
#include <string.h>

#include "harness/requirement/register.h"
#include "harness/serve/mutant.h"

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

Test(mutant, rows)
{
    size_t smtp = 0, pop3 = 0;
    for (int i = MUTANT_NONE + 1; i < MUTANT_COUNT; i++) {
        const serve_mutant_row *row = serve_mutant_get((serve_mutant)i);
        const char *requirement = ms_register_get(row->requirement)->id;
        const bool is_pop3 = begins(row->id, "pop3.");
        smtp += begins(row->id, "smtp.") || begins(row->id, "lmtp.") || begins(row->id, "submission.") ? 1 : 0;
        pop3 += is_pop3 ? 1 : 0;
        cr_expect_eq(serve_mutant_find(row->id), (serve_mutant)i, "%s is given twice", row->id);
        cr_expect(begins(requirement, is_pop3 ? "POP3-" : "SMTP-"), "%s breaks %s", row->id, requirement);
        cr_expect(row->title[0] != '\0', "%s has no title", row->id);
    }
    cr_expect_eq(smtp + pop3, (size_t)MUTANT_COUNT - 1, "an id without its protocol");
    cr_expect_geq(smtp, 100u);
    cr_expect_geq(pop3, 50u);
}

Test(mutant, none)
{
    cr_expect_eq(serve_mutant_find("smtp.order"), MUTANT_NONE);
    cr_expect_eq(serve_mutant_find(""), MUTANT_NONE);
    cr_expect_str_empty(serve_mutant_get(MUTANT_NONE)->id);
    cr_expect_str_empty(serve_mutant_get(MUTANT_COUNT)->id);
}
