/*
 * session_ring.c - outstanding commands, run-length encoded (RFC 2449 section 6.6)
 *
 * RETR 1, RETR 2, RETR 3 … is one run.  Commands that stood behind STLS when TLS began are kept at the front: a server
 * that buffered them answers them under TLS, though nobody under TLS asked (RFC 2595 section 4).
 */
#include "session_internal.h"

const ms_pop3_run *ms_pop3_ring_back(const ms_pop3_room *room)
{
    return ms_pop3_ring_busy(room) ? ms_pop3_ring_at(room, room->run_count - 1u) : NULL;
}

static bool continues(const ms_pop3_run *run, const ms_pop3_run *command)
{
    const uint32_t next = run->flags & RUN_NUMBERED ? run->number + run->count : run->number;
    return run->verb == command->verb && run->flags == command->flags && run->fault == command->fault &&
           run->lines == command->lines && next == command->number && run->count < UINT16_MAX;
}

bool ms_pop3_ring_push(ms_pop3_room *room, const ms_pop3_run *command)
{
    if (ms_pop3_ring_busy(room) && continues(ms_pop3_ring_back(room), command)) {
        ms_pop3_ring_at(room, room->run_count - 1u)->count++;
    } else {
        if (room->run_count == room->run_capacity)
            return false;
        *ms_pop3_ring_at(room, room->run_count) = *command;
        room->run_count++;
    }
    room->outstanding++;
    return true;
}

void ms_pop3_ring_pop(ms_pop3_room *room)
{
    const bool busy = ms_pop3_ring_busy(room);
    const size_t index = busy ? room->injected : 0;
    ms_pop3_run *run = ms_pop3_ring_at(room, index);
    if (busy)
        room->outstanding--;
    if (run->flags & RUN_NUMBERED)
        run->number++;
    if (--run->count > 0)
        return;
    for (size_t i = index; i > 0; i--)
        *ms_pop3_ring_at(room, i) = *ms_pop3_ring_at(room, i - 1);
    room->run_first = (uint16_t)(room->run_first + 1u == room->run_capacity ? 0u : room->run_first + 1u);
    room->run_count--;
    if (!busy)
        room->injected--;
}

bool ms_pop3_ring_has(const ms_pop3_room *room, uint32_t verbs)
{
    for (size_t i = room->injected; i < room->run_count; i++)
        if (verbs >> ms_pop3_ring_at(room, i)->verb & 1)
            return true;
    return false;
}

void ms_pop3_ring_clear(ms_pop3_room *room)
{
    room->run_count = room->injected = 0;
    room->outstanding = 0;
}

void ms_pop3_ring_inject(ms_pop3_room *room)
{
    room->injected = room->run_count;
    room->outstanding = 0;
}

void ms_pop3_ring_restore(ms_pop3_room *room)
{
    for (size_t i = 0; i < room->injected; i++)
        room->outstanding += ms_pop3_ring_at(room, i)->count;
    room->injected = 0;
}
