/* password.c - see password.h */
#include "harness/cli/password.h"

#include <errno.h>
#include <signal.h>
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

/* --- on a terminal ---------------------------------------------------------------------------------- */

/* What a signal has to put right before it ends us: a terminal that shows nothing is of no use to anybody. */
static struct termios shown;
static int terminal;

static void show_and_end(int signal_number)
{
    tcsetattr(terminal, TCSANOW, &shown);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { ENDING = sizeof ending / sizeof ending[0] };

static char *ask_there(FILE *in, const char *user)
{
    struct sigaction before[ENDING];
    struct sigaction action;
    terminal = fileno(in);
    if (tcgetattr(terminal, &shown) != 0)
        return NULL;
    memset(&action, 0, sizeof action);
    action.sa_handler = show_and_end;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ENDING; i++)
        sigaction(ending[i], &action, &before[i]);
    struct termios hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(stderr, "password of %s: ", user);
    tcsetattr(terminal, TCSAFLUSH, &hidden);
    char *password = first_line(in);
    tcsetattr(terminal, TCSAFLUSH, &shown);
    for (size_t i = 0; i < ENDING; i++)
        sigaction(ending[i], &before[i], NULL);
    fputc('\n', stderr);
    return password;
}

/* Standard input may be a message on its way: whoever sees the question sits at the terminal all the same. */
static char *ask(const char *user)
{
    if (isatty(STDIN_FILENO))
        return ask_there(stdin, user);
    FILE *in = isatty(STDERR_FILENO) ? fopen("/dev/tty", "r") : NULL;
    char *password = in == NULL ? NULL : ask_there(in, user);
    if (in != NULL)
        fclose(in);
    return password;
}

/* --- all accounts ------------------------------------------------------------------------------------ */

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
