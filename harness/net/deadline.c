/* deadline.c - see deadline.h */
#include "harness/net/deadline.h"

#include <limits.h>
#include <time.h>

net_deadline net_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (net_deadline)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

net_deadline net_in(int64_t milliseconds)
{
    return net_now() + milliseconds;
}

net_deadline net_sooner(net_deadline a, net_deadline b)
{
    return a < b ? a : b;
}

int net_left(net_deadline deadline)
{
    const net_deadline left = deadline - net_now();
    if (left <= 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

void net_pause(net_deadline until, const atomic_bool *stop)
{
    enum { SLICE_MS = 50 }; /* between two looks at stop */
    while (net_left(until) > 0 && !atomic_load(stop)) {
        const int left = net_left(until) < SLICE_MS ? net_left(until) : SLICE_MS;
        const struct timespec slice = {.tv_nsec = left * 1000000L};
        nanosleep(&slice, NULL);
    }
}
