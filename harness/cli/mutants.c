/*
 * mutants.c - mailspec mutants: does the suite see what it should?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cli/interrupt.h"
#include "harness/cli/mutant_report.h"
#include "harness/cli/options.h"
#include "harness/cli/select.h"
#include "harness/serve/certificate.h"

static const char help[] =
    "usage: mailspec mutants [CASE]... [OPTION]...\n"
    "\n"
    "Runs the live cases against every mutant of the reference server ('mailspec serve\n"
    "--list-mutants'), each of which breaks one requirement on purpose.  A case kills a mutant if it\n"
    "fails on it, and passes or does not apply on the server without a mutant; nonstrict counts, too,\n"
    "where the requirement is no MUST, is one of grammar, or wants a warning.  For each mutant:\n"
    "\n"
    "  killed      by a case that cites its requirement, or names it in its proof\n"
    "  tolerated   of a MUST, a case that cites it says nonstrict and no more\n"
    "  others      by other cases only\n"
    "  survived    by none: a hole in the suite\n"
    "  too coarse  it fails more than 20 % of the cases, and does not count\n"
    "\n"
    "What takes minutes is played 200 times faster, by the cases and by their server.  It is also\n"
    "there as one that demands TLS, refuses every host, goes down, or lets nobody log in in two ways.\n"
    "\n"
    "CASE: as for 'mailspec probe', all cases without one.\n"
    "\n"
    "which mutants:\n"
    "  --mutant GLOB              those whose id is like it; several with commas between\n"
    "  --protocol smtp|lmtp|pop3  those of a protocol; smtp with submission\n"
    "  --shard I/N                each N-th one, beginning with the I-th\n"
    "  --mutants DIR              where the tables with further mutants are (mutants in the corpus)\n"
    "\n"
    "how:\n"
    "  -j, --jobs N               mutants at a time (three for each processor, as they wait most of\n"
    "                             the time)\n"
    "  --cited-only               only cases that cite the requirement: quick, and nothing is too\n"
    "                             coarse or killed by others\n"
    "  --every                    all cases, also where those that cite the requirement have killed\n"
    "                             the mutant and a sample of the others does not fail\n"
    "  --have WORD,...            conditions that hold besides relay-allowed, dns-lab,\n"
    "                             untrusted-client, reject-host, server-control and slow\n"
    "  --corpus DIRECTORY         the corpus, instead of the installed one or MAILSPEC_CORPUS\n"
    "  --quiet                    no progress line\n"
    "\n"
    "results: --format text|json, --output FILE\n"
    "\n"
    "Status: 0 all are killed or tolerated, 1 some are not, 2 wrong usage or nothing selected, 5 no\n"
    "case passes on the server without a mutant.\n"
    "\n"
    "example: mailspec mutants --mutant 'smtp.tls.*' --cited-only\n";

enum { HAVE_MAX = 32, JOBS_MAX = 64 };

static const char *const protocol_names[] = {"any", "smtp", "lmtp", "pop3", NULL};

typedef struct options {
    const char *mutant, *shard, *folder, *have, *corpus, *output;
    unsigned long jobs;
    bool cited_only, every, quiet;
    int protocol, format;
    unsigned long part, parts;
} options;

typedef struct request {
    options o;
    mutant_suite suite;
    mutant_table table;
    const mutant_entry **chosen;
    mutant_judged *judged;
    size_t count, done;
    bool submission; /* some are of the submission service */
} request;

static cli_status complain(const char *what, const char *about)
{
    fprintf(stderr, "mailspec mutants: %s%s%s\n", what, about == NULL ? "" : ": ", about == NULL ? "" : about);
    return CLI_USAGE;
}

/* --- what is asked for ----------------------------------------------------------------------------- */

static cli_status read_shard(options *o)
{
    char *end = NULL;
    o->part = o->parts = 1;
    if (o->shard == NULL)
        return CLI_OK;
    o->part = strtoul(o->shard, &end, 10);
    if (*end != '/')
        return complain("--shard wants I/N, as in 2/5, not", o->shard);
    o->parts = strtoul(end + 1, &end, 10);
    if (*end != '\0' || o->part < 1 || o->part > o->parts)
        return complain("--shard wants I/N with 1 <= I <= N, not", o->shard);
    return CLI_OK;
}

static cli_status read_options(int argc, char **argv, options *o, int *operands)
{
    static const char *const formats[] = {"text", "json", NULL};
    const cli_option table[] = {
        {"mutant", 0, CLI_TEXT, &o->mutant, NULL},
        {"protocol", 0, CLI_CHOICE, &o->protocol, protocol_names},
        {"shard", 0, CLI_TEXT, &o->shard, NULL},
        {"mutants", 0, CLI_TEXT, &o->folder, NULL},
        {"jobs", 'j', CLI_NUMBER, &o->jobs, NULL},
        {"cited-only", 0, CLI_FLAG, &o->cited_only, NULL},
        {"every", 0, CLI_FLAG, &o->every, NULL},
        {"have", 0, CLI_TEXT, &o->have, NULL},
        {"corpus", 0, CLI_TEXT, &o->corpus, NULL},
        {"quiet", 'q', CLI_FLAG, &o->quiet, NULL},
        {"format", 'f', CLI_CHOICE, &o->format, formats},
        {"output", 'o', CLI_TEXT, &o->output, NULL},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    *operands = cli_options(argc, argv, table);
    return *operands < 0 ? CLI_USAGE : read_shard(o);
}

/* list is one glob, or several with commas between. */
static bool is_like(const char *list, const char *id)
{
    char glob[256];
    while (*list != '\0') {
        const size_t len = strcspn(list, ",");
        snprintf(glob, sizeof glob, "%.*s", (int)len, list);
        if (cli_glob(glob, id))
            return true;
        list += len + (list[len] == ',' ? 1 : 0);
    }
    return false;
}

static bool is_of(const mutant_entry *entry, int protocol)
{
    const bool pop3 = strncmp(entry->id, "pop3.", 5) == 0;
    const bool lmtp = strncmp(entry->id, "lmtp.", 5) == 0;
    return protocol == 0 || (protocol == 3 ? pop3 : protocol == 2 ? lmtp : !pop3 && !lmtp);
}

static cli_status choose_mutants(request *r)
{
    char corpus[4096];
    const char *folder = r->o.folder;
    if (folder == NULL && r->o.corpus != NULL) {
        snprintf(corpus, sizeof corpus, "%s/mutants", r->o.corpus);
        folder = access(corpus, F_OK) == 0 ? corpus : NULL;
    }
    if (!mutant_table_read(&r->table, "mutants", folder))
        return CLI_USAGE;
    r->chosen = calloc(r->table.count + 1, sizeof *r->chosen);
    r->judged = calloc(r->table.count + 1, sizeof *r->judged);
    if (r->chosen == NULL || r->judged == NULL)
        return CLI_INTERNAL;
    size_t seen = 0;
    for (size_t i = 0; i < r->table.count; i++) {
        const mutant_entry *entry = &r->table.entries[i];
        if (!is_of(entry, r->o.protocol) || (r->o.mutant != NULL && !is_like(r->o.mutant, entry->id)))
            continue;
        if (seen++ % r->o.parts != r->o.part - 1)
            continue;
        r->judged[r->count] = (mutant_judged){.mutant = entry};
        r->chosen[r->count++] = entry;
        r->submission |= strncmp(entry->id, "submission.", 11) == 0;
    }
    return r->count > 0 ? CLI_OK : complain("no mutant is like that; 'mailspec serve --list-mutants' lists them", NULL);
}

static cli_status choose_cases(request *r, cli_library *library, int operands, char **argv)
{
    const char **wanted = calloc((size_t)operands + 1, sizeof *wanted);
    cli_status status = cli_library_open(library, "mutants", r->o.corpus);
    bool *chosen = calloc(library->files.count + 1, sizeof *chosen);
    r->suite.cases = calloc(library->files.count + 1, sizeof *r->suite.cases);
    if (wanted == NULL || chosen == NULL || r->suite.cases == NULL)
        abort();
    for (int i = 0; i < operands; i++)
        wanted[i] = argv[1 + i];
    const cli_selection selection = {.wanted = wanted, .shard = 1, .shards = 1};
    if (library->documents != NULL)
        status = cli_status_worse(status, cli_select(library, &selection, "mutants", chosen));
    for (size_t i = 0; library->documents != NULL && i < library->files.count; i++) {
        const mst_document *document = library->documents[i];
        if (!chosen[i] || document->header.tests == MS_CLIENT)
            continue;
        mutant_case *item = &r->suite.cases[r->suite.count++];
        item->document = document;
        item->id = strndup((const char *)document->header.id.ptr, document->header.id.len);
    }
    free(chosen);
    free(wanted);
    if (status == CLI_OK && r->suite.count == 0)
        status = complain("no case is selected", NULL);
    return status;
}

/* The reference server takes mail for elsewhere from who has logged in, and returns it: no other system is needed.  It is
 * also there as a host that refuses everybody, as one that goes down, and with a clock that runs faster. */
static void choose_conditions(request *r)
{
    enum { ALWAYS = 6 };
    static const char *have[HAVE_MAX + ALWAYS + 1] = {"relay-allowed", "dns-lab",        "untrusted-client",
                                                      "reject-host",   "server-control", "slow"};
    char *rest = NULL;
    size_t count = ALWAYS;
    char *copy = r->o.have == NULL ? NULL : strdup(r->o.have);
    for (char *one = copy == NULL ? NULL : strtok_r(copy, ",", &rest); one != NULL && count < HAVE_MAX + ALWAYS;
         one = strtok_r(NULL, ",", &rest))
        have[count++] = one;
    r->suite.have = have;
}

/* --- the server without a mutant ---------------------------------------------------------------------- */

static cli_status run_without(request *r, bool by_submission, size_t *passing)
{
    mutant_worker worker;
    if (!mutant_run_start(&worker, &r->suite, NULL, by_submission))
        return complain("no process can be started", strerror(errno));
    waitpid(worker.pid, NULL, 0);
    mutant_result result = mutant_run_finish(&worker, &r->suite);
    for (size_t i = 0; i < r->suite.count; i++) {
        const mutant_mark *mark = &result.marks[i];
        mutant_case *item = &r->suite.cases[i];
        const bool passes = mark->ran && mark->status == RESULT_PASS;
        /* what asks whether a lie is told does not apply where none is */
        item->passes[by_submission] = passes || (mark->ran && mark->status == RESULT_SKIP);
        *passing += passes ? 1 : 0;
        if (!by_submission && mark->ran && mark->status != RESULT_PASS && mark->status != RESULT_SKIP)
            fprintf(stderr, "mailspec mutants: %s is %s on the server without a mutant, and is left out\n", item->id,
                    result_status_name((result_status)mark->status));
    }
    free(result.marks);
    return CLI_OK;
}

static cli_status run_base(request *r)
{
    size_t passing = 0;
    cli_status status = run_without(r, false, &passing);
    if (status == CLI_OK && r->submission)
        status = run_without(r, true, &passing);
    if (status == CLI_OK && passing == 0) {
        complain("no case passes on the server without a mutant", NULL);
        status = CLI_UNDECIDED;
    }
    return status;
}

/* --- all mutants --------------------------------------------------------------------------------------- */

typedef struct pool {
    mutant_worker workers[JOBS_MAX];
    size_t of[JOBS_MAX]; /* the index of its mutant */
    size_t busy, next;
} pool;

static bool is_submission(const mutant_entry *entry)
{
    return strncmp(entry->id, "submission.", 11) == 0;
}

static cli_status start_some(request *r, pool *p, unsigned long jobs)
{
    for (unsigned long i = 0; i < jobs && p->next < r->count && !cli_interrupted(); i++) {
        if (p->workers[i].pid != 0)
            continue;
        const mutant_entry *entry = r->chosen[p->next];
        if (!mutant_run_start(&p->workers[i], &r->suite, entry, is_submission(entry)))
            return complain("no process can be started", strerror(errno));
        p->of[i] = p->next++;
        p->busy++;
    }
    return CLI_OK;
}

static void end_one(request *r, pool *p, pid_t pid)
{
    for (size_t i = 0; i < JOBS_MAX; i++) {
        if (p->workers[i].pid != pid)
            continue;
        const mutant_entry *entry = r->chosen[p->of[i]];
        r->judged[p->of[i]] =
            mutant_judge(&r->suite, entry, is_submission(entry), mutant_run_finish(&p->workers[i], &r->suite));
        p->busy--;
        r->done++;
        return;
    }
}

static cli_status run_mutants(request *r)
{
    static pool p;
    cli_status status = CLI_OK;
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned long jobs = r->o.jobs > 0 ? r->o.jobs : processors > 0 ? 3 * (unsigned long)processors : 3;
    const bool shown = !r->o.quiet && isatty(STDERR_FILENO);
    jobs = jobs < JOBS_MAX ? jobs : JOBS_MAX;
    do {
        status = cli_status_worse(status, start_some(r, &p, jobs));
        const pid_t ended = p.busy > 0 ? waitpid(-1, NULL, 0) : 0;
        if (ended > 0)
            end_one(r, &p, ended);
        if (shown)
            fprintf(stderr, "\r%zu of %zu mutants\033[K", r->done, r->count);
    } while (p.busy > 0 || (status == CLI_OK && p.next < r->count && !cli_interrupted()));
    if (shown)
        fputs("\r\033[K", stderr);
    return status;
}

static cli_status report(const request *r, cli_status status)
{
    FILE *out = cli_output_open("mutants", r->o.output);
    if (out == NULL)
        return CLI_USAGE;
    bool written = true;
    if (r->o.format == 1)
        written = mutant_report_json(out, &r->suite, r->judged, r->count);
    else
        mutant_report_text(out, &r->suite, r->judged, r->count);
    if (!cli_output_close("mutants", r->o.output, out) || !written)
        return CLI_INTERNAL;
    for (size_t i = 0; i < r->count; i++)
        if (r->judged[i].verdict == MUTANT_SURVIVED || r->judged[i].verdict == MUTANT_BY_OTHERS)
            status = cli_status_worse(status, CLI_NONCONFORMANCE);
    return status;
}

static cli_status run_all(request *r)
{
    char certificate[512] = "", error[256];
    if (!certificate_make("mx.example.test", NULL, certificate, sizeof certificate, error, sizeof error)) {
        complain("TLS", error);
        return CLI_INTERNAL;
    }
    r->suite.certificate = certificate;
    cli_interrupt_catch();
    cli_status status = run_base(r);
    if (status == CLI_OK) {
        status = run_mutants(r);
        status = report(r, status);
    }
    unlink(certificate);
    cli_interrupt_finish();
    return status;
}

static cli_status run(int argc, char **argv)
{
    static request r;
    cli_library library = {.documents = NULL};
    int operands = 0;
    cli_status status = read_options(argc, argv, &r.o, &operands);
    if (status == CLI_OK)
        status = choose_mutants(&r);
    if (status == CLI_OK)
        status = choose_cases(&r, &library, operands, argv);
    if (status == CLI_OK) {
        choose_conditions(&r);
        r.suite.cited_only = r.o.cited_only;
        r.suite.every = r.o.every;
        status = run_all(&r);
    }
    for (size_t i = 0; i < r.suite.count; i++)
        free(r.suite.cases[i].id);
    for (size_t i = 0; i < r.count; i++)
        free(r.judged[i].marks);
    free(r.suite.cases);
    free(r.chosen);
    free(r.judged);
    mutant_table_free(&r.table);
    cli_library_close(&library);
    return status;
}

const cli_command cli_mutants = {"mutants", "run the cases against every mutant of the server", help, run};
