/*
 * deadline.h - points in time by which something must have happened
 *
 * Monotonic, in milliseconds.  Every call in this room that can wait takes one: a probed
 * server that answers one octet a second, or never, must not hold us.
 */
#ifndef MAILSPEC_HARNESS_NET_DEADLINE_H
#define MAILSPEC_HARNESS_NET_DEADLINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef int64_t net_deadline; /* milliseconds of the monotonic clock */

net_deadline net_now(void);
net_deadline net_in(int64_t milliseconds);
/* The earlier of two. */
net_deadline net_sooner(net_deadline a, net_deadline b);
/* Milliseconds left for poll(): 0 when it has passed. */
int net_left(net_deadline deadline);
/* Sleeps till then, or until *stop. */
void net_pause(net_deadline until, const atomic_bool *stop);

#endif
