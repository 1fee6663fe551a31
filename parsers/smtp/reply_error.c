#include "mailspec/smtp_reply_error.h"

/* clang-format off */
static const ms_rule errors[] = {
    [MS_REPLY_OK]                 = {"ok", "No error.", MS_REQ_NONE},
    /* No breach while more octets may come. */
    [MS_REPLY_ERR_INCOMPLETE]     = {"incomplete", "The line has no end yet, or another line of the reply is due.",
                                     MS_REQ_SMTP_5321_4_2_02},
    [MS_REPLY_ERR_CODE]           = {"code", "A reply line begins with three digits.",
                                     MS_REQ_SMTP_5321_2_4_15},
    [MS_REPLY_ERR_CODE_LENGTH]    = {"code-length", "A reply code has exactly three digits.",
                                     MS_REQ_SMTP_5321_4_3_2_14},
    [MS_REPLY_ERR_SEPARATOR]      = {"separator", "A space, a hyphen or the line end follows the reply code.",
                                     MS_REQ_SMTP_5321_4_2_02},
    [MS_REPLY_ERR_MIXED_CODES]    = {"mixed-codes", "All lines of a reply carry the same code.",
                                     MS_REQ_SMTP_5321_4_2_1_01},
    [MS_REPLY_ERR_EHLO_KEYWORD]   = {"ehlo-keyword", "An EHLO line begins with a keyword of letters, digits and hyphens.",
                                     MS_REQ_SMTP_5321_4_1_1_1_09},
    [MS_REPLY_ERR_EHLO_PARAMETER] = {"ehlo-parameter", "EHLO parameters hold printable characters only.",
                                     MS_REQ_SMTP_5321_4_1_1_1_10},
};

static const ms_rule deviations[] = {
    [MS_REPLY_DEV_BARE_LF]   = {"bare-lf", "The line ends with LF alone.", MS_REQ_SMTP_5321_2_3_8_03},
    [MS_REPLY_DEV_BARE_CR]   = {"bare-cr", "A CR without LF stands in the line.", MS_REQ_SMTP_5321_2_3_8_03},
    [MS_REPLY_DEV_NUL]       = {"nul", "The text holds a NUL octet.", MS_REQ_SMTP_5321_4_2_02},
    [MS_REPLY_DEV_8BIT]      = {"8bit", "The text holds an octet above 127 that is not permitted UTF-8.",
                                MS_REQ_SMTP_5321_4_2_02},
    [MS_REPLY_DEV_UTF8_NOT_PERMITTED] = {"utf8-not-permitted", "This reply may not hold UTF-8, although SMTPUTF8 was used.",
                                         MS_REQ_SMTP_6531_3_7_4_1_01},
    [MS_REPLY_DEV_CONTROL]   = {"control", "The text holds a control character.", MS_REQ_SMTP_5321_4_2_02},
    [MS_REPLY_DEV_TOO_LONG]  = {"too-long", "The line has over 512 octets with its end.",
                                MS_REQ_SMTP_5321_4_5_3_1_5_01},
    [MS_REPLY_DEV_NO_SPACE]  = {"no-space", "Neither space nor text follows the code.", MS_REQ_SMTP_5321_4_2_1_03},
    [MS_REPLY_DEV_NO_TEXT]   = {"no-text", "The reply is a bare code without text.", MS_REQ_SMTP_5321_4_2_06},
    [MS_REPLY_DEV_CLASS]     = {"class", "The first digit of the code is not 2 to 5.", MS_REQ_SMTP_5321_4_2_10},
    [MS_REPLY_DEV_SECOND_DIGIT] = {"second-digit", "The second digit of the code is not 0 to 5.",
                                   MS_REQ_SMTP_5321_4_2_13},

    [MS_REPLY_DEV_ENHANCED_MISSING]   = {"enhanced-missing", "The text does not begin with an enhanced status code.",
                                         MS_REQ_SMTP_2034_4_01},
    [MS_REPLY_DEV_ENHANCED_FORBIDDEN] = {"enhanced-forbidden", "A 3yz reply carries an enhanced status code.",
                                         MS_REQ_SMTP_2034_4_02},
    [MS_REPLY_DEV_ENHANCED_ON_EHLO]   = {"enhanced-on-ehlo", "A positive reply to EHLO or HELO carries an enhanced status code.",
                                         MS_REQ_SMTP_2034_4_03},
    [MS_REPLY_DEV_ENHANCED_CLASS]     = {"enhanced-class", "The class of the enhanced status code is not that of the reply code.",
                                         MS_REQ_SMTP_2034_4_04},
    [MS_REPLY_DEV_ENHANCED_LEADING_ZERO] = {"enhanced-leading-zero", "A number of the enhanced status code has leading zeros.",
                                            MS_REQ_SMTP_3463_2_02},
    [MS_REPLY_DEV_ENHANCED_WHITE_SPACE]  = {"enhanced-white-space", "White space stands inside the enhanced status code.",
                                            MS_REQ_SMTP_3463_2_03},
    [MS_REPLY_DEV_ENHANCED_MALFORMED] = {"enhanced-malformed", "The text begins like an enhanced status code and is none.",
                                         MS_REQ_SMTP_3463_2_01},
    [MS_REPLY_DEV_ENHANCED_NO_SPACE]  = {"enhanced-no-space", "No space follows the enhanced status code.",
                                         MS_REQ_SMTP_2034_4_07},
    [MS_REPLY_DEV_ENHANCED_NO_TEXT]   = {"enhanced-no-text", "The line ends right behind the enhanced status code.",
                                         MS_REQ_SMTP_2034_4_07},
    [MS_REPLY_DEV_ENHANCED_DIFFERS]   = {"enhanced-differs", "A line does not repeat the enhanced status code of the first one.",
                                         MS_REQ_SMTP_2034_4_05},

    [MS_REPLY_DEV_NO_DOMAIN] = {"no-domain", "The first word is neither the server's domain nor an address literal.",
                                MS_REQ_SMTP_5321_4_3_1_03},
    [MS_REPLY_DEV_EHLO_KEYWORD_UNREGISTERED] = {"ehlo-keyword-unregistered",
                                                "The EHLO keyword is not registered and does not begin with X.",
                                                MS_REQ_SMTP_5321_2_2_2_01},
    [MS_REPLY_DEV_EHLO_PARAMETER_FORBIDDEN]  = {"ehlo-parameter-forbidden", "This EHLO keyword takes no parameter.",
                                                MS_REQ_SMTP_5321_4_1_1_1_08},
    [MS_REPLY_DEV_EHLO_PARAMETER_VALUE] = {"ehlo-parameter-value", "A parameter of the EHLO keyword is missing, surplus or malformed.",
                                           MS_REQ_SMTP_5321_4_1_1_1_08},
    [MS_REPLY_DEV_EHLO_LIMIT_VALUE]     = {"ehlo-limit-value", "A limit is not a number of one to six digits, the first not zero.",
                                           MS_REQ_SMTP_9422_4_01},
    [MS_REPLY_DEV_EHLO_EQUALS]          = {"ehlo-equals", "An equals sign joins the EHLO keyword and its parameter.",
                                           MS_REQ_SMTP_5321_4_1_1_1_09},
    [MS_REPLY_DEV_EHLO_EXTRA_BLANKS]    = {"ehlo-extra-blanks", "More than one space stands in the EHLO line where one is due.",
                                           MS_REQ_SMTP_5321_4_1_1_1_08},
    [MS_REPLY_DEV_CHALLENGE_NOT_BASE64] = {"challenge-not-base64", "The text of a 334 is not base64.",
                                           MS_REQ_SMTP_4954_4_06},
    [MS_REPLY_DEV_CHALLENGE_NO_SPACE]   = {"challenge-no-space", "No space follows the code of a 334.",
                                           MS_REQ_SMTP_4954_4_06},
    [MS_REPLY_DEV_HELO_KEYWORDS] = {"helo-keywords", "A keyword list answers HELO.", MS_REQ_SMTP_5321_3_2_01},
};
/* clang-format on */

_Static_assert(sizeof errors / sizeof errors[0] == MS_REPLY_ERR_COUNT, "each ms_reply_error has a row");
_Static_assert(sizeof deviations / sizeof deviations[0] == MS_REPLY_DEV_COUNT, "each ms_reply_deviation has a row");

const ms_rule *ms_reply_error_rule(ms_reply_error error)
{
    return &errors[(unsigned)error < MS_REPLY_ERR_COUNT ? error : MS_REPLY_OK];
}

const ms_rule *ms_reply_deviation_rule(ms_reply_deviation deviation)
{
    static const ms_rule none = {"", "", MS_REQ_NONE};
    return (unsigned)deviation < MS_REPLY_DEV_COUNT ? &deviations[deviation] : &none;
}
