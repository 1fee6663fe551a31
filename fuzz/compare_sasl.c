/* compare_sasl.c - base64, PLAIN and SCRAM against the model; see compare.h */
#include <string.h>

#include "fuzz/compare.h"
#include "fuzz/model/model.h"
#include "mailspec/base64.h"
#include "mailspec/sasl.h"

static const char *verdict(bool in_grammar, bool taken)
{
    if (in_grammar == taken)
        return NULL;
    return taken ? "not in the grammar, and accepted" : "in the grammar, and refused";
}

/* RFC 4648 section 4: six bits for each character, most significant first. */
static size_t decode(ms_span text, uint8_t *out)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    unsigned count = 0;
    size_t written = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++) {
        bits = bits << 6 | (uint32_t)(strchr(alphabet, text.ptr[i]) - alphabet);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[written++] = (uint8_t)(bits >> count);
        }
    }
    return written;
}

const char *compare_base64(ms_span text)
{
    uint8_t expected[ABNF_OCTETS_MAX], got[ABNF_OCTETS_MAX];
    if (!abnf_fits(text.len))
        return NULL;
    size_t wrong_at = 0, written = 0;
    const bool taken = ms_base64_decode(text, got, &written, &wrong_at);
    const char *why = verdict(text.len == 0 || model_is(MODEL_SASL, "base64", text.ptr, text.len), taken);
    if (why != NULL || !taken)
        return why;
    const size_t len = decode(text, expected);
    return len == written && memcmp(expected, got, len) == 0 ? NULL : "what the base64 stands for";
}

const char *compare_plain(ms_span message)
{
    if (!abnf_fits(message.len))
        return NULL;
    const ms_sasl_plain plain = ms_sasl_plain_parse(message);
    const bool taken = plain.error == MS_SASL_OK;
    const char *why = verdict(model_is(MODEL_SASL, "plain-message", message.ptr, message.len), taken);
    if (why != NULL || !taken)
        return why;
    const uint8_t *first = memchr(message.ptr, 0, message.len);
    return plain.authzid.ptr == message.ptr && plain.authcid.ptr == first + 1 &&
                   plain.password.ptr + plain.password.len == message.ptr + message.len
               ? NULL
               : "where the parts of the message stand";
}

/* An attribute of this name: no value holds a comma. */
static bool has_attribute(ms_span message, uint8_t name)
{
    for (size_t at = 0; at + 1 < message.len; at++)
        if ((at == 0 || message.ptr[at - 1] == ',') && message.ptr[at] == name && message.ptr[at + 1] == '=')
            return true;
    return false;
}

const char *compare_scram(ms_span message, ms_sasl_scram_step step)
{
    static const char *const rules[] = {
        [MS_SCRAM_CLIENT_FIRST] = "client-first-message",
        [MS_SCRAM_SERVER_FIRST] = "server-first-message",
        [MS_SCRAM_CLIENT_FINAL] = "client-final-message",
        [MS_SCRAM_SERVER_FINAL] = "server-final-message",
    };
    if (!abnf_fits(message.len))
        return NULL;
    const ms_sasl_scram scram = ms_sasl_scram_parse(message, step);
    const bool in_grammar = model_is(MODEL_SASL, rules[step], message.ptr, message.len);
    /* RFC 5802 section 5.1: the presence of m= "MUST cause authentication failure"; the grammar has it. */
    if (scram.error == MS_SASL_ERR_SCRAM_EXTENSION)
        return NULL;
    if (scram.error == MS_SASL_OK && has_attribute(message, 'm'))
        return "a mandatory extension is passed over";
    return verdict(in_grammar, scram.error == MS_SASL_OK);
}
