/* compare_track.h - the rules of `mailspec replay` as the second reader of a dialogue */
#ifndef MAILSPEC_FUZZ_COMPARE_TRACK_H
#define MAILSPEC_FUZZ_COMPARE_TRACK_H

#include "fuzz/compare_talk.h"

extern const talk_judge compare_track;

#endif
