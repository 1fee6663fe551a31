/* mutant_run.c - see mutant_run.h */
#include "harness/cli/mutant_run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/probe_begin.h"
#include "harness/cli/probe_plan.h"
#include "harness/probe/run.h"
#include "harness/requirement/register.h"
#include "harness/serve/listen.h"

enum {
    AT_SMTP,
    AT_POP3,
    AT_SUBMISSION,
    AT_LMTP,
    AT_SMTPS,
    AT_POP3S,
    /* set up as some sites are */
    AT_DEMANDS_TLS,
    AT_REFUSES,
    AT_GOES_DOWN,
    AT_SLOW_SMTP,
    AT_SLOW_POP3,
    AT_ONE_LOGIN,
    POINTS
};

enum {
    REPLY_MS = 2500, /* the server is on this machine, and answers at once or never */
    CASE_MS = 20 * 1000,
    DELIVERY_MS = 1000, /* it delivers before it answers */
    RUN_MS = 240 * 1000,
    CONNECTIONS = 6,
    SAMPLE = 40, /* cases that tell whether a mutant may be too coarse */
    DOWN_MS = 1500,
    /* What takes minutes is played two hundred times faster, by the cases and by their server alike: it waits for
     * sixteen minutes in SMTP (RFC 5321 section 4.5.3.2.7 wants five), fifteen in POP3 (RFC 1939 section 3 wants ten). */
    HASTE = 200,
    SLOW_SMTP_MS = 16 * 60 * 1000 / HASTE,
    SLOW_POP3_MS = 15 * 60 * 1000 / HASTE,
};

/* Where the cases with a condition are run. */
static const struct {
    const char *condition;
    int smtp, pop3;
} places[] = {
    {"implicit-tls", AT_SMTPS, AT_POP3S}, {"tls-required", AT_DEMANDS_TLS, AT_POP3},
    {"reject-host", AT_REFUSES, AT_POP3}, {"server-control", AT_GOES_DOWN, AT_POP3},
    {"slow", AT_SLOW_SMTP, AT_SLOW_POP3},
};

/* A worker's own. */
typedef struct run_state {
    const mutant_suite *suite;
    uint16_t requirement;
    bool by_submission;
    bool pop3, smtp; /* whose cases the mutant can fail */
    probe_context context;
    probe_endpoint *at[POINTS]; /* of the context; NULL: no case is run there */
    mutant_result result;
} run_state;

bool mutant_case_cites(const mutant_case *item, uint16_t requirement)
{
    for (const mst_word *word = item->document->header.cites; word != NULL; word = word->next)
        if (ms_register_find((const char *)word->text.ptr, word->text.len) == requirement)
            return true;
    return false;
}

/* Beside what is no MUST there are deviations that a case calls nonstrict: what the grammar forbids and no sentence
 * obliges the server to refuse, and what the register wants warned of. */
static bool is_mild(const ms_register_row *row)
{
    const bool must = row->level == MS_LEVEL_MUST || row->level == MS_LEVEL_MUST_NOT;
    return !must || strcmp(row->subject, "grammar") == 0 || strstr(row->expect, "= warn") != NULL;
}

bool mutant_is_breach(uint8_t status, uint16_t requirement)
{
    const ms_register_row *row = ms_register_get(requirement);
    return status == RESULT_FAIL || (status == RESULT_NONSTRICT && row != NULL && is_mild(row));
}

/* --- the server ----------------------------------------------------------------------------------- */

static atomic_bool never;

static void be_server(const mutant_suite *suite, const mutant_entry *mutant, listen_point points[POINTS])
{
    store *s = store_new((int64_t)time(NULL), (size_t)256 << 20);
    serve_settings shared = serve_settings_default(s);
    const listen_settings settings = {
        .serve = &shared,
        .tls = {.server_certificate = suite->certificate},
        .connections_max = 200,
        .smtp_idle = 60000,
        .pop3_idle = 60000,
        .with_parent = true,
    };
    shared.tls = true;
    if (mutant != NULL) {
        shared.mutant = mutant->built_in;
        shared.data = mutant->data;
    }
    serve_settings demands = shared, refuses = shared, one_login = shared;
    demands.require_tls = refuses.refuses = one_login.one_login = true;
    points[AT_DEMANDS_TLS].serve = &demands;
    points[AT_REFUSES].serve = &refuses;
    points[AT_ONE_LOGIN].serve = &one_login;
    if (store_add_user(s, "alice", "secret") && store_add_user(s, "bob", "secret"))
        listen_run(points, POINTS, &settings, &never);
    _exit(0);
}

static pid_t start_server(const mutant_suite *suite, const mutant_entry *mutant, listen_point points[POINTS])
{
    static const listen_point kinds[POINTS] = {
        [AT_SMTP] = {.protocol = NET_SMTP},
        [AT_POP3] = {.protocol = NET_POP3},
        [AT_SUBMISSION] = {.protocol = NET_SUBMISSION},
        [AT_LMTP] = {.protocol = NET_LMTP},
        [AT_SMTPS] = {.protocol = NET_SMTP, .implicit_tls = true},
        [AT_POP3S] = {.protocol = NET_POP3, .implicit_tls = true},
        [AT_DEMANDS_TLS] = {.protocol = NET_SMTP},
        [AT_REFUSES] = {.protocol = NET_SMTP},
        [AT_GOES_DOWN] = {.protocol = NET_SMTP, .down_after = DOWN_MS},
        [AT_SLOW_SMTP] = {.protocol = NET_SMTP, .idle = SLOW_SMTP_MS},
        [AT_SLOW_POP3] = {.protocol = NET_POP3, .idle = SLOW_POP3_MS},
        [AT_ONE_LOGIN] = {.protocol = NET_POP3},
    };
    char error[256];
    for (int i = 0; i < POINTS; i++) {
        points[i] = kinds[i];
        points[i].host = "127.0.0.1";
        if (!listen_open(&points[i], error, sizeof error))
            return -1;
    }
    const pid_t pid = fork();
    if (pid == 0)
        be_server(suite, mutant, points);
    for (int i = 0; i < POINTS; i++)
        close(points[i].fd);
    return pid;
}

/* --- the cases ---------------------------------------------------------------------------------------- */

static void place(run_state *r, int point, const listen_point points[POINTS])
{
    char url[64], error[256];
    size_t at = 0;
    for (int i = 0; i < POINTS; i++)
        at += r->at[i] != NULL ? 1 : 0;
    r->at[point] = &r->context.endpoints[at];
    snprintf(url, sizeof url, "%s://127.0.0.1:%u", listen_scheme(&points[point]), points[point].port);
    net_target_parse(url, &r->at[point]->target, error, sizeof error);
}

static void set_up(run_state *r, const listen_point points[POINTS], const bool used[POINTS])
{
    probe_context *context = &r->context;
    probe_context_init(context);
    context->settings = (probe_settings){
        .rcpt = "alice@example.test",
        .rcpt2 = "bob@example.test",
        .unknown = "nobody@example.test",
        .remote = "stranger@elsewhere.example",
        .list = "staff@example.test",
        .alias = "alice+other@example.test",
        .user = "alice",
        .user2 = "bob",
        .password = "secret",
        .password2 = "secret",
        .tls = {.insecure = true, .certificate = r->suite->certificate},       /* any will do for a client's */
        .reply_ms = r->requirement == MS_REQ_NONE ? PROBE_REPLY_MS : REPLY_MS, /* a busy machine is no fault */
        .case_ms = CASE_MS,
        .delivery_ms = DELIVERY_MS,
        .received_max = PROBE_RECEIVED_MAX,
        .strict = true,
        .haste = HASTE,
    };
    context->have = r->suite->have;
    context->empty_maildrop = true;
    probe_make_mark(context);
    for (int i = 0; i < POINTS; i++) {
        const bool known = i == AT_REFUSES || i == AT_GOES_DOWN;
        if (!used[i] || known)
            continue;
        place(r, i, points);
        context->endpoint_count++;
    }
    probe_survey_all(context);
    /* those who turn everybody away, soon or at once, are not looked at before */
    for (int i = 0; i < POINTS; i++) {
        if (!used[i] || r->at[i] != NULL)
            continue;
        place(r, i, points);
        r->at[i]->reachable = true;
    }
}

static int endpoint_of(const run_state *r, const mst_document *document)
{
    const bool pop3 = document->header.protocol == MST_POP3;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (probe_needs(document, places[i].condition))
            return pop3 ? places[i].pop3 : places[i].smtp;
    if (pop3 && document->header.profiles == MST_PROFILE_STRICT)
        return AT_ONE_LOGIN;
    switch (document->header.protocol) {
    case MST_SMTP:
        return r->by_submission ? AT_SUBMISSION : AT_SMTP;
    case MST_SUBMISSION:
        return AT_SUBMISSION;
    case MST_LMTP:
        return AT_LMTP;
    case MST_POP3:
        return AT_POP3;
    case MST_PROTOCOLS:
        break;
    }
    return AT_SMTP;
}

static bool names(const result_case *item, uint16_t requirement)
{
    for (size_t i = 0; i < item->evidence_count; i++)
        if (item->evidence[i].requirement == requirement && !item->evidence[i].expected)
            return true;
    return false;
}

static void take_result(run_state *r, const result_case *item)
{
    if (strncmp(item->id, "listen.", 7) == 0) {
        const bool same = item->cite_count > 0 && item->cites[0] == r->requirement;
        r->result.heard |= same && mutant_is_breach((uint8_t)item->status, r->requirement);
        return;
    }
    for (size_t i = 0; i < r->suite->count; i++)
        if (strcmp(r->suite->cases[i].id, item->id) == 0)
            r->result.marks[i] =
                (mutant_mark){.ran = 1, .status = (uint8_t)item->status, .named = names(item, r->requirement)};
}

/* Runs those that are wanted; POP3 first, as its cases mind mail that arrives late. */
static void run_cases(run_state *r, const bool *wanted)
{
    result_run results;
    probe_run run = {.context = &r->context, .connections = CONNECTIONS, .end = net_in(RUN_MS)};
    run.feeds[PROBE_FEED_WHOLE] = true;
    for (int pop3 = 1; pop3 >= 0; pop3--)
        for (size_t i = 0; i < r->suite->count; i++) {
            const mutant_case *item = &r->suite->cases[i];
            probe_endpoint *endpoint = r->at[endpoint_of(r, item->document)];
            const bool first = item->document->header.protocol == MST_POP3;
            if (wanted[i] && first == (pop3 == 1) && endpoint != NULL && endpoint->reachable)
                probe_run_add(&run, item->document, endpoint, item->id);
        }
    result_run_init(&results, "probe", NULL);
    probe_run_all(&run, &results);
    for (size_t i = 0; i < results.case_count; i++)
        take_result(r, &results.cases[i]);
    result_run_free(&results);
    probe_run_free(&run);
}

/* --- which cases ------------------------------------------------------------------------------------------ */

/* Those that wait take too long to be run where they are not asked for. */
static bool concerns(const run_state *r, const mutant_case *item)
{
    const bool pop3 = item->document->header.protocol == MST_POP3;
    return (pop3 ? r->pop3 : r->smtp) && item->passes[r->by_submission] && !probe_needs(item->document, "slow");
}

/* The points of all cases that may be run; SMTP and POP3 in any case, as they are a pair. */
static void find_points(const run_state *r, bool used[POINTS])
{
    for (int i = 0; i < POINTS; i++)
        used[i] = i == AT_SMTP || i == AT_POP3;
    for (size_t i = 0; i < r->suite->count; i++) {
        const mutant_case *item = &r->suite->cases[i];
        const bool base = r->requirement == MS_REQ_NONE;
        if (base || mutant_case_cites(item, r->requirement) || (!r->suite->cited_only && concerns(r, item)))
            used[endpoint_of(r, item->document)] = true;
    }
}

/* By one of those that cite the requirement, be it as nonstrict. */
static bool is_seen(const run_state *r)
{
    for (size_t i = 0; i < r->suite->count; i++)
        if (r->result.marks[i].ran &&
            (r->result.marks[i].status == RESULT_FAIL || r->result.marks[i].status == RESULT_NONSTRICT))
            return true;
    return r->result.heard;
}

static size_t count_marks(const run_state *r, bool failed)
{
    size_t count = 0;
    for (size_t i = 0; i < r->suite->count; i++) {
        const mutant_mark *mark = &r->result.marks[i];
        const bool bad = mark->status == RESULT_FAIL || mark->status == RESULT_ERROR;
        count += mark->ran && mark->status != RESULT_SKIP && (bad || !failed) ? 1 : 0;
    }
    return count;
}

/* First those that cite the requirement.  If they kill the mutant, a sample tells whether it may be too coarse; all are
 * run if it may be, or if nothing has killed it. */
static void run_in_steps(run_state *r)
{
    bool *wanted = calloc(r->suite->count + 1, sizeof *wanted);
    if (wanted == NULL)
        abort();
    for (size_t i = 0; i < r->suite->count; i++)
        wanted[i] =
            r->suite->cases[i].passes[r->by_submission] && mutant_case_cites(&r->suite->cases[i], r->requirement);
    run_cases(r, wanted);
    if (!r->suite->cited_only) {
        const bool sampled = is_seen(r) && !r->suite->every;
        const size_t step = sampled && r->suite->count > SAMPLE ? r->suite->count / SAMPLE : 1;
        for (size_t i = 0; i < r->suite->count; i++)
            wanted[i] = !r->result.marks[i].ran && concerns(r, &r->suite->cases[i]) && i % step == 0;
        run_cases(r, wanted);
        const bool suspect =
            count_marks(r, true) * 8 > count_marks(r, false); /* 12.5 %, and 20 % would be too coarse */
        for (size_t i = 0; i < r->suite->count; i++)
            wanted[i] = step > 1 && suspect && !r->result.marks[i].ran && concerns(r, &r->suite->cases[i]);
        run_cases(r, wanted);
    }
    free(wanted);
}

static void run_all(run_state *r)
{
    bool *wanted = calloc(r->suite->count + 1, sizeof *wanted);
    if (wanted == NULL)
        abort();
    memset(wanted, true, r->suite->count);
    run_cases(r, wanted);
    free(wanted);
}

/* --- the worker --------------------------------------------------------------------------------------------- */

static void say(const run_state *r, FILE *out)
{
    const mutant_result *result = &r->result;
    fputc(result->reached, out);
    fputc(result->heard, out);
    fwrite(result->marks, sizeof *result->marks, r->suite->count, out);
    fflush(out);
}

static void be_worker(const mutant_suite *suite, const mutant_entry *mutant, bool by_submission, FILE *out)
{
    static run_state r; /* too large for a stack */
    listen_point points[POINTS];
    bool used[POINTS];
    const int nothing = open("/dev/null", O_WRONLY); /* what a survey complains of is the mutant's fault */
    const struct sigaction ignore = {.sa_handler = SIG_IGN}, end = {.sa_handler = SIG_DFL};
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGINT, &end, NULL);
    sigaction(SIGTERM, &end, NULL);
    sigaction(SIGHUP, &end, NULL);
    dup2(nothing, STDERR_FILENO);
    r.suite = suite;
    r.by_submission = by_submission;
    r.requirement = mutant == NULL ? MS_REQ_NONE : (uint16_t)ms_register_find_text(mutant->requirement);
    r.pop3 = mutant == NULL || strncmp(mutant->id, "pop3.", 5) == 0;
    r.smtp = mutant == NULL || !r.pop3;
    r.result.marks = calloc(suite->count + 1, sizeof *r.result.marks);
    alarm(RUN_MS / 1000 * 3); /* whatever happens, it ends */
    const pid_t server = r.result.marks == NULL ? -1 : start_server(suite, mutant, points);
    if (server < 0)
        _exit(1);
    find_points(&r, used);
    set_up(&r, points, used);
    for (int i = 0; i < POINTS; i++)
        r.result.reached |= r.at[i] != NULL && r.at[i]->reachable && (points[i].protocol == NET_POP3 ? r.pop3 : r.smtp);
    if (mutant == NULL)
        run_all(&r);
    else
        run_in_steps(&r);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    say(&r, out);
    _exit(0);
}

bool mutant_run_start(mutant_worker *worker, const mutant_suite *suite, const mutant_entry *mutant, bool by_submission)
{
    worker->out = tmpfile();
    if (worker->out == NULL)
        return false;
    worker->pid = fork();
    if (worker->pid == 0)
        be_worker(suite, mutant, by_submission, worker->out);
    if (worker->pid > 0)
        return true;
    fclose(worker->out);
    *worker = (mutant_worker){0};
    return false;
}

mutant_result mutant_run_finish(mutant_worker *worker, const mutant_suite *suite)
{
    mutant_result result = {.marks = calloc(suite->count + 1, sizeof *result.marks)};
    if (result.marks == NULL)
        abort();
    rewind(worker->out);
    result.reached = fgetc(worker->out) == 1;
    result.heard = fgetc(worker->out) == 1;
    if (fread(result.marks, sizeof *result.marks, suite->count, worker->out) != suite->count)
        result.reached = false;
    fclose(worker->out);
    *worker = (mutant_worker){0};
    return result;
}
