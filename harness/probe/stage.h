/*
 * stage.h - the state of a case that is being played; private to play.c and the files of its steps
 */
#ifndef MAILSPEC_HARNESS_PROBE_STAGE_H
#define MAILSPEC_HARNESS_PROBE_STAGE_H

#include <limits.h>

#include "harness/probe/maildrop.h"
#include "harness/probe/play.h"
#include "harness/probe/prologue.h"

enum { STAGE_WHY = 400, STAGE_AHEAD = 32 };
#define STAGE_ANY UINT_MAX /* no connection in particular */

/* An outcome that was taken. */
typedef struct stage_taken {
    unsigned connection; /* STAGE_ANY: of check, delivered, verdict */
    ms_span name;
} stage_taken;

typedef struct stage {
    probe_context *context;
    const probe_endpoint *endpoint;
    const mst_document *document;
    probe_feed feed;
    probe_scope scope;
    probe_log log;
    probe_findings findings;
    probe_peer *peers;    /* by connection */
    probe_prologue *ways; /* how each was opened, with what was offered */
    bool *opened;         /* it was opened once, at least */
    stage_taken *taken;
    size_t taken_count, taken_room;
    char mark[PROBE_MARK + 8]; /* of this case */
    bool hasty;                /* the case and its server wait shorter: settings.haste */
    int64_t reply_ms;
    net_deadline end;
    uint64_t seed;

    const mst_step *ahead[STAGE_AHEAD]; /* lines that went out in a group before their turn (--feed pipelined) */
    unsigned ahead_count;

    mst_verdict verdict;
    bool decided;         /* an outcome was taken, or something failed */
    uint16_t requirement; /* of the worst verdict; MS_REQ_NONE: the first cited */
    ms_span outcome;      /* its name; absent without */
    char reason[STAGE_WHY];
    ms_span received;   /* the proof; absent without */
    mst_text permitted; /* what would have been right */
    uint32_t line;      /* of the worst verdict */
    bool over;          /* the script has ended */
    bool in_clear;      /* the connection that is opened begins without TLS in any case */
    bool transient, unreachable;
    bool limited;           /* … because of how often we came */
    bool rude;              /* the case has broken a rule of the client on purpose */
    bool patient;           /* nothing is said before what was said is answered, where the case leaves that open */
    bool punished;          /* a reply was about our manners, and what the listener makes of it is void */
    bool crowded;           /* … because something was said too soon: worth a try with patience */
    bool let_in;            /* a login succeeded */
    bool login_refused;     /* the verdict is on a POP3 login that got -ERR */
    bool not_checked;       /* a delivery could not be looked at */
    probe_store *before[2]; /* the maildrops of rcpt and rcpt2 when the script began; NULL: not seen */
} stage;

/* --- verdicts (verdict.c) --- */

/* The worse of what there is and verdict.  reply, permitted may be NULL. */
void stage_worsen(stage *s, mst_verdict verdict, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* An expression could not be evaluated: the case cannot run without an option that was not given, or it is wrong. */
void stage_unevaluated(stage *s, uint32_t line);
/* An outcome was taken; reply is what it was taken on, NULL if there is none. */
void stage_outcome(stage *s, const mst_step *step, const mst_outcome *outcome, const probe_reply *reply);
/* What was taken for a failure was none: what is worse than that no longer is. */
void stage_acquit(stage *s, uint32_t line);
/* No alternative fits. */
void stage_unmatched(stage *s, const mst_step *step, const probe_reply *reply);
/* The failure proves nothing after all, for a reason that may pass. */
void stage_doubt(stage *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool stage_took(const stage *s, unsigned connection, ms_span name);
/* Looks up the octets that prove the listener's findings. */
void stage_prove(stage *s);
result_case stage_result(stage *s, const char *id);

/* --- connections (play.c) --- */

/* The step's connection; opened at its first use.  NULL when it cannot be had: the script is over then. */
probe_peer *stage_peer(stage *s, const mst_step *step);
/* Open (again), and go as far as state; false with a verdict. */
bool stage_open(stage *s, unsigned connection, const probe_endpoint *endpoint, mst_state state, uint32_t line);

/* How long the case waits where it says so many milliseconds. */
int64_t stage_time(const stage *s, uint64_t milliseconds);

/* --- steps --- */

void stage_block(stage *s, const mst_block *block);
void stage_step(stage *s, const mst_step *step);
/* Takes the alternative: its outcome, its block. */
void stage_alternative(stage *s, const mst_step *step, const mst_alternative *alternative, const probe_reply *reply);
/* The alternative that has a match of this kind (DONE also without any); NULL if none. */
const mst_alternative *stage_find(const mst_step *step, mst_match_kind kind);

void stage_say(stage *s, const mst_step *step);
/* --feed pipelined: the lines behind step that may go out in one segment with it are held behind its octets. */
void stage_group(stage *s, const mst_step *step, probe_peer *peer);
/* The octets of a step and their twin; false with a verdict. */
bool stage_octets(stage *s, const mst_step *step, ms_span *octets, ms_span *shown);
void stage_expect(stage *s, const mst_step *step);
void stage_fence(stage *s, const mst_step *step);
void stage_quiet(stage *s, const mst_step *step);
void stage_tls(stage *s, const mst_step *step);
void stage_close(stage *s, const mst_step *step);
void stage_reopen(stage *s, const mst_step *step);
void stage_pause(stage *s, const mst_step *step);
void stage_let(stage *s, const mst_step *step);
void stage_check(stage *s, const mst_step *step);
void stage_delivered(stage *s, const mst_step *step);
/* Before the first step: what is in the maildrops now. */
void stage_delivery_begin(stage *s);
void stage_delivery_end(stage *s);

/* -ERR to PASS, APOP or AUTH. */
bool stage_refuses_login(const probe_reply *reply);
/* A reply that is allowed everywhere, and proves nothing (RFC 5321 sections 3.8 and 4.2.1 …). */
bool stage_is_passing(const stage *s, const probe_peer *peer, const probe_reply *reply);
/* A reply that is about our manners (manners.h) and says nothing of the rule: an end without a verdict.  false: it is none. */
bool stage_is_punished(stage *s, const mst_step *step, const probe_reply *reply);
/* The server has had enough of the session: it says so, or hangs up behind a refusal (section 7.8). */
bool stage_is_parting(probe_peer *peer, const probe_reply *reply);
/* Does a session of its own reach the state now, at the first try?  If not, why. */
bool stage_others_reach(stage *s, mst_state state, int64_t milliseconds, char why[PROBE_WHY_MAX]);
/* Nothing came: is it this connection, or the whole server?  Worsens accordingly. */
void stage_silent(stage *s, const mst_step *step, const probe_reply *reply);
/* A SASL challenge in the reply becomes ${challenge}, the lines of a multi-line response ${content}. */
void stage_keep(stage *s, const probe_peer *peer, const probe_reply *reply);

/* --- the exchange as a transcript (artefact.c) --- */

char *stage_transcript(stage *s, const char *id, const result_case *item);

#endif
