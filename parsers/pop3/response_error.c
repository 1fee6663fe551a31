/*
 * response_error.c - errors and deviations of POP3 responses: name, text, requirement
 */
#include "mailspec/pop3_response.h"

static const ms_rule nothing = {"", "", MS_REQ_NONE};

/* clang-format off */
static const ms_rule errors[] = {
    [MS_POP3_RESPONSE_OK] = {"ok", "No error.", MS_REQ_NONE},
    [MS_POP3_RESPONSE_ERR_INCOMPLETE] = {"incomplete", "The line has no end.", MS_REQ_POP3_1939_3_12},
    [MS_POP3_RESPONSE_ERR_INDICATOR] = {"indicator", "A response begins with +OK or -ERR.", MS_REQ_POP3_1939_3_10},
    [MS_POP3_RESPONSE_ERR_DROP_LISTING] = {"drop-listing", "The number of messages, one space and the octets are due.", MS_REQ_POP3_1939_5_01},
    [MS_POP3_RESPONSE_ERR_SCAN_LISTING] = {"scan-listing", "A message-number, one space and the octets are due.", MS_REQ_POP3_1939_5_09},
    [MS_POP3_RESPONSE_ERR_UNIQUE_ID_LISTING] = {"unique-id-listing", "A message-number, one space and the unique-id are due.", MS_REQ_POP3_1939_7_14},
    [MS_POP3_RESPONSE_ERR_NUMBER_RANGE] = {"number-range", "The number is too large to be kept.", MS_REQ_POP3_SEC_int_05},
    [MS_POP3_RESPONSE_ERR_CAPABILITY] = {"capability", "A capability begins with its tag.", MS_REQ_POP3_2449_3_10},
    [MS_POP3_RESPONSE_ERR_RESPONSE_CODE] = {"response-code", "Text that begins with a bracket is a response code, and a bracket ends it.", MS_REQ_POP3_2449_6_4_01},
    [MS_POP3_RESPONSE_ERR_LANGUAGE] = {"language", "The language tag chosen is due.", MS_REQ_POP3_6856_3_2_01},
    [MS_POP3_RESPONSE_ERR_CHALLENGE] = {"challenge", "A challenge holds base64 and nothing else.", MS_REQ_POP3_5034_4_06},
    [MS_POP3_RESPONSE_ERR_LANGUAGE_LISTING] = {"language-listing", "A language listing begins with a language tag.", MS_REQ_POP3_6856_3_2_04},
    [MS_POP3_RESPONSE_ERR_CAPABILITY_TAG] = {"capability-tag", "A capability tag has printable characters and no dot.", MS_REQ_POP3_2449_3_11},
    [MS_POP3_RESPONSE_ERR_RESPONSE_CODE_LEVEL] = {"response-code-level", "A level of the response code is empty.", MS_REQ_POP3_2449_3_06},
    [MS_POP3_RESPONSE_ERR_RESPONSE_CODE_OCTET] = {"response-code-octet", "A level of the response code holds a wrong octet.", MS_REQ_POP3_2449_3_07},
    [MS_POP3_RESPONSE_ERR_UNIQUE_ID_EMPTY] = {"unique-id-empty", "The unique-id is empty.", MS_REQ_POP3_1939_7_15},
    [MS_POP3_RESPONSE_ERR_CONTINUATION] = {"continuation", "A space is due behind the plus sign.", MS_REQ_POP3_5034_5_04},
};
_Static_assert(sizeof errors / sizeof errors[0] == MS_POP3_RESPONSE_ERR_COUNT, "each error has a row");

static const ms_rule deviations[] = {
    [MS_POP3_RESPONSE_DEV_BARE_LF] = {"bare-lf", "The line ends with LF without CR.", MS_REQ_POP3_1939_3_12},
    [MS_POP3_RESPONSE_DEV_BARE_CR] = {"bare-cr", "The line holds a CR that no LF follows.", MS_REQ_POP3_1939_3_12},
    [MS_POP3_RESPONSE_DEV_NUL] = {"nul", "The text holds a NUL octet.", MS_REQ_POP3_2449_3_04},
    [MS_POP3_RESPONSE_DEV_8BIT] = {"8bit", "The text holds an octet above 127.", MS_REQ_POP3_2449_3_04},
    [MS_POP3_RESPONSE_DEV_CONTROL] = {"control", "The text holds a control character.", MS_REQ_POP3_2449_3_04},
    [MS_POP3_RESPONSE_DEV_TOO_LONG] = {"too-long", "The line is longer than 512 octets.", MS_REQ_POP3_1939_3_13},
    [MS_POP3_RESPONSE_DEV_INDICATOR_CASE] = {"indicator-case", "The status indicator is not in upper case.", MS_REQ_POP3_1939_3_11},
    [MS_POP3_RESPONSE_DEV_NO_SPACE] = {"no-space", "No space separates status indicator and text.", MS_REQ_POP3_1939_3_14},
    [MS_POP3_RESPONSE_DEV_EXTRA_BLANKS] = {"extra-blanks", "Exactly one space is due between the elements.", MS_REQ_POP3_2449_3_10},
    [MS_POP3_RESPONSE_DEV_EXTRA_TEXT] = {"extra-text", "Something follows the last element.", MS_REQ_POP3_1939_5_10},
    [MS_POP3_RESPONSE_DEV_UNIQUE_ID_TOO_LONG] = {"unique-id-too-long", "The unique-id is longer than 70 characters.", MS_REQ_POP3_1939_7_15},
    [MS_POP3_RESPONSE_DEV_UNIQUE_ID_OCTET] = {"unique-id-octet", "The unique-id holds an octet outside 0x21 to 0x7E.", MS_REQ_POP3_1939_7_16},
    [MS_POP3_RESPONSE_DEV_TIMESTAMP] = {"timestamp", "What stands in angle brackets is no msg-id.", MS_REQ_POP3_1939_7_46},
    [MS_POP3_RESPONSE_DEV_TWO_TIMESTAMPS] = {"two-timestamps", "A greeting has one timestamp at most.", MS_REQ_POP3_2449_3_08},
    [MS_POP3_RESPONSE_DEV_GREETING_NEGATIVE] = {"greeting-negative", "A greeting is a positive response.", MS_REQ_POP3_1939_4_01},
    [MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER] = {"capability-parameter", "A parameter of the capability is missing, surplus or malformed.", MS_REQ_POP3_2449_3_10},
    [MS_POP3_RESPONSE_DEV_BARE_CONTINUATION] = {"bare-continuation", "A space is due behind the plus sign.", MS_REQ_POP3_5034_4_08},
    [MS_POP3_RESPONSE_DEV_UTF8] = {"utf8", "The text is not well-formed UTF-8.", MS_REQ_POP3_6856_3_2_05},
    [MS_POP3_RESPONSE_DEV_LANGUAGE_SPACE] = {"language-space", "A space is due behind the language tag.", MS_REQ_POP3_6856_3_2_01},
    [MS_POP3_RESPONSE_DEV_TIMESTAMP_NOT_CLOSED] = {"timestamp-not-closed", "An opening angle bracket begins a timestamp, which must end.", MS_REQ_POP3_2449_3_08},
    [MS_POP3_RESPONSE_DEV_CAPABILITY_MECHANISM] = {"capability-mechanism", "A mechanism name has a wrong length or character.", MS_REQ_POP3_4422_3_1_01},
    [MS_POP3_RESPONSE_DEV_MESSAGE_ZERO] = {"message-zero", "Message-numbers begin at 1.", MS_REQ_POP3_1939_4_12},
};
_Static_assert(sizeof deviations / sizeof deviations[0] == MS_POP3_RESPONSE_DEV_COUNT, "each deviation has a row");

typedef struct special {
    uint8_t what, of;
    uint16_t requirement;
} special;

static const special deviations_after[] = {
    {MS_POP3_RESPONSE_DEV_EXTRA_BLANKS, MS_POP3_AFTER_STAT, MS_REQ_POP3_1939_5_01},
    {MS_POP3_RESPONSE_DEV_EXTRA_BLANKS, MS_POP3_AFTER_LIST, MS_REQ_POP3_1939_5_09},
    {MS_POP3_RESPONSE_DEV_EXTRA_BLANKS, MS_POP3_AFTER_UIDL, MS_REQ_POP3_1939_7_14},
    {MS_POP3_RESPONSE_DEV_EXTRA_TEXT, MS_POP3_AFTER_STAT, MS_REQ_POP3_1939_5_04},
    {MS_POP3_RESPONSE_DEV_EXTRA_TEXT, MS_POP3_AFTER_UIDL, MS_REQ_POP3_1939_7_14},
    {MS_POP3_RESPONSE_DEV_TOO_LONG, MS_POP3_AFTER_CAPA, MS_REQ_POP3_2449_3_12},
    {MS_POP3_RESPONSE_DEV_TOO_LONG, MS_POP3_AFTER_GREETING, MS_REQ_POP3_2449_4_03},
    {MS_POP3_RESPONSE_DEV_NUL, MS_POP3_AFTER_CAPA, MS_REQ_POP3_2449_3_10},
    {MS_POP3_RESPONSE_DEV_CONTROL, MS_POP3_AFTER_CAPA, MS_REQ_POP3_2449_3_10},
    {MS_POP3_RESPONSE_DEV_8BIT, MS_POP3_AFTER_CAPA, MS_REQ_POP3_2449_3_10},
};

static const special parameters_of[] = {
    {MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER, MS_CAPA_SASL, MS_REQ_POP3_5034_3_01},
    {MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER, MS_CAPA_LOGIN_DELAY, MS_REQ_POP3_2449_6_5_01},
    {MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER, MS_CAPA_EXPIRE, MS_REQ_POP3_2449_6_7_01},
    {MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER, MS_CAPA_IMPLEMENTATION, MS_REQ_POP3_2449_6_9_01},
    {MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER, MS_CAPA_AUTH_RESP_CODE, MS_REQ_POP3_3206_6_02},
    {MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER, MS_CAPA_UTF8, MS_REQ_POP3_6856_2_01},
    {MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER, MS_CAPA_LANG, MS_REQ_POP3_6856_3_1_01},
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static uint16_t find(const special *table, size_t count, unsigned what, unsigned of, uint16_t otherwise)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].what == what && table[i].of == of)
            return table[i].requirement;
    return otherwise;
}

const ms_rule *ms_pop3_response_error_rule(ms_pop3_response_error error)
{
    return (unsigned)error < MS_POP3_RESPONSE_ERR_COUNT ? &errors[error] : &nothing;
}

const ms_rule *ms_pop3_response_deviation_rule(ms_pop3_response_deviation deviation)
{
    return (unsigned)deviation < MS_POP3_RESPONSE_DEV_COUNT ? &deviations[deviation] : &nothing;
}

uint16_t ms_pop3_response_deviation_requirement(ms_pop3_response_deviation deviation, ms_pop3_after after)
{
    return find(deviations_after, COUNT(deviations_after), deviation, after,
                ms_pop3_response_deviation_rule(deviation)->requirement);
}

uint16_t ms_pop3_capability_requirement(ms_pop3_response_deviation deviation, ms_pop3_capability_id id)
{
    return find(parameters_of, COUNT(parameters_of), deviation, id,
                ms_pop3_response_deviation_requirement(deviation, MS_POP3_AFTER_CAPA));
}
