#include "harness/cli/options.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const cli_option *find_long(const cli_option *table, const char *name, size_t len)
{
    for (; table->name != NULL; table++)
        if (strlen(table->name) == len && memcmp(table->name, name, len) == 0)
            return table;
    return NULL;
}

static const cli_option *find_short(const cli_option *table, char letter)
{
    for (; table->name != NULL; table++)
        if (table->letter == letter)
            return table;
    return NULL;
}

static bool complain(const char *command, const char *option, const char *what)
{
    fprintf(stderr, "mailspec %s: %s: %s; see 'mailspec %s --help'\n", command, option, what, command);
    return false;
}

static bool set_number(const char *command, const cli_option *option, const char *value)
{
    unsigned long number = 0;
    if (*value == '\0')
        return complain(command, option->name, "a number is missing");
    for (; *value != '\0'; value++) {
        if (*value < '0' || *value > '9')
            return complain(command, option->name, "not a number");
        const unsigned long digit = (unsigned long)(*value - '0');
        if (number > (ULONG_MAX - digit) / 10)
            return complain(command, option->name, "the number is too large");
        number = number * 10 + digit;
    }
    *(unsigned long *)option->value = number;
    return true;
}

static bool set_choice(const char *command, const cli_option *option, const char *value)
{
    for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], value) == 0) {
            *(int *)option->value = i;
            return true;
        }
    }
    fprintf(stderr, "mailspec %s: %s is one of", command, option->name);
    for (int i = 0; option->choices[i] != NULL; i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : ",", option->choices[i]);
    fputc('\n', stderr);
    return false;
}

static bool set(const char *command, const cli_option *option, const char *value)
{
    switch (option->kind) {
    case CLI_FLAG:
        if (value != NULL)
            return complain(command, option->name, "takes no value");
        *(bool *)option->value = true;
        return true;
    case CLI_TEXT:
        *(const char **)option->value = value;
        return true;
    case CLI_NUMBER:
        return set_number(command, option, value);
    case CLI_CHOICE:
        return set_choice(command, option, value);
    }
    return false;
}

/* The option at argv[*at], whose value may be the next argument. */
static bool take_option(int argc, char **argv, int *at, const cli_option *table)
{
    char *argument = argv[*at];
    const bool is_long = argument[1] == '-';
    const char *value = is_long ? strchr(argument, '=') : argument + 2;
    const size_t len = is_long ? (value == NULL ? strlen(argument) : (size_t)(value - argument)) - 2 : 1;
    const cli_option *option = is_long ? find_long(table, argument + 2, len) : find_short(table, argument[1]);
    if (option == NULL)
        return complain(argv[0], argument, "there is no such option");
    if (is_long && value != NULL)
        value++;
    else if (is_long || *value == '\0')
        value = NULL;
    if (value == NULL && option->kind != CLI_FLAG) {
        if (*at + 1 >= argc)
            return complain(argv[0], argument, "its value is missing");
        value = argv[++*at];
    }
    return set(argv[0], option, value);
}

int cli_options(int argc, char **argv, const cli_option *table)
{
    int operands = 0;
    for (int at = 1; at < argc; at++) {
        char *argument = argv[at];
        if (strcmp(argument, "--") == 0) {
            while (++at < argc)
                argv[++operands] = argv[at];
            break;
        }
        if (argument[0] != '-' || argument[1] == '\0')
            argv[++operands] = argument; /* "-" is an operand */
        else if (!take_option(argc, argv, &at, table))
            return -1;
    }
    return operands;
}

FILE *cli_output_open(const char *command, const char *path)
{
    if (path == NULL || strcmp(path, "-") == 0)
        return stdout;
    FILE *out = fopen(path, "w");
    if (out == NULL)
        fprintf(stderr, "mailspec %s: cannot write %s: %s\n", command, path, strerror(errno));
    return out;
}

bool cli_output_close(const char *command, const char *path, FILE *out)
{
    const bool bad = fflush(out) != 0 || ferror(out);
    const bool bad_close = out != stdout && fclose(out) != 0;
    if (bad || bad_close)
        fprintf(stderr, "mailspec %s: cannot write %s\n", command, path == NULL ? "standard output" : path);
    return !bad && !bad_close;
}
