/* probe_begin.c - see probe_begin.h */
#include "harness/cli/probe_begin.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/probe/login_delay.h"
#include "harness/probe/survey.h"

void probe_make_mark(probe_context *context)
{
    uint64_t random = 0;
    const int fd = open("/dev/urandom", O_RDONLY);
    if (fd < 0 || read(fd, &random, sizeof random) != (ssize_t)sizeof random)
        random = (uint64_t)time(NULL) * 2654435761U ^ (uint64_t)getpid();
    if (fd >= 0)
        close(fd);
    context->mark[0] = 'm';
    for (int i = 1; i < PROBE_MARK; i++, random /= 26)
        context->mark[i] = (char)('a' + random % 26);
    context->mark[PROBE_MARK] = '\0';
    if (context->settings.seed == 0)
        context->settings.seed = random % 1000000000 + 1;
}

/* The first target of the other protocol is the other half of the pair. */
static void make_pairs(probe_context *context)
{
    for (size_t i = 0; i < context->endpoint_count; i++)
        for (size_t k = 0; k < context->endpoint_count; k++) {
            probe_endpoint *one = &context->endpoints[i];
            const probe_endpoint *other = &context->endpoints[k];
            if (!other->reachable)
                continue;
            if (other->target.protocol == NET_POP3 && one->pop3 == NULL)
                one->pop3 = other;
            if (other->target.protocol != NET_POP3 && one->smtp == NULL)
                one->smtp = other;
        }
}

static bool no_login(const probe_context *context, const probe_endpoint *endpoint)
{
    return context->settings.user != NULL && !endpoint->auth_works;
}

/* What was named and cannot be had leaves out all the cases that need it: that is no success. */
static const char *problem(const probe_context *context, const probe_endpoint *endpoint)
{
    if (!endpoint->reachable)
        return endpoint->why;
    if (no_login(context, endpoint) && endpoint->login_failed)
        return endpoint->why_auth;
    return endpoint->rcpt_refused ? endpoint->why_rcpt : NULL;
}

size_t probe_problems(const probe_context *context, result_run *results)
{
    size_t count = 0;
    for (size_t i = 0; i < context->endpoint_count; i++) {
        const char *url = context->endpoints[i].target.url;
        const char *why = problem(context, &context->endpoints[i]);
        char text[900];
        if (why == NULL)
            continue;
        count++;
        if (results == NULL)
            continue;
        snprintf(text, sizeof text, "target.%s", url);
        result_case item = result_case_make(text, "the target can be probed with what was named");
        /* some reasons begin with the URL */
        snprintf(text, sizeof text, "%s%s%s", strstr(why, url) == NULL ? url : "", strstr(why, url) == NULL ? ": " : "",
                 why);
        result_case_worsen(&item, RESULT_ERROR, text);
        result_run_add(results, item);
    }
    return count;
}

/* RFC 2449 section 6.5 */
static void tell_of_delay(const probe_endpoint *endpoint)
{
    const unsigned delay = probe_login_delay(endpoint);
    if (delay > PROBE_LOGIN_DELAY_MAX)
        fprintf(stderr,
                "mailspec probe: %s wants %u s between logins (LOGIN-DELAY), which is not waited for: cases that log "
                "in may "
                "prove nothing\n",
                endpoint->target.url, delay);
    else if (delay > 0)
        fprintf(stderr, "mailspec probe: %s wants %u s between logins (LOGIN-DELAY): each login waits for that\n",
                endpoint->target.url, delay);
}

static bool tell(const probe_context *context, const probe_endpoint *endpoint)
{
    const char *url = endpoint->target.url;
    if (!endpoint->reachable) {
        fprintf(stderr, "mailspec probe: %s cannot be probed: %s\n", url, endpoint->why);
        return true;
    }
    if (no_login(context, endpoint) && endpoint->why_auth[0] != '\0')
        fprintf(stderr, "mailspec probe: %s: no login: %s\n", url, endpoint->why_auth);
    if (endpoint->rcpt_refused)
        fprintf(stderr, "mailspec probe: %s: no recipient: %s\n", url, endpoint->why_rcpt);
    if (endpoint->from_domain != NULL || endpoint->from != NULL)
        fprintf(stderr, "mailspec probe: %s refuses senders at client.example: the sender is %s%s (see --from)\n", url,
                endpoint->from != NULL ? "" : "at ", endpoint->from != NULL ? endpoint->from : endpoint->from_domain);
    else if (endpoint->mail_refused && !endpoint->rcpt_refused)
        fprintf(stderr, "mailspec probe: %s takes no mail from our sender (see --from, --user)\n", url);
    tell_of_delay(endpoint);
    return problem(context, endpoint) != NULL;
}

cli_status probe_survey_all(probe_context *context)
{
    cli_status status = CLI_OK;
    for (size_t i = 0; i < context->endpoint_count && !atomic_load(&context->stop); i++) {
        probe_endpoint *endpoint = &context->endpoints[i];
        const struct timespec pause = {.tv_nsec = 300 * 1000 * 1000};
        for (int try = 0; try < 3; try++) {
            probe_survey(endpoint, &context->settings, &context->ledger, &context->stop);
            if (endpoint->reachable || !endpoint->later)
                break;
            mst_arena_free(&endpoint->arena);
            nanosleep(&pause, NULL);
        }
        if (tell(context, endpoint))
            status = CLI_TARGET;
    }
    make_pairs(context);
    return status;
}
