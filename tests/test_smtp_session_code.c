/* The table of reply codes, by itself; what a session makes of it is in test_smtp_session.c. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "feed.h"
#include "smtp/session_internal.h"

/* RFC 5321 section 4.2, RFC 4954 section 6, RFC 7504 sections 3 and 4, RFC 5248 section 2.4: a code that the RFCs have is wrong
 * only for a command, one that they do not have is wrong for any (section 4.2). */
Test(smtp_session_code, codes_that_exist)
{
    static const char codes[] =
        "211 214 220 221 235 250 251 252 253 334 354 421 422 430 432 450 451 452 453 454 455 458 459 500 "
        "501 502 503 504 521 523 524 525 530 533 534 535 538 550 551 552 553 554 555 556";
    ms_smtp_session session;
    ms_smtp_run runs[1];
    ms_smtp_session_init(&session, MS_VARIANT_SMTP, runs, 1);
    for (unsigned code = 200; code < 600; code++) {
        char text[8];
        snprintf(text, sizeof text, "%u", code);
        const uint16_t rule = ms_smtp_code_check(&session, MS_SMTP_NOOP, (uint16_t)code);
        if (rule != MS_REQ_NONE)
            cr_expect_eq(rule, strstr(codes, text) != NULL ? MS_REQ_SMTP_5321_4_3_2_12 : MS_REQ_SMTP_5321_4_2_05, "%u",
                         code);
    }
}

/* RFC 5321 section 4.3.2, read once more: which codes answer which command of a session in clear without extensions, with 421, 500
 * and 501, which any may get; RFC 7504 (521, 556), and RFC 3207 section 4 and RFC 4954 section 6 (530). */
Test(smtp_session_code, codes_of_each_command)
{
    static const struct {
        ms_smtp_verb verb;
        const char *codes;
    } rows[] = {
        {MS_SMTP_GREETING, "220 421 521 554"},
        {MS_SMTP_EHLO, "250 421 500 501 502 504 550"},
        {MS_SMTP_LHLO, "250 421 500 501 502 504 550"},
        {MS_SMTP_HELO, "250 421 500 501 502 504 530 550"},
        {MS_SMTP_MAIL, "250 421 451 452 455 500 501 503 530 550 552 553 555"},
        {MS_SMTP_RCPT, "250 251 421 450 451 452 455 500 501 503 530 550 551 552 553 555 556"},
        {MS_SMTP_DATA, "354 421 450 451 452 500 501 503 530 550 554"},
        {MS_SMTP_END_OF_DATA, "250 421 450 451 452 500 550 552 554"},
        {MS_SMTP_RSET, "250 421 500 501 530"},
        {MS_SMTP_VRFY, "250 251 252 421 500 501 502 504 530 550 551 553"},
        {MS_SMTP_EXPN, "250 252 421 500 501 502 504 530 550"},
        {MS_SMTP_HELP, "211 214 421 500 501 502 504 530"},
        {MS_SMTP_NOOP, "250 421 500 501"},
        {MS_SMTP_QUIT, "221 421 500 501"},
    };
    ms_smtp_session session;
    ms_smtp_run runs[1];
    ms_smtp_session_init(&session, MS_VARIANT_SMTP, runs, 1);
    for (size_t i = 0; i < COUNT(rows); i++)
        for (unsigned code = 200; code < 600; code++) {
            char text[8];
            snprintf(text, sizeof text, "%u", code);
            const bool permitted = ms_smtp_code_check(&session, (uint8_t)rows[i].verb, (uint16_t)code) == MS_REQ_NONE;
            cr_expect_eq(permitted, strstr(rows[i].codes, text) != NULL, "%s: %u", ms_smtp_verb_name(rows[i].verb),
                         code);
        }
}
