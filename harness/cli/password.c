/* password.c - see password.h */
#include "harness/cli/password.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static char *first_line(FILE *in)
{
    char *line = NULL;
    size_t room = 0;
    if (getline(&line, &room, in) < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

static char *ask(const char *user)
{
    struct termios shown;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &shown) != 0)
        return NULL;
    struct termios hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(stderr, "password of %s: ", user);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    char *password = first_line(stdin);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputc('\n', stderr);
    return password;
}

bool cli_passwords(const char *command, const char *path, const cli_account *accounts, size_t count)
{
    FILE *in = path == NULL ? NULL : fopen(path, "r");
    if (path != NULL && in == NULL) {
        fprintf(stderr, "mailspec %s: %s: %s\n", command, path, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(accounts[i].variable);
        *accounts[i].password = in == NULL ? NULL : first_line(in);
        if (*accounts[i].password == NULL && value != NULL)
            *accounts[i].password = strdup(value);
    }
    if (in != NULL)
        fclose(in);
    for (size_t i = 0; i < count; i++)
        if (accounts[i].user != NULL && *accounts[i].password == NULL)
            *accounts[i].password = ask(accounts[i].user);
    return true;
}
