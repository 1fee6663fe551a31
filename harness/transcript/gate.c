/*
 * gate.c - the conditions of needs:
 */
#include "harness/transcript/header.h"
#include "harness/transcript/words.h"

#include <string.h>

/* What a target, or the set-up around it, has or has not.  The words are those
 * of the requirement lists. */
static const char *const conditions[] = {
    "tls",           /* STARTTLS or STLS can be used */
    "notls",         /* the connection is in clear text */
    "implicit-tls",  /* there is a port that starts with TLS */
    "tls-required",  /* the server demands TLS before mail or login */
    "auth-required", /* the server demands AUTH before mail */
    "client-cert",   /* a client certificate is at hand */
    "user-pass",     /* USER and PASS are taken on this connection */
    "apop-banner",   /* the greeting has a timestamp */
    "second-account",
    "two-sessions", /* two connections at a time */
    "pop3",         /* the maildrop of the recipient can be read by POP3 */
    "delivery-check",
    "local-rcpt",
    "unknown-rcpt",
    "remote-rcpt",
    "many-rcpt",
    "relay",
    "relay-allowed",
    "untrusted-client", /* our address gives no right to relay or to submit */
    "submission",
    "lmtp",
    "mx",
    "list",
    "alias",
    "auto-reply",
    "utf8-user",
    "size-limit",
    "dns-lab",
    "null-host",
    "reject-host",
    "sasl-layer",
    "server-control",
    "config",
    "slow",
    "client",
};

static bool after(ms_span text, const char *prefix, ms_span *rest)
{
    const size_t len = strlen(prefix);
    if (text.len <= len || memcmp(text.ptr, prefix, len) != 0)
        return false;
    *rest = ms_span_make(text.ptr + len, text.len - len);
    return true;
}

static bool read_messages(ms_span text, mst_gate *gate)
{
    ms_span digits;
    gate->at_least = after(text, "messages>=", &digits);
    if (!gate->at_least && !after(text, "messages=", &digits))
        return false;
    gate->kind = MST_GATE_MESSAGES;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9' || i == 6)
            gate->kind = MST_GATE_UNKNOWN;
        else
            gate->number = gate->number * 10 + (uint64_t)(digits.ptr[i] - '0');
    }
    return true;
}

void mst_gate_read(ms_span text, mst_gate *gate)
{
    static const struct {
        const char *prefix;
        mst_gate_kind kind;
    } prefixes[] = {
        {"ehlo:", MST_GATE_EHLO},      {"noehlo:", MST_GATE_NO_EHLO}, {"capa:", MST_GATE_CAPA},
        {"nocapa:", MST_GATE_NO_CAPA}, {"auth:", MST_GATE_AUTH},
    };
    gate->text = text;
    gate->word = gate->parameter = ms_span_absent();
    gate->kind = MST_GATE_UNKNOWN;
    if (read_messages(text, gate))
        return;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        ms_span rest;
        if (!after(text, prefixes[i].prefix, &rest))
            continue;
        const uint8_t *blank = memchr(rest.ptr, ' ', rest.len);
        gate->kind = prefixes[i].kind;
        gate->word = ms_span_make(rest.ptr, blank != NULL ? (size_t)(blank - rest.ptr) : rest.len);
        if (blank != NULL)
            gate->parameter = ms_span_make(blank + 1, (size_t)(rest.ptr + rest.len - blank - 1));
        return;
    }
    if (mst_span_is(text, "auth") || mst_span_is(text, "capa")) {
        gate->kind = text.ptr[0] == 'a' ? MST_GATE_AUTH : MST_GATE_CAPA;
    } else if (mst_word_find(conditions, sizeof conditions / sizeof conditions[0], text) <
               sizeof conditions / sizeof conditions[0]) {
        gate->kind = MST_GATE_CONDITION;
        gate->word = text;
    }
}
