/* test_adapter.c - the layout of mailspec/adapter.h, which adapters are built against and which never changes */
#include <criterion/criterion.h>
#include <stddef.h>

#include "feed.h"
#include "mailspec/adapter.h"

/* Of version 1, with pointers of 64 bits: written down when it was made, not taken from the compiler. */
static const struct row {
    const char *name;
    size_t offset, size, wanted_offset, wanted_size;
} rows[] = {
#define ROW(type, name, at, octets)                                                  \
    {                                                                                \
#type "." #name, offsetof(type, name), sizeof(((type *)0)->name), at, octets \
    }
    ROW(ms_adapter, version, 0, 4),
    ROW(ms_adapter, size, 4, 4),
    ROW(ms_adapter, name, 8, 8),
    ROW(ms_adapter, context, 16, 8),
    ROW(ms_adapter, smtp_command, 24, 8),
    ROW(ms_adapter, smtp_path, 32, 8),
    ROW(ms_adapter, smtp_reply, 40, 8),
    ROW(ms_adapter, pop3_command, 48, 8),
    ROW(ms_adapter, pop3_response, 56, 8),
    ROW(ms_adapter, content, 64, 8),
    ROW(ms_adapter, smtp_session, 72, 8),
    ROW(ms_adapter, pop3_session, 80, 8),
    ROW(ms_adapter_about, size, 0, 4),
    ROW(ms_adapter_about, smtputf8, 4, 1),
    ROW(ms_adapter_about, lmtp, 5, 1),
    ROW(ms_adapter_about, auth_response, 6, 1),
    ROW(ms_adapter_about, forward_path, 7, 1),
    ROW(ms_adapter_about, after, 8, 8),
    ROW(ms_adapter_result, size, 0, 4),
    ROW(ms_adapter_result, to, 8, 8),
    ROW(ms_adapter_result, field, 16, 8),
    ROW(ms_adapter_result, number, 24, 8),
    ROW(ms_adapter_result, reason, 32, 8),
    ROW(ms_span, ptr, 0, 8),
    ROW(ms_span, len, 8, 8),
};

Test(adapter, layout)
{
    if (sizeof(void *) != 8)
        cr_skip_test("stated for pointers of 64 bits");
    for (size_t i = 0; i < COUNT(rows); i++) {
        cr_expect_eq(rows[i].offset, rows[i].wanted_offset, "%s is at %zu", rows[i].name, rows[i].offset);
        cr_expect_eq(rows[i].size, rows[i].wanted_size, "%s has %zu octets", rows[i].name, rows[i].size);
    }
    cr_expect_eq(sizeof(ms_adapter), 88);
    cr_expect_eq(sizeof(ms_adapter_about), 16);
    cr_expect_eq(sizeof(ms_adapter_result), 40);
    cr_expect_eq(sizeof(ms_adapter_verdict), 4);
}

Test(adapter, numbers)
{
    cr_expect_eq(MS_ADAPTER_VERSION, 1);
    cr_expect_eq(MS_ADAPTER_UNSUPPORTED, 0);
    cr_expect_eq(MS_ADAPTER_ACCEPT, 1);
    cr_expect_eq(MS_ADAPTER_REJECT, 2);
    cr_expect_eq(MS_ADAPTER_INCOMPLETE, 3);
    cr_expect_str_eq(MS_ADAPTER_ENTRY, "mailspec_adapter");
}
