/*
 * base64.h - strict base64 (RFC 4648 section 4, as RFC 4954 section 4 and RFC 5034 section 5 want it)
 *
 * Full quanta, correct padding, zero pad bits, no white space, no line breaks.
 */
#ifndef MAILSPEC_BASE64_H
#define MAILSPEC_BASE64_H

#include "mailspec/export.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* true when text is strict base64 (empty included); else the offset of the first wrong octet
 * (text.len when it ended too early) in *wrong_at. */
MS_API bool ms_base64_check(ms_span text, size_t *wrong_at);

/* Decode into out (room for text.len / 4 * 3).  As check; *written octets were put out. */
MS_API bool ms_base64_decode(ms_span text, uint8_t *out, size_t *written, size_t *wrong_at);

/* Encode into out (room for (data.len + 2) / 3 * 4).  Returns the octets written. */
MS_API size_t ms_base64_encode(ms_span data, uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
