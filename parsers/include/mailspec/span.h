/*
 * span.h - a borrowed run of octets
 *
 * Everything that the parsers hand out points into the caller's buffer, and
 * lives as long as that buffer does.  Nothing is copied, nothing is
 * NUL-terminated, NUL is an octet like the others.
 */
#ifndef MAILSPEC_SPAN_H
#define MAILSPEC_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A borrowed run of octets: not owned, not copied, not NUL-terminated.
 *   ptr == NULL             the element is absent from the input
 *   len == 0, ptr != NULL   present and empty, like the null reverse-path of
 *                           MAIL FROM:<> (RFC 5321 section 4.5.5)            */
typedef struct ms_span {
    const uint8_t *ptr;
    size_t len; /* octets */
} ms_span;

/* The two sides of a connection; findings name one of them. */
typedef enum ms_side {
    MS_CLIENT,
    MS_SERVER,
} ms_side;

static inline ms_span ms_span_make(const void *ptr, size_t len)
{
    ms_span span;
    span.ptr = (const uint8_t *)ptr;
    span.len = len;
    return span;
}

/* A string literal as a span, its final NUL left out. */
#define MS_SPAN(literal) ms_span_make((literal), sizeof(literal) - 1)

static inline ms_span ms_span_absent(void)
{
    return ms_span_make(NULL, 0);
}

static inline bool ms_span_is_absent(ms_span span)
{
    return span.ptr == NULL;
}

#ifdef __cplusplus
}
#endif

#endif
