/*
 * mutant_list.h - every mutant: MUTANT(name, id, requirement, title)
 *
 * One rule each, broken at the one place where mutant_is asks for it, or by a row of a table.
 */
#include "harness/serve/mutant_list_smtp.h"

#include "harness/serve/mutant_list_pop3.h"

#include "harness/serve/mutant_list_connection.h"
