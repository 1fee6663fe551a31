/*
 * model_run.c - generated inputs through the parsers and the model
 *
 *     model_run [--count N] [--seed S] [--only NAME] [--show N]
 *
 * Prints one line for each kind of disagreement, with the first inputs that show it, and ends with 1 if there is any.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/compare.h"
#include "fuzz/compare_track.h"
#include "fuzz/model/generate.h"

const char fuzz_target[] = "model_run";

enum { ROOM = 1015, KINDS_MAX = 64 };

typedef const char *compare_function(ms_span input, unsigned options);

static const char *run_reverse_path(ms_span input, unsigned options)
{
    const ms_smtp_context context = {.smtputf8 = (options & 1) != 0};
    return compare_smtp_path(input, MS_REVERSE_PATH, &context);
}

static const char *run_forward_path(ms_span input, unsigned options)
{
    const ms_smtp_context context = {.smtputf8 = (options & 1) != 0};
    return compare_smtp_path(input, MS_FORWARD_PATH, &context);
}

static const char *run_domain(ms_span input, unsigned options)
{
    const ms_smtp_context context = {.smtputf8 = (options & 1) != 0};
    return compare_smtp_domain(input, &context);
}

static const char *run_smtp_command(ms_span input, unsigned options)
{
    const ms_smtp_context context = {.smtputf8 = (options & 1) != 0, .lmtp = (options & 2) != 0};
    return compare_smtp_command(input, &context);
}

static const char *run_smtp_auth_response(ms_span input, unsigned options)
{
    const ms_smtp_context context = {.smtputf8 = (options & 1) != 0, .auth_response = true};
    return compare_smtp_command(input, &context);
}

static const char *run_pop3_command(ms_span input, unsigned options)
{
    const ms_pop3_context context = {.utf8 = (options & 1) != 0, .capa_seen = (options & 2) != 0};
    return compare_pop3_command(input, &context);
}

static const char *run_pop3_auth_response(ms_span input, unsigned options)
{
    const ms_pop3_context context = {.utf8 = (options & 1) != 0, .auth_response = true};
    return compare_pop3_command(input, &context);
}

static ms_pop3_response_context response_context(ms_pop3_after after, unsigned options)
{
    const ms_pop3_response_context context = {after, (options & 1) != 0, (options & 2) != 0};
    return context;
}

#define RUN_RESPONSE(name, after)                                                  \
    static const char *run_##name(ms_span input, unsigned options)                 \
    {                                                                              \
        const ms_pop3_response_context context = response_context(after, options); \
        return compare_pop3_response(input, &context);                             \
    }
#define RUN_LISTING(name, after)                                                   \
    static const char *run_##name(ms_span input, unsigned options)                 \
    {                                                                              \
        const ms_pop3_response_context context = response_context(after, options); \
        return compare_pop3_listing(input, &context);                              \
    }
RUN_RESPONSE(pop3_status, MS_POP3_AFTER_STATUS)
RUN_RESPONSE(pop3_greeting, MS_POP3_AFTER_GREETING)
RUN_RESPONSE(pop3_stat, MS_POP3_AFTER_STAT)
RUN_RESPONSE(pop3_list, MS_POP3_AFTER_LIST)
RUN_RESPONSE(pop3_uidl, MS_POP3_AFTER_UIDL)
RUN_RESPONSE(pop3_auth, MS_POP3_AFTER_AUTH)
RUN_RESPONSE(pop3_lang, MS_POP3_AFTER_LANG)
RUN_LISTING(scan_listing, MS_POP3_AFTER_LIST)
RUN_LISTING(unique_id_listing, MS_POP3_AFTER_UIDL)
RUN_LISTING(language_listing, MS_POP3_AFTER_LANG)

static const char *run_capability(ms_span input, unsigned options)
{
    (void)options;
    return compare_pop3_capability(input);
}

static ms_reply_context reply_context(ms_reply_after after, unsigned options)
{
    const ms_reply_context context = {after, (options & 2) != 0, (options & 1) != 0};
    return context;
}

#define RUN_REPLY(name, after)                                          \
    static const char *run_##name(ms_span input, unsigned options)      \
    {                                                                   \
        const ms_reply_context context = reply_context(after, options); \
        return compare_reply_line(input, &context);                     \
    }
RUN_REPLY(reply, (options & 4) != 0 ? MS_AFTER_COMMAND : (options & 8) != 0 ? MS_AFTER_RCPT : MS_AFTER_QUIT)
RUN_REPLY(greeting, MS_AFTER_CONNECT)
RUN_REPLY(helo_reply, MS_AFTER_HELO)
RUN_REPLY(ehlo_reply, MS_AFTER_EHLO)
RUN_REPLY(auth_reply, MS_AFTER_AUTH)

static const char *run_enhanced(ms_span input, unsigned options)
{
    (void)options;
    return compare_enhanced_status(input);
}

static const char *run_ehlo_line(ms_span input, unsigned options)
{
    (void)options;
    return compare_ehlo_line(input);
}

static const char *run_content(ms_span input, unsigned options)
{
    (void)options;
    return compare_content(input);
}

static const char *run_base64(ms_span input, unsigned options)
{
    (void)options;
    return compare_base64(input);
}

static const char *run_plain(ms_span input, unsigned options)
{
    (void)options;
    return compare_plain(input);
}

#define RUN_SCRAM(name, step)                                      \
    static const char *run_##name(ms_span input, unsigned options) \
    {                                                              \
        (void)options;                                             \
        return compare_scram(input, step);                         \
    }
RUN_SCRAM(client_first, MS_SCRAM_CLIENT_FIRST)
RUN_SCRAM(server_first, MS_SCRAM_SERVER_FIRST)
RUN_SCRAM(client_final, MS_SCRAM_CLIENT_FINAL)
RUN_SCRAM(server_final, MS_SCRAM_SERVER_FINAL)

static const char *run_pop3_session(ms_span input, unsigned options)
{
    (void)options;
    return compare_pop3_session(input);
}

static const char *run_smtp_session(ms_span input, unsigned options)
{
    (void)options;
    return compare_smtp_session(input);
}

/* What is generated, and what reads it.  weight: how often, of all. */
static const struct source {
    const char *name;
    compare_function *compare;
    model_grammar grammar;
    const char *rule;
    unsigned weight;
} sources[] = {
    {"reverse-path", run_reverse_path, MODEL_SMTP, "Reverse-path", 4},
    {"reverse-path", run_reverse_path, MODEL_SMTPUTF8, "Reverse-path", 3},
    {"forward-path", run_forward_path, MODEL_SMTP, "rcpt-path", 4},
    {"forward-path", run_forward_path, MODEL_SMTPUTF8, "rcpt-path", 3},
    {"domain", run_domain, MODEL_SMTP, "Domain", 2},
    {"domain", run_domain, MODEL_SMTPUTF8, "Domain", 2},
    {"address-literal", run_domain, MODEL_SMTP, "address-literal", 6},
    {"smtp-command", run_smtp_command, MODEL_SMTP, "mail", 2},
    {"smtp-command", run_smtp_command, MODEL_SMTPUTF8, "mail", 1},
    {"smtp-command", run_smtp_command, MODEL_SMTP, "rcpt", 2},
    {"smtp-command", run_smtp_command, MODEL_SMTP, "mail-known", 5},
    {"smtp-command", run_smtp_command, MODEL_SMTPUTF8, "mail-known", 2},
    {"smtp-command", run_smtp_command, MODEL_SMTP, "rcpt-known", 4},
    {"smtp-command", run_smtp_command, MODEL_SMTP, "other-command", 6},
    {"smtp-command", run_smtp_command, MODEL_SMTPUTF8, "other-command", 3},
    {"pop3-command", run_pop3_command, MODEL_POP3, "any-command", 6},
    {"pop3-command", run_pop3_command, MODEL_POP3_UTF8, "any-command", 3},
    {"pop3-auth-response", run_pop3_auth_response, MODEL_POP3, "auth-response", 1},
    {"pop3-status", run_pop3_status, MODEL_POP3, "single-line", 1},
    {"pop3-status", run_pop3_status, MODEL_POP3_UTF8, "resp-codes-line", 2},
    {"pop3-greeting", run_pop3_greeting, MODEL_POP3, "resp-codes-greeting", 2},
    {"pop3-stat", run_pop3_stat, MODEL_POP3, "stat-line", 1},
    {"pop3-list", run_pop3_list, MODEL_POP3, "list-line", 1},
    {"pop3-uidl", run_pop3_uidl, MODEL_POP3, "uidl-line", 1},
    {"pop3-auth", run_pop3_auth, MODEL_POP3, "continue-req", 1},
    {"pop3-auth", run_pop3_auth, MODEL_POP3, "resp-codes-line", 1},
    {"pop3-lang", run_pop3_lang, MODEL_POP3_UTF8, "lang-line", 1},
    {"scan-listing", run_scan_listing, MODEL_POP3, "scan-listing", 1},
    {"unique-id-listing", run_unique_id_listing, MODEL_POP3, "unique-id-listing", 1},
    {"language-listing", run_language_listing, MODEL_POP3_UTF8, "language-listing", 1},
    {"capability", run_capability, MODEL_POP3, "capability", 1},
    {"capability", run_capability, MODEL_POP3, "known-capability", 3},
    {"reply", run_reply, MODEL_SMTP, "reply-line", 2},
    {"reply", run_reply, MODEL_SMTPUTF8, "reply-line", 1},
    {"reply", run_reply, MODEL_SMTP, "enhanced-line", 3},
    {"greeting", run_greeting, MODEL_SMTP, "greeting", 2},
    {"helo-reply", run_helo_reply, MODEL_SMTP, "reply-line", 1},
    {"ehlo-reply", run_ehlo_reply, MODEL_SMTP, "ehlo-first", 2},
    {"auth-reply", run_auth_reply, MODEL_SMTP, "continue-req", 1},
    {"auth-reply", run_auth_reply, MODEL_SMTP, "enhanced-line", 1},
    {"enhanced-status", run_enhanced, MODEL_SMTP, "status-text", 2},
    {"ehlo-line", run_ehlo_line, MODEL_SMTP, "ehlo-known", 4},
    {"content", run_content, MODEL_SMTP, "some-content", 6},
    {"base64", run_base64, MODEL_SASL, "base64", 2},
    {"plain", run_plain, MODEL_SASL, "plain-message", 2},
    {"scram", run_client_first, MODEL_SASL, "client-first-message", 2},
    {"scram", run_server_first, MODEL_SASL, "server-first-message", 2},
    {"scram", run_client_final, MODEL_SASL, "client-final-message", 2},
    {"scram", run_server_final, MODEL_SASL, "server-final-message", 2},
    {"pop3-session", run_pop3_session, MODEL_SASL, "choices", 8},
    {"smtp-session", run_smtp_session, MODEL_SASL, "choices", 10},
    {"smtp-auth-response", run_smtp_auth_response, MODEL_SMTP, "auth-response", 2},
};

static struct kind {
    const char *source, *why;
    uint64_t count;
} kinds[KINDS_MAX];

static void print_octets(ms_span octets)
{
    putchar('"');
    for (size_t i = 0; i < octets.len; i++)
        if (octets.ptr[i] >= ' ' && octets.ptr[i] < 0x7F && octets.ptr[i] != '"' && octets.ptr[i] != '\\')
            putchar(octets.ptr[i]);
        else
            printf("\\x%02X", octets.ptr[i]);
    putchar('"');
}

/* Counts it; true: it was shown. */
static bool disagree(const struct source *source, const char *why, ms_span input, unsigned options, uint64_t show)
{
    size_t at = 0;
    while (at < KINDS_MAX - 1 && kinds[at].why != NULL &&
           (strcmp(kinds[at].source, source->name) != 0 || strcmp(kinds[at].why, why) != 0))
        at++;
    kinds[at].source = source->name;
    if (kinds[at].why == NULL && (kinds[at].why = strdup(why)) == NULL)
        exit(2);
    if (kinds[at].count++ >= show)
        return false;
    printf("%s (options %u): %s: ", source->name, options, why);
    print_octets(input);
    putchar('\n');
    return true;
}

static const struct source *pick(random_source *random, const char *only)
{
    size_t total = 0;
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        if (only == NULL || strcmp(only, sources[i].name) == 0)
            total += sources[i].weight;
    if (total == 0) {
        fprintf(stderr, "model_run: no source of that name\n");
        exit(2);
    }
    size_t left = random_below(random, total);
    for (size_t i = 0;; i++) {
        if (only != NULL && strcmp(only, sources[i].name) != 0)
            continue;
        if (left < sources[i].weight)
            return &sources[i];
        left -= sources[i].weight;
    }
}

/* Of a dialogue: long ones as often as short ones. */
static size_t choose_octets(random_source *random, uint8_t *octets, size_t room)
{
    const size_t len = 4 + random_below(random, room / 2);
    for (size_t i = 0; i < len; i++)
        octets[i] = (uint8_t)random_below(random, 256);
    return len;
}

/* The octets in a block of their own length, so that a sanitizer sees an octet too far. */
static const char *run_one(const struct source *source, random_source *random, uint64_t show)
{
    uint8_t octets[ROOM];
    const size_t len = strcmp(source->rule, "choices") == 0
                           ? choose_octets(random, octets, sizeof octets)
                           : generate_near(source->grammar, source->rule, random, octets, sizeof octets);
    const bool is_utf8 = source->grammar == MODEL_SMTPUTF8 || source->grammar == MODEL_POP3_UTF8;
    const bool other = random_below(random, 8) == 0;
    const unsigned options = ((unsigned)random_below(random, 256) & ~1U) | (is_utf8 != other ? 1U : 0U);
    uint8_t *block = malloc(len + (len == 0));
    if (block == NULL)
        exit(2);
    memcpy(block, octets, len);
    const ms_span input = ms_span_make(block, len);
    const char *why = source->compare(input, options);
    if (why != NULL && disagree(source, why, input, options, show)) {
        talk_trace = stdout;
        (void)source->compare(input, options);
        talk_trace = NULL;
    }
    free(block);
    return why;
}

static uint64_t number(const char *text)
{
    return strtoull(text, NULL, 10);
}

int main(int argc, char **argv)
{
    uint64_t count = 200000, seed = 1, show = 3;
    const char *only = NULL;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--count") == 0)
            count = number(argv[i + 1]);
        else if (strcmp(argv[i], "--seed") == 0)
            seed = number(argv[i + 1]);
        else if (strcmp(argv[i], "--show") == 0)
            show = number(argv[i + 1]);
        else if (strcmp(argv[i], "--only") == 0)
            only = argv[i + 1];
        else
            argc = 2;
    }
    if (argc % 2 == 0) {
        fprintf(stderr, "usage: model_run [--count N] [--seed S] [--only NAME] [--show N]\n");
        return 2;
    }
    talk_second_judge = &compare_track;
    random_source random = {seed};
    uint64_t different = 0;
    for (uint64_t i = 0; i < count; i++)
        different += run_one(pick(&random, only), &random, show) != NULL;
    for (size_t i = 0; i < KINDS_MAX && kinds[i].why != NULL; i++)
        printf("%s: %s: %" PRIu64 "\n", kinds[i].source, kinds[i].why, kinds[i].count);
    printf("model_run: %" PRIu64 " inputs, seed %" PRIu64 ", %" PRIu64 " disagreements\n", count, seed, different);
    return different == 0 ? 0 : 1;
}
