/*
 * enhanced_status.h - enhanced status codes (RFC 3463 section 2, RFC 2034 section 4)
 */
#ifndef MAILSPEC_ENHANCED_STATUS_H
#define MAILSPEC_ENHANCED_STATUS_H

#include "mailspec/export.h"
#include "mailspec/smtp_reply_error.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ms_enhanced_status {
    uint8_t class_; /* 2, 4 or 5; 0 when there is none */
    uint16_t subject;
    uint16_t detail;
} ms_enhanced_status;

/* Takes the enhanced status code at the start of text, if there is one.  Returns its octets, the
 * space behind it not counted; 0 when there is none.  Adds MS_REPLY_DEV_ENHANCED_LEADING_ZERO,
 * WHITE_SPACE, NO_SPACE and NO_TEXT to *deviations, and MALFORMED when text begins like one (a digit
 * and a dot) and is none; *wrong_at is then the offset of the first wrong octet.  Without
 * ENHANCEDSTATUSCODES in force such a text means nothing: see ms_reply_line_parse. */
MS_API size_t ms_enhanced_status_parse(ms_span text, ms_enhanced_status *out, ms_deviations *deviations,
                                       size_t *wrong_at);

#ifdef __cplusplus
}
#endif

#endif
