/* smtp_false_end.c - see smtp_false_end.h */
#include "harness/replay/smtp_false_end.h"

#include "mailspec/requirement.h"

#include <string.h>

#define COUNT(array)   (sizeof(array) / sizeof(array)[0])
#define SEQUENCE(text) (text), sizeof(text) - 1

/* Longer ones first: the first that fits is the one. */
static const struct {
    const char *octets;
    size_t length;
    uint16_t requirement;
} sequences[] = {
    {SEQUENCE("\r\r\n.\r\r\n"), MS_REQ_SMTP_SEC_smuggling_10},
    {SEQUENCE("\r\x00\n.\r\n"), MS_REQ_SMTP_SEC_smuggling_16},
    {SEQUENCE("\n\r.\n\r"), MS_REQ_SMTP_SEC_smuggling_13},
    {SEQUENCE("\n\n.\r\n"), MS_REQ_SMTP_SEC_smuggling_12},
    {SEQUENCE("\r\n\x00.\r\n"), MS_REQ_SMTP_SEC_smuggling_14},
    {SEQUENCE("\r\n.\x00\r\n"), MS_REQ_SMTP_SEC_smuggling_15},
    {SEQUENCE("\r\n.\r\x00\n"), MS_REQ_SMTP_SEC_smuggling_17},
    {SEQUENCE("\r\n.\r\r\n"), MS_REQ_SMTP_SEC_smuggling_09},
    {SEQUENCE("\r\n. \r\n"), MS_REQ_SMTP_SEC_smuggling_18},
    {SEQUENCE("\r\n.\t\r\n"), MS_REQ_SMTP_SEC_smuggling_18},
    {SEQUENCE("\r\n .\r\n"), MS_REQ_SMTP_SEC_smuggling_19},
    {SEQUENCE("\r\n\xae\r\n"), MS_REQ_SMTP_SEC_smuggling_20},
    {SEQUENCE("\x8d\x8a.\x8d\x8a"), MS_REQ_SMTP_SEC_smuggling_20},
    {SEQUENCE("\xe2\x80\xa8.\xe2\x80\xa8"), MS_REQ_SMTP_SEC_smuggling_21},
    {SEQUENCE("\v.\v"), MS_REQ_SMTP_SEC_smuggling_21},
    {SEQUENCE("\f.\f"), MS_REQ_SMTP_SEC_smuggling_21},
    {SEQUENCE("\x85.\x85"), MS_REQ_SMTP_SEC_smuggling_21},
    {SEQUENCE("\r\n.\n"), MS_REQ_SMTP_SEC_smuggling_03},
    {SEQUENCE("\n.\r\n"), MS_REQ_SMTP_SEC_smuggling_02},
    {SEQUENCE("\n.\n"), MS_REQ_SMTP_SEC_smuggling_01},
    {SEQUENCE("\r.\r\n"), MS_REQ_SMTP_SEC_smuggling_06},
    {SEQUENCE("\r.\n"), MS_REQ_SMTP_SEC_smuggling_05},
    {SEQUENCE("\r\n.\r"), MS_REQ_SMTP_SEC_smuggling_07},
    {SEQUENCE("\n.\r"), MS_REQ_SMTP_SEC_smuggling_08},
    {SEQUENCE("\r.\r"), MS_REQ_SMTP_SEC_smuggling_04},
};

/* As the first octets of the content. */
static const struct {
    const char *octets;
    size_t length;
} at_start[] = {{SEQUENCE(".\n")}, {SEQUENCE(".\r")}, {SEQUENCE("\n.\n")}};

void smtp_false_end_init(smtp_false_end *state)
{
    memset(state, 0, sizeof *state);
}

/* A sequence that ends in CR is one only if no LF follows: it is looked for when the next octet is there. */
static bool stood_before(const smtp_false_end *state, const char *octets, size_t length)
{
    return octets[length - 1] == '\r' && state->count > length && state->window[state->count - 1] != '\n' &&
           memcmp(state->window + state->count - 1 - length, octets, length) == 0;
}

static bool ends_with(const smtp_false_end *state, const char *octets, size_t length)
{
    return state->count >= length && memcmp(state->window + state->count - length, octets, length) == 0;
}

/* CRLF "." CRLF is the true end, and LF "." CRLF with a CR before it is just that. */
static bool is_true_end(const smtp_false_end *state)
{
    return ends_with(state, "\r\n.\r\n", 5);
}

/* What the false end at sequences[i] is called in its place. */
static uint16_t placed(const smtp_false_end *state, size_t i)
{
    const uint16_t found = sequences[i].requirement;
    const bool by_lf = found == MS_REQ_SMTP_SEC_smuggling_01 || found == MS_REQ_SMTP_SEC_smuggling_02 ||
                       found == MS_REQ_SMTP_SEC_smuggling_12;
    if (by_lf && !state->any_crlf)
        return MS_REQ_SMTP_SEC_smuggling_23;
    return state->header_over ? found : MS_REQ_SMTP_SEC_smuggling_24;
}

static bool stands_now(const smtp_false_end *state, const char *octets, size_t length)
{
    return octets[length - 1] == '\r' ? stood_before(state, octets, length) : ends_with(state, octets, length);
}

static void look(smtp_false_end *state)
{
    for (size_t i = 0; i < COUNT(at_start); i++) {
        const size_t behind = at_start[i].octets[at_start[i].length - 1] == '\r' ? 1 : 0;
        if (state->total == at_start[i].length + behind && stands_now(state, at_start[i].octets, at_start[i].length)) {
            state->requirement = MS_REQ_SMTP_SEC_smuggling_22;
            return;
        }
    }
    for (size_t i = 0; i < COUNT(sequences); i++)
        if (stands_now(state, sequences[i].octets, sequences[i].length)) {
            if (!is_true_end(state))
                state->requirement = placed(state, i);
            return;
        }
}

uint16_t smtp_false_end_now(const smtp_false_end *state)
{
    if (!ends_with(state, "\r", 1))
        return state->requirement;
    if (state->total == 2 && ends_with(state, ".\r", 2))
        return MS_REQ_SMTP_SEC_smuggling_22;
    for (size_t i = 0; i < COUNT(sequences); i++)
        if (ends_with(state, sequences[i].octets, sequences[i].length))
            return placed(state, i);
    return state->requirement;
}

/* Line ends before the octet that has just come in. */
static void note_lines(smtp_false_end *state)
{
    if (ends_with(state, "\r\n\r\n", 4) || ends_with(state, "\n\n", 2) ||
        (state->total == 2 && ends_with(state, "\r\n", 2)))
        state->header_over = true;
}

void smtp_false_end_feed(smtp_false_end *state, ms_span octets)
{
    for (size_t i = 0; i < octets.len; i++) {
        if (state->count == FALSE_END_WINDOW) {
            memmove(state->window, state->window + 1, FALSE_END_WINDOW - 1);
            state->count--;
        }
        state->window[state->count++] = octets.ptr[i];
        state->total++;
        const uint8_t octet = octets.ptr[i];
        const bool behind_cr = state->count > 1 && state->window[state->count - 2] == '\r';
        if (octet != '\n' && octet != '\r' && octet != '\v' && octet != '\f' && octet < 0x80 && !behind_cr)
            continue;
        look(state);
        note_lines(state);
        /* the line end of this very octet counts only for what follows it */
        if (octet == '\n' && ends_with(state, "\r\n", 2) && !ends_with(state, "\n.\r\n", 4))
            state->any_crlf = true;
    }
    state->last_dot_line_doubled_cr = ends_with(state, "\r\r\n.\r\n", 6);
}
