/*
 * parse.h - the parsers, run on one sample at a time, and what they found as JSON
 *
 * Between parse.c, which reads the samples and prints, and the kinds of samples, one file each.
 */
#ifndef MAILSPEC_HARNESS_CLI_PARSE_H
#define MAILSPEC_HARNESS_CLI_PARSE_H

#include <jansson.h>
#include <stdbool.h>

#include "mailspec/pop3_response.h"
#include "mailspec/rule.h"
#include "mailspec/smtp_path.h"
#include "mailspec/smtp_reply.h"

/* What the grammar of a sample depends on; each kind looks at its own. */
typedef struct parse_context {
    bool smtputf8;
    bool utf8;
    bool auth_response;
    bool lmtp;
    bool enhanced;
    ms_smtp_path_role role;
    ms_reply_after after_reply;
    ms_pop3_after after_response;
} parse_context;

enum { PARSE_DEVIATIONS = 64 };

/* What was found in a sample.  Zero it; parse_finish ends it. */
typedef struct parse_sample {
    const ms_rule *error; /* NULL: none */
    uint16_t requirement; /* of the error */
    size_t at;            /* of the error, offset in the sample */
    size_t count;
    struct {
        const ms_rule *rule;
        uint16_t requirement;
    } deviations[PARSE_DEVIATIONS]; /* each name once, as they were met */
    json_t *members;                /* of this kind of sample */
    size_t consumed;                /* octets of the input that belong to the sample */
} parse_sample;

/* Read one sample from the front of input, which is not empty unless the kind can be. */
typedef void parse_kind(const parse_context *context, ms_span input, parse_sample *sample);

parse_kind parse_smtp_command;
parse_kind parse_smtp_path;
parse_kind parse_smtp_reply;
parse_kind parse_pop3_command;
parse_kind parse_pop3_response;
parse_kind parse_content;

typedef struct parse_kind_row {
    const char *name;
    parse_kind *parse;
    bool whole; /* all of the input is one sample, be it empty */
    bool rest;  /* the kind itself tells what is left over */
} parse_kind_row;

extern const parse_kind_row parse_kinds[]; /* ended by a name that is NULL */
/* NULL if there is none of that name. */
const parse_kind_row *parse_find_kind(const char *name);
/* What the sample answers, by a word that depends on the kind; false if it means nothing there. */
bool parse_read_after(const parse_kind_row *kind, const char *word, parse_context *context);

/* Only the first error counts. */
void parse_fail(parse_sample *sample, const ms_rule *error, uint16_t requirement, size_t at);
void parse_deviate(parse_sample *sample, const ms_rule *rule, uint16_t requirement);

/* One bit after the other, the lowest first: for (n = parse_next_bit(&set); n >= 0; n = parse_next_bit(&set)). */
int parse_next_bit(ms_deviations *set);

/* The sample ends before what it should hold does; requirement: what says that it must not, once it is all. */
void parse_incomplete(parse_sample *sample, uint16_t requirement, size_t at);

/* Take a line from the front of input.  false: it has no end. */
bool parse_line(ms_span input, ms_line *line);

/* Add a member; takes the reference of value. */
void parse_set(parse_sample *sample, const char *name, json_t *value);

/* Octets as a JSON string, null for the absent span.  What is not UTF-8 no JSON string can hold: it becomes an
 * object with one member, "escaped". */
json_t *parse_octets(ms_span octets);
/* The same in capitals, as keywords are compared. */
json_t *parse_keyword(ms_span keyword);
/* A number, or its digits as a string where JSON libraries would lose some. */
json_t *parse_number(uint64_t number);

/* The whole object of the sample: the members that all kinds have, then its own.  Drops sample->members. */
json_t *parse_finish(parse_sample *sample);

#endif
