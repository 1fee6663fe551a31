/* peer_dovecot.h - libdovecot, whose headers go with no others */
#ifndef BENCH_PEER_DOVECOT_H
#define BENCH_PEER_DOVECOT_H

#include <stddef.h>

void peer_dovecot_begin(void);
void peer_dovecot_end(void);
/* Parse paths, each ended by NUL; returns how many were accepted. */
size_t peer_dovecot_paths(const char *paths, size_t len);

#endif
