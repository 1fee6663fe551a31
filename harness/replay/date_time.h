/*
 * date_time.h - the date-time of a message's Date and Received fields (RFC 5322 section 3.3)
 *
 * The grammar with its obsolete forms (section 4.3) is read, and what is obsolete is told apart: years of two or three
 * digits and zones that are names were ruled out for new mail long before (RFC 1123 section 5.2.14).
 */
#ifndef MAILSPEC_HARNESS_REPLAY_DATE_TIME_H
#define MAILSPEC_HARNESS_REPLAY_DATE_TIME_H

#include "mailspec/span.h"

#include <stdbool.h>

typedef struct date_time {
    bool valid;       /* parses, obsolete forms included; the values themselves are not looked into */
    bool short_year;  /* two or three digits.  Known also where what stands behind the year does not parse */
    bool zone_name;   /* GMT, EST, Z … in the place of +hhmm */
    size_t year_at;   /* offset of the year in the text, if short_year */
    size_t parsed_to; /* offset of the first octet that does not fit; the length, if valid */
} date_time;

/* text: a field body, or what stands behind the ";" of a Received field; folded lines with their line ends. */
date_time date_time_parse(ms_span text);

#endif
