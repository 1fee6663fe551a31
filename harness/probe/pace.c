/* pace.c - see pace.h */
#include "harness/probe/pace.h"

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void probe_pace_begin(probe_pace *pace, net_deadline now)
{
    if (pace->next < now + pace->spacing_ms)
        pace->next = now + pace->spacing_ms;
}

bool probe_pace_refused(probe_pace *pace, net_deadline now)
{
    if (pace->given_up)
        return false;
    pace->on = true;
    pace->good_ones = 0;
    if (++pace->in_a_row > PROBE_REFUSALS_MAX) {
        *pace = (probe_pace){.given_up = true};
        return false;
    }
    if (pace->in_a_row == 1)
        pace->spacing_ms =
            smaller(pace->spacing_ms == 0 ? PROBE_SPACING_MS : 2 * pace->spacing_ms, PROBE_SPACING_MAX_MS);
    const int64_t pause = smaller((int64_t)PROBE_PAUSE_MS << (pace->in_a_row - 1), PROBE_PAUSE_MAX_MS);
    pace->next = now + (pause > pace->spacing_ms ? pause : pace->spacing_ms);
    return true;
}

void probe_pace_good(probe_pace *pace)
{
    pace->in_a_row = 0;
    if (++pace->good_ones % PROBE_GOOD_MANY == 0)
        pace->spacing_ms = pace->spacing_ms * 3 / 4;
}
