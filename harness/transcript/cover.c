/*
 * cover.c - does one match take all that another one takes?
 *
 * Careful in one direction: an answer of true is certain.
 */
#include "harness/transcript/lint_part.h"

#include "harness/transcript/scan.h"

static bool number_covers(uint16_t earlier, uint16_t later)
{
    return earlier == MST_WILDCARD || earlier == later;
}

static bool status_covers(const mst_status *earlier, const mst_status *later)
{
    if (earlier->kind != MST_STATUS_ANY && earlier->kind != later->kind)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        if (earlier->kind == MST_STATUS_CODE && !number_covers(earlier->digits[i], later->digits[i]))
            return false;
        if (earlier->has_enhanced && (!later->has_enhanced || !number_covers(earlier->enhanced[i], later->enhanced[i])))
            return false;
    }
    return ms_span_is_absent(earlier->response_code) ||
           (!ms_span_is_absent(later->response_code) && mst_span_equal(earlier->response_code, later->response_code));
}

bool mst_match_covers(const mst_match *earlier, const mst_match *later)
{
    if (earlier->kind != later->kind || earlier->tests != NULL || earlier->excluded != NULL ||
        earlier->excluded_verbs != NULL)
        return false;
    switch (earlier->kind) {
    case MST_MATCH_REPLY:
        return earlier->shape == MST_SHAPE_BY_COMMAND && status_covers(&earlier->status, &later->status);
    case MST_MATCH_EXTRA:
        return !earlier->has_status || (later->has_status && status_covers(&earlier->status, &later->status));
    case MST_MATCH_COMMAND:
        return ms_span_is_absent(earlier->verb) ||
               (!ms_span_is_absent(later->verb) && mst_span_equal(earlier->verb, later->verb));
    case MST_MATCH_COUNT:
        return earlier->range.min <= later->range.min && later->range.max <= earlier->range.max;
    case MST_MATCH_NONE:
        return earlier->duration_ms <= later->duration_ms;
    case MST_MATCH_LINE:
    case MST_MATCH_DATA:
    case MST_MATCH_CHUNK:
    case MST_MATCH_HELLO:
    case MST_MATCH_CLOSE:
    case MST_MATCH_ALERT:
    case MST_MATCH_DONE:
    case MST_MATCH_MISSING:
    case MST_MATCH_PLAINTEXT:
    case MST_MATCH_REFUSED:
    case MST_MATCH_ELSE:
        return true;
    case MST_MATCH_KINDS:
        break;
    }
    return false;
}
