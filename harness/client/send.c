/* send.c - see send.h */
#include "harness/client/send.h"

#include <stdlib.h>
#include <string.h>

#include "mailspec/content.h"

enum { PIECE = 64 * 1024 };

static bool offers(const mail_link *l, const char *keyword)
{
    return probe_offer_has(&l->prologue.offer, ms_span_make(keyword, strlen(keyword)), ms_span_absent());
}

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text > 127)
            return false;
    return true;
}

bool send_is_address(const char *address, ms_smtp_path_role role)
{
    char path[600];
    const ms_smtp_context context = {.smtputf8 = true};
    if (role == MS_REVERSE_PATH && address[0] == '\0')
        return true;
    const int length = snprintf(path, sizeof path, "<%s>", address);
    if (length > 0 && (size_t)length < sizeof path) {
        const ms_smtp_path_parsed parsed = ms_smtp_path_parse(ms_span_make(path, (size_t)length), role, &context);
        return parsed.error == MS_SMTP_OK && parsed.consumed == (size_t)length && parsed.deviations == 0;
    }
    return false;
}

/* What the message needs of the server, and does not get. */
static bool suits(mail_link *l, const send_job *job, bool utf8)
{
    const ms_span limit = probe_offer_find(&l->prologue.offer, MS_SPAN("SIZE"));
    uint64_t octets = 0;
    if (job->eight_bit && !offers(l, "8BITMIME")) {
        link_fail(l, LINK_REFUSED,
                  "the message has octets above 127, and the server does not offer 8BITMIME "
                  "(RFC 6152 section 3)");
        return false;
    }
    if (utf8 && !offers(l, "SMTPUTF8")) {
        link_fail(l, LINK_REFUSED,
                  "an address or a header field is not ASCII, and the server does not offer SMTPUTF8 "
                  "(RFC 6531 section 3.1)");
        return false;
    }
    for (size_t i = 0; !ms_span_is_absent(limit) && i < limit.len && octets < UINT64_MAX / 10; i++)
        if (limit.ptr[i] >= '0' && limit.ptr[i] <= '9')
            octets = octets * 10 + (uint64_t)(limit.ptr[i] - '0');
    if (octets > 0 && job->content.len > octets) {
        link_fail(l, LINK_REFUSED, "the message has %zu octets, and the server takes %llu (RFC 1870 section 3)",
                  job->content.len, (unsigned long long)octets);
        return false;
    }
    return true;
}

static link_result mail(mail_link *l, const send_job *job, bool utf8)
{
    char line[800];
    char size[40] = "";
    probe_reply reply;
    if (offers(l, "SIZE"))
        snprintf(size, sizeof size, " SIZE=%zu", job->content.len);
    snprintf(line, sizeof line, "MAIL FROM:<%s>%s%s%s", job->from, size, job->eight_bit ? " BODY=8BITMIME" : "",
             utf8 ? " SMTPUTF8" : "");
    if (link_ask(l, line, &reply) != LINK_DONE)
        return LINK_UNREACHABLE;
    return link_is_positive(l, &reply) ? LINK_DONE : link_refused(l, "MAIL", &reply);
}

static void tell(const mail_link *l, const send_job *job, size_t recipient)
{
    fprintf(job->report, "%s: ", job->recipients[recipient]);
    fputs(l->why, job->report);
    fputc('\n', job->report);
}

static link_result recipients(mail_link *l, const send_job *job, bool *taken, size_t *accepted)
{
    char line[800];
    probe_reply reply;
    for (size_t i = 0; i < job->recipient_count; i++) {
        snprintf(line, sizeof line, "RCPT TO:<%s>", job->recipients[i]);
        if (link_ask(l, line, &reply) != LINK_DONE)
            return LINK_UNREACHABLE;
        taken[i] = link_is_positive(l, &reply);
        *accepted += taken[i];
        if (!taken[i]) {
            link_refused(l, "RCPT", &reply);
            tell(l, job, i);
        }
    }
    if (*accepted > 0)
        return LINK_DONE;
    link_ask(l, "RSET", &reply);
    return link_fail(l, LINK_REFUSED, "no recipient was accepted");
}

/* The content, stuffed, in pieces. */
static bool say_content(mail_link *l, ms_span content)
{
    uint8_t *out = malloc(PIECE);
    ms_stuffer stuffer;
    ms_stuffer_init(&stuffer);
    bool said = out != NULL;
    bool ended = false;
    while (said && !ended) {
        size_t written;
        const size_t used = ms_stuffer_next(&stuffer, content, out, PIECE - 5, &written);
        content = ms_span_make(content.ptr + used, content.len - used);
        ended = content.len == 0;
        if (ended)
            written += ms_stuffer_end(&stuffer, out + written);
        const ms_span piece = ms_span_make(out, written);
        said = probe_peer_say(&l->peer, piece, piece, 0);
        link_show(l);
    }
    free(out);
    return said;
}

/* RFC 2033 section 4.2: LMTP answers the end of the data once for each accepted recipient, in their order. */
static link_result outcome(mail_link *l, const send_job *job, const bool *taken, size_t *accepted)
{
    const bool lmtp = l->endpoint.target.protocol == NET_LMTP;
    probe_reply reply;
    size_t delivered = 0;
    for (size_t i = 0; i < job->recipient_count; i++) {
        if (!taken[i])
            continue;
        if (link_take(l, &reply) != LINK_DONE)
            return LINK_UNREACHABLE;
        const bool done = link_is_positive(l, &reply);
        if (!done)
            link_refused(l, "the message", &reply);
        if (!lmtp)
            return done ? LINK_DONE : LINK_REFUSED;
        delivered += done;
        if (!done)
            tell(l, job, i);
    }
    *accepted = delivered;
    return delivered > 0 ? LINK_DONE : LINK_REFUSED;
}

static link_result transaction(mail_link *l, const send_job *job, bool utf8, bool *taken, size_t *accepted)
{
    probe_reply reply;
    link_result result = mail(l, job, utf8);
    if (result == LINK_DONE)
        result = recipients(l, job, taken, accepted);
    if (result == LINK_DONE)
        result = link_ask(l, "DATA", &reply);
    if (result != LINK_DONE)
        return result;
    if (reply.code / 100 != 3)
        return link_refused(l, "DATA", &reply);
    if (!say_content(l, job->content))
        return link_fail(l, LINK_UNREACHABLE, "the message could not be written: %s", l->peer.detail);
    return outcome(l, job, taken, accepted);
}

link_result send_message(mail_link *l, const send_job *job, size_t *accepted)
{
    *accepted = 0;
    bool utf8 = job->utf8_header || !is_ascii(job->from);
    for (size_t i = 0; i < job->recipient_count; i++)
        utf8 = utf8 || !is_ascii(job->recipients[i]);
    if (!suits(l, job, utf8))
        return LINK_REFUSED;
    bool *taken = calloc(job->recipient_count, sizeof *taken);
    if (taken == NULL)
        return link_fail(l, LINK_REFUSED, "there is no memory");
    const link_result result = transaction(l, job, utf8, taken, accepted);
    free(taken);
    if (result != LINK_DONE)
        *accepted = 0;
    return result;
}
