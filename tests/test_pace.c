/* test_pace.c - how fast cases begin on a server that limits the rate */
#include "harness/probe/pace.h"

#include <criterion/criterion.h>

Test(pace, no_limit)
{
    probe_pace pace = {.on = false};
    for (net_deadline now = 1; now < 100; now++) {
        probe_pace_begin(&pace, now);
        probe_pace_good(&pace);
        cr_expect_leq(pace.next, now);
    }
    cr_expect_not(pace.on);
}

/* The first refusal: a pause, and cases a tenth of a second apart behind it. */
Test(pace, a_refusal)
{
    probe_pace pace = {.on = false};
    cr_expect(probe_pace_refused(&pace, 5000));
    cr_expect(pace.on);
    cr_expect_eq(pace.next, 5000 + PROBE_PAUSE_MS);
    probe_pace_begin(&pace, 6000);
    cr_expect_eq(pace.next, 6000 + PROBE_SPACING_MS);
}

/* Refusals in a row double the pause up to a limit, and then nothing is waited for any more. */
Test(pace, refusals_in_a_row)
{
    static const int64_t seconds[PROBE_REFUSALS_MAX] = {1, 2, 4, 8, 16, 30, 30, 30};
    probe_pace pace = {.on = false};
    net_deadline now = 1000;
    for (int i = 0; i < PROBE_REFUSALS_MAX; i++) {
        cr_assert(probe_pace_refused(&pace, now));
        cr_expect_eq(pace.next - now, seconds[i] * 1000, "refusal %d", i);
        cr_expect_eq(pace.spacing_ms, PROBE_SPACING_MS);
        now = pace.next;
    }
    cr_expect_not(probe_pace_refused(&pace, now));
    cr_expect(pace.given_up);
    cr_expect_not(pace.on);
    cr_expect_leq(pace.next, now);
    cr_expect_not(probe_pace_refused(&pace, now + 1));
}

/* What goes through ends the row; the spacing doubles with each new one, to its limit, and shrinks with what goes through. */
Test(pace, spacing)
{
    probe_pace pace = {.on = false};
    int64_t before = PROBE_SPACING_MS / 2;
    for (int i = 0; i < 10; i++) {
        cr_assert(probe_pace_refused(&pace, 1000));
        const int64_t wanted = 2 * before > PROBE_SPACING_MAX_MS ? PROBE_SPACING_MAX_MS : 2 * before;
        cr_expect_eq(pace.spacing_ms, wanted);
        cr_expect_eq(pace.next - 1000, wanted > PROBE_PAUSE_MS ? wanted : PROBE_PAUSE_MS);
        before = pace.spacing_ms;
        probe_pace_good(&pace);
    }
    for (int i = 1; i < PROBE_GOOD_MANY; i++)
        probe_pace_good(&pace);
    cr_expect_eq(pace.spacing_ms, PROBE_SPACING_MAX_MS * 3 / 4);
    for (int i = 0; i < 1000; i++)
        probe_pace_good(&pace);
    cr_expect_lt(pace.spacing_ms, 5);
}
