/*
 * header_date.h - the date-time of a header field (RFC 5322 section 3.3)
 *
 * date-time = [ day-of-week "," ] day month year time-of-day zone [CFWS]
 *
 * The obsolete forms (section 4.3) are understood and told apart: a year of two or three digits, and a
 * zone by its name.  Comments may stand wherever white space may.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_HEADER_DATE_H
#define MAILSPEC_HARNESS_REPLAY_HEADER_DATE_H

#include "mailspec/span.h"

typedef enum header_date {
    HEADER_DATE_OK = 0,
    HEADER_DATE_SHORT_YEAR = 1, /* bits, */
    HEADER_DATE_ZONE_NAME = 2,  /* of dates that are understood */
    HEADER_DATE_MALFORMED = 4,
} header_date;

/* value: the field body, its folding kept or undone.  A set of the bits above. */
unsigned header_date_look(ms_span value);

#endif
