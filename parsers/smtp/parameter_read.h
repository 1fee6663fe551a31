/* parameter_read.h - one ESMTP parameter, as the iterator and the command parser read it */
#ifndef MAILSPEC_SMTP_PARAMETER_READ_H
#define MAILSPEC_SMTP_PARAMETER_READ_H

#include "mailspec/smtp_parameter.h"
#include "reader.h"

/* parameter.c: the parameter at the cursor, up to the blank or the end.  *seen is the set of known ones so far. */
ms_smtp_error ms_smtp_parameter_read(smtp_reader *r, ms_smtp_parameter_of of, uint32_t *seen, ms_smtp_parameter *out);
/* The id of the keyword at the cursor, which stays. */
ms_smtp_parameter_id ms_smtp_parameter_here(const smtp_reader *r);

/* parameter_value.c: the value at the cursor by the grammar of out->id; the typed member is set.  false where it is
 * malformed.  The caller looks at what follows it. */
bool ms_smtp_parameter_value_read(smtp_reader *r, ms_smtp_parameter *out);

#endif
