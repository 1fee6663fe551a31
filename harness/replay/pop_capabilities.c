/*
 * pop_capabilities.c - capability lists: what one line says and another denies (RFC 2449 sections 5 and 6)
 */
#include "harness/replay/pop_hash.h"
#include "harness/replay/pop_model.h"

#include <string.h>

void pop_capa_begin(const pop_event *p)
{
    replay_pop_session *s = p->s;
    memset(&s->list, 0, sizeof s->list);
    s->list.layer = s->layer;
    s->open = POP_OPEN_CAPA;
}

static pop_expire expire_of(const ms_pop3_capability *line)
{
    if (line->expire.never)
        return POP_EXPIRE_NEVER;
    return line->expire.days == 0 ? POP_EXPIRE_ZERO : POP_EXPIRE_DAYS;
}

/* Parameters as they count: SASL's and UTF8's in any letter case. */
static struct pop_tag tag_of(const ms_pop3_capability *line)
{
    struct pop_tag tag = {
        .tag = pop_hash_folded(POP_HASH_EMPTY, line->tag), .parameters = POP_HASH_EMPTY, .id = line->id};
    const bool folds = line->id == MS_CAPA_SASL || line->id == MS_CAPA_UTF8;
    ms_span rest = line->parameters;
    uint64_t in_order = POP_HASH_EMPTY;
    for (ms_span word = ms_pop3_capability_parameter(&rest); !ms_span_is_absent(word);
         word = ms_pop3_capability_parameter(&rest)) {
        const uint64_t folded = pop_hash_folded(POP_HASH_EMPTY, word);
        const uint64_t exact = folds ? folded : pop_hash(POP_HASH_EMPTY, word);
        tag.parameters = pop_hash_number(tag.parameters ^ exact);
        in_order = pop_hash_number(in_order ^ folded);
        tag.unordered += pop_hash_number(folded);
    }
    if (line->id != MS_CAPA_SASL)
        tag.unordered = in_order;
    return tag;
}

void pop_capa_line(const pop_event *p)
{
    pop_capability_list *list = &p->s->list;
    const ms_pop3_capability *line = &p->e->capability;
    const bool well_formed = (line->deviations & MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER)) == 0;
    if (line->error != MS_POP3_RESPONSE_OK)
        return;
    list->utf8 |= line->id == MS_CAPA_UTF8;
    list->pipelining |= line->id == MS_CAPA_PIPELINING;
    if (line->id == MS_CAPA_EXPIRE && well_formed && list->expire == POP_EXPIRE_NONE)
        list->expire = expire_of(line);
    const struct pop_tag tag = tag_of(line);
    for (size_t i = 0; i < list->count; i++)
        if (list->tags[i].tag == tag.tag) {
            list->differs |= list->tags[i].parameters != tag.parameters;
            return;
        }
    if (list->count == POP_TAGS_MAX)
        p->track->limited = true;
    else
        list->tags[list->count++] = tag;
}

/* What is announced in both states has the same meaning in both (RFC 2449 section 5). */
static bool is_kept_by_login(ms_pop3_capability_id id)
{
    switch (id) {
    case MS_CAPA_TOP:
    case MS_CAPA_USER:
    case MS_CAPA_SASL:
    case MS_CAPA_RESP_CODES:
    case MS_CAPA_PIPELINING:
    case MS_CAPA_UIDL:
    case MS_CAPA_AUTH_RESP_CODE:
    case MS_CAPA_UTF8:
    case MS_CAPA_LANG:
        return true;
    case MS_CAPA_UNKNOWN:
    case MS_CAPA_LOGIN_DELAY: /* these two may change, within limits that the session machine knows */
    case MS_CAPA_EXPIRE:
    case MS_CAPA_IMPLEMENTATION:
    case MS_CAPA_STLS:
    case MS_CAPA_X:
    case MS_CAPA_COUNT:
        break;
    }
    return false;
}

static bool parameters_changed(const pop_capability_list *before, const pop_capability_list *now)
{
    for (size_t i = 0; i < now->count; i++)
        for (size_t k = 0; is_kept_by_login(now->tags[i].id) && k < before->count; k++)
            if (before->tags[k].id == now->tags[i].id && before->tags[k].unordered != now->tags[i].unordered)
                return true;
    return false;
}

void pop_capa_end(const pop_event *p)
{
    replay_pop_session *s = p->s;
    pop_capability_list *list = &s->list;
    list->taken = true;
    if (list->differs)
        pop_find(p, MS_REQ_POP3_2449_5_14);
    if (p->e->state != MS_POP3_TRANSACTION)
        s->first = *list;
    else if (s->first.taken && s->first.layer == s->layer && parameters_changed(&s->first, list))
        pop_find(p, MS_REQ_POP3_2449_5_15);
    s->utf8_listed |= list->utf8;
    s->maildrop->pipelining |= list->pipelining;
    s->maildrop->expires |= list->expire == POP_EXPIRE_DAYS;
    if (list->expire != POP_EXPIRE_NONE)
        s->expire = list->expire;
}
