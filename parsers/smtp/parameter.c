/*
 * parameter.c - ESMTP parameters of MAIL and RCPT (RFC 5321 section 4.1.2)
 *
 * esmtp-param   = esmtp-keyword ["=" esmtp-value]
 * esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
 */
#include "let_dig.h"
#include "parameter_read.h"

enum { OF_MAIL = 1, OF_RCPT = 2, OF_BOTH = OF_MAIL | OF_RCPT };
enum { VALUE_NONE, VALUE_DUE, VALUE_FREE };

/* clang-format off */
static const struct row {
    char name[12];
    uint8_t len;
    uint8_t of;
    uint8_t value;
    uint16_t value_rule;     /* the requirement that a bad value breaks */
    uint16_t duplicate_rule; /* the one that a second parameter breaks; MS_REQ_NONE: that of the error's row */
} rows[MS_PARAM_COUNT] = {
    [MS_PARAM_UNKNOWN]     = {"", 0, OF_BOTH, VALUE_FREE, MS_REQ_SMTP_5321_4_1_2_08, MS_REQ_NONE},
    [MS_PARAM_SIZE]        = {"SIZE", 4, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_1870_3_02, MS_REQ_SMTP_1870_6_01},
    [MS_PARAM_BODY]        = {"BODY", 4, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_6152_2_02, MS_REQ_SMTP_6152_3_11},
    [MS_PARAM_RET]         = {"RET", 3, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_3461_4_3_03, MS_REQ_SMTP_3461_4_5_03},
    [MS_PARAM_ENVID]       = {"ENVID", 5, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_3461_4_01, MS_REQ_SMTP_3461_4_5_03},
    [MS_PARAM_NOTIFY]      = {"NOTIFY", 6, OF_RCPT, VALUE_DUE, MS_REQ_SMTP_3461_4_1_06, MS_REQ_SMTP_3461_4_5_04},
    [MS_PARAM_ORCPT]       = {"ORCPT", 5, OF_RCPT, VALUE_DUE, MS_REQ_SMTP_3461_4_2_06, MS_REQ_SMTP_3461_4_5_04},
    [MS_PARAM_AUTH]        = {"AUTH", 4, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_4954_5_03, MS_REQ_NONE},
    [MS_PARAM_SMTPUTF8]    = {"SMTPUTF8", 8, OF_MAIL, VALUE_NONE, MS_REQ_SMTP_6531_3_1_07, MS_REQ_NONE},
    [MS_PARAM_MT_PRIORITY] = {"MT-PRIORITY", 11, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_6710_3_02, MS_REQ_SMTP_6710_4_1_05},
    [MS_PARAM_BY]          = {"BY", 2, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_2852_4_01, MS_REQ_NONE},
    [MS_PARAM_HOLDFOR]     = {"HOLDFOR", 7, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_4865_4_01, MS_REQ_SMTP_4865_4_02},
    [MS_PARAM_HOLDUNTIL]   = {"HOLDUNTIL", 9, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_4865_4_01, MS_REQ_SMTP_4865_4_02},
    [MS_PARAM_REQUIRETLS]  = {"REQUIRETLS", 10, OF_MAIL, VALUE_NONE, MS_REQ_SMTP_8689_2_06, MS_REQ_NONE},
    [MS_PARAM_MTRK]        = {"MTRK", 4, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_3885_3_01, MS_REQ_NONE},
    [MS_PARAM_RRVS]        = {"RRVS", 4, OF_RCPT, VALUE_DUE, MS_REQ_SMTP_5321_4_1_2_08, MS_REQ_NONE},
    [MS_PARAM_CONPERM]     = {"CONPERM", 7, OF_BOTH, VALUE_FREE, MS_REQ_SMTP_5321_4_1_2_08, MS_REQ_NONE},
    [MS_PARAM_CONNEG]      = {"CONNEG", 6, OF_BOTH, VALUE_FREE, MS_REQ_SMTP_5321_4_1_2_08, MS_REQ_NONE},
    [MS_PARAM_TRANSID]     = {"TRANSID", 7, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_5321_4_1_2_08, MS_REQ_NONE},
    [MS_PARAM_SUBMITTER]   = {"SUBMITTER", 9, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_5321_4_1_2_09, MS_REQ_NONE},
    [MS_PARAM_SOLICIT]     = {"SOLICIT", 7, OF_MAIL, VALUE_DUE, MS_REQ_SMTP_5321_4_1_2_08, MS_REQ_NONE},
};
/* clang-format on */

_Static_assert(MS_PARAM_COUNT <= 32, "a set of parameters has 32 bits");

#define BIT(id) ((uint32_t)1 << (id))

/* The first eight octets of a keyword as one number, the missing ones 0.  Clearing bit 5 folds the letter case; it
 * also folds digits into controls, none of which is in a keyword. */
#define FOLD                        0xDFDFDFDFDFDFDFDFu
#define KEY(a, b, c, d, e, f, g, h) (PACK8(a, b, c, d, e, f, g, h) & FOLD)

static uint64_t key_of(const uint8_t *p, size_t len, size_t left)
{
    uint64_t key = 0;
    if (left >= 8) {
        key = PACK8(p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]);
        if (len < 8)
            key &= ((uint64_t)1 << (8 * len)) - 1;
    } else {
        for (size_t i = 0; i < len; i++)
            key |= (uint64_t)p[i] << (8 * i);
    }
    return key & FOLD;
}

/* clang-format off */
static ms_smtp_parameter_id candidate(uint64_t key)
{
    switch (key) {
    case KEY('S', 'I', 'Z', 'E', 0, 0, 0, 0): return MS_PARAM_SIZE;
    case KEY('B', 'O', 'D', 'Y', 0, 0, 0, 0): return MS_PARAM_BODY;
    case KEY('R', 'E', 'T', 0, 0, 0, 0, 0): return MS_PARAM_RET;
    case KEY('E', 'N', 'V', 'I', 'D', 0, 0, 0): return MS_PARAM_ENVID;
    case KEY('N', 'O', 'T', 'I', 'F', 'Y', 0, 0): return MS_PARAM_NOTIFY;
    case KEY('O', 'R', 'C', 'P', 'T', 0, 0, 0): return MS_PARAM_ORCPT;
    case KEY('A', 'U', 'T', 'H', 0, 0, 0, 0): return MS_PARAM_AUTH;
    case KEY('S', 'M', 'T', 'P', 'U', 'T', 'F', '8'): return MS_PARAM_SMTPUTF8;
    case KEY('M', 'T', '-', 'P', 'R', 'I', 'O', 'R'): return MS_PARAM_MT_PRIORITY;
    case KEY('B', 'Y', 0, 0, 0, 0, 0, 0): return MS_PARAM_BY;
    case KEY('H', 'O', 'L', 'D', 'F', 'O', 'R', 0): return MS_PARAM_HOLDFOR;
    case KEY('H', 'O', 'L', 'D', 'U', 'N', 'T', 'I'): return MS_PARAM_HOLDUNTIL;
    case KEY('R', 'E', 'Q', 'U', 'I', 'R', 'E', 'T'): return MS_PARAM_REQUIRETLS;
    case KEY('M', 'T', 'R', 'K', 0, 0, 0, 0): return MS_PARAM_MTRK;
    case KEY('R', 'R', 'V', 'S', 0, 0, 0, 0): return MS_PARAM_RRVS;
    case KEY('C', 'O', 'N', 'P', 'E', 'R', 'M', 0): return MS_PARAM_CONPERM;
    case KEY('C', 'O', 'N', 'N', 'E', 'G', 0, 0): return MS_PARAM_CONNEG;
    case KEY('T', 'R', 'A', 'N', 'S', 'I', 'D', 0): return MS_PARAM_TRANSID;
    case KEY('S', 'U', 'B', 'M', 'I', 'T', 'T', 'E'): return MS_PARAM_SUBMITTER;
    case KEY('S', 'O', 'L', 'I', 'C', 'I', 'T', 0): return MS_PARAM_SOLICIT;
    }
    return MS_PARAM_UNKNOWN;
}
/* clang-format on */

static ms_smtp_parameter_id find(ms_span keyword, size_t left)
{
    const ms_smtp_parameter_id id = candidate(key_of(keyword.ptr, keyword.len < 8 ? keyword.len : 8, left));
    const struct row *row = &rows[id];
    if (keyword.len != row->len)
        return MS_PARAM_UNKNOWN;
    if (keyword.len > 8 && !octets_equal_nocase(keyword.ptr + 8, (const uint8_t *)row->name + 8, keyword.len - 8))
        return MS_PARAM_UNKNOWN;
    return id;
}

static ms_span take_keyword(cursor *c)
{
    const size_t from = c->at;
    size_t at = let_dig_end(c->ptr, from, c->len);
    while (at != from && at < c->len && c->ptr[at] == '-')
        at = let_dig_end(c->ptr, at + 1, c->len);
    c->at = at;
    return span_since(c, from);
}

ms_smtp_parameter_id ms_smtp_parameter_here(const smtp_reader *r)
{
    cursor c = r->c;
    const size_t left = octets_left(&c);
    return find(take_keyword(&c), left);
}

/* A keyword that stands in the wrong command, or again; both HOLD parameters are one (RFC 4865). */
static ms_smtp_error check_keyword(smtp_reader *r, size_t from, ms_smtp_parameter_of of, uint32_t seen,
                                   ms_smtp_parameter_id id)
{
    const uint32_t hold = BIT(MS_PARAM_HOLDFOR) | BIT(MS_PARAM_HOLDUNTIL);
    const uint32_t same = (BIT(id) & hold) != 0 ? hold : BIT(id);
    const struct row *row = &rows[id];
    if (id == MS_PARAM_UNKNOWN) {
        if ((r->c.ptr[from] | 0x20) != 'x')
            deviate(r, MS_SMTP_DEV_PARAMETER_NOT_REGISTERED);
        return MS_SMTP_OK;
    }
    if ((seen & same) != 0)
        return wrong_by(r, from, MS_SMTP_ERR_PARAMETER_DUPLICATE, (ms_requirement)row->duplicate_rule);
    switch (of) {
    case MS_PARAMETER_OF_MAIL:
        if ((row->of & OF_MAIL) == 0)
            return wrong_by(r, from, MS_SMTP_ERR_PARAMETER_UNKNOWN_FOR_VERB, MS_REQ_SMTP_5321_4_1_1_2_02);
        break;
    case MS_PARAMETER_OF_RCPT:
        if ((row->of & OF_RCPT) == 0)
            return wrong_by(r, from, MS_SMTP_ERR_PARAMETER_UNKNOWN_FOR_VERB, MS_REQ_SMTP_5321_4_1_1_3_05);
        break;
    }
    return MS_SMTP_OK;
}

static ms_smtp_error read_value(smtp_reader *r, ms_smtp_parameter *out)
{
    const struct row *row = &rows[out->id];
    cursor *const c = &r->c;
    bool right = row->value != VALUE_DUE;
    if (peek(c) == '=' && row->value != VALUE_NONE) {
        const size_t from = ++c->at;
        right = ms_smtp_parameter_value_read(r, out);
        out->value = span_since(c, from);
    }
    if (right && at_end_or_blank(r))
        return MS_SMTP_OK;
    if (r->requirement == MS_REQ_NONE)
        r->requirement = row->value_rule;
    return MS_SMTP_ERR_PARAMETER_VALUE;
}

ms_smtp_error ms_smtp_parameter_read(smtp_reader *r, ms_smtp_parameter_of of, uint32_t *seen, ms_smtp_parameter *out)
{
    const size_t from = r->c.at, left = octets_left(&r->c);
    out->keyword = take_keyword(&r->c);
    if (out->keyword.len == 0 || (!at_end_or_blank(r) && peek(&r->c) != '='))
        return MS_SMTP_ERR_PARAMETER_KEYWORD;
    out->id = find(out->keyword, left);
    const ms_smtp_error error = check_keyword(r, from, of, *seen, out->id);
    if (error != MS_SMTP_OK)
        return error;
    *seen |= BIT(out->id);
    return read_value(r, out);
}

void ms_smtp_parameters_init(ms_smtp_parameters *iterator, ms_span text, ms_smtp_parameter_of of)
{
    iterator->text = text;
    iterator->offset = 0;
    iterator->seen = 0;
    iterator->of = of;
}

bool ms_smtp_parameters_next(ms_smtp_parameters *iterator, ms_smtp_parameter *out)
{
    smtp_reader r = reader_of(iterator->text, NULL);
    r.c.at = iterator->offset;
    if (skip_class(&r.c, OCTET_BLANK) > 1 || (r.c.at != 0 && r.c.ptr[r.c.at - 1] == '\t'))
        deviate(&r, MS_SMTP_DEV_EXTRA_BLANKS);
    if (at_end(&r.c))
        return false;
    clear(out, sizeof *out);
    out->error = final_error(&r, ms_smtp_parameter_read(&r, iterator->of, &iterator->seen, out));
    out->deviations = r.deviations;
    iterator->offset = r.c.at;
    if (out->error != MS_SMTP_OK) {
        out->requirement = error_requirement(&r, out->error);
        out->error_at = r.c.at;
        iterator->offset = iterator->text.len;
    }
    return true;
}

const char *ms_smtp_parameter_name(ms_smtp_parameter_id id)
{
    return rows[(unsigned)id < MS_PARAM_COUNT ? id : MS_PARAM_UNKNOWN].name;
}
