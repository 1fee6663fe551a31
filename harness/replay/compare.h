/*
 * compare.h - two recordings of one dialogue: where the server answers differently
 *
 * Pairs of command and reply are lined up in order; a reply counts as changed when its class does
 * (the first digit, or the status indicator), a list of capabilities when its set does.  Texts, dates and
 * sizes do not count.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_COMPARE_H
#define MAILSPEC_HARNESS_REPLAY_COMPARE_H

#include "harness/result/result.h"
#include "harness/transcript/document.h"

/* One case that fails with a piece of evidence per difference ("note" of kind "difference"). */
result_case replay_compare(const mst_document *old, const mst_document *new_);

#endif
