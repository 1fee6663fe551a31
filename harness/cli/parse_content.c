#include <stdlib.h>

#include "harness/cli/parse.h"
#include "mailspec/content.h"

/* What the sender of mail data did wrong, by flag.  8-bit octets are not wrong of themselves. */
static const struct {
    uint8_t flag;
    ms_rule rule;
} habits[] = {
    {MS_CONTENT_BARE_LF, {"bare-lf", "A line ends with LF alone.", MS_REQ_SMTP_5321_2_3_8_04}},
    {MS_CONTENT_BARE_CR, {"bare-cr", "A CR stands without LF.", MS_REQ_SMTP_5321_2_3_8_04}},
    {MS_CONTENT_FALSE_END,
     {"false-end", "A lone dot stands between line ends that are not CRLF.", MS_REQ_SMTP_5321_2_3_8_04}},
    {MS_CONTENT_NUL, {"nul", "The content holds a NUL octet.", MS_REQ_SMTP_5321_4_1_1_4_01}},
    {MS_CONTENT_LONG_LINE, {"long-line", "A line has over 998 octets, CRLF not counted.", MS_REQ_SMTP_5322_2_1_1_01}},
    {MS_CONTENT_LONE_STUFF,
     {"lone-stuff", "A line begins with a dot that was not doubled.", MS_REQ_SMTP_5321_4_5_2_01}},
};

/* All of the input: mail data or the text of a multi-line response, up to its end and what is left over. */
void parse_content(const parse_context *context, ms_span input, parse_sample *sample)
{
    (void)context;
    size_t written = 0;
    uint8_t *data = malloc(input.len + 2);
    ms_content content;
    if (data == NULL)
        return;
    ms_content_init(&content);
    const ms_content_slice end = ms_content_copy(&content, input, data, &written);
    const bool ended = end.status == MS_CONTENT_END;
    const size_t consumed = ended ? end.consumed : input.len;
    if (!ended)
        parse_incomplete(sample, MS_REQ_SMTP_5321_4_5_2_05, input.len);
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++)
        if ((content.flags & habits[i].flag) != 0)
            parse_deviate(sample, &habits[i].rule, habits[i].rule.requirement);
    parse_set(sample, "data", parse_octets(ms_span_make(data, written)));
    parse_set(sample, "end", json_boolean(ended));
    parse_set(sample, "rest", parse_octets(ms_span_make(input.ptr + consumed, input.len - consumed)));
    parse_set(sample, "eight_bit", json_boolean((content.flags & MS_CONTENT_8BIT) != 0));
    sample->consumed = consumed;
    free(data);
}
