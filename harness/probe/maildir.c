/* maildir.c - messages in a maildir: files in its folders new and cur */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/probe/maildrop.h"

enum { PATH_ROOM = 4096 };

static const char *const folders[] = {"new", "cur"};

/* The part before the flags: it stays when a message goes from new to cur. */
static size_t name_length(const char *name)
{
    return strcspn(name, ":");
}

static void read_octets(const char *path, probe_stored *message)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        return;
    uint8_t *raw = malloc(PROBE_MESSAGE_MAX);
    if (raw == NULL)
        abort();
    const size_t length = fread(raw, 1, PROBE_MESSAGE_MAX / 2, in);
    fclose(in);
    /* lines are stored with LF alone; a CR that stands before one already is kept as it is */
    uint8_t *octets = malloc(length * 2 + 1);
    if (octets == NULL)
        abort();
    size_t written = 0;
    for (size_t i = 0; i < length; i++) {
        if (raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r'))
            octets[written++] = '\r';
        octets[written++] = raw[i];
    }
    probe_store_keep_octets(message, ms_span_make(octets, written));
    free(octets);
    free(raw);
}

bool probe_maildir_look(const char *path, probe_look look, const probe_store *known, probe_store *store,
                        char why[PROBE_WHY_MAX])
{
    bool opened = false;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char file[PATH_ROOM];
        snprintf(file, sizeof file, "%s/%s", path, folders[i]);
        DIR *folder = opendir(file);
        if (folder == NULL)
            continue;
        opened = true;
        for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
            if (entry->d_name[0] == '.')
                continue;
            probe_stored *message = probe_store_add(store, entry->d_name, name_length(entry->d_name));
            if (message == NULL || look == PROBE_LOOK_NAMES || (known != NULL && probe_store_has(known, message->name)))
                continue;
            const int length = snprintf(file, sizeof file, "%s/%s/%s", path, folders[i], entry->d_name);
            if (length > 0 && (size_t)length < sizeof file)
                read_octets(file, message);
        }
        closedir(folder);
    }
    if (!opened)
        snprintf(why, PROBE_WHY_MAX, "the maildir cannot be read");
    return opened;
}

bool probe_maildir_remove(const char *path, const probe_store *gone)
{
    bool done = true;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char file[PATH_ROOM];
        snprintf(file, sizeof file, "%s/%s", path, folders[i]);
        DIR *folder = opendir(file);
        if (folder == NULL)
            continue;
        for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
            char name[PROBE_NAME_MAX];
            snprintf(name, sizeof name, "%.*s", (int)name_length(entry->d_name), entry->d_name);
            if (entry->d_name[0] == '.' || !probe_store_has(gone, name))
                continue;
            const int length = snprintf(file, sizeof file, "%s/%s/%s", path, folders[i], entry->d_name);
            done = length > 0 && (size_t)length < sizeof file && unlink(file) == 0 && done;
        }
        closedir(folder);
    }
    return done;
}
