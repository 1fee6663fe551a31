/*
 * log.h - what a stream parser said, for comparing one way of feeding with another
 *
 * Each entry is where the stream was and a digest of all that was said up to there.  Octets of content count one by
 * one, whatever slices they came in.
 */
#ifndef MAILSPEC_FUZZ_LOG_H
#define MAILSPEC_FUZZ_LOG_H

#include "fuzz/input.h"
#include "fuzz/oracle.h"

enum { FUZZ_LOG_MAX = 2 * FUZZ_INPUT_MAX + 2 * FUZZ_SEGMENTS_MAX };

typedef struct fuzz_entry {
    size_t at;
    uint64_t digest;
} fuzz_entry;

typedef struct fuzz_log {
    size_t count;
    fuzz_entry entries[FUZZ_LOG_MAX];
} fuzz_log;

/* The log of a way; static. */
fuzz_log *fuzz_log_of(fuzz_way way);

static inline void fuzz_log_add(fuzz_log *log, size_t at, uint64_t digest)
{
    FUZZ_EXPECT(ORACLE_WORK, at, log->count < FUZZ_LOG_MAX);
    log->entries[log->count++] = (fuzz_entry){at, digest};
}

/* All ways said the same as FUZZ_WHOLE. */
void fuzz_log_compare(fuzz_way way);

#endif
