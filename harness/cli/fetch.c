/* fetch.c - mailspec fetch: print or save every message of a maildrop */
#include "harness/client/fetch.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/client_options.h"
#include "harness/result/escape.h"

static const char help[] =
    "usage: mailspec fetch URL --user NAME [OPTION]...\n"
    "\n"
    "Prints every message of a maildrop and leaves the maildrop as it was.  URL: pop3:// or pop3s://\n"
    "and host[:port].  Logs in by SASL, by APOP, or by USER and PASS.\n"
    "\n"
    "  --save FOLDER        save each message as FOLDER/0001.eml and so on, octet by octet; files that\n"
    "                       are there are kept, and the numbers go on behind them\n"
    "  --form text|mbox     print for people, control characters escaped (the default), or as an\n"
    "                       mbox file with LF line ends and \"From \" lines quoted by \">\"\n"
    "  --delete             delete each message once it was printed or saved\n" CLIENT_OPTIONS_HELP "\n"
    "Status: 0 all messages were fetched, 1 the server refused something, or a message could not be\n"
    "kept, 2 wrong usage, 4 the server cannot be reached or went away.\n"
    "\n"
    "example: mailspec fetch pop3://127.0.0.1:2110 --user alice\n";

static const char *const form_names[] = {"text", "mbox", NULL};
enum { FORM_TEXT, FORM_MBOX };

typedef struct options {
    client_options client;
    const char *folder;
    int form;
    bool remove;
} options;

typedef struct output {
    const options *options;
    FILE *out;
    char path[1024];
    unsigned file;   /* number of the last file */
    bool has_cr;     /* text: a CR whose LF has not come yet */
    bool line_start; /* mbox: line begins a line of the message */
    size_t length;
    uint8_t line[2000]; /* mbox: octets that were not written yet */
} output;

static bool complain(const char *what, const char *why)
{
    fprintf(stderr, "mailspec fetch: %s: %s\n", what, why);
    return false;
}

/* --- to files ----------------------------------------------------------------------------------------- */

static bool open_file(output *o)
{
    /* never over a file that is there */
    for (o->out = NULL; o->out == NULL;) {
        if ((size_t)snprintf(o->path, sizeof o->path, "%s/%04u.eml", o->options->folder, ++o->file) >= sizeof o->path)
            return complain(o->options->folder, "the name is too long");
        o->out = fopen(o->path, "wbx");
        if (o->out == NULL && errno != EEXIST)
            return complain(o->path, strerror(errno));
    }
    return true;
}

/* --delete relies on it: the message is on the disk. */
static bool close_file(output *o)
{
    const bool written = fflush(o->out) == 0 && fsync(fileno(o->out)) == 0;
    const int why = errno;
    const bool closed = fclose(o->out) == 0;
    o->out = NULL;
    if (!written || !closed)
        return complain(o->path, strerror(written ? errno : why));
    printf("%s\n", o->path);
    return true;
}

/* --- to standard output ---------------------------------------------------------------------------------- */

/* Octets for people: what could steer a terminal is escaped. */
static void print_octet(uint8_t octet)
{
    char escaped[ESCAPE_MAX];
    if (octet == '\t' || octet == '\\')
        putchar(octet);
    else
        fwrite(escaped, 1, escape_octet(octet, escaped), stdout);
}

/* CRLF becomes LF; a CR or LF alone is shown. */
static void print_text(output *o, ms_span slice)
{
    for (size_t i = 0; i < slice.len; i++) {
        const uint8_t octet = slice.ptr[i];
        if (o->has_cr && octet == '\n') {
            putchar('\n');
            o->has_cr = false;
            continue;
        }
        if (o->has_cr)
            print_octet('\r');
        o->has_cr = octet == '\r';
        if (!o->has_cr)
            print_octet(octet);
    }
}

/* mboxrd: a line of any number of ">" and "From " gets one ">" more. */
static void print_mbox_line(output *o)
{
    size_t quotes = 0;
    while (quotes < o->length && o->line[quotes] == '>')
        quotes++;
    if (o->line_start && o->length - quotes >= 5 && memcmp(o->line + quotes, "From ", 5) == 0)
        putchar('>');
    fwrite(o->line, 1, o->length, stdout);
    o->line_start = o->length > 0 && o->line[o->length - 1] == '\n';
    o->length = 0;
}

static void print_mbox(output *o, ms_span slice)
{
    for (size_t i = 0; i < slice.len; i++) {
        if (slice.ptr[i] == '\n' && o->length > 0 && o->line[o->length - 1] == '\r')
            o->length--;
        o->line[o->length++] = slice.ptr[i];
        if (slice.ptr[i] == '\n' || o->length == sizeof o->line)
            print_mbox_line(o);
    }
}

static void begin_print(output *o, unsigned number, unsigned count, uint64_t octets)
{
    const time_t now = time(NULL);
    struct tm t;
    char date[40];
    o->line_start = true;
    o->has_cr = false;
    o->length = 0;
    if (o->options->form == FORM_TEXT) {
        printf("%s--- message %u of %u, %" PRIu64 " octets\n", number > 1 ? "\n" : "", number, count, octets);
        return;
    }
    gmtime_r(&now, &t);
    strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &t);
    printf("From MAILER-DAEMON %s\n", date);
}

/* --- the sink ---------------------------------------------------------------------------------------------- */

static bool begin(void *context, unsigned number, unsigned count, uint64_t octets)
{
    output *o = context;
    if (o->options->folder != NULL)
        return open_file(o);
    begin_print(o, number, count, octets);
    return true;
}

static bool content(void *context, ms_span slice)
{
    output *o = context;
    if (o->options->folder != NULL)
        return fwrite(slice.ptr, 1, slice.len, o->out) == slice.len || complain(o->path, strerror(errno));
    if (o->options->form == FORM_MBOX)
        print_mbox(o, slice);
    else
        print_text(o, slice);
    return !ferror(stdout);
}

static bool end(void *context)
{
    output *o = context;
    if (o->options->folder != NULL)
        return close_file(o);
    if (o->options->form == FORM_MBOX) {
        print_mbox_line(o);
        putchar('\n');
    }
    return fflush(stdout) == 0;
}

/* --- the command ---------------------------------------------------------------------------------------------- */

static cli_status fetch(const options *o)
{
    static mail_link l; /* too large for a stack */
    output out = {.options = o};
    const fetch_sink sink = {.begin = begin, .content = content, .end = end, .context = &out};
    fetch_done done = {.messages = 0};
    link_result result = link_open(&l, &o->client.settings);
    if (result == LINK_DONE)
        result = fetch_messages(&l, &sink, o->remove, &done);
    cli_status status = client_failed("fetch", &l, result);
    if (out.out != NULL)
        fclose(out.out);
    /* only QUIT deletes (RFC 1939 section 6), so its answer matters */
    const link_result quit = link_quit(&l);
    if (status == CLI_OK && o->remove && quit != LINK_DONE)
        status = client_failed("fetch", &l, quit);
    link_close(&l);
    if (status == CLI_OK)
        fprintf(stderr, "%u message%s%s\n", done.messages, done.messages == 1 ? "" : "s", o->remove ? ", deleted" : "");
    return status;
}

static cli_status run(int argc, char **argv)
{
    static options o;
    cli_option table[CLIENT_OPTIONS + 3] = {
        {"save", 0, CLI_TEXT, &o.folder, NULL},
        {"form", 0, CLI_CHOICE, &o.form, form_names},
        {"delete", 0, CLI_FLAG, &o.remove, NULL},
    };
    client_option_rows(&o.client, table + 3);
    const int operands = cli_options(argc, argv, table);
    bool right = operands == 1;
    if (operands >= 0 && operands != 1)
        complain("name one server", "see mailspec fetch --help");
    if (right && o.client.settings.user == NULL)
        right = complain("--user", "name the account");
    right = right && client_options_finish("fetch", &o.client, argv[1], true);
    if (right && o.folder != NULL && mkdir(o.folder, 0700) != 0 && errno != EEXIST)
        right = complain(o.folder, strerror(errno));
    const cli_status status = right ? fetch(&o) : CLI_USAGE;
    client_options_free(&o.client);
    return status;
}

const cli_command cli_fetch = {"fetch", "print or save every message of a maildrop", help, run};
