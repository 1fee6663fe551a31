/*
 * certificate.h - a certificate for the server's own use, made when it starts
 */
#ifndef MAILSPEC_HARNESS_SERVE_CERTIFICATE_H
#define MAILSPEC_HARNESS_SERVE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

/* Make a key and a self-signed certificate for localhost, host_name, 127.0.0.1 and ::1, good for a year.  Both go into
 * a new private file whose name is put in path; the certificate alone into out_file, if that is not NULL: who trusts it
 * can check the connection.  false with a sentence in error. */
bool certificate_make(const char *host_name, const char *out_file, char *path, size_t path_room, char *error,
                      size_t error_room);

#endif
