/*
 * serve.c - mailspec serve: the reference server
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/cli/mutant_table.h"
#include "harness/cli/options.h"
#include "harness/cli/serve_judge.h"
#include "harness/serve/certificate.h"
#include "harness/serve/listen.h"

static const char help[] =
    "usage: mailspec serve [OPTION]...\n"
    "       mailspec serve --list-mutants [--format text|json]\n"
    "\n"
    "The reference server: SMTP, submission, LMTP and POP3 over maildrops in memory, on loopback.\n"
    "For each listener a line of JSON with its URL is printed once it is ready.  Mail is taken for\n"
    "the users alice and bob (password secret), for postmaster, and for the mailing list staff, at\n"
    "example.test; alice+anything goes to alice.  Without any listener asked for, there is one of\n"
    "each kind on a port of the system's choice.\n"
    "\n"
    "listeners, each with its PORT, 0 for any:\n"
    "  --smtp PORT  --smtps PORT  --submission PORT  --submissions PORT\n"
    "  --lmtp PORT  --pop3 PORT   --pop3s PORT\n"
    "  --bind ADDRESS       listen there instead of 127.0.0.1; other than loopback takes --public\n"
    "  --public             allow an address that others can reach\n"
    "  --port-file FILE     write the lines about the listeners into FILE, too, once all are ready\n"
    "\n"
    "mail:\n"
    "  --domain NAME        whose mail is taken (example.test)\n"
    "  --host-name NAME     the server's own name (mx.example.test)\n"
    "  --users FILE         other users: on each line a name, a blank, a password\n"
    "  --size OCTETS        the largest message that is taken (2097152)\n"
    "  --recipients N       recipients of a message (100)\n"
    "\n"
    "TLS and AUTH:\n"
    "  --cert FILE          certificate and key in PEM, instead of a new self-signed one\n"
    "  --cert-out FILE      write the new certificate to FILE, for those who want to trust it\n"
    "  --no-tls             neither STARTTLS nor STLS\n"
    "  --plain-auth         PLAIN and LOGIN also without TLS\n"
    "  --require-tls        no mail and no login without TLS\n"
    "\n"
    "running:\n"
    "  --idle SECONDS       end sessions that are silent for so long (SMTP 300, POP3 600)\n"
    "  --connections N      at once (200)\n"
    "  --with-parent        end when the parent process is gone\n"
    "  --judge              print what either side of a session breaks, as the session machine hears it\n"
    "\n"
    "mutants:\n"
    "  --mutant ID          break one rule on purpose: what a suite of cases is tested with\n"
    "  --list-mutants       print them with the requirement that each one breaks\n"
    "  --mutants DIR        where the tables with further mutants are (mutants in the corpus)\n"
    "\n"
    "exit status: 0 ended by a signal or with its parent, 1 with --judge if the server has broken a\n"
    "requirement, 2 wrong usage, 4 an address or file that cannot be used\n"
    "\n"
    "example: mailspec serve --smtp 2525 --pop3 2110\n";

typedef struct options {
    const char *ports[7];
    const char *bind, *port_file, *domain, *host_name, *users, *cert, *cert_out, *mutant, *mutants;
    unsigned long size, recipients, idle, connections;
    bool public, no_tls, plain_auth, require_tls, with_parent, judge, list_mutants;
    int format;
} options;

static const struct {
    const char *name;
    net_protocol protocol;
    bool implicit_tls;
} kinds[7] = {
    {"smtp", NET_SMTP, false},
    {"smtps", NET_SMTP, true},
    {"submission", NET_SUBMISSION, false},
    {"submissions", NET_SUBMISSION, true},
    {"lmtp", NET_LMTP, false},
    {"pop3", NET_POP3, false},
    {"pop3s", NET_POP3, true},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static atomic_bool stop;   /* the handler sets it, the threads of all connections read it */
static bool sessions_left; /* at the end */

static void on_signal(int number)
{
    (void)number;
    stop = true;
}

/* --- what is asked for ----------------------------------------------------------------------------- */

static bool read_options(int argc, char **argv, options *o)
{
    static const char *const formats[] = {"text", "json", NULL};
    const cli_option table[] = {
        {"smtp", 0, CLI_TEXT, &o->ports[0], NULL},
        {"smtps", 0, CLI_TEXT, &o->ports[1], NULL},
        {"submission", 0, CLI_TEXT, &o->ports[2], NULL},
        {"submissions", 0, CLI_TEXT, &o->ports[3], NULL},
        {"lmtp", 0, CLI_TEXT, &o->ports[4], NULL},
        {"pop3", 0, CLI_TEXT, &o->ports[5], NULL},
        {"pop3s", 0, CLI_TEXT, &o->ports[6], NULL},
        {"bind", 0, CLI_TEXT, &o->bind, NULL},
        {"public", 0, CLI_FLAG, &o->public, NULL},
        {"port-file", 0, CLI_TEXT, &o->port_file, NULL},
        {"domain", 0, CLI_TEXT, &o->domain, NULL},
        {"host-name", 0, CLI_TEXT, &o->host_name, NULL},
        {"users", 0, CLI_TEXT, &o->users, NULL},
        {"size", 0, CLI_NUMBER, &o->size, NULL},
        {"recipients", 0, CLI_NUMBER, &o->recipients, NULL},
        {"cert", 0, CLI_TEXT, &o->cert, NULL},
        {"cert-out", 0, CLI_TEXT, &o->cert_out, NULL},
        {"no-tls", 0, CLI_FLAG, &o->no_tls, NULL},
        {"plain-auth", 0, CLI_FLAG, &o->plain_auth, NULL},
        {"require-tls", 0, CLI_FLAG, &o->require_tls, NULL},
        {"idle", 0, CLI_NUMBER, &o->idle, NULL},
        {"connections", 0, CLI_NUMBER, &o->connections, NULL},
        {"with-parent", 0, CLI_FLAG, &o->with_parent, NULL},
        {"judge", 0, CLI_FLAG, &o->judge, NULL},
        {"mutant", 0, CLI_TEXT, &o->mutant, NULL},
        {"list-mutants", 0, CLI_FLAG, &o->list_mutants, NULL},
        {"mutants", 0, CLI_TEXT, &o->mutants, NULL},
        {"format", 'f', CLI_CHOICE, &o->format, formats},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    const int operands = cli_options(argc, argv, table);
    if (operands > 0)
        fprintf(stderr, "mailspec serve: %s: there is nothing to do with it; see 'mailspec serve --help'\n", argv[1]);
    return operands == 0;
}

static bool complain(const char *what, const char *why)
{
    fprintf(stderr, "mailspec serve: %s: %s\n", what, why);
    return false;
}

static bool read_port(const char *text, uint16_t *port)
{
    char *end = NULL;
    const unsigned long number = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number > 65535)
        return complain(text, "is no port");
    *port = (uint16_t)number;
    return true;
}

/* "name password" on each line. */
static bool read_users(const char *path, store *s)
{
    char line[512];
    FILE *in = fopen(path, "r");
    bool done = in != NULL;
    if (!done)
        return complain(path, strerror(errno));
    while (done && fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        char *blank = strchr(line, ' ');
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (blank != NULL)
            *blank = '\0';
        done = blank != NULL && store_add_user(s, line, blank + 1);
    }
    fclose(in);
    return done || complain(path, "a line is not a name, a blank and a password");
}

static bool add_users(const options *o, store *s)
{
    if (o->users != NULL)
        return read_users(o->users, s);
    return store_add_user(s, "alice", "secret") && store_add_user(s, "bob", "secret");
}

static size_t choose_points(const options *o, listen_point *points, bool *right)
{
    size_t count = 0;
    bool any = false;
    for (size_t i = 0; i < KINDS; i++)
        any = any || o->ports[i] != NULL;
    for (size_t i = 0; i < KINDS; i++) {
        if ((any && o->ports[i] == NULL) || (o->no_tls && kinds[i].implicit_tls))
            continue;
        listen_point *point = &points[count++];
        *point = (listen_point){
            .protocol = kinds[i].protocol, .implicit_tls = kinds[i].implicit_tls, .host = o->bind, .fd = -1};
        if (any && !read_port(o->ports[i], &point->port))
            *right = false;
    }
    return count;
}

/* --- telling ------------------------------------------------------------------------------------------ */

static void print_points(FILE *out, const listen_point *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const bool six = strchr(points[i].host, ':') != NULL;
        fprintf(out, "{\"protocol\": \"%s\", \"host\": \"%s\", \"port\": %u, \"url\": \"%s://%s%s%s:%u\"}\n",
                listen_scheme(&points[i]), points[i].host, points[i].port, listen_scheme(&points[i]), six ? "[" : "",
                points[i].host, six ? "]" : "", points[i].port);
    }
    fflush(out);
}

/* Whole or not at all: who waits for the file may read it as soon as it is there. */
static bool write_port_file(const char *path, const listen_point *points, size_t count)
{
    char fresh[4096];
    if ((size_t)snprintf(fresh, sizeof fresh, "%s.new", path) >= sizeof fresh)
        return complain(path, "the name is too long");
    FILE *out = fopen(fresh, "w");
    if (out == NULL)
        return complain(fresh, strerror(errno));
    print_points(out, points, count);
    if (fclose(out) != 0 || rename(fresh, path) != 0)
        return complain(path, strerror(errno));
    return true;
}

static cli_status list_mutants(const options *o)
{
    mutant_table table;
    const bool right = mutant_table_read(&table, "serve", o->mutants);
    mutant_table_print(&table, o->format == 1);
    mutant_table_free(&table);
    return right ? CLI_OK : CLI_USAGE;
}

/* --- running -------------------------------------------------------------------------------------------- */

static bool make_certificate(const options *o, const char *host_name, net_tls_settings *tls, char *path, size_t room)
{
    char error[256];
    if (o->cert != NULL) {
        tls->server_certificate = o->cert;
        return net_tls_check(tls, true, error, sizeof error) || complain(o->cert, error);
    }
    if (!certificate_make(host_name, o->cert_out, path, room, error, sizeof error))
        return complain("TLS", error);
    tls->server_certificate = path;
    return true;
}

static bool open_points(const options *o, listen_point *points, size_t count)
{
    char error[256];
    if (!listen_is_loopback(o->bind) && !o->public)
        return complain(o->bind, "others can reach that address; --public allows it");
    for (size_t i = 0; i < count; i++)
        if (!listen_open(&points[i], error, sizeof error))
            return complain(listen_scheme(&points[i]), error);
    return true;
}

static cli_status serve(const options *o, const listen_settings *settings, listen_point *points, size_t count)
{
    if (!open_points(o, points, count))
        return CLI_TARGET;
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    const struct sigaction end = {.sa_handler = on_signal};
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGTERM, &end, NULL);
    sigaction(SIGINT, &end, NULL);
    print_points(stdout, points, count);
    if (o->port_file != NULL && !write_port_file(o->port_file, points, count))
        return CLI_TARGET;
    sessions_left = !listen_run(points, count, settings, &stop);
    if (sessions_left)
        fprintf(stderr, "mailspec serve: some sessions were cut off\n");
    return serve_judge_found() ? CLI_NONCONFORMANCE : CLI_OK;
}

static cli_status prepare(const options *o, const mutant_entry *mutant, listen_point *points, size_t count, store *s)
{
    char path[512] = "";
    serve_settings shared = serve_settings_default(s);
    shared.mutant = mutant->built_in;
    shared.data = mutant->data;
    listen_settings settings = {
        .serve = &shared,
        .connections_max = o->connections == 0 ? 200 : (unsigned)o->connections,
        .smtp_idle = o->idle == 0 ? 300000 : (int64_t)o->idle * 1000,
        .pop3_idle = o->idle == 0 ? 600000 : (int64_t)o->idle * 1000,
        .with_parent = o->with_parent,
        .ear = o->judge ? &serve_judge : NULL,
    };
    if (o->domain != NULL)
        shared.domain = o->domain;
    if (o->host_name != NULL)
        shared.host_name = o->host_name;
    shared.size_limit = o->size == 0 ? shared.size_limit : o->size;
    shared.recipients_max = o->recipients == 0 ? shared.recipients_max : (uint32_t)o->recipients;
    shared.tls = !o->no_tls;
    shared.plain_auth = o->plain_auth;
    shared.require_tls = o->require_tls;
    if (!add_users(o, s))
        return CLI_USAGE;
    if (shared.tls && !make_certificate(o, shared.host_name, &settings.tls, path, sizeof path))
        return CLI_TARGET;
    const cli_status status = serve(o, &settings, points, count);
    if (path[0] != '\0')
        unlink(path);
    if (sessions_left) { /* they still use what is on this stack, and what exit() would free */
        fflush(NULL);
        _exit((int)status);
    }
    return status;
}

static cli_status serve_as(const options *o, listen_point *points, size_t count)
{
    mutant_table table = {0};
    mutant_entry mutant = {.built_in = MUTANT_NONE};
    cli_status status = CLI_USAGE;
    store *s = store_new((int64_t)time(NULL), (size_t)256 << 20);
    if (o->mutant == NULL || mutant_table_find(&table, "serve", o->mutants, o->mutant, &mutant))
        status = prepare(o, &mutant, points, count, s);
    store_free(s);
    mutant_table_free(&table);
    return status;
}

static cli_status run_serve(int argc, char **argv)
{
    options o = {.bind = "127.0.0.1"};
    listen_point points[KINDS];
    bool right = true;
    if (!read_options(argc, argv, &o))
        return CLI_USAGE;
    if (o.list_mutants)
        return list_mutants(&o);
    const size_t count = choose_points(&o, points, &right);
    if (!right)
        return CLI_USAGE;
    return serve_as(&o, points, count);
}

const cli_command cli_serve = {"serve", "the reference server, and its mutants", help, run_serve};
