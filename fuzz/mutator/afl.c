/* afl.c - the mutator as a library for AFL++: AFL_CUSTOM_MUTATOR_LIBRARY=libmailspec_mutator.so */
#include "fuzz/mutator/mutator.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/mutator/shorten.h"

/* Of AFL++'s custom mutator API. */
void *afl_custom_init(void *afl, unsigned seed);
size_t afl_custom_fuzz(void *state, uint8_t *data, size_t size, uint8_t **out, uint8_t *other, size_t other_size,
                       size_t room);
void afl_custom_deinit(void *state);

typedef struct mutator {
    uint32_t seed;
    uint8_t *out;
    size_t room;
} mutator;

void *afl_custom_init(void *afl, unsigned seed)
{
    mutator *m = calloc(1, sizeof *m);
    (void)afl;
    if (m != NULL)
        m->seed = seed;
    return m;
}

size_t afl_custom_fuzz(void *state, uint8_t *data, size_t size, uint8_t **out, uint8_t *other, size_t other_size,
                       size_t room)
{
    mutator *m = state;
    if (room > m->room) {
        uint8_t *larger = realloc(m->out, room);
        if (larger == NULL) {
            *out = data;
            return size;
        }
        m->out = larger;
        m->room = room;
    }
    m->seed = m->seed * UINT32_C(1664525) + UINT32_C(1013904223);
    *out = m->out;
    if (other != NULL && other_size > 0 && m->seed >> 30 == 0)
        return fuzz_shorten(m->out, fuzz_cross(data, size, other, other_size, m->out, room, m->seed >> 2),
                            m->seed >> 2);
    const size_t kept = size < room ? size : room;
    memcpy(m->out, data, kept);
    const size_t mutated = fuzz_mutate(m->out, fuzz_shorten(m->out, kept, m->seed >> 2), room, m->seed >> 2);
    return mutated > 0 ? mutated : 1;
}

void afl_custom_deinit(void *state)
{
    mutator *m = state;
    free(m->out);
    free(m);
}
