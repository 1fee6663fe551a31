/*
 * reproduce.c - a fuzz target without a fuzzer: runs it over files, and over all files below folders
 *
 * Each input is in a heap block of exactly its size, so that reading beyond it is seen.  The file is named before a
 * failure is: on a crash the last line of stderr says which one it was.
 */
#include "fuzz/input.h"
#include "fuzz/oracle.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char current[4096];
static size_t run_count;

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        _exit(70);
}

static void crashed(int number)
{
    say("reproduce: the input was ");
    say(current);
    say("\n");
    signal(number, SIG_DFL);
    raise(number);
}

static bool run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    if (file == NULL || fstat(fileno(file), &status) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        if (file != NULL)
            fclose(file);
        return false;
    }
    const size_t size = (size_t)status.st_size;
    uint8_t *octets = malloc(size == 0 ? 1 : size);
    const bool whole = octets != NULL && fread(octets, 1, size, file) == size;
    fclose(file);
    if (whole) {
        snprintf(current, sizeof current, "%s", path);
        LLVMFuzzerTestOneInput(octets, size);
        run_count++;
    } else {
        fprintf(stderr, "%s: cannot be read\n", path);
    }
    free(octets);
    return whole;
}

static bool run_path(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(status.st_mode))
        return run_file(path);
    struct dirent **names;
    const int count = scandir(path, &names, NULL, alphasort);
    bool good = count >= 0;
    for (int i = 0; i < count; i++) {
        char inner[4096];
        if (names[i]->d_name[0] != '.' &&
            snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name) < (int)sizeof inner)
            good = run_path(inner) && good;
        free(names[i]);
    }
    free(names);
    return good;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE-OR-FOLDER...\nruns the fuzz target %s over each input\n", argv[0], fuzz_target);
        return 2;
    }
    signal(SIGABRT, crashed);
#if !defined(__SANITIZE_ADDRESS__)
    signal(SIGSEGV, crashed);
#endif
    bool good = true;
    fuzz_thorough = true;
    for (int i = 1; i < argc; i++)
        good = run_path(argv[i]) && good;
    printf("%s: %zu inputs, no failure\n", fuzz_target, run_count);
    return good ? 0 : 2;
}
