/* smtp_step.h - one step of smtp_session.h's model, for the files that judge */
#ifndef MAILSPEC_MODEL_SMTP_STEP_H
#define MAILSPEC_MODEL_SMTP_STEP_H

#include "smtp_session.h"

/* MAIL was accepted, and what ends the transaction was not. */
bool model_in_transaction(const smtp_standing *standing);
/* The item answered by a final reply. */
smtp_standing model_after(smtp_standing standing, const smtp_item *item, bool accepted);

#endif
