/* guess.c - see guess.h */
#include "harness/probe/guess.h"

#include <string.h>

#include "harness/probe/endpoint.h"
#include "harness/transcript/format.h"

enum { TEXT_MAX = 256 }; /* no credentials of an account are written longer */

/* What of a connection is yet to be answered. */
typedef struct talk {
    bool logs_in;  /* PASS, APOP, AUTH or a response was said */
    bool doubtful; /* … that may be taken for a wrong login */
    bool asked;    /* AUTH was, and is not answered for good: a line is a response */
    bool heard;    /* nothing was said since the last expectation */
} talk;

typedef struct reading {
    talk talks[MST_CONNECTIONS_MAX];
    bool other_name; /* USER gives another name than the account's */
    probe_logins logins;
} reading;

/* --- lines ------------------------------------------------------------------------------------- */

/* The line as it stands in the case. */
static mst_text as_written(const mst_step *step)
{
    mst_text text = {.len = 0};
    mst_format_expression(step->say.content, &text);
    return text;
}

static bool has_words(const mst_text *text, const char *words)
{
    const size_t length = strlen(words);
    for (size_t i = 0; i + length <= text->len; i++)
        if (probe_same_word(ms_span_make(text->octets + i, length), ms_span_make(words, length)))
            return true;
    return false;
}

static bool begins(const mst_text *text, const char *word)
{
    const size_t length = strlen(word);
    return text->len >= length && probe_is_word(ms_span_make(text->octets, length), word);
}

/* At its beginning, or behind whatever goes out with it. */
static bool has_command(const mst_text *text, const char *keyword, const char *and_blank)
{
    return begins(text, keyword) || has_words(text, and_blank);
}

static bool is_one_of(const mst_text *text, const char *const *forms)
{
    while (*forms != NULL && (text->len != strlen(*forms) || memcmp(text->octets, *forms, text->len) != 0))
        forms++;
    return *forms != NULL;
}

/* AUTH and the name of a mechanism: no credentials yet. */
static bool only_asks(const mst_text *text)
{
    size_t blanks = 0;
    for (size_t i = 0; i < text->len; i++)
        blanks += text->octets[i] == ' ';
    return blanks < 2 && begins(text, "AUTH");
}

static bool gives_other_name(const mst_text *text)
{
    static const char *const own[] = {"USER ${user}", NULL};
    return has_words(text, "USER ") && !is_one_of(text, own);
}

/* The account's own, as the cases write them: in one line, or as a response. */
static bool is_own_login(const mst_text *text, const reading *r)
{
    static const char *const named[] = {"PASS ${secret:password}", NULL};
    static const char *const own[] = {
        "AUTH PLAIN ${base64(\"\\0${user}\\0${secret:password}\")}",
        "APOP ${user} ${hex(md5(\"${timestamp}${secret:password}\"))}",
        NULL,
    };
    return is_one_of(text, own) || (is_one_of(text, named) && !r->other_name);
}

static bool is_own_response(const mst_text *text)
{
    static const char *const own[] = {
        "*",
        "${base64(\"\\0${user}\\0${secret:password}\")}",
        "${base64(user)}",
        "${base64(\"${user}\")}",
        "${base64(secret:password)}",
        "${base64(\"${secret:password}\")}",
        "${base64(\"${user} ${hex(hmac_md5(secret:password, challenge))}\")}",
        "${base64(scram(secret:password, first, challenge))}",
        "${base64(\"n,,${first}\")}",
        NULL,
    };
    return is_one_of(text, own);
}

static void read_line(reading *r, const mst_step *step)
{
    talk *t = &r->talks[step->connection];
    mst_text text = as_written(step);
    const bool asks = has_command(&text, "AUTH", "AUTH ");
    const bool says = asks || has_command(&text, "PASS", "PASS ") || has_command(&text, "APOP", "APOP ");
    if (t->heard)
        t->doubtful = false;
    if (says)
        t->doubtful |= !only_asks(&text) && !is_own_login(&text, r);
    else if (t->asked)
        t->doubtful |= !is_own_response(&text);
    t->logs_in = says || t->asked || (t->logs_in && !t->heard);
    t->asked |= asks;
    t->heard = false;
    mst_text_free(&text);
}

/* --- what they may be answered ------------------------------------------------------------------- */

static bool is_refusal(const mst_match *match)
{
    const mst_status *status = &match->status;
    if (match->kind == MST_MATCH_CLOSE)
        return true;
    if (match->kind != MST_MATCH_REPLY)
        return false;
    switch (status->kind) {
    case MST_STATUS_ANY:
    case MST_STATUS_ERR:
        return true;
    case MST_STATUS_CODE:
        return status->digits[0] == 4 || status->digits[0] == 5;
    case MST_STATUS_OK:
    case MST_STATUS_CONTINUE:
        break;
    }
    return false;
}

static bool is_success(const mst_match *match)
{
    const mst_status *status = &match->status;
    return match->kind == MST_MATCH_REPLY && (status->kind == MST_STATUS_OK || status->kind == MST_STATUS_ANY ||
                                              (status->kind == MST_STATUS_CODE && status->digits[0] == 2));
}

static bool goes_on(const mst_match *match)
{
    return match->kind == MST_MATCH_REPLY && (match->status.kind == MST_STATUS_CONTINUE ||
                                              (match->status.kind == MST_STATUS_CODE && match->status.digits[0] == 3));
}

static void read_expectation(reading *r, const mst_step *step)
{
    talk *t = &r->talks[step->connection];
    bool more = false;
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
        for (const mst_match *match = a->matches; match != NULL; match = match->next) {
            const bool permitted = a->outcome.verdict == MST_PASS || a->outcome.verdict == MST_NONSTRICT;
            r->logins.wrong |= t->doubtful && permitted && is_refusal(match);
            r->logins.right |= t->logs_in && permitted && is_success(match);
            more |= goes_on(match);
        }
    t->asked &= more;
    t->heard = true;
}

/* --- the script ------------------------------------------------------------------------------------ */

typedef void visitor(reading *r, const mst_step *step);

static void visit(reading *r, const mst_step *step, visitor *see)
{
    for (; step != NULL; step = step->next) {
        see(r, step);
        for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
            if (a->block != NULL)
                visit(r, a->block->first, see);
        if (step->kind == MST_REPEAT)
            visit(r, step->repeat.block->first, see);
        if (step->kind == MST_CONTROL)
            visit(r, step->control.block->first, see);
        if (step->kind == MST_WHEN) {
            visit(r, step->when.then_block->first, see);
            if (step->when.else_block != NULL)
                visit(r, step->when.else_block->first, see);
        }
    }
}

static bool is_said(const mst_step *step)
{
    return step->kind == MST_SAY && step->say.side == MS_CLIENT;
}

static void see_name(reading *r, const mst_step *step)
{
    if (!is_said(step))
        return;
    mst_text text = as_written(step);
    r->other_name |= gives_other_name(&text);
    mst_text_free(&text);
}

static void see_talk(reading *r, const mst_step *step)
{
    if (is_said(step))
        read_line(r, step);
    else if (step->kind == MST_EXPECT)
        read_expectation(r, step);
}

probe_logins probe_logins_of(const mst_document *document)
{
    reading r;
    memset(&r, 0, sizeof r);
    visit(&r, document->script.first, see_name);
    visit(&r, document->script.first, see_talk);
    return r.logins;
}
