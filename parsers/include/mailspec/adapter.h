/*
 * adapter.h - another implementation under mailspec's vectors, fuzzers and recordings
 *
 * An adapter is a shared object, in C or in anything with a C interface, that exports one function:
 *
 *     const ms_adapter *mailspec_adapter(void);
 *
 * Its table says what the implementation can do.  What is NULL is not supported, and not asked for.  Each function gets
 * octets, hands what it understood of them to result->field, and returns a verdict.  Nothing is kept between calls but
 * what context points at; calls come from one thread at a time.
 *
 * The fields have the names that 'mailspec parse' uses: "verb", "local_part", "domain", "code", "text" and so on.  A field
 * that an implementation does not tell is not compared.
 */
#ifndef MAILSPEC_ADAPTER_H
#define MAILSPEC_ADAPTER_H

#include "mailspec/export.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The layout below.  A table of another version is refused; one whose size is smaller lacks its last functions. */
#define MS_ADAPTER_VERSION 1u

typedef enum ms_adapter_verdict {
    MS_ADAPTER_UNSUPPORTED, /* not of this sample: it says nothing about the implementation */
    MS_ADAPTER_ACCEPT,
    MS_ADAPTER_REJECT,
    MS_ADAPTER_INCOMPLETE /* more octets would be needed */
} ms_adapter_verdict;

/* What the octets mean depends on it.  size is that of the caller's struct: look at no member behind it. */
typedef struct ms_adapter_about {
    uint32_t size;
    uint8_t smtputf8;      /* SMTPUTF8 is in force (RFC 6531) */
    uint8_t lmtp;          /* RFC 2033 */
    uint8_t auth_response; /* a command line answers a SASL challenge */
    uint8_t forward_path;  /* a path: of RCPT, not of MAIL */
    const char *after;     /* a reply or response: to "greeting", "EHLO", "STAT", "LIST" …; NULL: any */
} ms_adapter_about;

typedef struct ms_adapter_result {
    uint32_t size;
    void *to; /* the caller's */
    /* One thing that was understood.  Several calls with one name append, as the pieces of a content do. */
    void (*field)(struct ms_adapter_result *result, const char *name, ms_span octets);
    void (*number)(struct ms_adapter_result *result, const char *name, uint64_t number);
    /* Why it is rejected, in the implementation's own words; NUL-terminated. */
    void (*reason)(struct ms_adapter_result *result, const char *words);
} ms_adapter_result;

typedef ms_adapter_verdict ms_adapter_parse(void *context, ms_span octets, const ms_adapter_about *about,
                                            ms_adapter_result *result);
/* The same of a stream that comes in pieces. */
typedef ms_adapter_verdict ms_adapter_stream(void *context, const ms_span *pieces, size_t count,
                                             const ms_adapter_about *about, ms_adapter_result *result);

typedef struct ms_adapter {
    uint32_t version; /* MS_ADAPTER_VERSION */
    uint32_t size;    /* sizeof(ms_adapter) as the adapter was built */
    const char *name; /* "libdovecot 2.3.19": for reports */
    void *context;    /* given to each function */

    ms_adapter_parse *smtp_command;  /* one line with its line end */
    ms_adapter_parse *smtp_path;     /* "<a@b.example>", all of it */
    ms_adapter_parse *smtp_reply;    /* all lines of one reply, with their line ends */
    ms_adapter_parse *pop3_command;  /* one line with its line end */
    ms_adapter_parse *pop3_response; /* the status line, and the lines of a multi-line response */
    /* Mail data or a POP3 message behind the line before, up to its end: "data" is the content, dots undone; "rest" what
     * stands behind the end.  INCOMPLETE if there is no end. */
    ms_adapter_stream *content;
    /* A server's whole session over what a client sends, each piece in answer to all that was said before: "reply" for
     * each reply, all of its lines, the greeting first.  The server takes mail for alice@example.test; of POP3, alice's
     * password is secret, and her maildrop holds two messages.  No TLS. */
    ms_adapter_stream *smtp_session;
    ms_adapter_stream *pop3_session;
} ms_adapter;

typedef const ms_adapter *ms_adapter_entry(void);
#define MS_ADAPTER_ENTRY "mailspec_adapter"

/* The layout of version 1, which does not change (64-bit pointers). */
MS_STATIC_ASSERT(sizeof(void *) != 8 || sizeof(ms_adapter) == 88, "stated size of an adapter");
MS_STATIC_ASSERT(sizeof(void *) != 8 || sizeof(ms_adapter_about) == 16, "stated size of what samples are about");
MS_STATIC_ASSERT(sizeof(void *) != 8 || sizeof(ms_adapter_result) == 40, "stated size of a result");

#ifdef __cplusplus
}
#endif

#endif
