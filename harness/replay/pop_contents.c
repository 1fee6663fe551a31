/*
 * pop_contents.c - what RETR and TOP show of a message (RFC 1939 sections 5, 7 and 11, RFC 6856 section 2.1)
 *
 * Contents are kept as hashes: of the whole, of the body, and of each beginning that ends with a line, so that the
 * lines of a TOP can be found in a RETR, whichever came first.
 */
#include "harness/replay/pop_hash.h"
#include "harness/replay/pop_model.h"

#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* --- reading --------------------------------------------------------------------- */

static void forget_lines(replay_maildrop *maildrop, pop_content *content)
{
    maildrop->lines -= content->line_count;
    free(content->line_hashes);
    content->line_hashes = NULL;
    content->line_count = content->line_room = 0;
}

void pop_content_begin(const pop_event *p, uint32_t number)
{
    replay_pop_session *s = p->s;
    forget_lines(s->maildrop, &s->content);
    s->content = (pop_content){.hash = POP_HASH_EMPTY, .body_hash = POP_HASH_EMPTY};
    s->open = POP_OPEN_CONTENT;
    s->number = number;
    s->top = p->e->answered.verb == MS_POP3_TOP;
    s->top_lines = p->e->answered.lines;
    s->content_at = p->e->at + p->e->consumed;
    s->cr = false;
    s->line_empty = true;
}

static void keep_line_hash(replay_maildrop *maildrop, pop_content *content)
{
    if (content->line_count < content->lines || content->line_count == POP_LINES_MAX ||
        maildrop->lines == POP_ALL_LINES_MAX)
        return;
    maildrop->lines++;
    if (content->line_count == content->line_room) {
        content->line_room = content->line_room == 0 ? 32 : content->line_room * 2;
        content->line_hashes = must(realloc(content->line_hashes, content->line_room * sizeof *content->line_hashes));
    }
    content->line_hashes[content->line_count++] = content->hash;
}

/* The first empty line separates header section and body (RFC 5322 section 2.1). */
static void end_line(replay_pop_session *s)
{
    pop_content *content = &s->content;
    if (!s->top)
        keep_line_hash(s->maildrop, content);
    content->lines++;
    if (content->has_body)
        content->body_lines++;
    else
        content->has_body = s->line_empty;
    s->line_empty = true;
}

void pop_content_octets(replay_pop_session *s, ms_span octets)
{
    pop_content *content = &s->content;
    if (s->number == 0)
        return;
    for (size_t i = 0; i < octets.len; i++) {
        const uint8_t octet = octets.ptr[i];
        content->hash = pop_hash_octet(content->hash, octet);
        if (content->has_body)
            content->body_hash = pop_hash_octet(content->body_hash, octet);
        content->has_8bit |= octet >= 0x80;
        if (octet == '\n' && s->cr)
            end_line(s);
        else if (octet != '\r' || s->cr)
            s->line_empty = false;
        s->cr = octet == '\r';
    }
    content->octets += octets.len;
}

/* --- TOP against RETR ---------------------------------------------------------------- */

static bool is_same(const pop_content *a, const pop_content *b)
{
    return a->octets == b->octets && a->hash == b->hash;
}

/* part is whole's beginning, by whole lines; false too where the model does not know. */
static bool is_beginning(const pop_content *part, const pop_content *whole, bool *known)
{
    *known = part->lines <= whole->line_count || part->lines > whole->lines;
    if (part->lines > whole->lines)
        return false;
    return part->lines == 0 || (*known && whole->line_hashes[part->lines - 1] == part->hash);
}

static uint16_t judge_top(const replay_pop_session *s, const pop_top *top, const pop_content *whole)
{
    const pop_content *part = &top->content;
    const uint64_t asked = top->asked;
    const bool may_be_short = s->expire == POP_EXPIRE_ZERO; /* RFC 1939 section 8 lets such a site limit TOP */
    bool known;
    if (part->body_lines > asked || is_same(part, whole))
        return MS_REQ_NONE; /* too many lines: told by the session machine */
    const bool beginning = is_beginning(part, whole, &known);
    if (!known)
        return MS_REQ_NONE;
    if (beginning && asked == 0 && whole->has_body && !part->has_body)
        return MS_REQ_POP3_1939_7_03;
    if (asked >= whole->body_lines && !may_be_short)
        return asked > INT32_MAX && part->lines < whole->lines ? MS_REQ_POP3_SEC_int_04 : MS_REQ_POP3_1939_7_04;
    if (!beginning)
        return MS_REQ_POP3_1939_7_06;
    return part->body_lines < asked && !may_be_short ? MS_REQ_POP3_1939_7_02 : MS_REQ_NONE;
}

static void take_top(const pop_event *p, pop_message *message)
{
    replay_pop_session *s = p->s;
    const pop_top top = {.asked = s->top_lines, .content = s->content};
    if (message->content != NULL)
        pop_find(p, judge_top(s, &top, message->content));
    if (message->top_count == POP_TOPS_MAX) {
        p->track->limited = true;
        return;
    }
    if (message->tops == NULL)
        message->tops = must(calloc(POP_TOPS_MAX, sizeof *message->tops));
    message->tops[message->top_count++] = top;
}

/* --- RETR ------------------------------------------------------------------------------ */

/* One message, fetched in the mode UTF8 and out of it: an ASCII body is the same (RFC 6856 section 2.1).  Header fields
 * are left out: a server may add its own. */
static void compare_modes(const pop_event *p, const pop_message *message)
{
    const replay_pop_session *s = p->s;
    const replay_maildrop *maildrop = s->maildrop;
    if (!message->has_unique_id)
        return;
    for (size_t i = 0; i < maildrop->session_count; i++) {
        const replay_pop_session *other = maildrop->sessions[i];
        if (other == s || !other->logged_in || other->key != s->key || other->utf8_mode == s->utf8_mode)
            continue;
        for (uint32_t n = 0; n < other->message_room; n++) {
            const pop_message *same = &other->messages[n];
            if (same->content == NULL || !same->has_unique_id || same->unique_id != message->unique_id ||
                (same->content->has_8bit && message->content->has_8bit))
                continue;
            if (same->content->body_hash != message->content->body_hash) {
                pop_find(p, MS_REQ_POP3_6856_2_1_06);
                return;
            }
        }
    }
}

static void take_message(const pop_event *p, pop_message *message)
{
    replay_pop_session *s = p->s;
    if (message->content != NULL && !is_same(message->content, &s->content))
        pop_find(p, pop_removed_by_other(s, message) ? MS_REQ_POP3_1939_4_05 : MS_REQ_POP3_1939_5_27);
    if (message->content == NULL)
        message->content = must(calloc(1, sizeof *message->content));
    forget_lines(s->maildrop, message->content);
    *message->content = s->content;
    s->content.line_hashes = NULL; /* the message has them now */
    s->content.line_count = s->content.line_room = 0;
    pop_size_check(p, message);
    compare_modes(p, message);
    for (unsigned i = 0; i < message->top_count; i++)
        pop_find(p, judge_top(s, &message->tops[i], message->content));
}

void pop_content_end(const pop_event *p)
{
    replay_pop_session *s = p->s;
    pop_message *message = s->number == 0 ? NULL : pop_message_make(p, s->number);
    if (message == NULL)
        return;
    s->content.stuffed = p->at - s->content_at - s->content.octets;
    if (s->top)
        take_top(p, message);
    else
        take_message(p, message);
}

void pop_message_clear(pop_message *message)
{
    if (message->content != NULL)
        free(message->content->line_hashes);
    free(message->content);
    free(message->tops);
}
