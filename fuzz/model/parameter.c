/* parameter.c - see parameter.h */
#include "parameter.h"

#include <string.h>

typedef enum place { OF_MAIL = 1, OF_RCPT = 2, OF_BOTH = 3 } place;

/* rule NULL: takes no value.  "" : not modelled, as the RFC's grammar is not at hand or not in ABNF. */
static const struct parameter {
    const char *keyword;
    place of;
    const char *rule;
} parameters[] = {
    {"SIZE", OF_MAIL, "size-value"},
    {"BODY", OF_MAIL, "body-value"},
    {"RET", OF_MAIL, "ret-value"},
    {"ENVID", OF_MAIL, "envid-value"},
    {"AUTH", OF_MAIL, "auth-xtext"},
    {"SMTPUTF8", OF_MAIL, NULL},   /* RFC 6531 section 3.4: "it MUST not accept a value" */
    {"REQUIRETLS", OF_MAIL, NULL}, /* RFC 8689 section 2: "There is no esmtp-value" */
    {"MT-PRIORITY", OF_MAIL, "priority-value"},
    {"BY", OF_MAIL, "by-value"},
    {"HOLDFOR", OF_MAIL, ""},
    {"HOLDUNTIL", OF_MAIL, ""},
    {"MTRK", OF_MAIL, ""},
    {"TRANSID", OF_MAIL, ""},
    {"SUBMITTER", OF_MAIL, ""},
    {"SOLICIT", OF_MAIL, ""},
    {"NOTIFY", OF_RCPT, "notify-value"},
    {"ORCPT", OF_RCPT, "orcpt-value"},
    {"RRVS", OF_RCPT, ""},
    {"CONPERM", OF_BOTH, ""},
    {"CONNEG", OF_BOTH, ""},
};

static bool same_word(const uint8_t *octets, size_t len, const uint8_t *other, size_t other_len)
{
    if (len != other_len)
        return false;
    for (size_t i = 0; i < len; i++) {
        const uint8_t a = octets[i], b = other[i];
        const bool letter = (a | 32) >= 'a' && (a | 32) <= 'z';
        if (a != b && !(letter && (a ^ b) == 32))
            return false;
    }
    return true;
}

static const struct parameter *find(const uint8_t *keyword, size_t len)
{
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        const char *other = parameters[i].keyword;
        if (same_word(keyword, len, (const uint8_t *)other, strlen(other)))
            return &parameters[i];
    }
    return NULL;
}

static unsigned hex_digit(uint8_t octet)
{
    return octet <= '9' ? octet - (unsigned)'0' : (octet | 32U) - 'a' + 10;
}

/* RFC 4954 section 5: the value is a mailbox or "<>", "encoded inside an xtext". */
static model_verdict auth_verdict(const uint8_t *value, size_t len)
{
    uint8_t decoded[ABNF_OCTETS_MAX];
    size_t used = 0;
    for (size_t i = 0; i < len; i++)
        if (value[i] == '+') {
            decoded[used++] = (uint8_t)(hex_digit(value[i + 1]) * 16 + hex_digit(value[i + 2]));
            i += 2;
        } else {
            decoded[used++] = value[i];
        }
    if (!model_is(MODEL_SMTPUTF8, "auth-decoded", decoded, used))
        return MODEL_OUT;
    return model_is(MODEL_SMTPUTF8, "untagged-mailbox", decoded, used) ? MODEL_UNDECIDED : MODEL_IN;
}

/* "the value of the original recipient address prior to encoding as "xtext" MUST consist entirely of printable (graphic and
 * white space) characters from the US-ASCII repertoire" (RFC 3461 section 4.2), and so must ENVID's (section 4.4), where
 * xtext itself can hold any octet.  White space: space and HT, README.md. */
static bool is_printable(const uint8_t *value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned octet = value[i];
        if (octet == '+') {
            octet = hex_digit(value[i + 1]) * 16 + hex_digit(value[i + 2]);
            i += 2;
        }
        if (octet != '\t' && (octet < 32 || octet > 126))
            return false;
    }
    return true;
}

/* RFC 2852 section 4: "a negative or zero value is not allowed with a by-mode of R" */
static bool is_by_value(const uint8_t *value, size_t len)
{
    bool zero = true;
    size_t at = 0;
    for (; at < len && value[at] != ';'; at++)
        zero = zero && (value[at] < '1' || value[at] > '9');
    const bool returns = (value[at + 1] | 32) == 'r';
    return !returns || (!zero && value[0] != '-');
}

/* The address type utf-8 holds UTF-8 where SMTPUTF8 is in force (RFC 6533 section 3, whose grammar is not at hand). */
static bool is_utf8_orcpt(const char *keyword, const uint8_t *value, size_t len)
{
    static const uint8_t type[] = {'u', 't', 'f', '-', '8', ';'};
    bool outside_ascii = false;
    for (size_t i = 0; i < len; i++)
        outside_ascii = outside_ascii || value[i] > 127;
    return strcmp(keyword, "ORCPT") == 0 && outside_ascii && len > sizeof type &&
           same_word(value, sizeof type, type, sizeof type);
}

model_verdict model_parameter(model_grammar grammar, bool mail, const uint8_t *keyword, size_t keyword_len,
                              const uint8_t *value, size_t value_len)
{
    const struct parameter *known = find(keyword, keyword_len);
    if (known == NULL)
        return MODEL_IN;
    if ((known->of & (mail ? OF_MAIL : OF_RCPT)) == 0)
        return MODEL_OUT;
    if (known->rule == NULL)
        return value == NULL ? MODEL_IN : MODEL_OUT;
    if (known->rule[0] == 0)
        return MODEL_UNDECIDED;
    if (value != NULL && is_utf8_orcpt(known->keyword, value, value_len))
        return grammar == MODEL_SMTPUTF8 ? MODEL_UNDECIDED : MODEL_OUT;
    if (value == NULL || !model_is(grammar, known->rule, value, value_len))
        return MODEL_OUT;
    if (strcmp(known->keyword, "AUTH") == 0)
        return auth_verdict(value, value_len);
    if (strcmp(known->keyword, "ENVID") == 0)
        return is_printable(value, value_len) ? MODEL_IN : MODEL_OUT;
    if (strcmp(known->keyword, "ORCPT") == 0) {
        const size_t type = (size_t)((const uint8_t *)memchr(value, ';', value_len) - value) + 1;
        return is_printable(value + type, value_len - type) ? MODEL_IN : MODEL_OUT;
    }
    if (strcmp(known->keyword, "BY") == 0)
        return is_by_value(value, value_len) ? MODEL_IN : MODEL_OUT;
    return MODEL_IN;
}

model_verdict model_parameters(model_grammar grammar, bool mail, const uint8_t *octets, size_t len)
{
    struct {
        const uint8_t *octets;
        size_t len;
    } seen[ABNF_OCTETS_MAX];
    size_t count = 0;
    model_verdict all = MODEL_IN;
    if (len == 0)
        return MODEL_IN;
    if (!model_is(grammar, "Mail-parameters", octets, len))
        return MODEL_OUT;
    for (size_t at = 0; at < len; at++) {
        const size_t start = at;
        while (at < len && octets[at] != ' ')
            at++;
        const uint8_t *equals = memchr(octets + start, '=', at - start);
        const size_t keyword_len = equals == NULL ? at - start : (size_t)(equals - (octets + start));
        const uint8_t *value = equals == NULL ? NULL : equals + 1;
        const size_t value_len = equals == NULL ? 0 : at - start - keyword_len - 1;
        const model_verdict one = model_parameter(grammar, mail, octets + start, keyword_len, value, value_len);
        if (one == MODEL_OUT)
            return MODEL_OUT;
        if (one == MODEL_UNDECIDED)
            all = MODEL_UNDECIDED;
        /* RFC 5321 section 4.1.1.11 says nothing of one that stands twice; RFC 1870 section 4 and RFC 6152 section 3
         * say "only one" of theirs, as does RFC 3461 section 4 of its own. */
        for (size_t i = 0; i < count; i++)
            if (find(octets + start, keyword_len) != NULL &&
                same_word(octets + start, keyword_len, seen[i].octets, seen[i].len))
                return MODEL_OUT;
        seen[count].octets = octets + start;
        seen[count++].len = keyword_len;
    }
    return all;
}
