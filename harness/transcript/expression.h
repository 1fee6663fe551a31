/*
 * expression.h - octets and numbers as the transcript language writes them
 *
 * One tree for raw pieces ("a\r\n" "A"*511 body(64KiB, seed 7)), for text
 * with ${…} in it, for let, check and the arguments of functions.  What can
 * be known without a peer is already folded: constant is true, and octets or
 * number hold the value.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_EXPRESSION_H
#define MAILSPEC_HARNESS_TRANSCRIPT_EXPRESSION_H

#include "harness/transcript/position.h"

typedef enum mst_expression_kind {
    MST_TEXT,     /* the text of a C: line; operands: literal runs and ${…} */
    MST_STRING,   /* "…"; operands as in MST_TEXT, none if all of it is literal */
    MST_LITERAL,  /* a run of octets inside MST_TEXT or MST_STRING */
    MST_NUMBER,   /* 511, 64KiB */
    MST_VARIABLE, /* name, name[key]; the key is the first operand */
    MST_SECRET,   /* secret:name, never printed */
    MST_CALL,     /* function(operands) */
    MST_CONCAT,   /* operands one behind the other */
    MST_TIMES,    /* octets * number */
    MST_ADD,      /* number + number */
    MST_SUBTRACT, /* number - number */
} mst_expression_kind;

typedef enum mst_function {
    /* octets */
    MST_FN_BASE64,       /* base64(x): x in Base64, RFC 4648 section 4 */
    MST_FN_UNBASE64,     /* unbase64("…"): the octets of that Base64 */
    MST_FN_HEX,          /* hex(x): two lower-case digits per octet */
    MST_FN_STUFF,        /* stuff(x): dots doubled by RFC 5321 section 4.5.2 */
    MST_FN_BODY,         /* body(size, seed n): lines of text; seed is the second operand, if given */
    MST_FN_MD5,          /* md5(x): 16 octets */
    MST_FN_HMAC_MD5,     /* hmac_md5(key, x): 16 octets, RFC 2104 */
    MST_FN_UPPER,        /* upper(x): its letters a to z as A to Z */
    MST_FN_QUOTED_PAIRS, /* quoted_pairs(x): each octet behind a backslash, RFC 5321 section 4.1.2 */
    MST_FN_FIRST,        /* first(n, x): its first n octets, or all if it has no more */
    MST_FN_SCRAM,        /* scram(password, first, challenge, header): client-final-message, RFC 5802 by SHA-256 */
    MST_FN_WORD,         /* word(n): n random letters */
    MST_FN_PICK,         /* pick(a, b, …): one of them, by the seed */
    /* numbers */
    MST_FN_SIZE,    /* size(x): octets */
    MST_FN_MATCHES, /* matches(x, pattern): 1 if the text pattern matches all of x, otherwise 0 */
    MST_FN_COUNT,   /* count(x): entries of a keyed capture */
    MST_FN_SUM,     /* sum(x): of the entries of a keyed capture of numbers */
    /* keyed captures */
    MST_FN_SET,        /* set(x): its values, the keys forgotten */
    MST_FN_WITHOUT,    /* without(x, key, …): those entries left out */
    MST_FN_RENUMBERED, /* renumbered(x): keys become 1, 2, … in their order */
    MST_FUNCTIONS,
} mst_function;

typedef enum mst_value_kind { MST_VALUE_ANY, MST_VALUE_OCTETS, MST_VALUE_NUMBER, MST_VALUE_KEYED } mst_value_kind;

typedef struct mst_expression {
    const struct mst_expression *next; /* the next operand of the parent */
    mst_position at;
    mst_expression_kind kind;
    mst_function function;                 /* MST_CALL */
    bool constant;                         /* octets or number is the value */
    bool braced;                           /* written as ${…} */
    ms_span name;                          /* MST_VARIABLE, MST_SECRET; MST_NUMBER: as written */
    ms_span octets;                        /* the value, if it is constant octets */
    uint64_t number;                       /* the value, if it is a constant number */
    const struct mst_expression *operands; /* NULL: none */
} mst_expression;

typedef struct mst_function_info {
    const char *name;
    unsigned min, max;              /* operands */
    mst_value_kind operand, result; /* operand: of the first one */
    bool foldable;                  /* constant if its operands are */
} mst_function_info;

const mst_function_info *mst_function_describe(mst_function function);

/* What an expression yields; MST_VALUE_ANY for a variable. */
mst_value_kind mst_expression_value(const mst_expression *expression);

#endif
