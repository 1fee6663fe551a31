/* tolerance.c - which codes the column expect tolerates: "501 (other 5xx = warn; 250 = fail)" */
#include "harness/requirement/register.h"

#include <string.h>

enum { CODE_DIGITS = 3, VERDICT = 4 };

static bool is_digit(char octet)
{
    return octet >= '0' && octet <= '9';
}

/* A code or a class at text: 250, 5xx, 2yz. */
static bool is_code(const char *text)
{
    if (text[0] < '2' || text[0] > '5' || text[1] == '\0' || text[2] == '\0')
        return false;
    return (is_digit(text[1]) && is_digit(text[2])) || (text[1] == 'x' && text[2] == 'x') ||
           (text[1] == 'y' && text[2] == 'z');
}

static bool covers(const char *text, unsigned code)
{
    if ((unsigned)(text[0] - '0') != code / 100)
        return false;
    return !is_digit(text[1]) ||
           ((unsigned)(text[1] - '0') == code / 10 % 10 && (unsigned)(text[2] - '0') == code % 10);
}

/* One clause, as "501 | other 5xx": the first code of each alternative; what comes "then" is another reply's. */
static bool clause_covers(const char *clause, size_t length, unsigned code)
{
    static const char any[] = "other codes";
    bool begun = false;
    if (length >= sizeof any - 1 && memcmp(clause, any, sizeof any - 1) == 0)
        return true;
    for (size_t i = 0; i + CODE_DIGITS <= length; i++) {
        if (clause[i] == '|') {
            begun = false;
        } else if (!begun && is_code(clause + i)) {
            begun = true;
            if (covers(clause + i, code))
                return true;
        }
    }
    return false;
}

bool ms_register_tolerates(const ms_register_row *row, unsigned code)
{
    const char *expect = row->expect;
    for (const char *at = strstr(expect, "= warn"); code != 0 && at != NULL; at = strstr(at + VERDICT, "= warn")) {
        const char *from = at;
        while (from > expect && from[-1] != '(' && from[-1] != ';')
            from--;
        while (*from == ' ')
            from++;
        if (clause_covers(from, (size_t)(at - from), code))
            return true;
    }
    return false;
}
