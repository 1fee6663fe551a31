/*
 * fold.h - values that are known without a peer.  Private to the reader.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_FOLD_H
#define MAILSPEC_HARNESS_TRANSCRIPT_FOLD_H

#include "harness/transcript/scan.h"

enum { MST_NAME_SLOTS = 2 * MST_NAMES_MAX };

/* The names that let gave, by hash. */
typedef struct mst_names {
    struct {
        ms_span name;
        const mst_expression *value;
    } slots[MST_NAME_SLOTS];
    unsigned count;
} mst_names;

const mst_expression *mst_names_find(const mst_names *names, ms_span name);

/* False if the name is taken or there are too many. */
bool mst_names_add(mst_scan *scan, ms_span name, mst_position at, const mst_expression *value);

/* Set constant and the value of an expression whose operands were folded. */
bool mst_fold(mst_scan *scan, mst_expression *expression);

/* The constant expression's octets; a number gives its decimal digits. */
bool mst_fold_octets(mst_scan *scan, const mst_expression *expression, ms_span *octets);

/* The same with CRLF behind it. */
bool mst_fold_line(mst_scan *scan, const mst_expression *expression, ms_span *octets);

#endif
