/* clang-format off: this one comes first */
#include <lib.h>
/* clang-format on */
#include <smtp-address.h>
#include <string.h>

#include "peer_dovecot.h"

void peer_dovecot_begin(void)
{
    lib_init();
}

void peer_dovecot_end(void)
{
    lib_deinit();
}

size_t peer_dovecot_paths(const char *paths, size_t len)
{
    size_t good = 0;
    const char *const end = paths + len;
    for (const char *path = paths; path < end; path += strlen(path) + 1) {
        T_BEGIN
        {
            struct smtp_address *address;
            const char *error;
            if (smtp_address_parse_path(pool_datastack_create(), path, 0, &address, &error) == 0)
                good++;
        }
        T_END;
    }
    return good;
}
