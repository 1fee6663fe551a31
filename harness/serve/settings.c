#include "harness/serve/settings.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <time.h>

static int64_t real_clock(void)
{
    return (int64_t)time(NULL);
}

static void real_random(uint8_t *out, size_t len)
{
    if (RAND_bytes(out, (int)len) != 1)
        abort();
}

serve_settings serve_settings_default(store *s)
{
    serve_settings settings = {
        .store = s,
        .mutant = MUTANT_NONE,
        .host_name = "mx.example.test",
        .domain = "example.test",
        .size_limit = 2097152,
        .recipients_max = 100, /* RFC 5321 section 4.5.3.1.8 */
        .clock = real_clock,
        .random = real_random,
    };
    real_random(settings.secret, sizeof settings.secret);
    return settings;
}
