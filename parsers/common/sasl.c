/* sasl.c - mechanism names, PLAIN, CRAM-MD5, and what the errors mean */
#include "mailspec/sasl.h"

#include "cursor.h"
#include "utf8.h"

/* clang-format off */
#define RULE(name, text, smtp, pop3) {{name, text, smtp}, {name, text, pop3}}
static const struct { ms_rule smtp, pop3; } errors[] = {
    [MS_SASL_OK] = RULE("ok", "no error", MS_REQ_NONE, MS_REQ_NONE),
    [MS_SASL_ERR_NAME] = RULE("mechanism-name",
        "a mechanism name has 1 to 20 capitals, digits, hyphens and underscores",
        MS_REQ_SMTP_4954_3_01, MS_REQ_POP3_4422_3_1_01),
    [MS_SASL_ERR_BASE64] = RULE("base64",
        "the base64 is malformed",
        MS_REQ_SMTP_4954_4_13, MS_REQ_POP3_5034_5_02),
    [MS_SASL_ERR_PLAIN] = RULE("plain",
        "a PLAIN message is an optional authorization identity, NUL, identity, NUL, password",
        MS_REQ_SMTP_4616_2_01, MS_REQ_POP3_4616_2_01),
    [MS_SASL_ERR_NUL] = RULE("nul",
        "NUL stands within a field",
        MS_REQ_SMTP_4616_2_01, MS_REQ_POP3_4616_2_02),
    [MS_SASL_ERR_UTF8] = RULE("utf8",
        "a field is not well-formed UTF-8",
        MS_REQ_SMTP_4616_2_01, MS_REQ_POP3_4616_2_05),
    [MS_SASL_ERR_EMPTY] = RULE("empty",
        "the user name or the password is empty",
        MS_REQ_SMTP_4616_2_01, MS_REQ_POP3_4616_2_01),
    [MS_SASL_ERR_CRAM] = RULE("cram-md5",
        "a CRAM-MD5 response is the user name, a space and 32 lower-case hexadecimal digits",
        MS_REQ_SMTP_2195_2_03, MS_REQ_POP3_2195_2_03),
    [MS_SASL_ERR_CRAM_CHALLENGE] = RULE("cram-md5-challenge",
        "a CRAM-MD5 challenge is a msg-id in angle brackets",
        MS_REQ_SMTP_2195_2_01, MS_REQ_POP3_2195_2_01),
    [MS_SASL_ERR_SCRAM] = RULE("scram",
        "a SCRAM attribute is missing, malformed or out of place",
        MS_REQ_SMTP_5802_7_01, MS_REQ_POP3_5802_5_1_01),
    [MS_SASL_ERR_SCRAM_GS2] = RULE("scram-gs2-header",
        "a SCRAM client's first message begins with n, y or p= and the channel binding's name",
        MS_REQ_SMTP_5802_7_01, MS_REQ_POP3_5802_5_01),
    [MS_SASL_ERR_SCRAM_NAME] = RULE("scram-name",
        "an equals sign in a SCRAM name is not followed by 2C or 3D",
        MS_REQ_SMTP_5802_5_1_02, MS_REQ_POP3_5802_5_1_06),
    [MS_SASL_ERR_SCRAM_NONCE] = RULE("scram-nonce",
        "a SCRAM nonce is empty, or holds an octet that is not printable ASCII",
        MS_REQ_SMTP_5802_7_01, MS_REQ_POP3_5802_5_1_01),
    [MS_SASL_ERR_SCRAM_EXTENSION] = RULE("scram-mandatory-extension",
        "the reserved SCRAM attribute m is present",
        MS_REQ_SMTP_5802_5_1_03, MS_REQ_POP3_5802_5_1_07),
};
/* clang-format on */
_Static_assert(sizeof errors / sizeof errors[0] == MS_SASL_ERR_COUNT, "each ms_sasl_error has a row");

static size_t row_of(ms_sasl_error error)
{
    return (size_t)error < MS_SASL_ERR_COUNT ? (size_t)error : MS_SASL_OK;
}

const ms_rule *ms_sasl_error_rule(ms_sasl_error error)
{
    return &errors[row_of(error)].smtp;
}

const ms_rule *ms_sasl_error_rule_pop3(ms_sasl_error error)
{
    return &errors[row_of(error)].pop3;
}

enum { CLIENT_FIRST = 1, SERVER_FIRST = 2, PLAIN_TEXT = 4 };

/* How each begins: RFC 4616 section 2, RFC 2195 section 2, RFC 2831 section 2.1, RFC 5802 section 5.2, RFC 4422
 * appendix A, RFC 4505 section 2, RFC 7628 section 3.1, RFC 4752 section 3.1.  LOGIN, XOAUTH2 and NTLM have no RFC;
 * the latter two begin with the client's data in all of their descriptions. */
static const struct {
    const char *name;
    uint8_t len, traits;
} mechanisms[] = {
    [MS_SASL_OTHER] = {"", 0, 0},
    [MS_SASL_PLAIN] = {"PLAIN", 5, CLIENT_FIRST | PLAIN_TEXT},
    [MS_SASL_LOGIN] = {"LOGIN", 5, PLAIN_TEXT},
    [MS_SASL_CRAM_MD5] = {"CRAM-MD5", 8, SERVER_FIRST},
    [MS_SASL_DIGEST_MD5] = {"DIGEST-MD5", 10, SERVER_FIRST},
    [MS_SASL_SCRAM_SHA_1] = {"SCRAM-SHA-1", 11, CLIENT_FIRST},
    [MS_SASL_SCRAM_SHA_1_PLUS] = {"SCRAM-SHA-1-PLUS", 16, CLIENT_FIRST},
    [MS_SASL_SCRAM_SHA_256] = {"SCRAM-SHA-256", 13, CLIENT_FIRST},
    [MS_SASL_SCRAM_SHA_256_PLUS] = {"SCRAM-SHA-256-PLUS", 18, CLIENT_FIRST},
    [MS_SASL_EXTERNAL] = {"EXTERNAL", 8, CLIENT_FIRST},
    [MS_SASL_ANONYMOUS] = {"ANONYMOUS", 9, CLIENT_FIRST},
    [MS_SASL_XOAUTH2] = {"XOAUTH2", 7, CLIENT_FIRST},
    [MS_SASL_OAUTHBEARER] = {"OAUTHBEARER", 11, CLIENT_FIRST},
    [MS_SASL_GSSAPI] = {"GSSAPI", 6, CLIENT_FIRST},
    [MS_SASL_NTLM] = {"NTLM", 4, CLIENT_FIRST},
};
_Static_assert(sizeof mechanisms / sizeof mechanisms[0] == MS_SASL_MECHANISM_COUNT, "each mechanism has a row");

/* sasl-mech = 1*20mech-char
 * RFC 4422 section 3.1 */
static bool is_mechanism_name(ms_span name)
{
    cursor c = cursor_of(name);
    skip_class(&c, OCTET_SASL_NAME);
    return at_end(&c) && name.len >= 1 && name.len <= 20;
}

ms_sasl_mechanism ms_sasl_mechanism_parse(ms_span name, bool *valid)
{
    *valid = is_mechanism_name(name);
    for (size_t i = 1; i < MS_SASL_MECHANISM_COUNT; i++)
        if (span_equal_nocase(name, ms_span_make(mechanisms[i].name, mechanisms[i].len)))
            return (ms_sasl_mechanism)i;
    return MS_SASL_OTHER;
}

const char *ms_sasl_mechanism_name(ms_sasl_mechanism mechanism)
{
    return (size_t)mechanism < MS_SASL_MECHANISM_COUNT ? mechanisms[mechanism].name : "";
}

static bool has_trait(ms_sasl_mechanism mechanism, unsigned trait)
{
    return (size_t)mechanism < MS_SASL_MECHANISM_COUNT && (mechanisms[mechanism].traits & trait) != 0;
}

bool ms_sasl_client_first(ms_sasl_mechanism mechanism)
{
    return has_trait(mechanism, CLIENT_FIRST);
}

bool ms_sasl_server_first(ms_sasl_mechanism mechanism)
{
    return has_trait(mechanism, SERVER_FIRST);
}

bool ms_sasl_plain_text(ms_sasl_mechanism mechanism)
{
    return has_trait(mechanism, PLAIN_TEXT);
}

/* One field, up to the NUL or the end: 1*SAFE, where SAFE is any UTF-8 character but NUL. */
static bool take_field(cursor *c, ms_span *field, ms_sasl_plain *out)
{
    const size_t from = c->at;
    size_t wrong_at;
    *field = take_until(c, 0);
    if (ms_utf8_check(*field, &wrong_at))
        return true;
    *field = ms_span_absent();
    out->error = MS_SASL_ERR_UTF8;
    out->error_at = from + wrong_at;
    return false;
}

static ms_sasl_plain plain_fail(const cursor *c, ms_sasl_plain out, ms_sasl_error error)
{
    out.error = error;
    out.error_at = c->at;
    return out;
}

/* message = [authzid] UTF8NUL authcid UTF8NUL passwd
 * RFC 4616 section 2.  The fields have no upper bound here: 255 octets are what a server must take at least. */
ms_sasl_plain ms_sasl_plain_parse(ms_span message)
{
    cursor c = cursor_of(message);
    ms_sasl_plain out = {.error = MS_SASL_OK};
    if (!take_field(&c, &out.authzid, &out))
        return out;
    if (!skip_octet(&c, 0))
        return plain_fail(&c, out, MS_SASL_ERR_PLAIN);
    if (peek(&c) == 0)
        return plain_fail(&c, out, MS_SASL_ERR_EMPTY);
    if (!take_field(&c, &out.authcid, &out))
        return out;
    if (!skip_octet(&c, 0))
        return plain_fail(&c, out, MS_SASL_ERR_PLAIN);
    if (at_end(&c))
        return plain_fail(&c, out, MS_SASL_ERR_EMPTY);
    if (peek(&c) != 0 && !take_field(&c, &out.password, &out))
        return out;
    if (!at_end(&c))
        return plain_fail(&c, out, MS_SASL_ERR_NUL);
    return out;
}

static size_t put(uint8_t *out, size_t at, ms_span octets)
{
    if (octets.len > 0)
        memcpy(out + at, octets.ptr, octets.len);
    return at + octets.len;
}

static bool holds_nul(ms_span octets)
{
    return octets.len > 0 && memchr(octets.ptr, 0, octets.len) != NULL;
}

size_t ms_sasl_plain_write(ms_span authzid, ms_span authcid, ms_span password, uint8_t *out)
{
    if (authcid.len == 0 || password.len == 0 || holds_nul(authzid) || holds_nul(authcid) || holds_nul(password))
        return 0;
    size_t at = put(out, 0, authzid);
    out[at++] = 0;
    at = put(out, at, authcid);
    out[at++] = 0;
    return put(out, at, password);
}

static ms_sasl_cram_md5 cram_fail(ms_sasl_cram_md5 out, ms_sasl_error error, size_t at)
{
    out.error = error;
    out.error_at = at;
    return out;
}

/* "a string consisting of the user name, a space, and a 'digest'", of 16 octets "in hexadecimal format, using
 * lower-case ASCII characters"
 * RFC 2195 section 2 */
ms_sasl_cram_md5 ms_sasl_cram_md5_parse(ms_span message)
{
    enum { DIGEST_LEN = 32 };
    ms_sasl_cram_md5 out = {.error = MS_SASL_OK};
    size_t space = message.len;
    while (space > 0 && message.ptr[space - 1] != ' ')
        space--;
    if (space == 0)
        return cram_fail(out, MS_SASL_ERR_CRAM, message.len);
    if (space == 1)
        return cram_fail(out, MS_SASL_ERR_EMPTY, 0);
    out.user = ms_span_make(message.ptr, space - 1);
    size_t at = space;
    while (at < message.len && at - space < DIGEST_LEN && octet_is(message.ptr[at], OCTET_HEX) &&
           !octet_is(message.ptr[at], OCTET_UPPER))
        at++;
    if (at != message.len || at - space != DIGEST_LEN)
        return cram_fail(out, MS_SASL_ERR_CRAM, at);
    out.digest = ms_span_make(message.ptr + space, DIGEST_LEN);
    return out;
}

/* What stands between two quotes or brackets: any character but the closing one, CR, "\" (and "[" in a literal), or a
 * quoted-pair.  RFC 822 section 3.3 */
static bool skip_delimited(cursor *c, uint8_t open, uint8_t close)
{
    c->at++; /* the caller saw the opening one */
    while (!at_end(c)) {
        const uint8_t octet = c->ptr[c->at];
        if (octet == close) {
            c->at++;
            return true;
        }
        if (octet == '\r' || octet > 127 || (octet == '[' && open == '['))
            return false;
        if (octet == '\\') {
            c->at++;
            if (at_end(c) || c->ptr[c->at] > 127)
                return false;
        }
        c->at++;
    }
    return false;
}

/* local-part = word *("." word), domain = sub-domain *("." sub-domain); a word is an atom or a quoted-string, a
 * sub-domain an atom or a domain-literal.  RFC 822 section 6.1; its atom has the octets of atext. */
static bool skip_dotted(cursor *c, uint8_t open, uint8_t close)
{
    do {
        if (peek(c) == open ? !skip_delimited(c, open, close) : skip_class(c, OCTET_ATEXT) == 0)
            return false;
    } while (skip_octet(c, '.'));
    return true;
}

/* msg-id = "<" addr-spec ">", addr-spec = local-part "@" domain
 * RFC 822 section 4.6 and 6.1, as RFC 2195 section 2 wants it */
ms_sasl_error ms_sasl_cram_md5_challenge_parse(ms_span challenge, size_t *error_at)
{
    cursor c = cursor_of(challenge);
    const bool ok = skip_octet(&c, '<') && skip_dotted(&c, '"', '"') && skip_octet(&c, '@') &&
                    skip_dotted(&c, '[', ']') && skip_octet(&c, '>') && at_end(&c);
    *error_at = ok ? 0 : c.at;
    return ok ? MS_SASL_OK : MS_SASL_ERR_CRAM_CHALLENGE;
}
