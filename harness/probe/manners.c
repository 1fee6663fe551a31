/* manners.c - see manners.h */
#include "harness/probe/manners.h"

#include <string.h>
#include <strings.h>

static bool says(const probe_reply *reply, const char *words)
{
    const size_t length = strlen(words);
    for (size_t i = 0; i + length <= reply->text.len; i++)
        if (strncasecmp((const char *)reply->text.ptr + i, words, length) == 0)
            return true;
    return false;
}

static bool says_one_of(const probe_reply *reply, const char *const *words)
{
    while (*words != NULL && !says(reply, *words))
        words++;
    return *words != NULL;
}

static bool is_refusal(const probe_reply *reply)
{
    return reply->came == PROBE_CAME_REPLY &&
           (reply->code / 100 == 4 || reply->code / 100 == 5 || reply->indicator == MS_POP3_NEGATIVE);
}

bool probe_tells_of_early_talk(const probe_reply *reply)
{
    /* Exim, qpsmtpd, Haraka, Postfix, Sendmail … */
    static const char *const words[] = {
        "synchroni",   "too soon", "before smtp greeting", "before greeting", "before the greeting",
        "pre-greet",   "pregreet", "early talk",           "earlytalk",       "pipelining",
        "out of turn", NULL,
    };
    /* postscreen, of whatever came in one segment with something else */
    const bool postscreen = reply->code == 521 && says(reply, "protocol error");
    return is_refusal(reply) && (postscreen || says_one_of(reply, words));
}

bool probe_tells_of_limit(const probe_reply *reply)
{
    static const char *const words[] = {
        "too many connections",
        "too many concurrent",
        "too many sessions",
        "too many simultaneous",
        "too many errors",
        "too many commands",
        "too many bad commands",
        "too many unrecognized",
        "too many invalid",
        "too many protocol errors",
        "too many syntax",
        "too many nonmail",
        "too many non-mail",
        "too many messages",
        "too many mails",
        "too many auth",
        "too many login",
        "too many failed",
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
    return is_refusal(reply) && says_one_of(reply, words);
}
