/* octet_class.c - the table; each macro spells one ABNF rule, the compiler counts it out */
#include "octet_class.h"

#define IN(c, first, last) ((c) >= (first) && (c) <= (last))
#define UPPER(c)           IN(c, 'A', 'Z')
#define LOWER(c)           IN(c, 'a', 'z')
#define DIGIT(c)           IN(c, '0', '9')
#define LET_DIG(c)         (UPPER(c) || LOWER(c) || DIGIT(c))

/* atext = ALPHA / DIGIT / "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "/" / "=" / "?" / "^" / "_" / "`" /
 *         "{" / "|" / "}" / "~"
 * RFC 5322 section 3.2.3 */
#define ATEXT(c)                                                                                             \
    (LET_DIG(c) || (c) == '!' || IN(c, '#', '\'') || (c) == '*' || (c) == '+' || (c) == '-' || (c) == '/' || \
     (c) == '=' || (c) == '?' || IN(c, '^', '`') || IN(c, '{', '~'))

#define CLASS(c)                                                                                                 \
    (uint16_t)((UPPER(c) ? OCTET_UPPER : 0) | (LOWER(c) ? OCTET_LOWER : 0) | (DIGIT(c) ? OCTET_DIGIT : 0) |      \
               (DIGIT(c) || IN(c, 'A', 'F') || IN(c, 'a', 'f') ? OCTET_HEX : 0) | (ATEXT(c) ? OCTET_ATEXT : 0) | \
               (IN(c, 32, 33) || IN(c, 35, 91) || IN(c, 93, 126) ? OCTET_QTEXT : 0) |                            \
               (IN(c, 33, 90) || IN(c, 94, 126) ? OCTET_DCONTENT : 0) |                                          \
               (IN(c, 33, 60) || IN(c, 62, 126) ? OCTET_ESMTP_VALUE : 0) |                                       \
               (IN(c, 33, 126) && (c) != '+' && (c) != '=' ? OCTET_XCHAR : 0) |                                  \
               (LET_DIG(c) || (c) == '+' || (c) == '/' ? OCTET_BASE64 : 0) |                                     \
               (UPPER(c) || DIGIT(c) || (c) == '-' || (c) == '_' ? OCTET_SASL_NAME : 0) |                        \
               (IN(c, 33, 126) ? OCTET_VCHAR : 0) | ((c) == 9 || IN(c, 32, 126) ? OCTET_TEXT : 0) |              \
               ((c) == ' ' || (c) == '\t' ? OCTET_BLANK : 0) | ((c) < 32 || (c) == 127 ? OCTET_CONTROL : 0) |    \
               ((c) > 127 ? OCTET_8BIT : 0))

#define X4(c)  CLASS(c), CLASS((c) + 1), CLASS((c) + 2), CLASS((c) + 3)
#define X16(c) X4(c), X4((c) + 4), X4((c) + 8), X4((c) + 12)
#define X64(c) X16(c), X16((c) + 16), X16((c) + 32), X16((c) + 48)

const uint16_t ms_octet_class[256] = {X64(0), X64(64), X64(128), X64(192)};
