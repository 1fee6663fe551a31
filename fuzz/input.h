/*
 * input.h - what a fuzz input is
 *
 *     octets [plan count options 0xFF "CUT"]
 *
 * The octets are those of the wire, as they are.  The trailer may be left out.  options is an octet whose bits each
 * target names; without a trailer it is 0.  plan, of count octets, says how the octets are cut: the length of each
 * piece, 0 meaning 256, over and over.  Without a plan one is made from the octets.
 *
 * Targets that hear both sides take segments, and octets before the first mark are the server's:
 *
 *     0xFE 'C'     what follows is said by the client
 *     0xFE 'S'     … by the server
 *     0xFE 'T'     the TLS handshake
 *     0xFE 'H'     the client closes (hangs up)
 *     0xFE 'X'     the server closes
 *     0xFE 0xFE    the octet 0xFE; before any other octet it stands for itself, too
 */
#ifndef MAILSPEC_FUZZ_INPUT_H
#define MAILSPEC_FUZZ_INPUT_H

#include "mailspec/line.h"
#include "mailspec/span.h"

/* The entry of every engine; each target defines it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_TRAILER = 6, FUZZ_MARK = 0xFE, FUZZ_INPUT_MAX = 65536 };

typedef struct fuzz_input {
    ms_span block; /* all of it, trailer included */
    ms_span octets;
    uint8_t options;
    uint8_t plan_len;
    uint8_t plan[255];
} fuzz_input;

/* An input that is longer than FUZZ_INPUT_MAX has no octets. */
fuzz_input fuzz_input_read(const uint8_t *data, size_t size);

/* FUZZ_LINES, each up to its LF, is for inputs of one side; it is no way that all targets feed. */
typedef enum fuzz_way { FUZZ_WHOLE, FUZZ_OCTETS, FUZZ_PLANNED, FUZZ_WAYS, FUZZ_LINES = FUZZ_WAYS } fuzz_way;

/* Whether this input is to be fed so.  Octet by octet costs ten times what the whole does, so under a fuzzer only every
 * eighth input is, and every second one in pieces: which ones follows from the octets, so that a failure comes back.
 * Short ones, and all of them where fuzz_thorough is set, as in replay, are fed in every way. */
bool fuzz_is_fed(const fuzz_input *input, fuzz_way way);
extern bool fuzz_thorough;

/* MAILSPEC_FUZZ_ORACLES=crash in the environment: each input is parsed once, whole, and nothing is asked but that it does
 * not crash.  Many times as fast, and blind to wrong answers. */
extern bool fuzz_crash_only;

/* Pieces of one way of feeding. */
typedef struct fuzz_cutter {
    const fuzz_input *input;
    fuzz_way way;
    uint32_t turn;
} fuzz_cutter;

fuzz_cutter fuzz_cutter_make(const fuzz_input *input, fuzz_way way);
/* Octets of the next piece of left octets (at least 1). */
size_t fuzz_cutter_next(fuzz_cutter *cutter, size_t left);

/* The octets of a block behind the first len must not be read now, all of them are given back by fuzz_show.  Only
 * AddressSanitizer sees to it, the other builds do nothing. */
void fuzz_hide(ms_span block, size_t len);
void fuzz_reveal(ms_span block, size_t from, size_t to);
void fuzz_show(ms_span block);

/* The same octets at another address, which is odd, between other octets; static, until the next call. */
ms_span fuzz_again(ms_span octets);

/* What a function does not set is what stood there before, on the stack: now something else.  fuzz_again does it, too. */
void fuzz_scribble(void);

/* The first line without its end, or all of it if it has none: what a target for one line takes. */
ms_span fuzz_one_line(ms_span octets);

/* What the framer makes of the octets, piece by piece, and the unfinished rest as the caller of a parser must not, but may
 * give it. */
typedef void fuzz_line_reader(const ms_line *line, const void *context);
void fuzz_each_piece(ms_span octets, size_t limit, fuzz_line_reader *read, const void *context);

/* --- both sides ------------------------------------------------------------- */

typedef enum fuzz_segment_kind { FUZZ_SAID, FUZZ_TLS, FUZZ_CLOSE } fuzz_segment_kind;

typedef struct fuzz_segment {
    fuzz_segment_kind kind;
    ms_side side;
    size_t len; /* octets of FUZZ_SAID */
} fuzz_segment;

enum { FUZZ_SEGMENTS_MAX = 4096 };

typedef struct fuzz_talk {
    ms_span block[2];  /* where they stand, with room behind */
    ms_span stream[2]; /* all that each side says */
    size_t count;
    fuzz_segment segments[FUZZ_SEGMENTS_MAX];
} fuzz_talk;

/* In static memory, until the next call. */
const fuzz_talk *fuzz_talk_read(ms_span octets);

#endif
