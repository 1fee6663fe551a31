/* export.h - what the shared library shows to the outside, and what C and C++ spell differently */
#ifndef MAILSPEC_EXPORT_H
#define MAILSPEC_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define MS_API __attribute__((visibility("default")))
#else
#define MS_API
#endif

/* An assertion at compile time, in a header that C++ reads too. */
#if defined(__cplusplus)
#define MS_STATIC_ASSERT static_assert
#else
#define MS_STATIC_ASSERT _Static_assert
#endif

#endif
