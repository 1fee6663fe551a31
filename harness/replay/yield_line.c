/* yield_line.c - see yield_line.h */
#include "harness/replay/yield_line.h"

#include "harness/result/escape.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void yield_put(yield_line *l, const char *format, ...)
{
    if (l->length >= YIELD_MAX)
        return;
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(l->text + l->length, sizeof l->text - l->length, format, arguments);
    va_end(arguments);
    if (n > 0)
        l->length += (size_t)n;
    if (l->length > YIELD_MAX) {
        l->length = YIELD_MAX;
        memcpy(l->text + YIELD_MAX - 3, "...", 4);
    }
}

void yield_put_octets(yield_line *l, const char *name, ms_span value)
{
    if (ms_span_is_absent(value))
        return;
    yield_put(l, " %s=\"", name);
    for (size_t i = 0; i < value.len; i++) {
        char out[ESCAPE_MAX + 1];
        const size_t n = escape_octet(value.ptr[i], out);
        out[n] = '\0';
        yield_put(l, "%s%s", value.ptr[i] == '"' ? "\\" : "", out);
    }
    yield_put(l, "\"");
}

void yield_put_deviations(yield_line *l, ms_deviations set, const ms_rule *(*rule)(unsigned))
{
    const char *separator = " deviations=";
    for (unsigned n = 0; n < 64; n++)
        if ((set >> n & 1) != 0) {
            yield_put(l, "%s%s", separator, rule(n)->name);
            separator = ",";
        }
}
