/* corpus.c - where the corpus is */
#include "harness/cli/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

static char *if_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode) ? strdup(path) : NULL;
}

/* An installed tree may have been moved: share/mailspec is looked for beside the bin that the program is in. */
static char *beside_program(void)
{
    char path[PATH_ROOM];
    const ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len <= 0)
        return NULL;
    path[len] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(path, '/');
        if (slash == NULL)
            return NULL;
        *slash = '\0';
    }
    const size_t end = strlen(path);
    if ((size_t)snprintf(path + end, sizeof path - end, "/share/mailspec") >= sizeof path - end)
        return NULL;
    return if_folder(path);
}

char *cli_corpus(const char *asked_for)
{
    if (asked_for != NULL)
        return strdup(asked_for);
    const char *environment = getenv("MAILSPEC_CORPUS");
    if (environment != NULL && *environment != '\0')
        return strdup(environment);
    char *found = beside_program();
    if (found == NULL)
        found = if_folder(MAILSPEC_DATADIR);
    return found != NULL ? found : if_folder("corpus");
}
