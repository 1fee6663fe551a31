/*
 * server.h - the server under test, started and stopped by us (--exec)
 *
 * It runs in a process group of its own, which is always ended: also when the run is interrupted, or fails.
 */
#ifndef MAILSPEC_HARNESS_PROBE_SERVER_H
#define MAILSPEC_HARNESS_PROBE_SERVER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/net/target.h"

typedef struct probe_server {
    volatile sig_atomic_t group; /* process group; 0: none */
    bool ended;                  /* it ended by itself */
    int status;
} probe_server;

/* A port of 127.0.0.1 that nobody uses now; 0: none. */
uint16_t probe_free_port(void);
/* text with each "{port}" replaced; on the heap. */
char *probe_with_port(const char *text, uint16_t port);

/* By the shell.  false when it could not be started. */
bool probe_server_start(probe_server *server, const char *command);
bool probe_server_alive(void *server);
/* Until somebody listens there; false when the time is over, or the server has ended. */
bool probe_server_wait(probe_server *server, const net_target *target, int64_t milliseconds);
/* SIGTERM, then SIGKILL to the whole group. */
void probe_server_stop(probe_server *server);

#endif
