/*
 * response_reader.h - what the parsers of status lines, listings and capabilities share
 */
#ifndef MAILSPEC_POP3_RESPONSE_READER_H
#define MAILSPEC_POP3_RESPONSE_READER_H

#include "common/cursor.h"
#include "mailspec/limits.h"
#include "mailspec/pop3_response.h"

enum { RESPONSE_TEXT_MAX = MS_POP3_RESPONSE_LINE_MAX - 2 };

typedef struct response_reader {
    cursor c;
    bool utf8;
    ms_pop3_response_error error;
    size_t error_at;
    ms_deviations deviations;
    size_t deviation_at;
} response_reader;

static inline void response_deviate(response_reader *r, ms_pop3_response_deviation deviation, size_t at)
{
    if (r->deviations == 0 || at < r->deviation_at)
        r->deviation_at = at;
    r->deviations |= MS_DEVIATION_BIT(deviation);
}

static inline bool response_fail(response_reader *r, ms_pop3_response_error error, size_t at)
{
    r->error = error;
    r->error_at = at;
    return false;
}

/* A response of which nothing else is known yet.  Member by member: of a structure that is cleared as a whole, gcc makes a
 * loop that takes as long as the parse. */
static inline void response_begin(ms_pop3_response *out, ms_pop3_indicator indicator, ms_pop3_after after, ms_span text)
{
    out->error = MS_POP3_RESPONSE_OK;
    out->error_at = 0;
    out->deviations = 0;
    out->deviation_at = 0;
    out->indicator = indicator;
    out->code = MS_POP3_CODE_NONE;
    out->after = after;
    out->code_text = ms_span_absent();
    out->text = text;
    out->language.tag = ms_span_absent(); /* the longest member */
    out->language.description = ms_span_absent();
}

/* CR CR LF: only the last CR belongs to the line end (RFC 1939 section 3); the others are put aside, so that what
 * stands before them can be read. */
static inline void response_strip_bare_cr(response_reader *r)
{
    while (r->c.len > 0 && r->c.ptr[r->c.len - 1] == '\r')
        response_deviate(r, MS_POP3_RESPONSE_DEV_BARE_CR, --r->c.len);
}

/* text = *schar / resp-code *CHAR (RFC 2449 section 3): behind a response code any CHAR may stand; before it, HT is
 * let pass like SP.  The parameters of a capability are VCHARs. */
typedef enum text_kind { TEXT_FREE, TEXT_BEHIND_CODE, TEXT_WORDS } text_kind;

/* Look at what is left of the line as text: which octets have no place in it. */
void ms_pop3_check_text(response_reader *r, text_kind kind);

/* The quick way for what is nearly always there: two short numbers with a space between them, from offset at to the end of
 * the line.  false: anything else, which is to be read with care. */
static inline bool take_short_listing(ms_span line, size_t at, uint32_t numbers[2])
{
    return take_short_decimal(line, &at, &numbers[0]) && at < line.len && line.ptr[at++] == ' ' &&
           take_short_decimal(line, &at, &numbers[1]) && at == line.len;
}

/* A decimal number where error says what is due. */
bool ms_pop3_read_number(response_reader *r, uint64_t max, ms_pop3_response_error error, uint64_t *number);
/* The one space between two elements of a listing, or the end of an element at the end of the line (false). */
bool ms_pop3_read_space(response_reader *r, ms_pop3_response_error error);

/* The bodies of listings, from the cursor to the end of the line. */
bool ms_pop3_read_drop(response_reader *r, ms_pop3_response *out);
bool ms_pop3_read_scan(response_reader *r, ms_pop3_response *out);
bool ms_pop3_read_unique(response_reader *r, ms_pop3_response *out);
bool ms_pop3_read_language(response_reader *r, ms_pop3_response_error error, ms_pop3_response *out);

/* The response code at the cursor, which stands on "["; the cursor is moved behind it.  What is none is text, unless
 * RESP-CODES was announced: then it is an error (false). */
bool ms_pop3_read_code(response_reader *r, ms_pop3_response *out, bool announced);

#endif
