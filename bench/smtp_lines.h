/*
 * smtp_lines.h - SMTP command lines as a busy receiver hears them
 *
 * 39 % are RCPT, 15 % MAIL with the parameters that clients send, 13 % DATA, 12 % EHLO, the rest of all kinds; 45
 * octets in the mean.  Names are drawn at random, so that no branch predictor learns the lines by heart.
 */
#ifndef BENCH_SMTP_LINES_H
#define BENCH_SMTP_LINES_H

enum { BENCH_LINE_ROOM = 200 };

/* Write a line without its end into out, which has room for BENCH_LINE_ROOM octets; returns its length. */
int bench_smtp_command(char *out);
/* local-part@domain, at most 159 octets */
const char *bench_mailbox(char *out);

#endif
