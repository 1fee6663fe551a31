/*
 * replay.c - mailspec replay: judge recorded sessions offline
 */
#include "harness/cli/cli.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/files.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/options.h"
#include "harness/cli/replay_modes.h"
#include "harness/cli/replay_theirs.h"
#include "harness/replay/judge.h"
#include "harness/result/baseline.h"
#include "harness/transcript/reader.h"
#include "reports/report.h"

static const char help[] =
    "usage: mailspec replay [OPTION]... PATH...\n"
    "       mailspec replay --raw smtp|pop3 [OPTION]... FILE...\n"
    "       mailspec replay --compare [--raw smtp|pop3] OLD NEW\n"
    "\n"
    "Judges recorded sessions: every octet of both sides goes through the parsers and the\n"
    "session machine.  A PATH is a transcript or a directory of *.mst files.  What a transcript\n"
    "expects ('! side ID' lines) must be found exactly there, and nothing else.\n"
    "\n"
    "  --cuts none|lines|all  feed each stream again: not; octet by octet and cut near line\n"
    "                         ends; also cut in two everywhere up to 4 KiB (default all)\n"
    "  --seed N               for the cuts beyond 4 KiB (default 1)\n"
    "  --strict               a broken SHOULD fails too\n"
    "  -j, --jobs N           threads (default: the number of processors)\n"
    "  --shard I/N            only the I-th of N parts of the files\n"
    "  --format text|json|junit|tap|sarif|markdown|html\n"
    "  --output FILE          write the report to FILE\n"
    "  --all                  text: show passes and expected breaches too\n"
    "  --baseline FILE        compare with known results: status 3 if any differs\n"
    "  --update-baseline      write FILE instead\n"
    "  --bless                write '=?' lines into the transcripts, for a person to read\n"
    "  --raw smtp|pop3        the files are logs: 'C: '/'S: ' lines, a swaks transcript, curl -v\n"
    "  --compare OLD NEW      two recordings of one dialogue: what changed between them\n"
    "  --adapter FILE.so      ask another parser about every command, reply and mail data, see\n"
    "                         mailspec-vectors(1): a difference fails\n"
    "  --exec COMMAND         the same of a program\n"
    "  --known FILE           its differences that are known and do not fail\n"
    "  --color auto|always|never\n"
    "\n"
    "Status: 0 no breach of a MUST, 1 a breach or a missed expectation, 2 usage or unreadable\n"
    "input, 3 other than the baseline, 4 the adapter cannot be used, 5 nothing decided, 6 a defect of\n"
    "mailspec itself.\n"
    "\n"
    "examples: mailspec replay corpus/transcripts\n"
    "          swaks --to bob@example.test --server localhost > log; mailspec replay --raw smtp log\n";

static const char *const cuts_names[] = {"none", "lines", "all", NULL};
static const char *const raw_names[] = {"no", "smtp", "pop3", NULL}; /* replay_modes.h: replay_raw */

typedef struct settings {
    int cuts, format, colour, raw;
    bool strict, all, update, bless, compare;
    unsigned long jobs, seed;
    const char *shard, *output, *baseline;
    const char *adapter, *command, *known; /* whose parsers: ours without the first two */
} settings;

/* --- the work ----------------------------------------------------------------- */

typedef struct work {
    const cli_files *files;
    const settings *settings;
    replay_options options;
    result_case *results; /* by index of file */
    atomic_size_t next;
    atomic_size_t done;
    atomic_size_t trouble; /* files that could not be read or written */
    replay_theirs *theirs; /* NULL: ours */
} work;

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static result_case one_file(work *w, const char *path)
{
    mst_error error;
    const double begin = milliseconds();
    const mst_document *document = replay_read(path, w->settings->raw, &error);
    if (document == NULL) {
        atomic_fetch_add(&w->trouble, 1);
        return replay_unreadable(path, &error);
    }
    result_case item =
        w->theirs != NULL ? replay_theirs_judge(w->theirs, document) : replay_judge(document, &w->options);
    if (w->settings->bless && !replay_bless(document, path)) {
        atomic_fetch_add(&w->trouble, 1);
        result_case_worsen(&item, RESULT_ERROR, "the \"=?\" lines could not be written");
    }
    mst_free(document);
    item.duration_ms = milliseconds() - begin;
    return item;
}

static void *worker(void *context)
{
    work *w = context;
    while (!cli_interrupted()) {
        const size_t i = atomic_fetch_add(&w->next, 1);
        if (i >= w->files->count)
            break;
        w->results[i] = one_file(w, w->files->paths[i]);
        atomic_fetch_add(&w->done, 1);
    }
    return NULL;
}

/* A line that is written over, on a terminal, while the work goes on. */
static void progress(work *w)
{
    if (!isatty(STDERR_FILENO))
        return;
    const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    for (size_t done = 0; done < w->files->count && !cli_interrupted(); done = atomic_load(&w->done)) {
        fprintf(stderr, "\r%zu of %zu transcripts", done, w->files->count);
        nanosleep(&pause, NULL);
    }
    fputs("\r\033[K", stderr);
}

static void run_all(work *w)
{
    enum { JOBS_MAX = 64 };
    pthread_t threads[JOBS_MAX];
    unsigned long jobs = w->settings->jobs;
    if (jobs > JOBS_MAX)
        jobs = JOBS_MAX;
    if (jobs > w->files->count)
        jobs = w->files->count;
    if (w->theirs != NULL)
        jobs = 1; /* an adapter is called by one thread at a time */
    unsigned long started = 0;
    while (started < jobs && pthread_create(&threads[started], NULL, worker, w) == 0)
        started++;
    if (started == 0)
        worker(w);
    progress(w);
    for (unsigned long i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

/* --- the end -------------------------------------------------------------------- */

static cli_status status_of(const result_run *run, size_t trouble, const settings *s)
{
    cli_status status = CLI_OK;
    if (run->totals[RESULT_FAIL] > 0 || (s->strict && run->totals[RESULT_NONSTRICT] > 0))
        status = cli_status_worse(status, CLI_NONCONFORMANCE);
    if (trouble > 0)
        status = cli_status_worse(status, CLI_USAGE);
    if (run->totals[RESULT_ERROR] > trouble)
        status = cli_status_worse(status, CLI_INTERNAL); /* a result that hangs on the cut is our defect */
    if (run->totals[RESULT_SKIP] + run->totals[RESULT_INCONCLUSIVE] == run->case_count)
        status = cli_status_worse(status, CLI_UNDECIDED);
    return status;
}

static cli_status against_baseline(const result_run *run, const settings *s, cli_status status)
{
    char error[200];
    baseline *known;
    if (s->update && access(s->baseline, F_OK) != 0)
        known = baseline_empty();
    else
        known = baseline_read(s->baseline, error);
    if (known == NULL) {
        fprintf(stderr, "mailspec replay: %s\n", error);
        return CLI_USAGE;
    }
    /* what is known does not count; what cannot be read or is our own defect still does */
    const cli_status rest = status == CLI_USAGE || status == CLI_INTERNAL || status == CLI_TARGET ? status : CLI_OK;
    const bool whole = s->shard == NULL && !run->aborted;
    if (s->update) {
        const bool written = baseline_write(s->baseline, known, run, whole);
        if (!written)
            fprintf(stderr, "mailspec replay: %s: %s\n", s->baseline, strerror(errno));
        baseline_free(known);
        return cli_status_worse(rest, written ? CLI_OK : CLI_USAGE);
    }
    const size_t changes = baseline_compare(known, run, whole, stderr);
    baseline_free(known);
    return cli_status_worse(rest, changes > 0 ? CLI_DIFFERS : CLI_OK);
}

static cli_status replay_files(const cli_files *files, const settings *s, replay_theirs *theirs)
{
    work w = {.files = files,
              .settings = s,
              .theirs = theirs,
              .options = {.cuts = (replay_cuts)s->cuts, .seed = s->seed, .stopped = cli_interrupted}};
    w.results = calloc(files->count + 1, sizeof *w.results);
    if (w.results == NULL)
        return CLI_INTERNAL;
    cli_interrupt_catch();
    run_all(&w);
    result_run run;
    result_run_init(&run, "replay", theirs != NULL ? adapter_name(theirs->other) : NULL);
    for (size_t i = 0; i < files->count; i++)
        if (w.results[i].id != NULL)
            result_run_add(&run, w.results[i]);
    free(w.results);
    run.aborted = cli_interrupted();
    if (run.aborted)
        fprintf(stderr, "mailspec replay: interrupted: %zu of %zu files were judged\n", run.case_count, files->count);
    FILE *out = cli_output_open("replay", s->output);
    if (out == NULL) {
        result_run_free(&run);
        return CLI_USAGE;
    }
    const report_style style = {
        .colour = s->format == REPORT_TEXT && cli_use_colour(s->colour, out), .strict = s->strict, .all = s->all};
    bool written = report_write(out, (report_format)s->format, &run, &style);
    written = cli_output_close("replay", s->output, out) && written;
    cli_status status = theirs != NULL && theirs->broken ? CLI_TARGET : status_of(&run, atomic_load(&w.trouble), s);
    if (s->baseline != NULL && files->count > 0)
        status = against_baseline(&run, s, status);
    result_run_free(&run);
    return written ? status : cli_status_worse(status, CLI_USAGE);
}

static cli_status replay_with(const cli_files *files, const settings *s)
{
    replay_theirs theirs;
    if (s->adapter == NULL && s->command == NULL)
        return replay_files(files, s, NULL);
    const cli_status begun = replay_theirs_begin(&theirs, s->adapter, s->command, s->known);
    if (begun != CLI_OK)
        return begun;
    const cli_status status = replay_files(files, s, &theirs);
    if (theirs.broken)
        fprintf(stderr, "mailspec replay: %s\n", theirs.error);
    replay_theirs_end(&theirs);
    return status;
}

/* "2/5"; false after a message. */
static bool read_shard(const char *text, unsigned long *index, unsigned long *count)
{
    char *end = NULL;
    *index = strtoul(text, &end, 10);
    bool good = *end == '/';
    if (good) {
        *count = strtoul(end + 1, &end, 10);
        good = *end == '\0' && *index >= 1 && *index <= *count;
    }
    if (!good)
        fprintf(stderr, "mailspec replay: --shard wants I/N with 1 <= I <= N, as in 2/5, not '%s'\n", text);
    return good;
}

static cli_status select_and_replay(int count, char **operands, const settings *s)
{
    cli_files files = {.count = 0};
    bool good = true;
    for (int i = 0; i < count; i++)
        good = cli_files_add(&files, "replay", operands[i]) && good;
    cli_files_sort(&files);
    unsigned long index = 1;
    unsigned long shards = 1;
    cli_status status = CLI_OK;
    if (s->shard != NULL && !read_shard(s->shard, &index, &shards)) {
        status = CLI_USAGE;
    } else {
        cli_files_shard(&files, index, shards);
        if (files.count == 0 && good)
            fprintf(stderr, "mailspec replay: nothing to replay\n");
        /* who waits for a report gets one that says so */
        status = cli_status_worse(replay_with(&files, s), files.count == 0 ? CLI_USAGE : CLI_OK);
    }
    cli_files_free(&files);
    cli_interrupt_finish();
    return good ? status : cli_status_worse(status, CLI_USAGE);
}

static cli_status run(int argc, char **argv)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    settings s = {.cuts = REPLAY_CUTS_ALL, .seed = 1, .jobs = processors > 0 ? (unsigned long)processors : 1};
    const cli_option table[] = {
        {"cuts", 0, CLI_CHOICE, &s.cuts, cuts_names},
        {"seed", 0, CLI_NUMBER, &s.seed, NULL},
        {"strict", 0, CLI_FLAG, &s.strict, NULL},
        {"jobs", 'j', CLI_NUMBER, &s.jobs, NULL},
        {"shard", 0, CLI_TEXT, &s.shard, NULL},
        {"format", 0, CLI_CHOICE, &s.format, report_format_names},
        {"output", 0, CLI_TEXT, &s.output, NULL},
        {"all", 0, CLI_FLAG, &s.all, NULL},
        {"baseline", 0, CLI_TEXT, &s.baseline, NULL},
        {"update-baseline", 0, CLI_FLAG, &s.update, NULL},
        {"bless", 0, CLI_FLAG, &s.bless, NULL},
        {"raw", 0, CLI_CHOICE, &s.raw, raw_names},
        {"compare", 0, CLI_FLAG, &s.compare, NULL},
        {"adapter", 0, CLI_TEXT, &s.adapter, NULL},
        {"exec", 0, CLI_TEXT, &s.command, NULL},
        {"known", 0, CLI_TEXT, &s.known, NULL},
        {"color", 0, CLI_CHOICE, &s.colour, cli_colour_names},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    const int operands = cli_options(argc, argv, table);
    if (operands < 0)
        return CLI_USAGE;
    if (operands == 0) {
        fprintf(stderr, "mailspec replay: name a transcript or a directory; see mailspec replay --help\n");
        return CLI_USAGE;
    }
    if (s.update && s.baseline == NULL) {
        fprintf(stderr, "mailspec replay: --update-baseline needs --baseline FILE\n");
        return CLI_USAGE;
    }
    if (s.jobs == 0)
        s.jobs = 1;
    const bool theirs = s.adapter != NULL || s.command != NULL;
    if ((s.adapter != NULL && s.command != NULL) || (theirs && (s.bless || s.compare)) ||
        (s.known != NULL && !theirs)) {
        fprintf(stderr,
                "mailspec replay: --adapter or --exec, without --bless and --compare; --known with one of them\n");
        return CLI_USAGE;
    }
    const replay_comparing how = {.format = s.format, .colour = s.colour, .raw = s.raw, .output = s.output};
    if (s.compare)
        return replay_compare_files(operands, argv + 1, &how);
    return select_and_replay(operands, argv + 1, &s);
}

const cli_command cli_replay = {
    .name = "replay", .summary = "judge recorded sessions, both sides, offline", .help = help, .run = run};
