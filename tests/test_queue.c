/* test_queue.c - the order in which the jobs of a run begin, and which of them run side by side */
#include "harness/probe/queue.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "feed.h"

enum { MANY = 8 };

/* Jobs by a letter each: what they need, one character for one flag. */
static probe_job job_of(const char *flags)
{
    return (probe_job){
        .weight = 1,
        .alone = strchr(flags, 'a') != NULL,
        .holds = strchr(flags, 'h') != NULL,
        .looks = strchr(flags, 'l') != NULL,
        .counts = strchr(flags, 'c') != NULL,
        .delivers = strchr(flags, 'd') != NULL,
        .logs_in = strpbrk(flags, "hli") != NULL,
        .guesses = strpbrk(flags, "go") != NULL,
        .only_guesses = strchr(flags, 'o') != NULL,
        .waits_ms = strchr(flags, 'w') != NULL ? 1000 : 0,
        .skip = strchr(flags, 's') != NULL ? (char[]){"skip"} : NULL,
    };
}

/* rows: flags of the jobs; order: their numbers, "." where none could begin until those that ran were done. */
static const struct {
    const char *what, *jobs[MANY], *order;
    unsigned limit;
    bool slowly;
} rows[] = {
    {"as they come", {"", "", ""}, "012", 8, false},
    {"one at a time", {"", "", ""}, "0.1.2", 1, false},
    {"what holds the maildrop begins first, one at a time", {"", "h", "", "h"}, "102.3", 8, false},
    {"what waits begins early", {"", "w", ""}, "102", 8, false},
    {"what delivers comes behind what counts", {"d", "hc", ""}, "12.0", 8, false},
    {"what looks does not while another holds", {"l", "h"}, "1.0", 8, false},
    {"alone", {"a", "", ""}, "0.12", 8, false},
    {"what guesses comes last", {"g", "", "g", ""}, "1302", 8, false},
    {"… when all right logins are over", {"g", "h", "", "i"}, "123.0", 8, false},
    {"… though it logs in itself", {"hg", "h", "hg"}, "1.0.2", 8, false},
    {"… also if the others deliver", {"g", "dl", "dl"}, "12.0", 8, false},
    {"a case that is skipped logs in nowhere", {"g", "hs"}, "10", 8, false},
    {"what gets in nowhere holds the maildrop all the same", {"ho", "hg", "ho"}, "0.2.1", 8, false},
    {"… but for a server that is slow to refuse", {"ho", "hg", "ho", "hg"}, "02.1.3", 8, true},
    {"what looks waits for it", {"ho", "ho", "glw"}, "01.2", 8, true},
    {"nobody else logs in", {"g", "d", "g"}, "102", 8, false},
};

static void run(size_t row, char *order, size_t room)
{
    probe_job jobs[MANY];
    probe_job *running[MANY];
    size_t count = 0;
    size_t at = 0;
    size_t busy = 0;
    bool left = true;
    probe_queue queue;
    while (count < MANY && rows[row].jobs[count] != NULL) {
        jobs[count] = job_of(rows[row].jobs[count]);
        count++;
    }
    probe_queue_init(&queue, jobs, count, rows[row].limit, false);
    queue.refuses_slowly = rows[row].slowly;
    while (left && at + 2 < room) {
        probe_job *job = probe_queue_claim(&queue, 1, &left);
        if (job != NULL) {
            order[at++] = (char)('0' + (job - jobs));
            running[busy++] = job;
            continue;
        }
        if (left)
            order[at++] = '.';
        while (busy > 0)
            probe_queue_release(&queue, running[--busy], true);
    }
    order[at] = '\0';
    probe_queue_free(&queue);
}

Test(queue, order)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        char order[40];
        run(i, order, sizeof order);
        cr_expect_str_eq(order, rows[i].order, "%s: %s, not %s", rows[i].what, order, rows[i].order);
    }
}

/* One that was not refused: the others of its kind run again, one at a time. */
Test(queue, repeat)
{
    probe_job jobs[3] = {job_of("ho"), job_of("ho"), job_of("ho")};
    probe_queue queue;
    bool left;
    probe_queue_init(&queue, jobs, 3, 8, false);
    queue.refuses_slowly = true;
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(probe_queue_claim(&queue, 1, &left), &jobs[i]);
    probe_queue_release(&queue, &jobs[0], true);
    probe_queue_release(&queue, &jobs[1], true);
    queue.refuses_slowly = false;
    probe_queue_repeat(&queue, &jobs[0]);
    cr_expect_null(probe_queue_claim(&queue, 1, &left));
    cr_expect(left);
    probe_queue_release(&queue, &jobs[2], false);
    for (size_t i = 0; i < 3; i += 2) {
        cr_expect_eq(probe_queue_claim(&queue, 1, &left), &jobs[i]);
        cr_expect_null(probe_queue_claim(&queue, 1, &left));
        probe_queue_release(&queue, &jobs[i], true);
    }
    cr_expect_null(probe_queue_claim(&queue, 1, &left));
    cr_expect_not(left);
    probe_queue_free(&queue);
}

/* Right logins that are to be tried again are not over. */
Test(queue, a_login_that_is_repeated)
{
    probe_job jobs[2] = {job_of("i"), job_of("g")};
    probe_queue queue;
    bool left;
    probe_queue_init(&queue, jobs, 2, 8, false);
    probe_job *first = probe_queue_claim(&queue, 1, &left);
    cr_assert_eq(first, &jobs[0]);
    first->not_before = 50;
    probe_queue_release(&queue, first, false);
    cr_expect_null(probe_queue_claim(&queue, 10, &left));
    cr_expect(left);
    cr_expect_eq(probe_queue_claim(&queue, 50, &left), &jobs[0]);
    cr_expect_null(probe_queue_claim(&queue, 51, &left));
    probe_queue_release(&queue, &jobs[0], true);
    cr_expect_eq(probe_queue_claim(&queue, 52, &left), &jobs[1]);
    probe_queue_free(&queue);
}

/* A job that needs many connections is not passed over for ever. */
Test(queue, room)
{
    probe_job jobs[80];
    probe_queue queue;
    bool left;
    unsigned begun = 0;
    for (size_t i = 0; i < COUNT(jobs); i++)
        jobs[i] = job_of("");
    jobs[1].weight = 3;
    probe_queue_init(&queue, jobs, COUNT(jobs), 3, false);
    probe_job *before = probe_queue_claim(&queue, 1, &left);
    for (probe_job *job = before; job != &jobs[1] && begun < COUNT(jobs); begun++) {
        probe_job *next = probe_queue_claim(&queue, 1, &left);
        probe_queue_release(&queue, job, true);
        job = next == NULL ? probe_queue_claim(&queue, 1, &left) : next;
    }
    cr_expect_lt(begun, COUNT(jobs) - 1, "it came last, behind %u", begun);
    probe_queue_free(&queue);
}
