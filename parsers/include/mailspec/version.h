/*
 * version.h - the version of mailspec, of the header and of the library linked
 */
#ifndef MAILSPEC_VERSION_H
#define MAILSPEC_VERSION_H

#include "mailspec/export.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MS_VERSION_MAJOR  0
#define MS_VERSION_MINOR  1
#define MS_VERSION_PATCH  0
#define MS_VERSION_STRING "0.1.0"

/* The version of the library that is linked, as MAJOR.MINOR.PATCH.  It differs
 * from MS_VERSION_STRING if another shared library was found at run time. */
MS_API const char *ms_version(void);

#ifdef __cplusplus
}
#endif

#endif
