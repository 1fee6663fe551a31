/*
 * serve_feed.h - a server's side of a protocol for tests: octets in, octets out
 *
 * The clock stands still and chance is a counter, so that what is said is always the same.  Each script is fed whole,
 * octet by octet, and must give the same replies.
 */
#ifndef MAILSPEC_TESTS_SERVE_FEED_H
#define MAILSPEC_TESTS_SERVE_FEED_H

#include "harness/serve/settings.h"
#include "mailspec/smtp_session.h"

/* alice and bob, password secret. */
store *serve_feed_store(void);
serve_settings serve_feed_settings(store *s);

typedef struct serve_feed_result {
    serve_octets said; /* all replies */
    serve_wish wish;   /* of the last call */
} serve_feed_result;

/* How input comes: all at once, octet by octet; or so many octets, then the rest. */
#define SERVE_FEED_WHOLE  ((size_t)0)
#define SERVE_FEED_OCTETS SIZE_MAX

/* What an SMTP server says to input.  Where it wants TLS, that is taken for done, with all of the input that was given
 * but not consumed being pending. */
serve_feed_result serve_feed_smtp(const serve_settings *settings, ms_smtp_variant variant, bool tls, ms_span input,
                                  size_t cut);
serve_feed_result serve_feed_pop3(const serve_settings *settings, bool tls, ms_span input, size_t cut);

/* The codes of the replies, one word each, multi-line replies once: "220 250 354 250".  POP3: "+" and "-", the lines of
 * multi-line responses left out. */
void serve_feed_codes(ms_span said, char *out, size_t room);

#endif
