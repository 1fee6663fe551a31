/*
 * fuzz_sasl.c - base64, and the messages of SASL mechanisms
 *
 * The octets are read as base64, as a message, and as what was decoded from them.
 */
#include "fuzz/compare.h"
#include "fuzz/input.h"
#include "fuzz/look.h"
#include "mailspec/base64.h"

#include <string.h>

const char fuzz_target[] = "sasl";

static uint8_t coded[2 * FUZZ_INPUT_MAX], decoded[2 * FUZZ_INPUT_MAX], back[2 * FUZZ_INPUT_MAX];

static void look_fault(fuzz_look *look, ms_sasl_error error, size_t error_at)
{
    look_one_of(look, error, MS_SASL_ERR_COUNT);
    if (error == MS_SASL_OK)
        return;
    look_offset(look, error_at);
    look_requirement(look, ms_sasl_error_rule(error)->requirement);
    look_requirement(look, ms_sasl_error_rule_pop3(error)->requirement);
}

static void look_plain(fuzz_look *look)
{
    const ms_sasl_plain plain = ms_sasl_plain_parse(look->input);
    look_fault(look, plain.error, plain.error_at);
    look_span(look, plain.authzid);
    look_span(look, plain.authcid);
    look_span(look, plain.password);
    if (plain.error != MS_SASL_OK)
        return;
    const size_t len = ms_sasl_plain_write(plain.authzid, plain.authcid, plain.password, back);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, len == look->input.len && memcmp(back, look->input.ptr, len) == 0);
}

static void look_scram(fuzz_look *look, ms_sasl_scram_step step)
{
    const ms_sasl_scram scram = ms_sasl_scram_parse(look->input, step);
    const ms_span spans[] = {scram.gs2_header,      scram.authzid, scram.user,     scram.nonce,       scram.salt,
                             scram.channel_binding, scram.proof,   scram.verifier, scram.server_error};
    look_fault(look, scram.error, scram.error_at);
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
        look_span(look, spans[i]);
    if (scram.error == MS_SASL_OK)
        look_number(look, scram.iterations);
}

static uint64_t messages(ms_span message)
{
    fuzz_look look = fuzz_look_at(message);
    bool valid = false;
    size_t error_at = 0;
    look_one_of(&look, ms_sasl_mechanism_parse(message, &valid), MS_SASL_MECHANISM_COUNT);
    look_number(&look, valid);
    look_plain(&look);
    const ms_sasl_cram_md5 cram = ms_sasl_cram_md5_parse(message);
    look_fault(&look, cram.error, cram.error_at);
    look_span(&look, cram.user);
    look_span(&look, cram.digest);
    const ms_sasl_error challenge = ms_sasl_cram_md5_challenge_parse(message, &error_at);
    look_fault(&look, challenge, challenge == MS_SASL_OK ? 0 : error_at);
    for (int step = MS_SCRAM_CLIENT_FIRST; step <= MS_SCRAM_SERVER_FINAL; step++)
        look_scram(&look, (ms_sasl_scram_step)step);
    return look.digest;
}

static void check_base64(ms_span text)
{
    size_t wrong_at = 0, again_at = 0, len = 0;
    const bool right = ms_base64_check(text, &wrong_at);
    FUZZ_EXPECT(ORACLE_FACT, wrong_at, ms_base64_decode(text, decoded, &len, &again_at) == right);
    if (right) {
        FUZZ_EXPECT(ORACLE_WORK, 0, len <= text.len / 4 * 3);
        FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, ms_base64_encode(ms_span_make(decoded, len), coded) == text.len);
        FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, memcmp(coded, text.ptr, text.len) == 0);
        messages(ms_span_make(decoded, len));
    } else {
        FUZZ_EXPECT(ORACLE_OFFSET, text.len, wrong_at <= text.len && again_at == wrong_at);
    }
    const size_t encoded = ms_base64_encode(text, coded);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, encoded == (text.len + 2) / 3 * 4);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, ms_base64_decode(ms_span_make(coded, encoded), back, &len, &wrong_at));
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, len == text.len && memcmp(back, text.ptr, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fuzz_input input = fuzz_input_read(data, size);
    const uint64_t digest = messages(input.octets);
    if (fuzz_crash_only) {
        size_t len = 0, wrong_at = 0;
        ms_base64_decode(input.octets, decoded, &len, &wrong_at);
        return 0;
    }
    FUZZ_EXPECT(ORACLE_DETERMINISM, 0, messages(fuzz_again(input.octets)) == digest);
    check_base64(input.octets);
    FUZZ_COMPARE(ORACLE_MODEL_SASL, compare_base64(input.octets));
    FUZZ_COMPARE(ORACLE_MODEL_SASL, compare_plain(input.octets));
    for (int step = MS_SCRAM_CLIENT_FIRST; step <= MS_SCRAM_SERVER_FINAL; step++)
        FUZZ_COMPARE(ORACLE_MODEL_SASL, compare_scram(input.octets, (ms_sasl_scram_step)step));
    return 0;
}
