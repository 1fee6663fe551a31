/*
 * probe.c - mailspec probe: run the live cases against servers
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/options.h"
#include "harness/cli/probe_begin.h"
#include "harness/cli/probe_clean.h"
#include "harness/cli/probe_end.h"
#include "harness/cli/probe_options.h"
#include "harness/cli/probe_plan.h"
#include "harness/probe/run.h"

/* One at a time: what a signal has to reach. */
static probe_context *interrupted_context;
static probe_server *interrupted_server;
static volatile sig_atomic_t interrupts;

static void interrupt(int signal_number)
{
    (void)signal_number;
    if (interrupted_context == NULL || interrupts++ > 0) {
        /* the second time: at once */
        if (interrupted_server != NULL && interrupted_server->group != 0)
            kill(-(pid_t)interrupted_server->group, SIGKILL);
        _exit(CLI_UNDECIDED);
    }
    atomic_store(&interrupted_context->stop, true);
}

static void watch_signals(probe_context *context, probe_server *server)
{
    struct sigaction action;
    interrupted_context = context;
    interrupted_server = server;
    memset(&action, 0, sizeof action);
    action.sa_handler = interrupt;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

/* --- targets -------------------------------------------------------------------------------------------- */

static cli_status read_targets(probe_options *options, probe_context *context)
{
    char error[400];
    if (options->command != NULL)
        options->port = probe_free_port();
    for (size_t i = 0; options->urls[i] != NULL; i++) {
        char *url = probe_with_port(options->urls[i], options->port);
        net_target *target = &context->endpoints[context->endpoint_count++].target;
        const bool good = net_target_parse(url, target, error, sizeof error);
        free(url);
        if (!good) {
            fprintf(stderr, "mailspec probe: %s\n", error);
            return CLI_USAGE;
        }
        if (!options->authorized && !options->dry_run && !net_target_is_local(target)) {
            fprintf(stderr,
                    "mailspec probe: %s is not this machine. Probing a server that nobody has allowed you to probe is "
                    "an attack; say --authorized if you may\n",
                    target->url);
            return CLI_USAGE;
        }
    }
    return CLI_OK;
}

static cli_status wait_for(const net_target *target, const probe_options *options, probe_server *server)
{
    if (probe_server_wait(server, target, (int64_t)options->timeout_ms))
        return CLI_OK;
    if (server->ended)
        fprintf(stderr, "mailspec probe: the command of --exec has ended: %s\n", options->command);
    else
        fprintf(stderr, "mailspec probe: nobody listens at %s within --timeout\n", target->url);
    return CLI_TARGET;
}

static cli_status start_server(const probe_options *options, const probe_context *context, probe_server *server)
{
    cli_status status = CLI_OK;
    if (options->command == NULL)
        return CLI_OK;
    char *command = probe_with_port(options->command, options->port);
    const bool started = probe_server_start(server, command);
    free(command);
    if (!started) {
        fprintf(stderr, "mailspec probe: the server cannot be started\n");
        return CLI_TARGET;
    }
    for (size_t i = 0; options->wait_port && status == CLI_OK && i < context->endpoint_count; i++)
        status = wait_for(&context->endpoints[i].target, options, server);
    return status;
}

/* --- progress ----------------------------------------------------------------------------------------------- */

typedef struct progress {
    probe_run *run;
    atomic_bool over;
} progress;

static void *show_progress(void *argument)
{
    progress *p = argument;
    const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    while (!atomic_load(&p->over)) {
        const int left = net_left(atomic_load(&p->run->waits_until));
        fprintf(stderr, "\r%zu of %zu cases, %zu failed", atomic_load(&p->run->done), p->run->job_count,
                atomic_load(&p->run->failed));
        if (left > 0)
            fprintf(stderr, "; the server limits the rate: %d s", (left + 999) / 1000);
        fputs("\033[K", stderr);
        nanosleep(&pause, NULL);
    }
    fputs("\r\033[K", stderr);
    return NULL;
}

static void tell(const char *words)
{
    fprintf(stderr, "%smailspec probe: %s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "", words);
}

static void run_with_progress(probe_run *run, result_run *results, bool quiet)
{
    progress p = {.run = run};
    pthread_t thread = pthread_self();
    const bool shown = !quiet && isatty(STDERR_FILENO) && pthread_create(&thread, NULL, show_progress, &p) == 0;
    probe_run_all(run, results);
    atomic_store(&p.over, true);
    if (shown)
        pthread_join(thread, NULL);
}

/* --- all of it ------------------------------------------------------------------------------------------------ */

/* Whoever has interrupted us waits: the mail is still taken out, but nobody is waited for very long. */
static void hurry(probe_context *context)
{
    enum { LAST_REPLY_MS = 2000, LAST_VISIT_MS = 15000 };
    probe_settings *settings = &context->settings;
    settings->reply_ms = settings->reply_ms < LAST_REPLY_MS ? settings->reply_ms : LAST_REPLY_MS;
    settings->case_ms = settings->case_ms < LAST_VISIT_MS ? settings->case_ms : LAST_VISIT_MS;
    atomic_store(&context->stop, false);
}

static cli_status run_plan(const probe_options *options, probe_context *context, probe_run *run, probe_server *server)
{
    result_run results;
    char targets[1024] = "";
    for (size_t i = 0; i < context->endpoint_count; i++) {
        const size_t length = strlen(targets);
        snprintf(targets + length, sizeof targets - length, "%s%s", i > 0 ? " " : "", context->endpoints[i].target.url);
    }
    result_run_init(&results, "probe", targets);
    run->artefacts = options->artefacts;
    run->reset_command = options->reset_command;
    run->connections = (unsigned)options->connections;
    run->paced = true;
    run->tell = options->quiet ? NULL : tell;
    memcpy(run->feeds, options->feeds, sizeof run->feeds);
    run->end = net_in((int64_t)options->run_timeout_s * 1000);
    if (server->group != 0) {
        run->alive = probe_server_alive;
        run->server = server;
    }
    probe_before *before = probe_maildrops_before(context);
    run_with_progress(run, &results, options->quiet);
    results.aborted = atomic_load(&context->stop);
    if (results.aborted)
        hurry(context);
    if (!options->keep_mail)
        probe_maildrops_clean(context, before, &results.ledger);
    probe_maildrops_forget(before);
    probe_problems(context, &results);
    const cli_status status = probe_finish(options, context, run, &results);
    result_run_free(&results);
    return status;
}

static cli_status probe_targets(probe_options *options, probe_context *context, cli_library *library, bool *chosen)
{
    probe_server server = {.group = 0};
    probe_run run;
    memset(&run, 0, sizeof run);
    run.context = context;
    watch_signals(context, &server);
    cli_status status = start_server(options, context, &server);
    if (status == CLI_OK && options->clean != NULL) {
        status = probe_survey_all(context);
        status = cli_status_worse(status, probe_clean(context));
    } else if (status == CLI_OK) {
        status = probe_survey_all(context);
        cli_status planned = probe_plan(options, context, library, chosen, &run);
        if (planned == CLI_OK)
            planned = run_plan(options, context, &run, &server);
        status = cli_status_worse(status, planned);
    }
    probe_run_free(&run);
    probe_server_stop(&server);
    for (size_t i = 0; i < context->endpoint_count; i++)
        mst_arena_free(&context->endpoints[i].arena);
    interrupted_server = NULL;
    interrupted_context = NULL;
    return status;
}

static cli_status run(int argc, char **argv)
{
    static probe_options options; /* too large for a stack; there is one run per process */
    static probe_context context;
    cli_library library = {.documents = NULL};
    bool *chosen = NULL;
    probe_context_init(&context);
    cli_status status = probe_options_read(&options, argc, argv);
    if (status == CLI_OK)
        status = read_targets(&options, &context);
    if (status == CLI_OK) {
        context.settings = options.settings;
        context.have = options.have;
        context.empty_maildrop = options.empty_maildrop;
        context.keep_mail = options.keep_mail;
        probe_make_mark(&context);
        if (options.clean == NULL)
            status = probe_choose(&options, &library, &chosen);
        else if (!probe_clean_mark(&context, options.clean))
            status = CLI_USAGE;
    }
    if (status == CLI_OK)
        status = options.dry_run ? probe_dry_run(&options, &context, &library, chosen)
                                 : probe_targets(&options, &context, &library, chosen);
    free(chosen);
    cli_library_close(&library);
    probe_options_free(&options);
    return status;
}

const cli_command cli_probe = {
    .name = "probe", .summary = "run the live cases against servers", .help = probe_help, .run = run};
