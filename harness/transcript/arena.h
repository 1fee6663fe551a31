/*
 * arena.h - memory of one transcript, given back in one go
 *
 * A document, and what the formatter and the writer build, is many small
 * pieces that live equally long.  The arena is bounded, so that a small
 * hostile file cannot ask for all the memory of the machine.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_ARENA_H
#define MAILSPEC_HARNESS_TRANSCRIPT_ARENA_H

#include <stddef.h>

#include "mailspec/span.h"

struct mst_arena_chunk;

typedef struct mst_arena {
    struct mst_arena_chunk *chunks; /* newest first */
    size_t used;                    /* octets handed out in all */
    size_t limit;                   /* octets that may be handed out */
} mst_arena;

void mst_arena_init(mst_arena *arena, size_t limit);

/* Zeroed memory, aligned for any object.  NULL when the limit or the machine's
 * memory is reached. */
void *mst_arena_take(mst_arena *arena, size_t size);

/* The same for octets: neither zeroed nor aligned. */
uint8_t *mst_arena_octets(mst_arena *arena, size_t size);

/* A copy that lives as long as the arena; absent if there was no room. */
ms_span mst_arena_copy(mst_arena *arena, ms_span octets);

/* Give all of it back; the arena may be used again afterwards. */
void mst_arena_free(mst_arena *arena);

#endif
