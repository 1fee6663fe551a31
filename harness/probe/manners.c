/* manners.c - see manners.h */
#include "harness/probe/manners.h"

#include <string.h>
#include <strings.h>

#include "harness/probe/endpoint.h"

static bool says(ms_span text, const char *words)
{
    const size_t length = strlen(words);
    for (size_t i = 0; i + length <= text.len; i++)
        if (strncasecmp((const char *)text.ptr + i, words, length) == 0)
            return true;
    return false;
}

static bool says_one_of(ms_span text, const char *const *words)
{
    while (*words != NULL && !says(text, *words))
        words++;
    return *words != NULL;
}

static bool is_refusal(const probe_reply *reply)
{
    return reply->came == PROBE_CAME_REPLY &&
           (reply->code / 100 == 4 || reply->code / 100 == 5 || reply->indicator == MS_POP3_NEGATIVE);
}

static bool names_early_talk(ms_span text)
{
    /* Exim, qpsmtpd, Haraka, Postfix, Sendmail … */
    static const char *const words[] = {
        "synchroni",   "too soon", "before smtp greeting", "before greeting", "before the greeting",
        "pre-greet",   "pregreet", "early talk",           "earlytalk",       "pipelining",
        "out of turn", NULL,
    };
    return says_one_of(text, words);
}

bool probe_tells_of_early_talk(const probe_reply *reply)
{
    /* postscreen, of whatever came in one segment with something else */
    const bool postscreen = reply->code == 521 && says(reply->text, "protocol error");
    return is_refusal(reply) && (postscreen || names_early_talk(reply->text));
}

/* Limits of how often, or how many at a time: they have nothing to do with what a session does. */
static bool names_rate(ms_span text)
{
    static const char *const words[] = {
        "too many connections",
        "too many concurrent",
        "too many sessions",
        "too many simultaneous",
        "too many messages",
        "too many mails",
        "too many requests",
        "too many new tls",
        "too much mail",
        "too much load",
        "too fast",
        "rate limit",
        "rate-limit",
        "ratelimit",
        "throttl",
        "slow down",
        "sending rate",
        NULL,
    };
    return says_one_of(text, words);
}

static bool names_limit(ms_span text)
{
    static const char *const words[] = {
        "too many errors",       "too many commands",   "too many bad commands",
        "too many unrecognized", "too many invalid",    "too many protocol errors",
        "too many syntax",       "too many nonmail",    "too many non-mail",
        "too many auth",         "too many login",      "too many failed",
        "too many failures",     "too many violations", "too many transactions",
        "too many vrfy",         "too many noop",       "too many rset",
        "error limit",           "command limit",       NULL,
    };
    return names_rate(text) || says_one_of(text, words);
}

bool probe_tells_of_rate(const probe_reply *reply)
{
    const ms_span code = reply->response_code;
    return is_refusal(reply) &&
           ((!ms_span_is_absent(code) && probe_is_word(code, "LOGIN-DELAY")) || names_rate(reply->text));
}

bool probe_names_greylisting(const char *words)
{
    static const char *const names[] = {"greylist", "graylist", "grey list", "gray list", "grey-list", NULL};
    return says_one_of(ms_span_make(words, strlen(words)), names);
}

bool probe_tells_of_limit(const probe_reply *reply)
{
    return is_refusal(reply) && names_limit(reply->text);
}

/* Does a line of these octets that refuses something name it? */
static bool refuses_by(ms_span octets, bool (*names)(ms_span text))
{
    for (size_t from = 0; from < octets.len;) {
        const uint8_t *newline = memchr(octets.ptr + from, '\n', octets.len - from);
        const size_t to = newline == NULL ? octets.len : (size_t)(newline - octets.ptr);
        const uint8_t first = octets.ptr[from];
        if ((first == '4' || first == '5') && names(ms_span_make(octets.ptr + from, to - from)))
            return true;
        from = to + 1;
    }
    return false;
}

bool probe_octets_tell_of_limit(ms_span octets)
{
    return refuses_by(octets, names_limit);
}

bool probe_octets_tell_of_early_talk(ms_span octets)
{
    return refuses_by(octets, names_early_talk);
}
