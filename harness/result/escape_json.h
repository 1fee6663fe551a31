/* escape_json.h - octets of a peer as a JSON value */
#ifndef MAILSPEC_HARNESS_ESCAPE_JSON_H
#define MAILSPEC_HARNESS_ESCAPE_JSON_H

#include <jansson.h>

#include "mailspec/span.h"

/* A string; what is not UTF-8 no JSON string can hold: it becomes an object with one member, "escaped".  A new reference;
 * NULL if there is no memory. */
json_t *escape_json(ms_span octets);

#endif
