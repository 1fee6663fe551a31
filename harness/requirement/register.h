/*
 * register.h - the texts of the requirements
 *
 * The register holds every normative statement that mailspec knows, with a
 * stable id.  Errors, deviations and findings carry its number; here the number
 * gets its words.  All memory is constant.
 */
#ifndef MAILSPEC_REGISTER_H
#define MAILSPEC_REGISTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailspec/requirement.h"

#ifdef __cplusplus
extern "C" {
#endif

/* RFC 2119 sections 1 to 5; SECURITY marks a rule against an attack, which no RFC
 * may state in these words. */
typedef enum ms_level {
    MS_LEVEL_MUST,
    MS_LEVEL_MUST_NOT,
    MS_LEVEL_SHOULD,
    MS_LEVEL_SHOULD_NOT,
    MS_LEVEL_MAY,
    MS_LEVEL_SECURITY,
} ms_level;

/* A row of corpus/requirements, described in the README there.  A field without
 * content is "". */
typedef struct ms_register_row {
    const char *id;      /* SMTP-5321-3.3-09 */
    const char *rfc;     /* 5321 */
    const char *section; /* 3.3 */
    ms_level level;
    const char *subject;    /* server, client or grammar */
    const char *statement;  /* the rule in our words */
    const char *observable; /* of probe, replay, parser, e2e, none: one or more, by comma */
    const char *needs;      /* conditions, by semicolon */
    const char *stimulus;   /* what is sent */
    const char *expect;     /* every acceptable outcome */
    const char *note;       /* ambiguity and behaviour seen */
    const char *offline;    /* "yes": a recording suffices to judge it; else why not */
} ms_register_row;

/* The row of a number; NULL for MS_REQ_NONE and for what is no number.  The
 * numbers in use are 1 to MS_REQ_COUNT - 1, without a gap. */
const ms_register_row *ms_register_get(unsigned number);

/* The number of an id of len octets, compared exactly; MS_REQ_NONE if there is
 * none. */
ms_requirement ms_register_find(const char *id, size_t len);

/* As ms_register_find, of an id as a C string. */
ms_requirement ms_register_find_text(const char *id);

/* Does the column expect call a reply with this code a departure that is tolerated, as in "503 (250 = warn)"? */
bool ms_register_tolerates(const ms_register_row *row, unsigned code);

/* "MUST", "MUST NOT" and so on. */
const char *ms_level_name(ms_level level);

/* The level of a name; false if there is none, and then *level is left alone. */
bool ms_level_find(const char *name, ms_level *level);

#ifdef __cplusplus
}
#endif

#endif
