/* serve_judge.h - mailspec serve --judge: the session machine hears each connection, and says who breaks what */
#ifndef MAILSPEC_HARNESS_CLI_SERVE_JUDGE_H
#define MAILSPEC_HARNESS_CLI_SERVE_JUDGE_H

#include "harness/serve/listen.h"

extern const listen_ear serve_judge;

/* A requirement was broken by the server. */
bool serve_judge_found(void);

#endif
