/*
 * octets.h - a buffer of octets that are added at the end and dropped from the front
 */
#ifndef MAILSPEC_HARNESS_REPLAY_OCTETS_H
#define MAILSPEC_HARNESS_REPLAY_OCTETS_H

#include "mailspec/span.h"

typedef struct octet_buffer {
    uint8_t *octets;
    size_t start, end, room;
} octet_buffer;

ms_span octet_buffer_span(const octet_buffer *buffer);
void octet_buffer_add(octet_buffer *buffer, ms_span octets);
void octet_buffer_drop(octet_buffer *buffer, size_t count);
void octet_buffer_free(octet_buffer *buffer);

#endif
