#include "harness/cli/rules.h"

#include <stddef.h>

#include "mailspec/pop3_command.h"
#include "mailspec/pop3_response.h"
#include "mailspec/sasl.h"
#include "mailspec/smtp_error.h"
#include "mailspec/smtp_reply_error.h"

/* The same function for each list: they differ in the type of their enum alone. */
#define LIST(name, function, type)              \
    static const ms_rule *name(unsigned number) \
    {                                           \
        return function((type)number);          \
    }

LIST(smtp_command_error, ms_smtp_error_rule, ms_smtp_error)
LIST(smtp_command_deviation, ms_smtp_deviation_rule, ms_smtp_deviation)
LIST(smtp_reply_error, ms_reply_error_rule, ms_reply_error)
LIST(smtp_reply_deviation, ms_reply_deviation_rule, ms_reply_deviation)
LIST(pop3_command_error, ms_pop3_error_rule, ms_pop3_error)
LIST(pop3_command_deviation, ms_pop3_deviation_rule, ms_pop3_deviation)
LIST(pop3_response_error, ms_pop3_response_error_rule, ms_pop3_response_error)
LIST(pop3_response_deviation, ms_pop3_response_deviation_rule, ms_pop3_response_deviation)
LIST(sasl_smtp_error, ms_sasl_error_rule, ms_sasl_error)
LIST(sasl_pop3_error, ms_sasl_error_rule_pop3, ms_sasl_error)

const cli_rules cli_rule_lists[] = {
    {"smtp-command", "error", MS_SMTP_ERR_COUNT, smtp_command_error},
    {"smtp-command", "deviation", MS_SMTP_DEV_COUNT, smtp_command_deviation},
    {"smtp-reply", "error", MS_REPLY_ERR_COUNT, smtp_reply_error},
    {"smtp-reply", "deviation", MS_REPLY_DEV_COUNT, smtp_reply_deviation},
    {"pop3-command", "error", MS_POP3_ERR_COUNT, pop3_command_error},
    {"pop3-command", "deviation", MS_POP3_DEV_COUNT, pop3_command_deviation},
    {"pop3-response", "error", MS_POP3_RESPONSE_ERR_COUNT, pop3_response_error},
    {"pop3-response", "deviation", MS_POP3_RESPONSE_DEV_COUNT, pop3_response_deviation},
    {"sasl in SMTP", "error", MS_SASL_ERR_COUNT, sasl_smtp_error},
    {"sasl in POP3", "error", MS_SASL_ERR_COUNT, sasl_pop3_error},
    {NULL, NULL, 0, NULL},
};
