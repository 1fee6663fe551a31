/*
 * arena.c - chunks that are filled from the front
 */
#include "harness/transcript/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

typedef struct mst_arena_chunk {
    struct mst_arena_chunk *older;
    size_t size, used; /* octets behind this header */
    alignas(max_align_t) uint8_t octets[];
} chunk;

/* A small file fits in one chunk; large pieces get one of their own. */
enum { CHUNK_SIZE = 16 * 1024 };

void mst_arena_init(mst_arena *arena, size_t limit)
{
    arena->chunks = NULL;
    arena->used = 0;
    arena->limit = limit;
}

static chunk *add_chunk(mst_arena *arena, size_t size)
{
    const size_t room = size > CHUNK_SIZE / 4 ? size : CHUNK_SIZE;
    chunk *fresh = malloc(sizeof *fresh + room);
    if (fresh == NULL)
        return NULL;
    fresh->size = room;
    fresh->used = 0;
    /* A large piece goes behind the newest chunk, which still has room for small ones. */
    if (room != CHUNK_SIZE && arena->chunks != NULL) {
        fresh->older = arena->chunks->older;
        arena->chunks->older = fresh;
    } else {
        fresh->older = arena->chunks;
        arena->chunks = fresh;
    }
    return fresh;
}

static void *take(mst_arena *arena, size_t size, size_t alignment)
{
    if (size > arena->limit - arena->used)
        return NULL;
    chunk *here = arena->chunks;
    size_t start = here == NULL ? 0 : (here->used + alignment - 1) / alignment * alignment;
    if (here == NULL || start > here->size || size > here->size - start) {
        here = add_chunk(arena, size);
        if (here == NULL)
            return NULL;
        start = 0;
    }
    here->used = start + size;
    arena->used += size;
    return here->octets + start;
}

void *mst_arena_take(mst_arena *arena, size_t size)
{
    void *memory = take(arena, size, alignof(max_align_t));
    if (memory != NULL)
        memset(memory, 0, size);
    return memory;
}

uint8_t *mst_arena_octets(mst_arena *arena, size_t size)
{
    return take(arena, size, 1);
}

ms_span mst_arena_copy(mst_arena *arena, ms_span octets)
{
    uint8_t *copy = mst_arena_octets(arena, octets.len);
    if (copy == NULL)
        return ms_span_absent();
    if (octets.len > 0)
        memcpy(copy, octets.ptr, octets.len);
    return ms_span_make(copy, octets.len);
}

void mst_arena_free(mst_arena *arena)
{
    while (arena->chunks != NULL) {
        chunk *older = arena->chunks->older;
        free(arena->chunks);
        arena->chunks = older;
    }
    arena->used = 0;
}
