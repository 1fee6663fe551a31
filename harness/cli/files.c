#include "harness/cli/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool complain(const char *command, const char *path, const char *what)
{
    fprintf(stderr, "mailspec %s: %s: %s\n", command, path, what);
    return false;
}

/* Takes the path over. */
static bool append(cli_files *files, char *path)
{
    if (files->count == files->room) {
        const size_t room = files->room == 0 ? 64 : 2 * files->room;
        char **paths = realloc(files->paths, room * sizeof *paths);
        if (paths == NULL) {
            free(path);
            return false;
        }
        files->paths = paths;
        files->room = room;
    }
    files->paths[files->count++] = path;
    return true;
}

static char *join(const char *folder, const char *name)
{
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    const size_t size = len + 1 + strlen(name) + 1;
    char *path = malloc(size);
    if (path != NULL)
        snprintf(path, size, "%.*s%s%s", (int)len, folder, len > 0 && folder[len - 1] == '/' ? "" : "/", name);
    return path;
}

static bool is_transcript(const char *name)
{
    const size_t len = strlen(name);
    return len > 4 && strcmp(name + len - 4, ".mst") == 0;
}

static bool add_folder(cli_files *files, const char *command, const char *folder);

/* Takes the path over. */
static bool add_entry(cli_files *files, const char *command, char *path)
{
    struct stat about;
    if (path == NULL)
        return complain(command, "?", "no memory");
    /* A link to a folder is not followed: it may lead back. */
    if (lstat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        const bool fine = add_folder(files, command, path);
        free(path);
        return fine;
    }
    if (is_transcript(path))
        return append(files, path) || complain(command, "?", "no memory");
    free(path);
    return true;
}

static bool add_folder(cli_files *files, const char *command, const char *folder)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return complain(command, folder, strerror(errno));
    bool fine = true;
    for (const struct dirent *entry = readdir(directory); fine && entry != NULL; entry = readdir(directory))
        if (entry->d_name[0] != '.')
            fine = add_entry(files, command, join(folder, entry->d_name));
    closedir(directory);
    return fine;
}

static int by_octets(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool cli_files_add(cli_files *files, const char *command, const char *path)
{
    struct stat about;
    const size_t before = files->count;
    const bool standard_input = strcmp(path, "-") == 0;
    if (!standard_input && stat(path, &about) != 0)
        return complain(command, path, strerror(errno));
    if (standard_input || !S_ISDIR(about.st_mode)) {
        char *copy = strdup(path);
        return copy != NULL && append(files, copy);
    }
    if (!add_folder(files, command, path))
        return false;
    if (files->count > before)
        qsort(files->paths + before, files->count - before, sizeof *files->paths, by_octets);
    return true;
}

void cli_files_sort(cli_files *files)
{
    if (files->count < 2)
        return;
    qsort(files->paths, files->count, sizeof *files->paths, by_octets);
    size_t kept = 1;
    for (size_t i = 1; i < files->count; i++) {
        if (strcmp(files->paths[i], files->paths[kept - 1]) == 0)
            free(files->paths[i]);
        else
            files->paths[kept++] = files->paths[i];
    }
    files->count = kept;
}

void cli_files_shard(cli_files *files, unsigned long index, unsigned long count)
{
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++) {
        if (i % count == index - 1)
            files->paths[kept++] = files->paths[i];
        else
            free(files->paths[i]);
    }
    files->count = kept;
}

void cli_files_free(cli_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->paths[i]);
    free(files->paths);
    *files = (cli_files){NULL, 0, 0};
}
