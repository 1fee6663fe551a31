#include "harness/serve/certificate.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BACK_SECONDS = 3600, GOOD_SECONDS = 365 * 86400 };

static bool add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    const bool done = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return done;
}

static bool fill(X509 *certificate, EVP_PKEY *key, const char *host_name)
{
    char names[512];
    long serial;
    snprintf(names, sizeof names, "DNS:localhost,DNS:%s,IP:127.0.0.1,IP:::1", host_name);
    if (RAND_bytes((unsigned char *)&serial, sizeof serial) != 1)
        return false;
    X509_NAME *name = X509_get_subject_name(certificate);
    return X509_set_version(certificate, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial & 0x7fffffff) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -BACK_SECONDS) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), GOOD_SECONDS) != NULL &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
           add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
           add_extension(certificate, NID_subject_key_identifier, "hash") &&
           add_extension(certificate, NID_subject_alt_name, names) && X509_sign(certificate, key, EVP_sha256()) > 0;
}

static bool write_pem(FILE *out, X509 *certificate, EVP_PKEY *key)
{
    return PEM_write_X509(out, certificate) == 1 &&
           (key == NULL || PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1);
}

static bool save(X509 *certificate, EVP_PKEY *key, char *path, size_t path_room)
{
    const char *folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] == '\0')
        folder = "/tmp";
    if ((size_t)snprintf(path, path_room, "%s/mailspec-serve-XXXXXX", folder) >= path_room)
        return false;
    const int fd = mkstemp(path);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    if (out == NULL) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    const bool written = write_pem(out, certificate, key);
    return (fclose(out) == 0) && written;
}

static bool publish(X509 *certificate, const char *file)
{
    FILE *out = fopen(file, "w");
    if (out == NULL)
        return false;
    const bool written = write_pem(out, certificate, NULL);
    return (fclose(out) == 0) && written;
}

bool certificate_make(const char *host_name, const char *out_file, char *path, size_t path_room, char *error,
                      size_t error_room)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    bool done = key != NULL && certificate != NULL && fill(certificate, key, host_name);
    if (!done)
        snprintf(error, error_room, "a certificate cannot be made");
    if (done && !save(certificate, key, path, path_room)) {
        snprintf(error, error_room, "the key cannot be kept in a file: %s", strerror(errno));
        done = false;
    }
    if (done && out_file != NULL && !publish(certificate, out_file)) {
        snprintf(error, error_room, "%s: %s", out_file, strerror(errno));
        unlink(path);
        done = false;
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return done;
}
