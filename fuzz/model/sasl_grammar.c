/* sasl_grammar.c - PLAIN (RFC 4616 section 2) and SCRAM (RFC 5802 section 7) */
#include "grammars.h"

const char *const sasl_grammar[] = {
    "plain-message = [plain-authzid] UTF8NUL authcid UTF8NUL passwd",
    "authcid = 1*SAFE",
    "plain-authzid = 1*SAFE",
    "passwd = 1*SAFE",
    "UTF8NUL = %x00",
    "SAFE = %x01-7F / UTF8-2 / UTF8-3 / UTF8-4",

    "attr-val = ALPHA \"=\" value",
    "value = 1*value-char",
    "value-safe-char = %x01-2B / %x2D-3C / %x3E-7F / UTF8-2 / UTF8-3 / UTF8-4",
    "value-char = value-safe-char / \"=\"",
    "printable = %x21-2B / %x2D-7E",
    "scram-base64 = [base64]",
    "posit-number = %x31-39 *DIGIT",
    "saslname = 1*(value-safe-char / %x3D.32.43 / %x3D.33.44)",
    "authzid = %x61.3D saslname",
    "cb-name = 1*(ALPHA / DIGIT / \".\" / \"-\")",
    "gs2-cbind-flag = (%x70.3D cb-name) / %x6E / %x79",
    "gs2-header = gs2-cbind-flag \",\" [ authzid ] \",\"",
    "username = %x6E.3D saslname",
    "reserved-mext = %x6D.3D 1*(value-char)",
    "channel-binding = %x63.3D scram-base64",
    "proof = %x70.3D scram-base64",
    /* RFC 5802 prints `c-nonce = printable`, one octet; section 5.1 says "a sequence of random printable ASCII
     * characters" (erratum 2652) */
    "nonce = %x72.3D 1*printable",
    "salt = %x73.3D scram-base64",
    "verifier = %x76.3D scram-base64",
    "iteration-count = %x69.3D posit-number",
    "client-first-message-bare = [reserved-mext \",\"] username \",\" nonce [\",\" extensions]",
    "client-first-message = gs2-header client-first-message-bare",
    "server-first-message = [reserved-mext \",\"] nonce \",\" salt \",\" iteration-count [\",\" extensions]",
    /* An extension is an attribute that is not defined, so none is p= here: as printed, the proof may stand twice. */
    "client-final-message = channel-binding \",\" nonce *(\",\" attr-not-p) \",\" proof",
    "attr-not-p = (%x41-5A / %x61-6F / %x71-7A) \"=\" value",
    "server-error = %x65.3D value",
    "server-final-message = (server-error / verifier) [\",\" extensions]",
    "extensions = attr-val *(\",\" attr-val)",
    NULL,
};
