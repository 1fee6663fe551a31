/* test_login_delay.c - the time between logins that POP3 servers ask for (RFC 2449 section 6.5) */
#include "harness/probe/login_delay.h"

#include <criterion/criterion.h>
#include <string.h>

#include "feed.h"

static void offer(probe_endpoint *endpoint, const char *clear, const char *tls)
{
    memset(endpoint, 0, sizeof *endpoint);
    endpoint->clear = (probe_offer){.known = true, .lines = {MS_SPAN("TOP"), heap_text(clear)}, .count = 2};
    endpoint->tls = (probe_offer){.known = true, .lines = {MS_SPAN("TOP"), heap_text(tls)}, .count = 2};
}

static void forget(probe_endpoint *endpoint)
{
    heap_free(endpoint->clear.lines[1]);
    heap_free(endpoint->tls.lines[1]);
}

static const struct {
    const char *clear, *tls;
    unsigned seconds;
} rows[] = {
    {"UIDL", "UIDL", 0},
    {"LOGIN-DELAY 5", "UIDL", 5},
    {"LOGIN-DELAY 5 USER", "LOGIN-DELAY 3", 5},
    {"login-delay 900", "UIDL", 900},
    {"UIDL", "LOGIN-DELAY 7", 7},
    {"LOGIN-DELAY", "UIDL", 0},
    {"LOGIN-DELAY x", "UIDL", 0},
    {"LOGIN-DELAY 99999999999999999999", "UIDL", 1000000},
};

Test(login_delay, capability)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        probe_endpoint endpoint;
        offer(&endpoint, rows[i].clear, rows[i].tls);
        const unsigned got = probe_login_delay(&endpoint);
        cr_expect(rows[i].seconds == 1000000 ? got >= 1000000 : got == rows[i].seconds, "%s: %u", rows[i].clear, got);
        forget(&endpoint);
    }
}

/* How long a wait takes behind a login at this moment, at most limit. */
static int64_t waited(const probe_endpoint *endpoint, probe_ledger *ledger, int64_t limit)
{
    const atomic_bool stop = false;
    const net_deadline begun = net_now();
    probe_login_delay_wait(endpoint, ledger, net_in(limit), &stop);
    return net_now() - begun;
}

Test(login_delay, wait)
{
    probe_endpoint endpoint;
    probe_ledger ledger;
    memset(&ledger, 0, sizeof ledger);
    offer(&endpoint, "LOGIN-DELAY 1", "UIDL");
    cr_expect_lt(waited(&endpoint, &ledger, 5000), 500, "the first login of all");
    const int64_t second = waited(&endpoint, &ledger, 5000);
    cr_expect(second >= 900 && second < 3000, "the second one: %lld", (long long)second);
    const int64_t cut = waited(&endpoint, &ledger, 200);
    cr_expect(cut >= 150 && cut < 800, "the end of the case: %lld", (long long)cut);
    forget(&endpoint);
    offer(&endpoint, "LOGIN-DELAY 11", "UIDL");
    cr_expect_lt(waited(&endpoint, &ledger, 5000), 500, "too long to be waited for");
    forget(&endpoint);
}

/* Told by a refusal alone: half a second, then twice as long each time, until that is too long. */
Test(login_delay, refusals)
{
    probe_endpoint endpoint;
    probe_ledger ledger;
    const probe_reply refusal = {
        .came = PROBE_CAME_REPLY, .indicator = MS_POP3_NEGATIVE, .response_code = MS_SPAN("LOGIN-DELAY")};
    const probe_reply other = {
        .came = PROBE_CAME_REPLY, .indicator = MS_POP3_NEGATIVE, .response_code = MS_SPAN("IN-USE")};
    memset(&ledger, 0, sizeof ledger);
    offer(&endpoint, "UIDL", "UIDL");
    probe_login_delay_heard(&endpoint, &ledger, &other);
    cr_expect_eq(atomic_load(&ledger.login_delay), 0);
    for (unsigned wanted = 500; wanted <= 16000; wanted *= 2) {
        probe_login_delay_heard(&endpoint, &ledger, &refusal);
        cr_expect_eq(atomic_load(&ledger.login_delay), wanted);
    }
    probe_login_delay_heard(&endpoint, &ledger, &refusal);
    cr_expect_eq(atomic_load(&ledger.login_delay), 16000);
    cr_expect_lt(waited(&endpoint, &ledger, 5000), 500);
    forget(&endpoint);
    offer(&endpoint, "LOGIN-DELAY 1", "UIDL");
    atomic_store(&ledger.login_delay, 0);
    probe_login_delay_heard(&endpoint, &ledger, &refusal);
    cr_expect_eq(atomic_load(&ledger.login_delay), 0, "the server says its own");
    forget(&endpoint);
}
