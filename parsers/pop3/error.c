/*
 * error.c - errors and deviations of POP3 command lines: name, text, requirement
 *
 * Where the RFC says of one command what another row says of all, the command's own requirement is given.
 */
#include "mailspec/pop3_command.h"

static const ms_rule nothing = {"", "", MS_REQ_NONE};

/* clang-format off */
static const ms_rule errors[] = {
    [MS_POP3_OK] = {"ok", "No error.", MS_REQ_NONE},
    [MS_POP3_ERR_INCOMPLETE] = {"incomplete", "The line has no end.", MS_REQ_POP3_1939_3_04},
    [MS_POP3_ERR_LINE_TOO_LONG] = {"line-too-long", "The line is longer than 255 octets.", MS_REQ_POP3_2449_4_04},
    [MS_POP3_ERR_EMPTY_LINE] = {"empty-line", "An empty line is no command.", MS_REQ_POP3_1939_3_07},
    [MS_POP3_ERR_KEYWORD] = {"keyword", "A keyword has three or four printable characters.", MS_REQ_POP3_1939_3_07},
    [MS_POP3_ERR_OCTET] = {"octet", "A control character stands in the command.", MS_REQ_POP3_1939_3_05},
    [MS_POP3_ERR_8BIT] = {"8bit", "An octet above 127 stands where only ASCII is allowed.", MS_REQ_POP3_1939_3_05},
    [MS_POP3_ERR_ARGUMENT_MISSING] = {"argument-missing", "A required argument is missing.", MS_REQ_POP3_1939_5_52},
    [MS_POP3_ERR_MESSAGE_NUMBER] = {"message-number", "The message-number is not decimal.", MS_REQ_POP3_1939_4_12},
    [MS_POP3_ERR_NUMBER_RANGE] = {"number-range", "The number is too large to be kept.", MS_REQ_POP3_SEC_int_01},
    [MS_POP3_ERR_LINE_COUNT] = {"line-count", "The number of lines is not a non-negative number.", MS_REQ_POP3_1939_7_65},
    [MS_POP3_ERR_DIGEST] = {"digest", "The digest is not 32 hexadecimal digits.", MS_REQ_POP3_1939_7_48},
    [MS_POP3_ERR_MECHANISM] = {"mechanism", "The mechanism name has a wrong length or character.", MS_REQ_POP3_4422_3_1_01},
    [MS_POP3_ERR_BASE64] = {"base64", "The response is not strict base64.", MS_REQ_POP3_5034_5_02},
    [MS_POP3_ERR_LANGUAGE_TAG] = {"language-tag", "The argument is no language range.", MS_REQ_POP3_6856_3_2_02},
    [MS_POP3_ERR_UTF8] = {"utf8", "The argument is not well-formed UTF-8.", MS_REQ_POP3_6856_2_2_04},
    [MS_POP3_ERR_MESSAGE_ZERO] = {"message-zero", "Message-numbers begin at one.", MS_REQ_POP3_1939_4_12},
    [MS_POP3_ERR_BASE64_OCTET] = {"base64-octet", "The response holds an octet that base64 has not.", MS_REQ_POP3_5034_5_03},
};
_Static_assert(sizeof errors / sizeof errors[0] == MS_POP3_ERR_COUNT, "each ms_pop3_error has a row");

static const ms_rule deviations[] = {
    [MS_POP3_DEV_BARE_LF] = {"bare-lf", "The line ends with LF without CR.", MS_REQ_POP3_1939_3_04},
    [MS_POP3_DEV_BARE_CR] = {"bare-cr", "A CR stands before the line end.", MS_REQ_POP3_1939_3_05},
    [MS_POP3_DEV_TRAILING_BLANKS] = {"trailing-blanks", "Blanks stand before the line end.", MS_REQ_POP3_2449_3_03},
    [MS_POP3_DEV_EXTRA_BLANKS] = {"extra-blanks", "More than one space, or a tab, separates the arguments.", MS_REQ_POP3_1939_3_06},
    [MS_POP3_DEV_LEADING_BLANKS] = {"leading-blanks", "Blanks stand before the keyword.", MS_REQ_POP3_1939_3_06},
    [MS_POP3_DEV_SURPLUS_ARGUMENT] = {"surplus-argument", "The command takes fewer arguments.", MS_REQ_POP3_1939_5_53},
    [MS_POP3_DEV_ARGUMENT_TOO_LONG] = {"argument-too-long", "An argument is longer than 40 characters.", MS_REQ_POP3_1939_3_09},
    [MS_POP3_DEV_DIGEST_CASE] = {"digest-case", "The digest has upper-case hexadecimal digits.", MS_REQ_POP3_1939_7_48},
    [MS_POP3_DEV_MECHANISM_MISSING] = {"mechanism-missing", "AUTH needs a mechanism.", MS_REQ_POP3_5034_4_05},
    [MS_POP3_DEV_EMPTY_RESPONSE] = {"empty-response", "An empty initial response is sent as an equals sign.", MS_REQ_POP3_5034_4_12},
};
_Static_assert(sizeof deviations / sizeof deviations[0] == MS_POP3_DEV_COUNT, "each ms_pop3_deviation has a row");

static const struct of_verb {
    uint8_t what, verb;
    uint16_t requirement;
} errors_of_verbs[] = {
    {MS_POP3_ERR_LINE_TOO_LONG, MS_POP3_AUTH, MS_REQ_POP3_5034_4_10},
    {MS_POP3_ERR_8BIT, MS_POP3_USER, MS_REQ_POP3_6856_2_2_05},
    {MS_POP3_ERR_8BIT, MS_POP3_PASS, MS_REQ_POP3_6856_2_2_05},
    {MS_POP3_ERR_8BIT, MS_POP3_APOP, MS_REQ_POP3_6856_2_2_05},
    {MS_POP3_ERR_NUMBER_RANGE, MS_POP3_TOP, MS_REQ_POP3_SEC_int_04},
    {MS_POP3_ERR_BASE64, MS_POP3_AUTH, MS_REQ_POP3_5034_4_01},
    {MS_POP3_ERR_BASE64_OCTET, MS_POP3_AUTH, MS_REQ_POP3_5034_4_01},
};

static const struct of_verb deviations_of_verbs[] = {
    {MS_POP3_DEV_SURPLUS_ARGUMENT, MS_POP3_AUTH, MS_REQ_POP3_5034_4_01},
};
/* clang-format on */

const ms_rule *ms_pop3_error_rule(ms_pop3_error error)
{
    return (unsigned)error < MS_POP3_ERR_COUNT ? &errors[error] : &nothing;
}

const ms_rule *ms_pop3_deviation_rule(ms_pop3_deviation deviation)
{
    return (unsigned)deviation < MS_POP3_DEV_COUNT ? &deviations[deviation] : &nothing;
}

uint16_t ms_pop3_error_requirement(ms_pop3_error error, ms_pop3_verb verb)
{
    for (size_t i = 0; i < sizeof errors_of_verbs / sizeof errors_of_verbs[0]; i++)
        if (errors_of_verbs[i].what == error && errors_of_verbs[i].verb == verb)
            return errors_of_verbs[i].requirement;
    return ms_pop3_error_rule(error)->requirement;
}

uint16_t ms_pop3_deviation_requirement(ms_pop3_deviation deviation, ms_pop3_verb verb)
{
    for (size_t i = 0; i < sizeof deviations_of_verbs / sizeof deviations_of_verbs[0]; i++)
        if (deviations_of_verbs[i].what == deviation && deviations_of_verbs[i].verb == verb)
            return deviations_of_verbs[i].requirement;
    return ms_pop3_deviation_rule(deviation)->requirement;
}
