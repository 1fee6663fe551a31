#include "smtp_lines.h"

#include "mailspec/smtp_parameter.h"
#include "measure.h"

#include <stdio.h>
#include <string.h>

static const char *word(char *out, uint32_t shortest, uint32_t longest)
{
    const uint32_t len = shortest + bench_random_below(longest - shortest + 1);
    for (uint32_t i = 0; i < len; i++)
        out[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[bench_random_below(i == 0 ? 26 : 30)];
    out[len] = '\0';
    return out;
}

static const char *domain(char *out)
{
    static const char *const ends[] = {"com", "org", "net", "de", "co.uk", "example", "fr", "io"};
    char a[24], b[24];
    const char *end = ends[bench_random_below(8)];
    switch (bench_random_below(8)) {
    case 0:
        snprintf(out, 80, "%s-%s.%s", word(a, 5, 10), word(b, 5, 10), end);
        break;
    case 1:
    case 2:
        snprintf(out, 80, "%s.%s.%s", word(a, 3, 9), word(b, 8, 17), end);
        break;
    default:
        snprintf(out, 80, "%s.%s", word(a, 9, 23), end);
    }
    return out;
}

const char *bench_mailbox(char *out)
{
    char a[24], b[24], d[80];
    domain(d);
    switch (bench_random_below(10)) {
    case 0:
        snprintf(out, 160, "%s+%s@%s", word(a, 5, 12), word(b, 6, 16), d);
        break;
    case 1:
        snprintf(out, 160, "%s-%s=%s@%s", word(a, 6, 12), word(b, 12, 22), "x.example", d);
        break;
    case 2:
    case 3:
    case 4:
        snprintf(out, 160, "%s.%s@%s", word(a, 5, 12), word(b, 6, 15), d);
        break;
    default:
        snprintf(out, 160, "%s@%s", word(a, 9, 23), d);
    }
    return out;
}

static int make_mail(char *out)
{
    static const char *const more[] = {"",
                                       " BODY=8BITMIME",
                                       " BODY=8BITMIME SMTPUTF8",
                                       " RET=HDRS ENVID=QQ314159",
                                       " BODY=8BITMIME",
                                       " BODY=8BITMIME AUTH=<>"};
    char m[160];
    if (bench_random_below(12) == 0)
        return snprintf(out, BENCH_LINE_ROOM, "MAIL FROM:<>%s", more[bench_random_below(6)]);
    if (bench_random_below(8) == 0)
        return snprintf(out, BENCH_LINE_ROOM, "MAIL FROM:<%s>%s", bench_mailbox(m), more[bench_random_below(6)]);
    return snprintf(out, BENCH_LINE_ROOM, "MAIL FROM:<%s> SIZE=%u%s", bench_mailbox(m), bench_random_below(1u << 22),
                    more[bench_random_below(6)]);
}

static int make_rcpt(char *out)
{
    char m[160], o[480];
    switch (bench_random_below(12)) {
    case 0:
        bench_mailbox(m);
        o[ms_smtp_xtext_encode(ms_span_make(m, strlen(m)), (uint8_t *)o)] = '\0';
        return snprintf(out, BENCH_LINE_ROOM, "RCPT TO:<%s> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;%s", m, o);
    case 1:
        return snprintf(out, BENCH_LINE_ROOM, "RCPT TO:<%s> NOTIFY=NEVER", bench_mailbox(m));
    default:
        return snprintf(out, BENCH_LINE_ROOM, "RCPT TO:<%s>", bench_mailbox(m));
    }
}

static int make_ehlo(char *out)
{
    char d[80], h[24];
    switch (bench_random_below(10)) {
    case 0:
        return snprintf(out, BENCH_LINE_ROOM, "EHLO [%u.%u.%u.%u]", bench_random_below(256), bench_random_below(256),
                        bench_random_below(256), bench_random_below(256));
    case 1:
        return snprintf(out, BENCH_LINE_ROOM, "EHLO [IPv6:2001:db8:%x::%x]", bench_random_below(65536),
                        bench_random_below(65536));
    case 2:
        return snprintf(out, BENCH_LINE_ROOM, "HELO %s", domain(d));
    default:
        return snprintf(out, BENCH_LINE_ROOM, "EHLO %s.%s", word(h, 6, 17), domain(d));
    }
}

static int make_other(char *out)
{
    char m[160];
    switch (bench_random_below(12)) {
    case 0:
        return snprintf(out, BENCH_LINE_ROOM, "AUTH PLAIN AHVzZXIubmFtZUBleGFtcGxlLm9yZwBjb3JyZWN0aG9yc2VzdGFwbGU=");
    case 1:
        return snprintf(out, BENCH_LINE_ROOM, "BDAT %u LAST", bench_random_below(1u << 24));
    case 2:
        return snprintf(out, BENCH_LINE_ROOM, "VRFY %s", bench_mailbox(m));
    case 3:
        return snprintf(out, BENCH_LINE_ROOM, "STARTTLS");
    case 4:
        return snprintf(out, BENCH_LINE_ROOM, "NOOP");
    case 5:
    case 6:
    case 7:
        return snprintf(out, BENCH_LINE_ROOM, "RSET");
    case 8:
        return snprintf(out, BENCH_LINE_ROOM, "RCPT TO:<\"%s %s\"@%s>", "a b", "c", domain(m));
    default:
        return snprintf(out, BENCH_LINE_ROOM, "QUIT");
    }
}

int bench_smtp_command(char *out)
{
    const uint32_t kind = bench_random_below(100);
    if (kind < 39)
        return make_rcpt(out);
    if (kind < 54)
        return make_mail(out);
    if (kind < 67)
        return snprintf(out, BENCH_LINE_ROOM, "DATA");
    if (kind < 79)
        return make_ehlo(out);
    return make_other(out);
}
