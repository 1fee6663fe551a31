/* inline.h - a function that belongs into each of its callers, where gcc would call it as soon as there are two */
#ifndef MAILSPEC_COMMON_INLINE_H
#define MAILSPEC_COMMON_INLINE_H

#if defined(__GNUC__) || defined(__clang__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

#endif
