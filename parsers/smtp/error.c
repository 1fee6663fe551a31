/* error.c - name, text and requirement of each error and deviation of the SMTP command parsers */
#include "mailspec/smtp_error.h"

/* A row names the requirement that the error breaks in most cases; where a parse knows it better (which parameter,
 * which verb), its result says so. */
/* clang-format off */
static const ms_rule errors[] = {
    [MS_SMTP_OK]                     = {"ok", "No error.", MS_REQ_NONE},
    [MS_SMTP_ERR_INCOMPLETE]         = {"incomplete", "The line has not ended yet.", MS_REQ_SMTP_5321_2_3_8_05},
    [MS_SMTP_ERR_LINE_TOO_LONG]      = {"line-too-long", "The command line is over the limit.", MS_REQ_SMTP_5321_4_5_3_1_4_01},
    [MS_SMTP_ERR_EMPTY_LINE]         = {"empty-line", "The line holds no command.", MS_REQ_SMTP_5321_2_4_16},
    [MS_SMTP_ERR_VERB]               = {"verb", "The line does not begin with a command verb.", MS_REQ_SMTP_5321_2_4_16},
    [MS_SMTP_ERR_NUL]                = {"nul", "A NUL octet stands in the command.", MS_REQ_SMTP_SEC_injection_03},
    [MS_SMTP_ERR_ARGUMENT_MISSING]   = {"argument-missing", "The command needs an argument.", MS_REQ_SMTP_5321_4_1_1_1_04},
    [MS_SMTP_ERR_ARGUMENT_MALFORMED] = {"argument-malformed", "The argument does not follow the grammar of the command.", MS_REQ_SMTP_5321_4_1_2_30},
    [MS_SMTP_ERR_EXPECTED_FROM]      = {"expected-from", "The verb must be followed by FROM: and a reverse-path.", MS_REQ_SMTP_5321_4_1_1_2_03},
    [MS_SMTP_ERR_EXPECTED_TO]        = {"expected-to", "RCPT must be followed by TO: and a forward-path.", MS_REQ_SMTP_5321_4_1_1_3_07},
    [MS_SMTP_ERR_PATH]               = {"path", "No path stands where one must.", MS_REQ_SMTP_5321_4_1_2_01},
    [MS_SMTP_ERR_NULL_FORWARD_PATH]  = {"null-forward-path", "The null path is for MAIL only.", MS_REQ_SMTP_5321_4_1_2_04},
    [MS_SMTP_ERR_LOCAL_PART]         = {"local-part", "The local-part is neither a Dot-string nor a Quoted-string.", MS_REQ_SMTP_5321_4_1_2_19},
    [MS_SMTP_ERR_QUOTED_STRING]      = {"quoted-string", "The Quoted-string is malformed or not closed.", MS_REQ_SMTP_5321_4_1_2_23},
    [MS_SMTP_ERR_DOMAIN]             = {"domain", "The domain is malformed.", MS_REQ_SMTP_5321_4_1_2_11},
    [MS_SMTP_ERR_DOMAIN_MISSING]     = {"domain-missing", "The path ends where a domain must follow.", MS_REQ_SMTP_5321_4_1_2_33},
    [MS_SMTP_ERR_ADDRESS_LITERAL]    = {"address-literal", "The address literal is malformed.", MS_REQ_SMTP_5321_4_1_3_09},
    [MS_SMTP_ERR_SOURCE_ROUTE]       = {"source-route", "The source route is malformed.", MS_REQ_SMTP_5321_4_1_2_06},
    [MS_SMTP_ERR_UTF8]               = {"utf8", "The octets above 127 are not well-formed UTF-8.", MS_REQ_SMTP_6531_3_3_02},
    [MS_SMTP_ERR_TRAILING_OCTETS]    = {"trailing-octets", "Octets follow the last argument.", MS_REQ_SMTP_5321_4_1_2_31},
    [MS_SMTP_ERR_PARAMETER_KEYWORD]  = {"parameter-keyword", "The parameter does not begin with a keyword of letters, digits and hyphens.", MS_REQ_SMTP_5321_4_1_2_07},
    [MS_SMTP_ERR_PARAMETER_VALUE]    = {"parameter-value", "The value of the parameter is malformed, missing or not allowed.", MS_REQ_SMTP_5321_4_1_2_08},
    [MS_SMTP_ERR_PARAMETER_DUPLICATE] = {"parameter-duplicate", "The parameter is given twice.", MS_REQ_SMTP_3461_4_5_03},
    [MS_SMTP_ERR_PARAMETER_UNKNOWN_FOR_VERB] = {"parameter-unknown-for-verb", "The parameter belongs to the other command.", MS_REQ_SMTP_5321_4_1_1_3_05},
    [MS_SMTP_ERR_CHUNK_SIZE]         = {"chunk-size", "The chunk-size is no decimal number or too large.", MS_REQ_SMTP_3030_2_02},
    [MS_SMTP_ERR_BASE64]             = {"base64", "The text is not strict base64.", MS_REQ_SMTP_4954_4_13},
    [MS_SMTP_ERR_MECHANISM]          = {"mechanism", "The name of the SASL mechanism is malformed.", MS_REQ_SMTP_4954_8_01},
};

static const ms_rule deviations[] = {
    [MS_SMTP_DEV_BARE_LF]              = {"bare-lf", "The line ended with LF alone.", MS_REQ_SMTP_5321_2_3_8_05},
    [MS_SMTP_DEV_BARE_CR]              = {"bare-cr", "A CR without LF stands in the command.", MS_REQ_SMTP_5321_2_3_8_04},
    [MS_SMTP_DEV_8BIT]                 = {"8bit", "Octets above 127 stand where no extension in force allows them.", MS_REQ_SMTP_5321_2_4_08},
    [MS_SMTP_DEV_TRAILING_BLANKS]      = {"trailing-blanks", "Blanks stand before the line end.", MS_REQ_SMTP_5321_4_1_1_11},
    [MS_SMTP_DEV_LEADING_BLANKS]       = {"leading-blanks", "Blanks stand before the verb.", MS_REQ_SMTP_5321_2_4_16},
    [MS_SMTP_DEV_EXTRA_BLANKS]         = {"extra-blanks", "More than one space, or a tab, stands between two elements.", MS_REQ_SMTP_5321_4_1_2_10},
    [MS_SMTP_DEV_SPACE_BEFORE_COLON]   = {"space-before-colon", "A space stands before the colon of FROM: or TO:.", MS_REQ_SMTP_5321_3_3_10},
    [MS_SMTP_DEV_SPACE_AFTER_COLON]    = {"space-after-colon", "A space stands behind the colon of FROM: or TO:.", MS_REQ_SMTP_5321_3_3_10},
    [MS_SMTP_DEV_MISSING_BRACKETS]     = {"missing-brackets", "The path stands without its angle brackets.", MS_REQ_SMTP_5321_4_1_2_01},
    [MS_SMTP_DEV_PATH_NOT_CLOSED]      = {"path-not-closed", "The path lacks its closing bracket.", MS_REQ_SMTP_5321_4_1_2_01},
    [MS_SMTP_DEV_MISSING_SPACE]        = {"missing-space", "No space stands between the path and its first parameter.", MS_REQ_SMTP_5321_4_1_2_10},
    [MS_SMTP_DEV_LOCAL_PART_TOO_LONG]  = {"local-part-too-long", "The local-part has more than 64 octets.", MS_REQ_SMTP_5321_4_5_3_1_1_03},
    [MS_SMTP_DEV_DOMAIN_TOO_LONG]      = {"domain-too-long", "The domain has more than 255 octets.", MS_REQ_SMTP_5321_4_5_3_1_2_01},
    [MS_SMTP_DEV_LABEL_TOO_LONG]       = {"label-too-long", "A label has more than 63 octets.", MS_REQ_SMTP_5321_4_5_3_1_2_02},
    [MS_SMTP_DEV_PATH_TOO_LONG]        = {"path-too-long", "The path has more than 256 octets, brackets included.", MS_REQ_SMTP_5321_4_5_3_1_3_01},
    [MS_SMTP_DEV_LOCAL_PART_DOT]       = {"local-part-dot", "A Dot-string begins or ends with a dot, or doubles it.", MS_REQ_SMTP_5321_4_1_2_17},
    [MS_SMTP_DEV_DOMAIN_TRAILING_DOT]  = {"domain-trailing-dot", "The domain ends with a dot.", MS_REQ_SMTP_5321_4_1_2_12},
    [MS_SMTP_DEV_DOMAIN_UNDERSCORE]    = {"domain-underscore", "An underscore stands in the domain.", MS_REQ_SMTP_5321_4_1_2_11},
    [MS_SMTP_DEV_SOURCE_ROUTE]         = {"source-route", "The forward-path has a source route, which is legal but discouraged.", MS_REQ_SMTP_5321_3_3_05},
    [MS_SMTP_DEV_UNQUALIFIED]          = {"unqualified", "The local-part stands without a domain.", MS_REQ_SMTP_5321_4_1_2_33},
    [MS_SMTP_DEV_POSTMASTER_SENDER]    = {"postmaster-sender", "Postmaster without a domain is for RCPT only.", MS_REQ_SMTP_5321_2_3_5_01},
    [MS_SMTP_DEV_IPV6_SEVEN_GROUPS]    = {"ipv6-seven-groups", "The :: stands for a single group.", MS_REQ_SMTP_5321_4_1_3_05},
    [MS_SMTP_DEV_LITERAL_UNTAGGED_IPV6] = {"literal-untagged-ipv6", "The IPv6 address lacks its tag.", MS_REQ_SMTP_5321_4_1_3_03},
    [MS_SMTP_DEV_ARGUMENT_NOT_ALLOWED] = {"argument-not-allowed", "The command takes no argument.", MS_REQ_SMTP_5321_4_1_1_10},
    [MS_SMTP_DEV_EHLO_EXTRA_TEXT]      = {"ehlo-extra-text", "Text follows the domain or address literal.", MS_REQ_SMTP_5321_4_1_1_1_03},
    [MS_SMTP_DEV_EHLO_NOT_DOMAIN]      = {"ehlo-not-domain", "The argument is neither a Domain nor an address literal.", MS_REQ_SMTP_5321_2_3_5_02},
    [MS_SMTP_DEV_HELO_LITERAL]         = {"helo-literal", "HELO takes a Domain, not an address literal.", MS_REQ_SMTP_5321_4_1_1_1_17},
    [MS_SMTP_DEV_UNNEEDED_QUOTES]      = {"unneeded-quotes", "The local-part is quoted without need, which is legal but discouraged.", MS_REQ_SMTP_5321_4_1_2_27},
    [MS_SMTP_DEV_VERB_NOT_REGISTERED]  = {"verb-not-registered", "The verb is not registered and does not begin with X.", MS_REQ_SMTP_5321_2_2_2_02},
    [MS_SMTP_DEV_PARAMETER_NOT_REGISTERED] = {"parameter-not-registered", "The parameter is not registered and does not begin with X.", MS_REQ_SMTP_5321_2_2_2_02},
    [MS_SMTP_DEV_OBSOLETE_VERB]        = {"obsolete-verb", "SEND, SOML and SAML are legal but discouraged.", MS_REQ_SMTP_5321_F_6_01},
    [MS_SMTP_DEV_STRING_NOT_ATOM]      = {"string-not-atom", "The argument is neither an Atom nor a Quoted-string.", MS_REQ_SMTP_5321_4_1_2_30},
    [MS_SMTP_DEV_LITERAL_TAG_UNREGISTERED] = {"literal-tag-unregistered", "The tag of the address literal is not registered.", MS_REQ_SMTP_5321_4_1_3_08},
    [MS_SMTP_DEV_AUTH_VALUE_NOT_MAILBOX] = {"auth-value-not-mailbox", "The value of AUTH= decodes to neither a Mailbox nor <>.", MS_REQ_SMTP_4954_5_03},
    [MS_SMTP_DEV_SOURCE_ROUTE_SENDER]  = {"source-route-sender", "The reverse-path has a source route, which is legal but discouraged.", MS_REQ_SMTP_5321_3_3_04},
    [MS_SMTP_DEV_VERB_NOT_IN_LMTP]     = {"verb-not-in-lmtp", "HELO and EHLO are not in LMTP.", MS_REQ_SMTP_2033_4_1_04},
    [MS_SMTP_DEV_VERB_NOT_IN_SMTP]     = {"verb-not-in-smtp", "LHLO is in LMTP only.", MS_REQ_SMTP_2033_4_1_03},
    [MS_SMTP_DEV_STARTTLS_ARGUMENT]    = {"starttls-argument", "STARTTLS takes no argument.", MS_REQ_SMTP_3207_4_12},
    [MS_SMTP_DEV_TURN]                 = {"turn", "TURN is legal but discouraged.", MS_REQ_SMTP_5321_F_1_01},
    [MS_SMTP_DEV_PARAMETER_TOO_LONG]   = {"parameter-too-long", "The value is longer than the parameter may be.", MS_REQ_SMTP_3461_5_4_01},
    [MS_SMTP_DEV_XTEXT_LOWER_HEX]      = {"xtext-lower-hex", "A hexchar of xtext is written in lower case.", MS_REQ_SMTP_3461_4_01},
    [MS_SMTP_DEV_XTEXT_NOT_PRINTABLE]  = {"xtext-not-printable", "The xtext decodes to octets that are not printable US-ASCII.", MS_REQ_SMTP_3461_4_2_05},
};
/* clang-format on */

_Static_assert(sizeof errors / sizeof errors[0] == MS_SMTP_ERR_COUNT, "each ms_smtp_error has a row");
_Static_assert(sizeof deviations / sizeof deviations[0] == MS_SMTP_DEV_COUNT, "each ms_smtp_deviation has a row");

const ms_rule *ms_smtp_error_rule(ms_smtp_error error)
{
    return &errors[(unsigned)error < MS_SMTP_ERR_COUNT ? error : MS_SMTP_OK];
}

const ms_rule *ms_smtp_deviation_rule(ms_smtp_deviation deviation)
{
    static const ms_rule none = {"", "", MS_REQ_NONE};
    return (unsigned)deviation < MS_SMTP_DEV_COUNT ? &deviations[deviation] : &none;
}
