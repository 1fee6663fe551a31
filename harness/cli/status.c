#include "harness/cli/cli.h"

/* Rank of each status: a run that could not be done outweighs what it found. */
static const int rank[] = {
    [CLI_OK] = 0,     [CLI_UNDECIDED] = 1, [CLI_NONCONFORMANCE] = 2, [CLI_DIFFERS] = 3,
    [CLI_TARGET] = 4, [CLI_USAGE] = 5,     [CLI_INTERNAL] = 6,
};

cli_status cli_status_worse(cli_status a, cli_status b)
{
    return rank[b] > rank[a] ? b : a;
}
