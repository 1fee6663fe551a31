/* export.h - what the shared library shows to the outside */
#ifndef MAILSPEC_EXPORT_H
#define MAILSPEC_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define MS_API __attribute__((visibility("default")))
#else
#define MS_API
#endif

#endif
