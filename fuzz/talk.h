/* talk.h - both sides of a connection fed to a dialogue reader, in one way of cutting */
#ifndef MAILSPEC_FUZZ_TALK_H
#define MAILSPEC_FUZZ_TALK_H

#include "fuzz/log.h"

/* What one call took from a side's octets. */
typedef struct fuzz_taken {
    size_t consumed;
    bool waits; /* it needs more octets, or the other side first */
} fuzz_taken;

typedef struct fuzz_reader {
    void *state;
    fuzz_taken (*take)(void *state, ms_side side, ms_span window, uint64_t at);
    void (*tls)(void *state, size_t client_pending, size_t server_pending);
    void (*close)(void *state, ms_side side, size_t client_pending, size_t server_pending);
    /* the client's waiting octets are read behind each event of the server, before its next one */
    bool client_between;
} fuzz_reader;

void fuzz_talk_play(const fuzz_talk *talk, const fuzz_input *input, fuzz_way way, const fuzz_reader *reader);

/* Entries of a log; what content says is kept until the side's next other thing, so that slices may differ. */
typedef struct fuzz_note {
    fuzz_log *log;
    uint64_t content[2]; /* digest of the octets since the last entry, by ms_side */
} fuzz_note;

void fuzz_note_begin(fuzz_note *note, fuzz_way way);
void fuzz_note_content(fuzz_note *note, ms_side side, unsigned kind, ms_span octets);
void fuzz_note_add(fuzz_note *note, ms_side side, uint64_t at, uint64_t digest);
/* The end of the run: it is compared with FUZZ_WHOLE. */
void fuzz_note_end(fuzz_note *note, fuzz_way way);
/* Findings are entries of their own: slices of content may fall between them in any way. */
void fuzz_note_findings(fuzz_note *note, const ms_findings *findings);

#endif
