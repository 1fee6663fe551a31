/* content.c - see content.h */
#include "content.h"

#include <string.h>

/* Octets of the line that begins at `at`, its CRLF left out; whole says whether it has one. */
static size_t line_length(const uint8_t *octets, size_t len, size_t at, bool *whole)
{
    for (size_t end = at; end + 1 < len; end++)
        if (octets[end] == '\r' && octets[end + 1] == '\n') {
            *whole = true;
            return end - at;
        }
    *whole = false;
    return len - at;
}

/* What stands in one line, its dots not yet removed.  CR and LF in it are bare: the CRLF is not part of it. */
static void look_at_line(const uint8_t *line, size_t len, model_content *content)
{
    for (size_t i = 0; i < len; i++) {
        content->bare_lf = content->bare_lf || line[i] == '\n';
        content->bare_cr = content->bare_cr || line[i] == '\r';
        content->nul = content->nul || line[i] == 0;
        content->eight_bit = content->eight_bit || line[i] > 127;
        /* The line ends around a dot: CRLF at the ends of the line, bare ones within.  Only the whole line is a dot
         * between two CRLF, and that is the end, which does not come here. */
        const bool begins = i == 0 || line[i - 1] == '\r' || line[i - 1] == '\n';
        const bool ends = i + 1 == len || line[i + 1] == '\r' || line[i + 1] == '\n';
        content->false_end = content->false_end || (line[i] == '.' && begins && ends);
    }
}

model_content model_unstuff(const uint8_t *octets, size_t len, uint8_t *out)
{
    model_content content = {0};
    for (;;) {
        bool whole;
        const uint8_t *line = octets + content.consumed;
        size_t length = line_length(octets, len, content.consumed, &whole);
        if (!whole)
            return content;
        content.consumed += length + 2;
        /* "If the line is composed of a single period, it is treated as the end of mail indicator." */
        if (length == 1 && line[0] == '.') {
            content.ended = true;
            return content;
        }
        look_at_line(line, length, &content);
        /* "If the first character is a period and there are other characters on the line, the first character is
         * deleted." */
        if (length > 0 && line[0] == '.') {
            content.lone_stuff = content.lone_stuff || line[1] != '.';
            line++;
            length--;
        }
        content.long_line = content.long_line || length > 998;
        memcpy(out + content.written, line, length);
        memcpy(out + content.written + length, "\r\n", 2);
        content.written += length + 2;
    }
}

size_t model_stuff(const uint8_t *octets, size_t len, uint8_t *out)
{
    size_t written = 0;
    for (size_t at = 0; at < len;) {
        bool whole;
        const size_t length = line_length(octets, len, at, &whole);
        /* "Before sending a line of mail text, the SMTP client checks the first character of the line.  If it is a
         * period, one additional period is inserted at the beginning of the line." */
        if (octets[at] == '.')
            out[written++] = '.';
        memcpy(out + written, octets + at, length);
        memcpy(out + written + length, "\r\n", 2);
        written += length + 2;
        at += length + (whole ? 2 : 0);
    }
    memcpy(out + written, ".\r\n", 3);
    return written + 3;
}
