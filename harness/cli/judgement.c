/* judgement.c - see judgement.h */
#include "harness/cli/judgement.h"

#include <stdlib.h>

#include "harness/result/escape.h"

const char *const judgement_names[JUDGEMENTS] = {"agrees",          "tolerates",     "refuses-deviation",
                                                 "accepts-illegal", "refuses-legal", "other-fields",
                                                 "other-name",      "unsupported",   "known"};
const char *const judgement_verdicts[] = {"unsupported", "accept", "reject", "incomplete"};

bool judgement_differs(judgement j)
{
    return j == TAKES_WRONG || j == REFUSES_RIGHT || j == OTHER_FIELDS || j == OTHER_NAME;
}

json_t *judgement_fields(const json_t *wanted, const json_t *got, bool strict)
{
    json_t *flat = json_object();
    json_t *have = json_object();
    json_t *other = json_object();
    const char *name;
    json_t *value;
    vectors_flatten(wanted, "", flat);
    vectors_flatten(got, "", have);
    json_object_foreach(flat, name, value)
    {
        json_t *told = json_object_get(have, name);
        if (told == NULL ? strict : !json_equal(told, value))
            json_object_set_new(other, name, json_pack("{s:O,s:O?}", "wanted", value, "got", told));
    }
    json_decref(flat);
    json_decref(have);
    return other;
}

judgement judgement_of(vector_verdict wanted, const json_t *wanted_fields, const adapter_answer *answer, json_t **other)
{
    const bool accepted = answer->verdict == MS_ADAPTER_ACCEPT;
    *other = NULL;
    if (answer->verdict == MS_ADAPTER_UNSUPPORTED)
        return UNSUPPORTED;
    if (wanted == VECTOR_DEVIATION)
        return accepted ? TOLERATES : STRICT;
    if (wanted == VECTOR_REJECT)
        return accepted ? TAKES_WRONG : AGREES;
    if (!accepted)
        return REFUSES_RIGHT;
    *other = wanted_fields == NULL ? NULL : judgement_fields(wanted_fields, answer->fields, false);
    return json_object_size(*other) > 0 ? OTHER_FIELDS : AGREES;
}

/* All fields that are told otherwise are to be known. */
static bool knows_fields(known_differences *known, const char *who, const char *kind, const json_t *other,
                         const char *id, const char *sample, const known_difference **row)
{
    bool all = true;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)other, name, value)
    {
        *row = known_find(known, who, kind, "fields", name, id, sample);
        all = all && *row != NULL;
    }
    return all;
}

judgement judgement_known(known_differences *known, judgement j, const char *who, const char *kind, const char *error,
                          const json_t *other, const char *id, ms_span octets, const known_difference **row)
{
    *row = NULL;
    if (!judgement_differs(j)) {
        known_find(known, who, kind, "", "", NULL, NULL); /* the adapter was met */
        return j;
    }
    char *sample = escape_text(octets);
    bool is_known;
    if (j == OTHER_FIELDS) {
        is_known = knows_fields(known, who, kind, other, id, sample, row);
    } else {
        *row = known_find(known, who, kind, j == TAKES_WRONG ? "takes" : "refuses", error, id, sample);
        is_known = *row != NULL;
    }
    free(sample);
    return is_known ? KNOWN : j;
}
