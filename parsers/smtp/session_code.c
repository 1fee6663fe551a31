/*
 * session_code.c - which reply codes may answer which command (RFC 5321 section 4.3.2)
 *
 * The rows are the RFC's own, with what RFC 7504 and RFC 4954 add.  Codes that may answer
 * any command (RFC 5321 section 4.3.2: 421, 500 …) are in every row.  A code outside its row is a
 * SHOULD not followed: the client must cope by the first digit.
 */
#include "session_internal.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef struct code_row {
    uint8_t verb;
    uint16_t requirement;
    uint16_t codes[20]; /* ended by 0 */
} code_row;

/* clang-format off */
static const code_row code_rows[] = {
    { MS_SMTP_GREETING,    MS_REQ_SMTP_5321_4_3_2_01, { 220, 554, 521, 421 } },
    { MS_SMTP_EHLO,        MS_REQ_SMTP_5321_4_3_2_02, { 250, 501, 504, 550, 502, 500, 421 } },
    { MS_SMTP_LHLO,        MS_REQ_SMTP_5321_4_3_2_02, { 250, 501, 504, 550, 502, 500, 421 } },
    { MS_SMTP_HELO,        MS_REQ_SMTP_5321_4_3_2_03, { 250, 501, 504, 550, 502, 500, 421 } },
    { MS_SMTP_MAIL,        MS_REQ_SMTP_5321_4_3_2_04, { 250, 552, 451, 452, 550, 553, 503, 455, 555, 500, 501, 421, 530 } },
    { MS_SMTP_RCPT,        MS_REQ_SMTP_5321_4_3_2_05, { 250, 251, 550, 551, 552, 553, 450, 451, 452, 503, 455, 555, 556, 500, 501, 421, 530 } },
    { MS_SMTP_DATA,        MS_REQ_SMTP_5321_4_3_2_06, { 354, 503, 554, 451, 450, 452, 550, 500, 501, 421, 530 } },
    { MS_SMTP_END_OF_DATA, MS_REQ_SMTP_5321_4_3_2_07, { 250, 552, 554, 451, 452, 450, 550, 421, 500 } },
    { MS_SMTP_RSET,        MS_REQ_SMTP_5321_4_3_2_08, { 250, 500, 501, 421 } },
    { MS_SMTP_VRFY,        MS_REQ_SMTP_5321_4_3_2_09, { 250, 251, 252, 550, 551, 553, 502, 504, 500, 501, 421, 530 } },
    { MS_SMTP_EXPN,        MS_REQ_SMTP_5321_4_3_2_10, { 250, 252, 550, 500, 502, 504, 501, 421, 530 } },
    { MS_SMTP_HELP,        MS_REQ_SMTP_5321_4_3_2_11, { 211, 214, 502, 504, 500, 501, 421, 530 } },
    { MS_SMTP_NOOP,        MS_REQ_SMTP_5321_4_3_2_12, { 250, 500, 501, 421 } },
    { MS_SMTP_QUIT,        MS_REQ_SMTP_5321_4_3_2_13, { 221, 500, 501, 421 } },
};
/* clang-format on */

static bool in_row(const code_row *row, uint16_t code)
{
    for (size_t i = 0; i < COUNT(row->codes) && row->codes[i] != 0; i++)
        if (row->codes[i] == code)
            return true;
    return false;
}

uint16_t ms_smtp_code_check(uint8_t verb, uint16_t code)
{
    for (size_t i = 0; i < COUNT(code_rows); i++)
        if (code_rows[i].verb == verb)
            return in_row(&code_rows[i], code) ? MS_REQ_NONE : code_rows[i].requirement;
    return MS_REQ_NONE;
}
