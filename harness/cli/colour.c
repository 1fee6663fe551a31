#include "harness/cli/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const cli_colour_names[] = {"auto", "always", "never", NULL};

bool cli_use_colour(int colour, FILE *out)
{
    if (colour != CLI_COLOUR_AUTO)
        return colour == CLI_COLOUR_ALWAYS;
    const char *no_color = getenv("NO_COLOR"); /* https://no-color.org: set, and not empty */
    const char *term = getenv("TERM");
    return (no_color == NULL || *no_color == '\0') && term != NULL && strcmp(term, "dumb") != 0 && isatty(fileno(out));
}
