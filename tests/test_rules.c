#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

#include "harness/cli/rules.h"
#include "harness/requirement/register.h"

/* Lower-case words joined by hyphens. */
static bool is_name(const char *name)
{
    const size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return len > 0 && name[len] == '\0' && name[0] != '-' && name[len - 1] != '-' && strstr(name, "--") == NULL;
}

Test(rules, each_error_and_deviation_has_a_name_a_text_and_a_requirement)
{
    for (const cli_rules *list = cli_rule_lists; list->rule != NULL; list++) {
        const bool errors = strcmp(list->kind, "error") == 0;
        for (unsigned number = 0; number < list->count; number++) {
            const ms_rule *rule = list->rule(number);
            cr_assert_not_null(rule, "%s %s %u", list->parser, list->kind, number);
            cr_assert(rule->name != NULL && is_name(rule->name), "%s %s %u", list->parser, list->kind, number);
            cr_expect(rule->text != NULL && *rule->text != '\0', "%s %s", list->parser, rule->name);
            if (errors && number == 0) { /* no error */
                cr_expect_str_eq(rule->name, "ok", "%s", list->parser);
                cr_expect_eq(rule->requirement, MS_REQ_NONE, "%s", list->parser);
                continue;
            }
            const ms_register_row *row = ms_register_get(rule->requirement);
            cr_assert_not_null(row, "%s %s names no requirement", list->parser, rule->name);
            cr_expect_neq(row->level, MS_LEVEL_MAY, "%s %s: a MAY cannot be broken: %s", list->parser, rule->name,
                          row->id);
        }
    }
}

Test(rules, names_are_unique_within_a_list)
{
    for (const cli_rules *list = cli_rule_lists; list->rule != NULL; list++)
        for (unsigned a = 0; a < list->count; a++)
            for (unsigned b = 0; b < a; b++)
                cr_expect(strcmp(list->rule(a)->name, list->rule(b)->name) != 0, "%s %s: %s twice", list->parser,
                          list->kind, list->rule(a)->name);
}
