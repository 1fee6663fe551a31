/* test_target.c - URLs of servers */
#include <criterion/criterion.h>

#include <string.h>

#include "feed.h"
#include "harness/net/target.h"

Test(target, accepted)
{
    static const struct {
        const char *url, *host;
        net_protocol protocol;
        unsigned port;
        bool tls, unix_socket, local;
    } rows[] = {
        {"smtp://127.0.0.1:2525", "127.0.0.1", NET_SMTP, 2525, false, false, true},
        {"SMTP://mx.example.org", "mx.example.org", NET_SMTP, 25, false, false, false},
        {"submission://localhost", "localhost", NET_SUBMISSION, 587, false, false, true},
        {"submissions://[::1]", "::1", NET_SUBMISSION, 465, true, false, true},
        {"smtps://[2001:db8::1]:1465", "2001:db8::1", NET_SMTP, 1465, true, false, false},
        {"lmtp://10.0.0.1:24", "10.0.0.1", NET_LMTP, 24, false, false, false},
        {"lmtp+unix:/run/lmtp", "/run/lmtp", NET_LMTP, 0, false, true, true},
        {"lmtp+unix:///run/lmtp", "/run/lmtp", NET_LMTP, 0, false, true, true},
        {"pop3://127.1.2.3", "127.1.2.3", NET_POP3, 110, false, false, true},
        {"pop3s://pop.example.org", "pop.example.org", NET_POP3, 995, true, false, false},
        /* a name that looks local is not: it is never resolved to find out */
        {"smtp://localhost.example.org:25", "localhost.example.org", NET_SMTP, 25, false, false, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        net_target target;
        char error[300] = "";
        cr_expect(net_target_parse(rows[i].url, &target, error, sizeof error), "%s: %s", rows[i].url, error);
        cr_expect_str_eq(target.host, rows[i].host, "%s", rows[i].url);
        cr_expect_eq(target.protocol, rows[i].protocol, "%s", rows[i].url);
        cr_expect_eq(target.port, rows[i].port, "%s", rows[i].url);
        cr_expect_eq(target.implicit_tls, rows[i].tls, "%s", rows[i].url);
        cr_expect_eq(target.unix_socket, rows[i].unix_socket, "%s", rows[i].url);
        cr_expect_eq(net_target_is_local(&target), rows[i].local, "%s", rows[i].url);
    }
}

Test(target, refused)
{
    static const char *const urls[] = {
        "",           "127.0.0.1:25",   "http://h",      "smtp:/h",     "smtp://",       "smtp://h:",
        "smtp://h:0", "smtp://h:65536", "smtp://h:25x",  "smtp://[::1", "smtp://[::1]x", "smtp://u@h",
        "smtp://h/x", "lmtp+unix:run",  "smtp+unix://h", "smtp://a b",
    };
    for (size_t i = 0; i < COUNT(urls); i++) {
        net_target target;
        char error[300] = "";
        cr_expect_not(net_target_parse(urls[i], &target, error, sizeof error), "%s", urls[i]);
        cr_expect_neq(error[0], '\0', "%s", urls[i]);
    }
}

/* It would stand in the log of a CI run. */
Test(target, a_password_in_a_url_is_not_repeated)
{
    static const char *const urls[] = {"smtp://alice:hidden@127.0.0.1:25", "pop3s://alice:hid@den@[::1]"};
    for (size_t i = 0; i < COUNT(urls); i++) {
        net_target target;
        char error[300] = "";
        cr_expect_not(net_target_parse(urls[i], &target, error, sizeof error), "%s", urls[i]);
        cr_expect_null(strstr(error, "hid"), "%s", error);
        cr_expect_not_null(strstr(error, "--user"), "%s", error);
    }
}
