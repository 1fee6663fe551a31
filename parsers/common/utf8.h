/*
 * utf8.h - well-formed UTF-8 (RFC 3629 section 4)
 *
 * No overlong forms, no surrogates (U+D800 to U+DFFF), nothing above U+10FFFF.
 */
#ifndef MAILSPEC_COMMON_UTF8_H
#define MAILSPEC_COMMON_UTF8_H

#include "mailspec/span.h"

/* Octets (1 to 4) of the well-formed character that begins at text.ptr[at]; 0 where none does.  at < text.len. */
size_t ms_utf8_char(ms_span text, size_t at);

/* text is well-formed UTF-8 (empty included); else the offset of the first octet of the first character that is not
 * in *wrong_at.  wrong_at may be NULL. */
bool ms_utf8_check(ms_span text, size_t *wrong_at);

#endif
