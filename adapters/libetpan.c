/*
 * libetpan.c - the reply and response readers of libetpan, a mail client library
 *
 * libetpan has no parsers to be called alone: its sessions get a stream that holds the sample and swallows what they say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libetpan/libetpan.h>
#include <libetpan/libetpan_version.h>

#include "mailspec/adapter.h"

/* --- a stream out of memory ---------------------------------------------------------------------------------- */

typedef struct sample {
    ms_span octets;
    size_t at;
    ms_span greeting; /* read before the octets */
} sample;

static ssize_t sample_read(mailstream_low *low, void *out, size_t room)
{
    sample *s = low->data;
    ms_span *from = s->greeting.len > 0 ? &s->greeting : &s->octets;
    const size_t n = from->len < room ? from->len : room;
    if (n == 0) /* to 0 its readers go on for ever */
        return -1;
    memcpy(out, from->ptr, n);
    *from = ms_span_make(from->ptr + n, from->len - n);
    return (ssize_t)n;
}

static ssize_t sample_write(mailstream_low *low, const void *octets, size_t len)
{
    (void)low;
    (void)octets;
    return (ssize_t)len;
}

static int sample_close(mailstream_low *low)
{
    (void)low;
    return 0;
}

static int sample_fd(mailstream_low *low)
{
    (void)low;
    return -1;
}

static void sample_free(mailstream_low *low)
{
    free(low);
}

static void sample_cancel(mailstream_low *low)
{
    (void)low;
}

static mailstream_low_driver driver = {.mailstream_read = sample_read,
                                       .mailstream_write = sample_write,
                                       .mailstream_close = sample_close,
                                       .mailstream_get_fd = sample_fd,
                                       .mailstream_free = sample_free,
                                       .mailstream_cancel = sample_cancel};

static mailstream *stream_of(sample *s)
{
    return mailstream_new(mailstream_low_new(s, &driver), 8192);
}

/* In the library, and in none of the headers that are installed. */
int mailsmtp_read_response(mailsmtp *session);

/* --- SMTP ----------------------------------------------------------------------------------------------------- */

/* The last code is told; a failure without one means that the stream ended, or that no code was there. */
static ms_adapter_verdict smtp_reply(void *context, ms_span octets, const ms_adapter_about *about,
                                     ms_adapter_result *result)
{
    sample s = {.octets = octets};
    mailsmtp *session = mailsmtp_new(0, NULL);
    (void)context;
    session->stream = stream_of(&s);
    const bool ehlo = about->after != NULL && strcasecmp(about->after, "EHLO") == 0;
    int code = ehlo ? 0 : mailsmtp_read_response(session);
    if (ehlo) {
        mailesmtp_ehlo(session);
        code = session->response_code;
    }
    if (code > 0)
        result->number(result, "code", (uint64_t)code);
    session->stream = (mailstream_close(session->stream), NULL);
    mailsmtp_free(session);
    return code > 0 ? MS_ADAPTER_ACCEPT : MS_ADAPTER_REJECT;
}

/* --- POP3 ----------------------------------------------------------------------------------------------------- */

static const char *name_of(int error)
{
    switch (error) {
    case MAILPOP3_ERROR_STREAM:
        return "stream";
    case MAILPOP3_ERROR_BAD_STATE:
        return "bad state";
    case MAILPOP3_ERROR_UNAUTHORIZED:
        return "unauthorized";
    default:
        return "error";
    }
}

static int ask(mailpop3 *session, const char *after, ms_adapter_result *result)
{
    if (strcasecmp(after, "stat") == 0) {
        struct mailpop3_stat_response *stat = NULL;
        const int error = mailpop3_stat(session, &stat);
        if (error != MAILPOP3_NO_ERROR)
            return error;
        result->number(result, "messages", stat->msgs_count);
        result->number(result, "octets", stat->msgs_size);
        mailpop3_stat_resp_free(stat);
        return error;
    }
    if (strcasecmp(after, "capa") == 0) {
        clist *list = NULL;
        const int error = mailpop3_capa(session, &list);
        if (error == MAILPOP3_NO_ERROR)
            mailpop3_capa_resp_free(list);
        return error;
    }
    return mailpop3_rset(session); /* NOOP does not look at what it gets */
}

/* What comes before the sample: a greeting, and a login that succeeds. */
static ms_adapter_verdict pop3_response(void *context, ms_span octets, const ms_adapter_about *about,
                                        ms_adapter_result *result)
{
    static const char *const known[] = {"stat", "capa", "status", "greeting"};
    const char *after = about->after == NULL ? "status" : about->after;
    bool has = false;
    (void)context;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        has = has || strcasecmp(after, known[i]) == 0;
    /* a negative response and a malformed one are the same to it */
    if (!has || (octets.len > 0 && octets.ptr[0] == '-'))
        return MS_ADAPTER_UNSUPPORTED;
    sample s = {.octets = octets, .greeting = MS_SPAN("+OK\r\n+OK\r\n")};
    if (strcasecmp(after, "greeting") == 0)
        s.greeting = ms_span_make("", 0);
    mailpop3 *session = mailpop3_new(0, NULL);
    int error = mailpop3_connect(session, stream_of(&s));
    if (error == MAILPOP3_NO_ERROR && strcasecmp(after, "greeting") != 0) {
        error = mailpop3_pass(session, "secret");
        if (error == MAILPOP3_NO_ERROR)
            error = ask(session, after, result);
    }
    if (session->pop3_timestamp != NULL)
        result->field(result, "timestamp", ms_span_make(session->pop3_timestamp, strlen(session->pop3_timestamp)));
    mailstream_close(session->pop3_stream);
    session->pop3_stream = NULL;
    mailpop3_free(session);
    if (error != MAILPOP3_NO_ERROR)
        result->reason(result, name_of(error));
    return error == MAILPOP3_NO_ERROR ? MS_ADAPTER_ACCEPT : MS_ADAPTER_REJECT;
}

/* --- content -------------------------------------------------------------------------------------------------- */

static ms_adapter_verdict content(void *context, const ms_span *pieces, size_t count, const ms_adapter_about *about,
                                  ms_adapter_result *result)
{
    (void)context;
    (void)about;
    if (count != 1)
        return MS_ADAPTER_UNSUPPORTED;
    sample s = {.octets = pieces[0]};
    mailstream *stream = stream_of(&s);
    MMAPString *line = mmap_string_new("");
    MMAPString *body = mmap_string_new("");
    const char *text = mailstream_read_multiline(stream, 0, line, body, 0, NULL, NULL, NULL);
    if (text != NULL)
        result->field(result, "data", ms_span_make(text, body->len));
    mmap_string_free(line);
    mmap_string_free(body);
    mailstream_close(stream);
    return text != NULL ? MS_ADAPTER_ACCEPT : MS_ADAPTER_INCOMPLETE;
}

const ms_adapter *mailspec_adapter(void);

const ms_adapter *mailspec_adapter(void)
{
    static char name[32];
    static const ms_adapter table = {.version = MS_ADAPTER_VERSION,
                                     .size = sizeof table,
                                     .name = name,
                                     .smtp_reply = smtp_reply,
                                     .pop3_response = pop3_response,
                                     .content = content};
    snprintf(name, sizeof name, "libetpan %d.%d", LIBETPAN_VERSION_MAJOR, LIBETPAN_VERSION_MINOR);
    return &table;
}
