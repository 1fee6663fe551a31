#include <criterion/criterion.h>
#include <stdio.h>

#include "mailspec/version.h"

Test(version, string_and_numbers_agree)
{
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", MS_VERSION_MAJOR, MS_VERSION_MINOR, MS_VERSION_PATCH);
    cr_expect_str_eq(MS_VERSION_STRING, text);
}

Test(version, library_is_the_one_of_the_header)
{
    cr_expect_str_eq(ms_version(), MS_VERSION_STRING);
}
