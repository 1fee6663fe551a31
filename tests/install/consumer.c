/* consumer.c - a program of somebody else, who has only what is installed */
#include <mailspec/register.h>
#include <mailspec/version.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    const ms_register_row *row = ms_register_get(MS_REQ_SMTP_5321_3_3_09);
    if (strcmp(ms_version(), MS_VERSION_STRING) != 0 || row == NULL || strcmp(row->section, "3.3") != 0)
        return 1;
    printf("mailspec %s: RFC %s section %s: %s\n", ms_version(), row->rfc, row->section, row->statement);
    return 0;
}
