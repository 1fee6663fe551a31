/* login_delay.c - see login_delay.h */
#include "harness/probe/login_delay.h"

static unsigned seconds(const probe_offer *offer)
{
    enum { NO_LONGER = 1000000 };
    const ms_span digits = probe_offer_digits(offer, MS_SPAN("LOGIN-DELAY"));
    const size_t length = ms_span_is_absent(digits) ? 0 : digits.len;
    unsigned number = 0;
    for (size_t i = 0; i < length && number < NO_LONGER; i++)
        number = number * 10 + (unsigned)(digits.ptr[i] - '0');
    return number;
}

unsigned probe_login_delay(const probe_endpoint *endpoint)
{
    const unsigned clear = seconds(&endpoint->clear);
    const unsigned tls = seconds(&endpoint->tls);
    return clear > tls ? clear : tls;
}

/* Doubled until it does, or is too long to be waited for. */
void probe_login_delay_heard(const probe_endpoint *endpoint, probe_ledger *ledger, const probe_reply *reply)
{
    enum { FIRST_MS = 500 };
    if (ms_span_is_absent(reply->response_code) || !probe_is_word(reply->response_code, "LOGIN-DELAY"))
        return;
    unsigned found = atomic_load(&ledger->login_delay);
    if (probe_login_delay(endpoint) == 0 && found <= PROBE_LOGIN_DELAY_MAX * 1000)
        atomic_compare_exchange_strong(&ledger->login_delay, &found, found == 0 ? FIRST_MS : 2 * found);
}

void probe_login_delay_wait(const probe_endpoint *endpoint, probe_ledger *ledger, net_deadline end,
                            const atomic_bool *stop)
{
    enum { MARGIN_MS = 50 }; /* the server sees each login a moment later, but not each as much */
    const unsigned announced = probe_login_delay(endpoint);
    const unsigned found = atomic_load(&ledger->login_delay);
    const unsigned delay = announced > 0 ? announced * 1000 : found;
    if (delay == 0 || delay > PROBE_LOGIN_DELAY_MAX * 1000)
        return;
    long long last = atomic_load(&ledger->last_login);
    long long turn;
    do {
        const long long due = last + (long long)delay + MARGIN_MS;
        turn = last == 0 || due < net_now() ? net_now() : due;
    } while (!atomic_compare_exchange_weak(&ledger->last_login, &last, turn));
    net_pause(net_sooner(turn, end), stop);
}
