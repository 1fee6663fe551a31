/*
 * words.c - the fixed words of the language
 */
#include "harness/transcript/words.h"

#include <string.h>

const char *const mst_protocol_names[MST_PROTOCOLS] = {
    [MST_SMTP] = "smtp",
    [MST_SUBMISSION] = "submission",
    [MST_LMTP] = "lmtp",
    [MST_POP3] = "pop3",
};

const char *const mst_level_names[MST_LEVELS] = {
    [MST_LEVEL_OF_FIRST_CITED] = "",       [MST_LEVEL_MUST] = "MUST",
    [MST_LEVEL_MUST_NOT] = "MUST NOT",     [MST_LEVEL_SHOULD] = "SHOULD",
    [MST_LEVEL_SHOULD_NOT] = "SHOULD NOT", [MST_LEVEL_MAY] = "MAY",
    [MST_LEVEL_SECURITY] = "SECURITY",
};

const char *const mst_exposure_names[MST_EXPOSURES] = {
    [MST_EXPOSURE_NONE] = "none",   [MST_EXPOSURE_SMUGGLING] = "smuggling",   [MST_EXPOSURE_INJECTION] = "injection",
    [MST_EXPOSURE_RELAY] = "relay", [MST_EXPOSURE_DISCLOSURE] = "disclosure", [MST_EXPOSURE_DENIAL] = "denial",
};

const char *const mst_state_names[MST_STATES] = {
    [MST_STATE_CONNECTED] = "connected", [MST_STATE_GREETED] = "greeted",
    [MST_STATE_EHLO] = "ehlo",           [MST_STATE_TLS] = "tls",
    [MST_STATE_AUTH] = "auth",           [MST_STATE_READY] = "ready",
    [MST_STATE_MAIL] = "mail",           [MST_STATE_RCPT] = "rcpt",
    [MST_STATE_DATA] = "data",           [MST_STATE_TRANSACTION] = "transaction",
};

const char *const mst_verdict_names[MST_VERDICTS] = {
    [MST_PASS] = "pass", [MST_NONSTRICT] = "nonstrict", [MST_FAIL] = "fail", [MST_INCONCLUSIVE] = "inconclusive",
    [MST_SKIP] = "skip", [MST_ERROR] = "error",
};

const char *const mst_compare_names[MST_COMPARES] = {
    [MST_EQUAL] = "=", [MST_DIFFERENT] = "!=", [MST_LESS] = "<",        [MST_AT_MOST] = "<=",
    [MST_MORE] = ">",  [MST_AT_LEAST] = ">=",  [MST_WITHIN] = "within", [MST_DISJOINT] = "disjoint",
};

const char *const mst_key_names[MST_KEYS] = {
    [MST_KEY_MAILSPEC] = "mailspec",
    [MST_KEY_PROTOCOL] = "protocol",
    [MST_KEY_TESTS] = "tests",
    [MST_KEY_ID] = "id",
    [MST_KEY_TITLE] = "title",
    [MST_KEY_CITES] = "cites",
    [MST_KEY_LEVEL] = "level",
    [MST_KEY_TAGS] = "tags",
    [MST_KEY_PROFILE] = "profile",
    [MST_KEY_START] = "start",
    [MST_KEY_NEEDS] = "needs",
    [MST_KEY_NOT_OFFERED] = "not-offered",
    [MST_KEY_FEED] = "feed",
    [MST_KEY_ONLY] = "only",
    [MST_KEY_TIMED] = "timed",
    [MST_KEY_MUTATES] = "mutates",
    [MST_KEY_STRESS] = "stress",
    [MST_KEY_TIMEOUT] = "timeout",
    [MST_KEY_SEED] = "seed",
    [MST_KEY_EXPOSURE] = "exposure",
    [MST_KEY_PRECONDITION] = "precondition",
    [MST_KEY_NOTE] = "note",
};

static const char *const step_kind_names[MST_STEP_KINDS] = {
    [MST_SAY] = "say",         [MST_EXPECT] = "expect",   [MST_TLS] = "tls",
    [MST_CLOSE] = "close",     [MST_HANGUP] = "hangup",   [MST_OPEN] = "open",
    [MST_PAUSE] = "pause",     [MST_QUIET] = "quiet",     [MST_FENCE] = "fence",
    [MST_LET] = "let",         [MST_CHECK] = "check",     [MST_REPEAT] = "repeat",
    [MST_WHEN] = "when",       [MST_CONTROL] = "control", [MST_DELIVERED] = "delivered",
    [MST_VERDICT] = "verdict", [MST_END] = "end",
};

const char *mst_protocol_name(mst_protocol protocol)
{
    return mst_protocol_names[protocol];
}

const char *mst_level_name(mst_level level)
{
    return mst_level_names[level];
}

const char *mst_exposure_name(mst_exposure exposure)
{
    return mst_exposure_names[exposure];
}

const char *mst_state_name(mst_state state)
{
    return mst_state_names[state];
}

const char *mst_verdict_name(mst_verdict verdict)
{
    return mst_verdict_names[verdict];
}

const char *mst_compare_name(mst_compare compare)
{
    return mst_compare_names[compare];
}

const char *mst_step_kind_name(mst_step_kind kind)
{
    return step_kind_names[kind];
}

size_t mst_word_find(const char *const *names, size_t count, ms_span word)
{
    for (size_t i = 0; i < count; i++)
        if (word.len > 0 && word.len == strlen(names[i]) && memcmp(names[i], word.ptr, word.len) == 0)
            return i;
    return count;
}

/* Insertions, deletions and changes that lead from one word to the other. */
static size_t distance(ms_span word, const char *name)
{
    enum { LONGEST = 24 };
    size_t row[LONGEST + 1];
    const size_t len = strlen(name);
    if (word.len > LONGEST || len > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= len; j++)
        row[j] = j;
    for (size_t i = 1; i <= word.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= len; j++) {
            const size_t changed = diagonal + (word.ptr[i - 1] != (uint8_t)name[j - 1]);
            const size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = changed < shorter ? changed : shorter;
        }
    }
    return row[len];
}

const char *mst_word_nearest(const char *const *names, size_t count, ms_span word)
{
    const char *nearest = NULL;
    size_t least = 3; /* more than two slips is another word */
    for (size_t i = 0; i < count; i++) {
        const size_t slips = distance(word, names[i]);
        if (slips < least && slips < strlen(names[i])) {
            least = slips;
            nearest = names[i];
        }
    }
    return nearest;
}
