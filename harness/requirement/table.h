/* table.h - the generated tables of the register, for lookup.c alone */
#ifndef MAILSPEC_REGISTER_TABLE_H
#define MAILSPEC_REGISTER_TABLE_H

#include "harness/requirement/register.h"

/* The index is the number; row MS_REQ_NONE is empty. */
extern const ms_register_row ms_register_rows[MS_REQ_COUNT];

extern const uint16_t ms_register_sorted[MS_REQ_COUNT - 1];

#endif
