/*
 * smtp_rules_reply.c - which reply code is wrong for which command, as a table
 *
 * To be read from the top: the first row that fits is reported, so that the most telling rule speaks.
 * 421 and, unless a row names them, 4yz and 530 are never held against a server; neither is anything behind a
 * greeting of 521 or 554 (RFC 5321 section 3.1, RFC 7504).
 */
#include "harness/replay/smtp_when.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef bool test(const smtp_view *view);

typedef struct reply_row {
    uint16_t requirement;
    uint32_t verbs;      /* set of V(…) */
    uint16_t codes[6];   /* a code, or a first digit for its class; ended by 0 */
    bool except;         /* every permanent or positive code but these */
    uint64_t need, not ; /* facts of the command */
    uint8_t keyword;     /* must be offered; MS_EHLO_UNKNOWN: no matter */
    test *also;
} reply_row;

#define V(verb)    (UINT32_C(1) << MS_SMTP_##verb)
#define NO_KEYWORD MS_EHLO_UNKNOWN

/* --- the table ------------------------------------------------------------------- */

#define NAMED_VERBS  (V(HELO) | V(EHLO) | V(LHLO) | V(MAIL) | V(RCPT) | V(DATA) | V(RSET) | V(NOOP) | V(QUIT))
#define ENVELOPE     (V(MAIL) | V(RCPT))
#define EITHER_HELLO (V(EHLO) | V(LHLO))
#define ENDS         (V(END_OF_DATA) | V(BDAT))
#define OVER         FACT(LINE_OVER)

/* clang-format off */
static const reply_row rows[] = {
    /* rule                            of a reply to     with code              but   command is                             is not                          listed          and */
    /* accepted although it should have been refused */
    { MS_REQ_SMTP_SEC_injection_04,    V(RCPT),          { 2 },                 0,    FACT(NUL_IN_DOMAIN),                   0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_SEC_injection_03,    ~V(END_OF_DATA),  { 2 },                 0,    FACT(NUL),                             0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_SEC_injection_01,    ENVELOPE,         { 2 },                 0,    FACT(OPEN_QUOTE),                      0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_2_15,       ENVELOPE | V(EHLO) | V(VRFY), { 2 },     0,    FACT(CONTROL),                         0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_2_04,       V(RCPT),          { 2 },                 0,    0,                                     FACT(OK),                       NO_KEYWORD,     NULL }, /* narrowed below */
    { MS_REQ_SMTP_1870_6_1_05,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_SIZE,   when_size_huge_over_limit },
    { MS_REQ_SMTP_1870_6_1_01,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_SIZE,   when_size_over_limit },
    { MS_REQ_SMTP_1870_7_01,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_SIZE,   when_size_huge_unchecked },
    { MS_REQ_SMTP_1870_6_03,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_SIZE,   when_size_malformed },
    { MS_REQ_SMTP_6152_3_03,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_body_malformed },
    { MS_REQ_SMTP_6152_3_04,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_body_twice },
    { MS_REQ_SMTP_3030_3_06,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_binarymime_unoffered },
    { MS_REQ_SMTP_3461_4_3_02,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    when_ret_malformed },
    { MS_REQ_SMTP_3461_4_4_02,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    when_envid_malformed },
    { MS_REQ_SMTP_3461_5_1_02,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    when_ret_or_envid_twice },
    { MS_REQ_SMTP_3461_4_1_04,         V(RCPT),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    when_notify_never_and_more },
    { MS_REQ_SMTP_3461_4_1_05,         V(RCPT),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    when_notify_malformed },
    { MS_REQ_SMTP_3461_4_2_03,         V(RCPT),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    when_orcpt_malformed },
    { MS_REQ_SMTP_3461_4_5_02,         V(RCPT),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DSN,    when_notify_or_orcpt_twice },
    { MS_REQ_SMTP_4954_5_04,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_AUTH,   when_auth_malformed },
    { MS_REQ_SMTP_6531_3_1_05,         V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_smtputf8_with_value },
    { MS_REQ_SMTP_2852_4_02,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_by_return_not_positive },
    { MS_REQ_SMTP_2852_4_03,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DELIVERBY, when_by_malformed },
    { MS_REQ_SMTP_2852_4_05,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_DELIVERBY, when_by_below_minimum },
    { MS_REQ_SMTP_4865_4_02,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_hold_both },
    { MS_REQ_SMTP_4865_4_03,           V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_FUTURERELEASE, when_hold_too_long },
    { MS_REQ_SMTP_8689_2_03,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_requiretls_with_value },
    { MS_REQ_SMTP_8689_2_04,           V(MAIL),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_requiretls_in_clear },
    { MS_REQ_SMTP_6710_4_1_01,         V(MAIL),          { 2 },                 0,    0,                                     0,                              MS_EHLO_MT_PRIORITY, when_priority_malformed },
    { MS_REQ_SMTP_5321_4_1_1_11_01,    V(MAIL),          { 2 },                 0,    FACT(UNKNOWN_PARAMETER),               0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_11_02,    V(RCPT),          { 2 },                 0,    FACT(UNKNOWN_PARAMETER),               0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_6409_5_1_01,         ENVELOPE,         { 2 },                 0,    FACT(BAD_ADDRESS),                     0,                              NO_KEYWORD,     when_submission },
    { MS_REQ_SMTP_5321_4_1_2_14,       ENVELOPE | V(EHLO), { 2 },               0,    FACT(DOMAIN_OCTETS),                   0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_1123_5_2_5_02,       V(HELO),          { 2 },                 0,    FACT(ARGUMENT),                        0,                              NO_KEYWORD,     NULL }, /* narrowed below */
    { MS_REQ_SMTP_5321_4_1_1_07,       V(RSET),          { 2 },                 0,    FACT(ARGUMENT),                        0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_08,       V(DATA),          { 354 },               0,    FACT(ARGUMENT),                        0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_09,       V(QUIT),          { 221 },               0,    FACT(ARGUMENT),                        0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_6_03,     V(VRFY),          { 250, 251 },          0,    0,                                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_3207_4_02,           V(STARTTLS),      { 2 },                 0,    FACT(ARGUMENT),                        0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_3207_4_2_12,         V(STARTTLS),      { 220 },               0,    0,                                     0,                              NO_KEYWORD,     when_listed_starttls_missing },
    { MS_REQ_SMTP_1985_5_03,           V(ETRN),          { 2 },                 0,    0,                                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_1985_5_04,           V(ETRN),          { 2 },                 0,    FACT(ARGUMENT),                        FACT(OK),                       NO_KEYWORD,     when_etrn_argument_bad },
    { MS_REQ_SMTP_1985_5_02,           V(ETRN),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_open_transaction },
    { MS_REQ_SMTP_5321_3_5_2_05,       V(EXPN),          { 250 },               0,    0,                                     0,                              NO_KEYWORD,     when_expn_in_ehlo_session },
    { MS_REQ_SMTP_5321_4_1_1_1_12,     V(HELP),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_help_works_unlisted },
    { MS_REQ_SMTP_5321_4_1_1_1_12,     V(ETRN),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_etrn_works_unlisted },
    { MS_REQ_SMTP_5321_F_1_01,         V(TURN),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_turn_without_trust },
    { MS_REQ_SMTP_5321_F_6_02,         V(SEND) | V(SOML) | V(SAML), { 2 },      0,    0,                                     0,                              NO_KEYWORD,     when_verb_unlisted },
    { MS_REQ_SMTP_3030_2_27,           V(BDAT),          { 2, 3 },              0,    0,                                     FACT(SIZE_READABLE),            NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_3030_2_30,           V(BDAT),          { 2 },                 0,    FACT(SIZE_READABLE),                   FACT(OK),                       NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_2033_4_3_02,         V(BDAT),          { 2, 4, 5 },           0,    FACT(LAST),                            0,                              NO_KEYWORD,     when_lmtp_chunk_for_nobody },
    { MS_REQ_SMTP_3030_2_15,           V(BDAT),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_chunk_after_failed_one },
    { MS_REQ_SMTP_3030_2_18,           V(BDAT),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_chunk_after_rset },
    { MS_REQ_SMTP_3030_2_13,           V(BDAT),          { 2 },                 0,    0,                                     0,                              NO_KEYWORD,     when_chunk_without_recipient },
    { MS_REQ_SMTP_3030_2_10,           V(BDAT),          { 503 },               1,    0,                                     0,                              NO_KEYWORD,     when_after_final_chunk },
    { MS_REQ_SMTP_5321_4_1_1_1_12,     V(BDAT),          { 2 },                 0,    FACT(OK),                              0,                              NO_KEYWORD,     when_chunk_works_unlisted },
    { MS_REQ_SMTP_5321_4_1_2_16,       ENVELOPE,         { 2 },                 0,    FACT(8BIT_PATH),                       0,                              NO_KEYWORD,     NULL }, /* narrowed below */
    { MS_REQ_SMTP_SEC_crossproto_02,   V(END_OF_DATA),   { 250 },               0,    0,                                     0,                              NO_KEYWORD,     when_began_as_http },
    { MS_REQ_SMTP_1870_4_02,           ENDS,             { 2 },                 0,    0,                                     0,                              MS_EHLO_SIZE,   when_message_over_limit },
    { MS_REQ_SMTP_1870_6_3_01,         ENDS,             { 552 },               0,    0,                                     0,                              NO_KEYWORD,     when_message_within_declared },
    { MS_REQ_SMTP_3030_3_04,           V(DATA),          { 503 },               1,    FACT(OK),                              FACT(ARGUMENT),                 NO_KEYWORD,     when_data_of_binarymime },
    { MS_REQ_SMTP_3030_2_20,           V(DATA),          { 503 },               1,    FACT(OK),                              FACT(ARGUMENT),                 NO_KEYWORD,     when_between_chunks },
    { MS_REQ_SMTP_2033_4_2_01,         V(DATA),          { 503 },               1,    FACT(OK) | FACT(CLEAN),                 0,                              NO_KEYWORD,     when_lmtp_data_for_nobody },

    /* refused by its letters: the features of a line, most telling first */
    { MS_REQ_SMTP_4954_6_03,           V(AUTH) | V(EHLO) | V(HELO) | V(NOOP) | V(RSET) | V(QUIT), { 530 }, 0, 0,             0,                              NO_KEYWORD,     when_in_tls_or_unlisted },
    { MS_REQ_SMTP_3207_4_06,           V(NOOP) | V(EHLO) | V(STARTTLS) | V(QUIT), { 530 }, 0, 0,                             0,                              NO_KEYWORD,     when_not_in_tls },
    { MS_REQ_SMTP_5321_4_1_1_01,       V(NOOP),          { 500, 501 },          0,    FACT(BLANKS_ONLY),                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_02,       V(RSET),          { 500, 501 },          0,    FACT(BLANKS_ONLY),                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_03,       ENVELOPE,         { 500, 501 },          0,    FACT(BLANKS_ONLY),                     0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_04,       V(DATA),          { 500, 501 },          0,    FACT(BLANKS_ONLY),                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_05,       V(QUIT),          { 500, 501 },          0,    FACT(BLANKS_ONLY),                     FACT(ARGUMENT),                 NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_06,       EITHER_HELLO,     { 500, 501 },          0,    FACT(BLANKS_ONLY),                     0,                              NO_KEYWORD,     when_not_lmtp_greeting },
    { MS_REQ_SMTP_5321_2_4_01,         NAMED_VERBS,      { 500, 502 },          0,    FACT(OK) | FACT(LOWER_VERB),           OVER | FACT(BARE_LF),           NO_KEYWORD,     when_not_lmtp_greeting },
    { MS_REQ_SMTP_3030_2_31,           V(BDAT),          { 500, 501 },          0,    FACT(OK) | FACT(LOWER_VERB),           0,                              MS_EHLO_CHUNKING, NULL },
    { MS_REQ_SMTP_3030_2_31,           V(BDAT),          { 500, 501 },          0,    FACT(OK) | FACT(LOWER_LAST),           0,                              MS_EHLO_CHUNKING, NULL },
    { MS_REQ_SMTP_5321_2_4_02,         ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(LOWER_COLON),       FACT(LOWER_VERB) | OVER,        NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_2_4_03,         ENVELOPE,         { 500, 501, 555 },     0,    FACT(CLEAN) | FACT(LOWER_PARAMETER),   FACT(LOWER_VERB) | FACT(LOWER_COLON) | OVER, NO_KEYWORD, NULL },
    { MS_REQ_SMTP_1870_4_01,           V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_SIZE,   when_only_size },
    { MS_REQ_SMTP_1870_6_1_04,         V(MAIL),          { 501, 504, 552, 555 }, 0,   FACT(CLEAN),                           OVER,                           MS_EHLO_SIZE,   when_size_zero },
    { MS_REQ_SMTP_1870_6_1_06,         V(MAIL),          { 552 },               0,    FACT(CLEAN),                           0,                              MS_EHLO_SIZE,   when_size_within_limit },
    { MS_REQ_SMTP_6152_3_01,           V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_8BITMIME, when_only_body_8bitmime },
    { MS_REQ_SMTP_6152_3_02,           V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_8BITMIME, when_only_body_7bit },
    { MS_REQ_SMTP_3030_3_03,           V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_BINARYMIME, when_only_body_binarymime },
    { MS_REQ_SMTP_3461_4_3_01,         V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    when_only_ret },
    { MS_REQ_SMTP_3461_4_4_01,         V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    when_only_envid_short },
    { MS_REQ_SMTP_3461_5_4_01,         V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    when_only_envid_long },
    { MS_REQ_SMTP_4954_3_02,           V(MAIL),          { 500 },               0,    FACT(CLEAN),                           0,                              MS_EHLO_AUTH,   when_auth_long_line },
    { MS_REQ_SMTP_4954_5_01,           V(MAIL),          { 500, 501, 504, 555 }, 0,   FACT(CLEAN),                           OVER,                           MS_EHLO_AUTH,   when_only_auth_null },
    { MS_REQ_SMTP_4954_5_02,           V(MAIL),          { 500, 501, 504, 555 }, 0,   FACT(CLEAN),                           OVER,                           MS_EHLO_AUTH,   when_only_auth },
    { MS_REQ_SMTP_6531_3_3_01,         ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(QUOTED) | FACT(UTF8_LOCAL), OVER,                   MS_EHLO_SMTPUTF8, NULL },
    { MS_REQ_SMTP_6531_3_2_01,         V(MAIL),          { 500, 501, 504, 555 }, 0,   FACT(CLEAN) | FACT(UTF8_LOCAL),        OVER,                           MS_EHLO_SMTPUTF8, when_with_smtputf8 },
    { MS_REQ_SMTP_6531_3_2_03,         V(MAIL),          { 500, 501, 504, 555 }, 0,   FACT(CLEAN) | FACT(UTF8_DOMAIN),       FACT(UTF8_LOCAL) | OVER,        MS_EHLO_SMTPUTF8, when_with_smtputf8 },
    { MS_REQ_SMTP_6531_3_1_04,         V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           FACT(8BIT_PATH) | OVER,         MS_EHLO_SMTPUTF8, when_only_smtputf8 },
    { MS_REQ_SMTP_6531_3_2_02,         V(RCPT),          { 500, 501 },          0,    FACT(CLEAN),                           OVER,                           MS_EHLO_SMTPUTF8, when_rcpt_in_utf8_mail },
    { MS_REQ_SMTP_6710_4_1_02,         V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_MT_PRIORITY, when_only_priority },
    { MS_REQ_SMTP_8689_2_02,           V(MAIL),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_REQUIRETLS, when_only_requiretls },
    { MS_REQ_SMTP_3461_5_4_03,         V(RCPT),          { 500 },               0,    FACT(CLEAN),                           0,                              MS_EHLO_DSN,    when_dsn_long_line },
    { MS_REQ_SMTP_3461_5_4_02,         V(RCPT),          { 500, 501, 504, 555 }, 0,   FACT(CLEAN),                           0,                              MS_EHLO_DSN,    when_orcpt_long },
    { MS_REQ_SMTP_3461_4_1_03,         V(RCPT),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    when_notify_lower_case },
    { MS_REQ_SMTP_3461_4_2_01,         V(RCPT),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    when_orcpt_rfc822 },
    { MS_REQ_SMTP_3461_4_2_02,         V(RCPT),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    when_orcpt_other },
    { MS_REQ_SMTP_3461_4_1_02,         V(RCPT),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    when_notify_never },
    { MS_REQ_SMTP_3461_5_1_03,         V(RCPT),          { 501, 504, 555 },     0,    FACT(CLEAN),                           OVER,                           MS_EHLO_DSN,    when_only_dsn },
    { MS_REQ_SMTP_5321_4_1_1_3_01,     V(RCPT),          { 500, 501 },          0,    FACT(CLEAN) | FACT(ROUTE),             OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_1_2_01,     V(MAIL),          { 500, 501, 553 },     0,    FACT(CLEAN) | FACT(NULL_PATH),         OVER,                           NO_KEYWORD,     when_plain_mail_in_ehlo },
    { MS_REQ_SMTP_5321_2_3_5_03,       V(RCPT),          { 500, 501, 551, 553 }, 0,   FACT(OK) | FACT(POSTMASTER_PLAIN),     0,                              NO_KEYWORD,     when_open_transaction },
    { MS_REQ_SMTP_5321_4_1_1_3_06,     V(RCPT),          { 500, 501, 551, 553 }, 0,   FACT(OK) | FACT(POSTMASTER),           FACT(POSTMASTER_PLAIN),         NO_KEYWORD,     when_open_transaction },
    { MS_REQ_SMTP_5321_4_1_1_3_06,     V(RCPT),          { 550 },               0,    FACT(OK) | FACT(POSTMASTER),           0,                              NO_KEYWORD,     when_bare_postmaster_case_only },
    { MS_REQ_SMTP_5321_4_5_1_09,       V(RCPT),          { 500, 501, 550, 551, 553 }, 0, FACT(CLEAN),                        0,                              NO_KEYWORD,     when_postmaster_case_only },
    { MS_REQ_SMTP_5321_2_4_06,         V(RCPT),          { 500, 501, 550, 551, 553 }, 0, FACT(CLEAN),                        0,                              NO_KEYWORD,     when_domain_case_only },
    { MS_REQ_SMTP_5321_4_1_2_25,       V(RCPT),          { 500, 501, 550, 551, 553 }, 0, FACT(CLEAN),                        0,                              NO_KEYWORD,     when_quoting_only },
    { MS_REQ_SMTP_5321_3_5_2_03,       V(RCPT),          { 501, 553 },          0,    FACT(OK),                              0,                              NO_KEYWORD,     when_verified_before },
    { MS_REQ_SMTP_5321_4_1_2_21,       ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(QUOTED),            OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_3_06,       ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(IPV4_TAIL),         OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_3_07,       ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(IPV4_TAIL_COMPRESSED), OVER,                        NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_3_06,       EITHER_HELLO,     { 500, 501, 504 },     0,    FACT(CLEAN) | FACT(IPV4_TAIL),         OVER,                           NO_KEYWORD,     when_not_lmtp_greeting },
    { MS_REQ_SMTP_5321_4_1_3_07,       EITHER_HELLO,     { 500, 501, 504 },     0,    FACT(CLEAN) | FACT(IPV4_TAIL_COMPRESSED), OVER,                        NO_KEYWORD,     when_not_lmtp_greeting },
    { MS_REQ_SMTP_5321_4_1_1_1_06,     EITHER_HELLO,     { 500, 501, 504 },     0,    FACT(CLEAN) | FACT(IPV4),              OVER,                           NO_KEYWORD,     when_not_lmtp_greeting },
    { MS_REQ_SMTP_5321_4_1_1_1_07,     EITHER_HELLO,     { 500, 501, 504 },     0,    FACT(CLEAN) | FACT(IPV6),              OVER,                           NO_KEYWORD,     when_not_lmtp_greeting },
    { MS_REQ_SMTP_5321_4_5_3_1_3_01,   ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(LONG_PATH),         OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_5_3_1_1_01,   ENVELOPE,         { 500, 501, 552 },     0,    FACT(CLEAN) | FACT(LONG_LOCAL_PART),   OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_5_3_1_2_01,   ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(LONG_DOMAIN),       OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_2_19,       ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(ATEXT),             OVER,                           NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_2_13,       ENVELOPE,         { 500, 501 },          0,    FACT(CLEAN) | FACT(ONE_LABEL),         OVER,                           NO_KEYWORD,     NULL },

    /* counts of recipients and messages */
    { MS_REQ_SMTP_9422_4_02,           V(RCPT),          { 452, 5 },            0,    0,                                     0,                              NO_KEYWORD,     when_within_rcptmax },
    { MS_REQ_SMTP_9422_4_03,           V(RCPT),          { 5 },                 0,    0,                                     0,                              NO_KEYWORD,     when_beyond_rcptmax },
    { MS_REQ_SMTP_9422_4_04,           V(MAIL),          { 5 },                 0,    0,                                     0,                              NO_KEYWORD,     when_beyond_mailmax },
    { MS_REQ_SMTP_5321_4_5_3_1_10_01,  V(RCPT),          { 4 },                 0,    0,                                     0,                              NO_KEYWORD,     when_too_many_not_452 },
    { MS_REQ_SMTP_5321_4_5_3_1_8_01,   V(RCPT),          { 4, 5 },              0,    0,                                     0,                              NO_KEYWORD,     when_too_many_too_early },
    { MS_REQ_SMTP_5321_4_5_3_1_8_03,   V(DATA),          { 554 },               0,    0,                                     0,                              NO_KEYWORD,     when_data_after_too_many },

    /* order that was right and was refused */
    { MS_REQ_SMTP_SEC_starttls_02,     V(MAIL),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     when_mail_first_in_tls_injected },
    { MS_REQ_SMTP_3207_4_2_01,         EITHER_HELLO,     { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     when_first_ehlo_in_tls },
    { MS_REQ_SMTP_2920_3_2_13,         V(MAIL),          { 503, 500 },          0,    FACT(CLEAN),                           0,                              MS_EHLO_PIPELINING, when_mail_behind_data },
    { MS_REQ_SMTP_5321_4_1_1_4_08,     V(MAIL),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     when_mail_after_message },
    { MS_REQ_SMTP_5321_4_1_1_5_07,     V(MAIL),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     when_mail_after_rset },
    { MS_REQ_SMTP_5321_4_1_4_15,       V(MAIL),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     when_mail_after_refused_mail },
    { MS_REQ_SMTP_5321_4_1_4_16,       V(MAIL),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     when_mail_after_503 },
    { MS_REQ_SMTP_5321_4_1_4_17,       V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              FACT(IN_GROUP),                 NO_KEYWORD,     when_after_refused_rcpt },
    { MS_REQ_SMTP_2920_3_2_03,         V(DATA),          { 503, 554 },          0,    FACT(OK),                              0,                              MS_EHLO_PIPELINING, when_data_with_some_refused },
    { MS_REQ_SMTP_3030_2_22,           V(DATA),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     when_data_after_chunks },
    { MS_REQ_SMTP_5321_4_3_1_04,       V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     when_after_unknown },
    { MS_REQ_SMTP_5321_4_1_4_10,       V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     when_after_refused_greeting },
    { MS_REQ_SMTP_5321_4_1_4_14,       V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     when_after_nested_mail },
    { MS_REQ_SMTP_5321_4_1_4_21,       V(RCPT),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     when_rcpt_after_early_data },
    { MS_REQ_SMTP_5321_4_1_1_6_01,     V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     when_after_vrfy },
    { MS_REQ_SMTP_5321_4_1_1_7_01,     V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     when_after_expn },
    { MS_REQ_SMTP_5321_4_1_1_8_03,     V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     when_after_help },
    { MS_REQ_SMTP_5321_4_1_1_9_03,     V(RCPT) | V(DATA), { 503, 554 },         0,    FACT(OK),                              0,                              NO_KEYWORD,     when_after_noop },
    { MS_REQ_SMTP_5321_4_1_1_3_03,     V(RCPT),          { 503 },               0,    FACT(CLEAN),                           0,                              NO_KEYWORD,     when_rcpt_after_accepted },
    { MS_REQ_SMTP_4954_4_29,           V(NOOP),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     when_noop_after_failed_auth },
    { MS_REQ_SMTP_3030_2_28,           V(NOOP),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     when_between_chunks },
    { MS_REQ_SMTP_3030_2_06,           V(BDAT),          { 500, 501 },          0,    FACT(OK) | FACT(ZERO) | FACT(LAST),    0,                              NO_KEYWORD,     when_between_chunks },
    { MS_REQ_SMTP_3030_2_03,           V(DATA),          { 500, 502 },          0,    FACT(OK),                              FACT(ARGUMENT),                 MS_EHLO_CHUNKING, NULL },

    /* listed, and then not known */
    { MS_REQ_SMTP_5321_4_2_4_03,       V(HELP),          { 500, 502 },          0,    FACT(OK),                              FACT(ARGUMENT),                            MS_EHLO_HELP,   NULL },
    { MS_REQ_SMTP_5321_4_2_4_04,       V(VRFY),          { 500, 502 },          0,    FACT(OK),                              0,                              MS_EHLO_VRFY,   NULL },
    { MS_REQ_SMTP_5321_4_2_4_05,       V(EXPN),          { 500, 502 },          0,    FACT(OK),                              0,                              MS_EHLO_EXPN,   NULL },
    { MS_REQ_SMTP_5321_4_2_4_06,       V(ETRN),          { 500, 502 },          0,    FACT(OK) | FACT(ARGUMENT),             0,                              MS_EHLO_ETRN,   NULL },
    { MS_REQ_SMTP_1985_5_01,           V(ETRN),          { 501 },               0,    FACT(OK) | FACT(ARGUMENT),             0,                              MS_EHLO_ETRN,   when_no_transaction },
    { MS_REQ_SMTP_5321_4_2_4_07,       V(STARTTLS),      { 500, 502 },          0,    FACT(OK),                              FACT(ARGUMENT),                 MS_EHLO_STARTTLS, NULL },
    { MS_REQ_SMTP_5321_4_2_4_09,       V(BDAT),          { 500, 502 },          0,    FACT(OK),                              0,                              MS_EHLO_CHUNKING, NULL },

    /* VRFY, EXPN, HELP, NOOP, unknown verbs */
    { MS_REQ_SMTP_5321_4_5_3_1_4_01,   V(NOOP) | V(HELP) | V(VRFY), { 500 },    0,    FACT(OK) | FACT(ARGUMENT) | FACT(LINE_LONG), 0,                        NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_4_05,       V(VRFY),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     when_before_greeting_command },
    { MS_REQ_SMTP_5321_4_1_4_06,       V(EXPN),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     when_before_greeting_command },
    { MS_REQ_SMTP_5321_4_1_4_04,       V(HELP),          { 503 },               0,    FACT(OK),                              0,                              NO_KEYWORD,     when_before_greeting_command },
    { MS_REQ_SMTP_6531_3_7_4_2_01,     V(VRFY),          { 501, 504 },          0,    FACT(SMTPUTF8_WORD),                   0,                              MS_EHLO_SMTPUTF8, NULL },
    { MS_REQ_SMTP_5321_4_5_1_07,       V(VRFY),          { 500, 502 },          0,    FACT(OK),                              FACT(BARE_CR),                  NO_KEYWORD,     when_vrfy_unlisted },
    { MS_REQ_SMTP_5321_3_5_1_07,       V(VRFY),          { 501 },               0,    FACT(OK) | FACT(ATOM),                 0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_3_5_1_08,       V(VRFY),          { 501 },               0,    FACT(OK) | FACT(MAILBOX),              0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_3_5_1_02,       V(EXPN),          { 500, 502 },          0,    FACT(OK),                              FACT(BARE_CR),                  NO_KEYWORD,     when_expn_unlisted },
    { MS_REQ_SMTP_5321_4_1_1_8_01,     V(HELP),          { 500, 502, 504 },     0,    FACT(OK),                              FACT(ARGUMENT),                 NO_KEYWORD,     when_help_unlisted },
    { MS_REQ_SMTP_5321_4_1_1_9_02,     V(NOOP),          { 500, 501, 504 },     0,    FACT(STRING) | FACT(CLEAN),            0,                              NO_KEYWORD,     NULL },
    { MS_REQ_SMTP_5321_4_1_5_01,       V(UNKNOWN),       { 501, 502, 504 },     0,    FACT(X),                               0,                              NO_KEYWORD,     when_xverb_listed_not },
    { MS_REQ_SMTP_5321_4_2_4_01,       V(UNKNOWN),       { 501, 502 },          0,    FACT(OK),                              FACT(X),                        NO_KEYWORD,     NULL },
};
/* clang-format on */

static bool code_fits(const reply_row *row, uint16_t code)
{
    bool listed = false;
    for (size_t i = 0; i < COUNT(row->codes) && row->codes[i] != 0; i++)
        listed |= row->codes[i] == code || row->codes[i] == code / 100;
    if (!row->except)
        return listed;
    return !listed && code / 100 != 4;
}

/* Rows whose condition is a matter of the parse, not of a fact. */
static bool narrowed(const reply_row *row, const smtp_view *view)
{
    const smtp_facts *c = view->command;
    switch (row->requirement) {
    case MS_REQ_SMTP_5321_4_1_2_04:
        return c->error == MS_SMTP_ERR_NULL_FORWARD_PATH;
    case MS_REQ_SMTP_1123_5_2_5_02:
        return (c->deviations & MS_DEVIATION_BIT(MS_SMTP_DEV_EHLO_NOT_DOMAIN)) != 0 || c->error == MS_SMTP_ERR_DOMAIN;
    case MS_REQ_SMTP_5321_4_1_2_16:
        /* the parameter permits them, and who takes it behind HELO, too, knows what it means */
        return !smtp_view_offers(view, MS_EHLO_SMTPUTF8) && (c->parameters >> MS_PARAM_SMTPUTF8 & 1) == 0;
    default:
        return true;
    }
}

static bool row_fits(const reply_row *row, const smtp_view *view)
{
    const smtp_facts *c = view->command;
    return (row->verbs >> c->verb & 1) != 0 && code_fits(row, view->code) && (c->set & row->need) == row->need &&
           (c->set & row->not ) == 0 &&
           (row->keyword == NO_KEYWORD || smtp_view_offers(view, (ms_ehlo_keyword)row->keyword)) &&
           (row->also == NULL || row->also(view)) && narrowed(row, view);
}

uint16_t smtp_rule_of_reply(const smtp_view *view)
{
    if (view->code == 421 || view->before->state == MS_SMTP_REFUSED || view->before->state == MS_SMTP_CLOSING ||
        view->before->state == MS_SMTP_CONNECTED)
        return MS_REQ_NONE;
    /* a line with a bare LF in it is malformed, and the halves are no commands */
    if ((view->command->set & FACT(BARE_LF)) != 0 && view->code >= 400)
        return MS_REQ_NONE;
    /* 503 is what DATA behind BODY=BINARYMIME is due, and what RSET has not followed a refused BDAT may get (RFC 3030
     * sections 3 and 2) */
    const bool binary = view->command->verb == MS_SMTP_DATA && view->before->body == MS_BODY_BINARYMIME;
    const bool behind_chunk =
        (view->command->verb == MS_SMTP_DATA || view->command->verb == MS_SMTP_RCPT) && view->history->chunk_refused;
    if (view->code == 503 && (binary || behind_chunk))
        return MS_REQ_NONE;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (row_fits(&rows[i], view))
            return rows[i].requirement;
    return MS_REQ_NONE;
}

/* --- enhanced status codes ---------------------------------------------------------- */

static bool status_is(ms_enhanced_status status, unsigned class_, unsigned subject, unsigned detail)
{
    return status.class_ == class_ && status.subject == subject && status.detail == detail;
}

uint16_t smtp_rule_of_status(const smtp_view *view)
{
    if (!smtp_view_offers(view, MS_EHLO_ENHANCEDSTATUSCODES) || view->enhanced.class_ == 0)
        return MS_REQ_NONE;
    if (view->code == 530 && !smtp_view_tls(view) && smtp_view_offers(view, MS_EHLO_STARTTLS) &&
        !status_is(view->enhanced, 5, 7, 0))
        return MS_REQ_SMTP_3207_4_07;
    if (view->code == 235 && !status_is(view->enhanced, 2, 7, 0))
        return MS_REQ_SMTP_4954_6_04;
    if (view->code == 535 && !status_is(view->enhanced, 5, 7, 8))
        return MS_REQ_SMTP_4954_6_04;
    return MS_REQ_NONE;
}
