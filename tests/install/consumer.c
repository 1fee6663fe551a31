/* consumer.c - a program of somebody else, who has only what is installed */
#include <mailspec/register.h>
#include <mailspec/smtp_command.h>
#include <mailspec/version.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    static const char line[] = "MAIL FROM: <bob@example.org>";
    const ms_smtp_parsed parsed = ms_smtp_command_parse(ms_span_make(line, sizeof line - 1), NULL);
    if (strcmp(ms_version(), MS_VERSION_STRING) != 0 || parsed.error != MS_SMTP_OK ||
        parsed.deviations != MS_DEVIATION_BIT(MS_SMTP_DEV_SPACE_AFTER_COLON))
        return 1;
    const ms_rule *rule = ms_smtp_deviation_rule(MS_SMTP_DEV_SPACE_AFTER_COLON);
    const ms_register_row *row = ms_register_get(rule->requirement);
    if (row == NULL || strcmp(row->section, "3.3") != 0)
        return 1;
    printf("mailspec %s: %s: RFC %s section %s: %s\n", ms_version(), rule->name, row->rfc, row->section,
           row->statement);
    return 0;
}
