/* probe_options.c - see probe_options.h */
#include "harness/cli/probe_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/options.h"
#include "harness/cli/password.h"
#include "harness/net/target.h"
#include "harness/requirement/register.h"
#include "harness/result/baseline.h"
#include "mailspec/smtp_path.h"
#include "reports/report.h"

const char probe_help[] =
    "usage: mailspec probe URL... [CASE]... [OPTION]...\n"
    "\n"
    "Runs the live cases of the corpus against servers.  URL: smtp:// submission:// lmtp:// smtps://\n"
    "submissions:// pop3:// pop3s:// and host[:port], or lmtp+unix:/path.  An SMTP and a POP3 target\n"
    "form a pair: what is sent to the one is looked for in the other.\n"
    "CASE: an id with * and ?, rfc5321/4.5.2, a requirement's id, a transcript (*.mst) or a folder;\n"
    "none: all cases.  A failure's artefact runs the case again that it came from.\n"
    "\n"
    "addresses and accounts:\n"
    "  --rcpt ADDRESS --rcpt2 ADDRESS   mailboxes that the server delivers to\n"
    "  --from ADDRESS                   the sender (default: one that holds a mark of the run)\n"
    "  --unknown-rcpt, --remote-rcpt    an address here that does not exist; one elsewhere\n"
    "  --list-rcpt, --alias-rcpt        a mailing list that --rcpt is on; another name of --rcpt\n"
    "  --user NAME --user2 NAME         accounts; passwords: MAILSPEC_PASSWORD, MAILSPEC_PASSWORD2,\n"
    "  --password-file FILE             its first line (and second), or asked on a terminal\n"
    "  --maildir PATH --maildir2 PATH   where the recipients' mail can be seen, instead of by POP3\n"
    "  --client NAME                    what EHLO says\n"
    "  --have WORD,...                  conditions that hold, as relay-allowed, config, slow\n"
    "  --empty-maildrop                 all messages of the maildrop may be deleted; without it, cases\n"
    "                                   that remove some run on a maildrop that was empty only\n"
    "  --keep-mail                      leave what the run has put into the maildrop\n"
    "  --clean MARK|REPORT              run nothing; remove what an earlier run has left there\n"
    "\n"
    "the server:\n"
    "  --exec COMMAND [--wait-port]     start it, and end it afterwards; {port} is a free port, in\n"
    "                                   COMMAND and in the URLs\n"
    "  --reset-cmd COMMAND              run before cases tagged 'reset'\n"
    "  --authorized                     the targets off this machine may be probed\n"
    "\n"
    "TLS: --ca FILE, --insecure, --cert FILE, --key FILE, --tls-min 1.0|1.1|1.2|1.3, SSLKEYLOGFILE\n"
    "\n"
    "which cases: --level LEVEL, --tag TAG, --capability WORD, --not CASE,..., --failed-in REPORT,\n"
    "  --shard I/N, --min-cases N, --case FILE, --corpus DIRECTORY\n"
    "\n"
    "how: -j, --connections N (8), --feed whole|line|octet|pipelined|all, --timeout MS per reply\n"
    "  (10000), --case-timeout S (120), --run-timeout S, --delivery-timeout MS, --max-messages N,\n"
    "  --max-connections N, --seed N, --strict, --dry-run\n"
    "\n"
    "results: --format FORM, --output FILE, --all, --artefacts DIRECTORY|none, --baseline FILE,\n"
    "  --update-baseline, --color auto|always|never, --quiet\n"
    "\n"
    "Status: 0 conforming, 1 a requirement is broken, 2 wrong usage or nothing selected, 3 differs\n"
    "from the baseline, 4 a target cannot be reached or refuses --rcpt or --user, 5 nothing decided,\n"
    "6 internal error.\n"
    "\n"
    "example: mailspec probe smtp://127.0.0.1:2525 pop3://127.0.0.1:1110 --rcpt alice@example.test\n"
    "         --user alice 'smtp.smuggling.*'\n";

static const char *const feed_names[] = {"whole", "line", "octet", "pipelined", "all", NULL};

enum { FEED_ALL = PROBE_FEEDS };

static bool complain(const char *what, const char *about)
{
    fprintf(stderr, "mailspec probe: %s%s%s\n", what, about == NULL ? "" : ": ", about == NULL ? "" : about);
    return false;
}

/* --- passwords --------------------------------------------------------------------------------------- */

static bool read_passwords(probe_settings *settings, const char *path)
{
    const cli_account accounts[] = {{settings->user, "MAILSPEC_PASSWORD", &settings->password},
                                    {settings->user2, "MAILSPEC_PASSWORD2", &settings->password2}};
    if (!cli_passwords("probe", path, accounts, 2))
        return false;
    if (settings->user != NULL && settings->password == NULL)
        return complain("--user needs a password", "MAILSPEC_PASSWORD, --password-file or a terminal");
    return true;
}

/* --- operands ---------------------------------------------------------------------------------------------- */

static bool is_url(const char *operand)
{
    return strstr(operand, "://") != NULL || strstr(operand, "+unix:") != NULL;
}

static bool is_path(const char *operand)
{
    const size_t length = strlen(operand);
    if (length > 4 && strcmp(operand + length - 4, ".mst") == 0)
        return true;
    return strncmp(operand, "rfc", 3) != 0 && strpbrk(operand, "*?") == NULL && access(operand, F_OK) == 0;
}

static bool sort_operands(probe_options *options, int count, char **operands)
{
    size_t urls = 0;
    size_t wanted = 0;
    size_t paths = options->paths[0] != NULL;
    for (int i = 0; i < count; i++) {
        if (is_url(operands[i])) {
            if (urls == PROBE_ENDPOINTS_MAX)
                return complain("too many targets", NULL);
            options->urls[urls++] = operands[i];
        } else if (i >= PROBE_OPERANDS_MAX) {
            return complain("too many cases are named; use a pattern", NULL);
        } else if (is_path(operands[i])) {
            options->paths[paths++] = operands[i];
        } else {
            options->wanted[wanted++] = operands[i];
        }
    }
    return urls > 0 || complain("name a target, as in smtp://127.0.0.1:2525; see mailspec probe --help", NULL);
}

static bool read_have(probe_options *options, const char *list)
{
    char *copy = options->have_list = list == NULL ? NULL : strdup(list);
    char *rest = NULL;
    size_t count = 0;
    for (char *one = copy == NULL ? NULL : strtok_r(copy, ",", &rest); one != NULL; one = strtok_r(NULL, ",", &rest)) {
        if (count == PROBE_HAVE_MAX)
            return complain("--have names too many conditions", NULL);
        options->have[count++] = one;
    }
    return true;
}

static bool read_shard(const char *text, cli_selection *selection)
{
    char *end = NULL;
    selection->shard = selection->shards = 1;
    if (text == NULL)
        return true;
    selection->shard = strtoul(text, &end, 10);
    if (*end != '/')
        return complain("--shard wants I/N, as in 2/5, not", text);
    selection->shards = strtoul(end + 1, &end, 10);
    if (*end != '\0' || selection->shard < 1 || selection->shard > selection->shards)
        return complain("--shard wants I/N with 1 <= I <= N, not", text);
    return true;
}

/* --- all of them --------------------------------------------------------------------------------------------- */

static void set_defaults(probe_options *options)
{
    memset(options, 0, sizeof *options);
    options->connections = 8;
    options->timeout_ms = PROBE_REPLY_MS;
    options->case_timeout_s = PROBE_CASE_MS / 1000;
    options->delivery_timeout_ms = PROBE_DELIVERY_MS;
    options->run_timeout_s = 3600;
    options->artefacts = "mailspec-artefacts";
    options->settings.received_max = PROBE_RECEIVED_MAX;
    options->settings.tls.keylog = getenv("SSLKEYLOGFILE");
}

typedef struct raw {
    const char *shard, *password_file, *have, *tls_min, *one_case, *level;
    int feed;
    unsigned long max_messages, max_connections, seed;
} raw;

/* Could it be said in MAIL or RCPT?  What cannot would break every case that names it. */
static bool is_address(const char *text, ms_smtp_path_role role)
{
    const ms_smtp_context context = {.smtputf8 = true};
    char path[400];
    const int length = snprintf(path, sizeof path, "<%s>", text);
    if (length < 0 || (size_t)length >= sizeof path)
        return false;
    const ms_smtp_path_parsed parsed = ms_smtp_path_parse(ms_span_make(path, (size_t)length), role, &context);
    return parsed.error == MS_SMTP_OK && parsed.deviations == 0 && parsed.consumed == (size_t)length &&
           !ms_span_is_absent(parsed.path.domain);
}

static bool are_addresses(const probe_settings *s)
{
    const struct {
        const char *option, *text;
    } recipients[] = {{"--rcpt", s->rcpt},          {"--rcpt2", s->rcpt2},    {"--unknown-rcpt", s->unknown},
                      {"--remote-rcpt", s->remote}, {"--list-rcpt", s->list}, {"--alias-rcpt", s->alias}};
    for (size_t i = 0; i < sizeof recipients / sizeof *recipients; i++)
        if (recipients[i].text != NULL && !is_address(recipients[i].text, MS_FORWARD_PATH)) {
            char what[80];
            snprintf(what, sizeof what, "%s wants an address as alice@example.test, not", recipients[i].option);
            return complain(what, recipients[i].text);
        }
    return s->from == NULL || is_address(s->from, MS_REVERSE_PATH) ||
           complain("--from wants an address as alice@example.test, not", s->from);
}

/* A file that cannot be used would be told by every handshake, and make skips of all cases in TLS. */
static bool can_read_files(const net_tls_settings *tls)
{
    const char *const files[] = {tls->ca_file, tls->certificate, tls->key};
    char error[256];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (files[i] != NULL && access(files[i], R_OK) != 0)
            return complain("the file cannot be read", files[i]);
    return net_tls_check(tls, false, error, sizeof error) || complain("TLS", error);
}

/* Nothing would be done in no time; and what is far beyond a month overflows as milliseconds. */
static bool are_numbers(const probe_options *options)
{
    enum { MOST = 1000000000 };
    const struct {
        const char *option;
        unsigned long value;
    } numbers[] = {{"--connections", options->connections},
                   {"--timeout", options->timeout_ms},
                   {"--case-timeout", options->case_timeout_s},
                   {"--run-timeout", options->run_timeout_s},
                   {"--delivery-timeout", options->delivery_timeout_ms}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].value < 1 || numbers[i].value > MOST)
            return complain("a number from 1 to 1000000000 is wanted by", numbers[i].option);
    return true;
}

/* MUST_NOT needs no quoting in a shell. */
static bool is_level(const char *text)
{
    char name[32];
    ms_level level;
    if (text == NULL)
        return true;
    snprintf(name, sizeof name, "%s", text);
    for (char *c = name; *c != '\0'; c++)
        *c = *c == '_' ? ' ' : *c;
    return ms_level_find(name, &level) ||
           complain("--level is one of MUST, MUST_NOT, SHOULD, SHOULD_NOT, MAY, SECURITY, not", text);
}

/* Better now than behind a whole run. */
static bool can_read_baseline(const probe_options *options)
{
    char error[200];
    if (options->baseline == NULL)
        return !options->update || complain("--update-baseline needs --baseline FILE", NULL);
    if (options->update && access(options->baseline, F_OK) != 0)
        return true;
    baseline *known = baseline_read(options->baseline, error);
    const bool read = known != NULL;
    baseline_free(known);
    return read || complain(error, NULL);
}

static bool fit_each_other(const probe_options *options)
{
    const net_tls_settings *tls = &options->settings.tls;
    if (options->wait_port && options->command == NULL)
        return complain("--wait-port needs --exec COMMAND", NULL);
    if (tls->key != NULL && tls->certificate == NULL)
        return complain("--key needs --cert FILE", NULL);
    return true;
}

static bool finish(probe_options *options, const raw *r, int count, char **operands)
{
    probe_settings *settings = &options->settings;
    if (!net_tls_is_version(r->tls_min))
        return complain("--tls-min wants 1.0, 1.1, 1.2 or 1.3, not", r->tls_min);
    if (!are_numbers(options) || !is_level(r->level) || !can_read_files(&settings->tls) || !fit_each_other(options) ||
        !can_read_baseline(options))
        return false;
    settings->tls.min = r->tls_min;
    settings->reply_ms = (int64_t)options->timeout_ms;
    settings->case_ms = (int64_t)options->case_timeout_s * 1000;
    settings->delivery_ms = (int64_t)options->delivery_timeout_ms;
    settings->messages_max = r->max_messages;
    settings->connections_max = r->max_connections;
    settings->seed = r->seed;
    if (strcmp(options->artefacts, "none") == 0)
        options->artefacts = NULL;
    options->paths[0] = r->one_case;
    for (int feed = 0; feed < PROBE_FEEDS; feed++)
        options->feeds[feed] = r->feed == feed || r->feed == FEED_ALL;
    options->selection.level = r->level;
    options->selection.wanted = options->wanted;
    return read_shard(r->shard, &options->selection) && read_have(options, r->have) &&
           sort_operands(options, count, operands) && are_addresses(settings) &&
           read_passwords(settings, r->password_file);
}

cli_status probe_options_read(probe_options *options, int argc, char **argv)
{
    raw r = {.feed = PROBE_FEED_WHOLE};
    set_defaults(options);
    probe_settings *s = &options->settings;
    const cli_option table[] = {
        {"rcpt", 0, CLI_TEXT, &s->rcpt, NULL},
        {"rcpt2", 0, CLI_TEXT, &s->rcpt2, NULL},
        {"from", 0, CLI_TEXT, &s->from, NULL},
        {"unknown-rcpt", 0, CLI_TEXT, &s->unknown, NULL},
        {"remote-rcpt", 0, CLI_TEXT, &s->remote, NULL},
        {"list-rcpt", 0, CLI_TEXT, &s->list, NULL},
        {"alias-rcpt", 0, CLI_TEXT, &s->alias, NULL},
        {"user", 0, CLI_TEXT, &s->user, NULL},
        {"user2", 0, CLI_TEXT, &s->user2, NULL},
        {"password-file", 0, CLI_TEXT, &r.password_file, NULL},
        {"maildir", 0, CLI_TEXT, &s->maildir, NULL},
        {"maildir2", 0, CLI_TEXT, &s->maildir2, NULL},
        {"client", 0, CLI_TEXT, &s->client, NULL},
        {"have", 0, CLI_TEXT, &r.have, NULL},
        {"empty-maildrop", 0, CLI_FLAG, &options->empty_maildrop, NULL},
        {"keep-mail", 0, CLI_FLAG, &options->keep_mail, NULL},
        {"clean", 0, CLI_TEXT, &options->clean, NULL},
        {"exec", 0, CLI_TEXT, &options->command, NULL},
        {"wait-port", 0, CLI_FLAG, &options->wait_port, NULL},
        {"reset-cmd", 0, CLI_TEXT, &options->reset_command, NULL},
        {"authorized", 0, CLI_FLAG, &options->authorized, NULL},
        {"ca", 0, CLI_TEXT, &s->tls.ca_file, NULL},
        {"insecure", 0, CLI_FLAG, &s->tls.insecure, NULL},
        {"cert", 0, CLI_TEXT, &s->tls.certificate, NULL},
        {"key", 0, CLI_TEXT, &s->tls.key, NULL},
        {"tls-min", 0, CLI_TEXT, &r.tls_min, NULL},
        {"level", 0, CLI_TEXT, &r.level, NULL},
        {"tag", 0, CLI_TEXT, &options->selection.tag, NULL},
        {"capability", 0, CLI_TEXT, &options->selection.capability, NULL},
        {"not", 0, CLI_TEXT, &options->selection.unwanted, NULL},
        {"failed-in", 0, CLI_TEXT, &options->selection.failed_in, NULL},
        {"shard", 0, CLI_TEXT, &r.shard, NULL},
        {"min-cases", 0, CLI_NUMBER, &options->min_cases, NULL},
        {"case", 0, CLI_TEXT, &r.one_case, NULL},
        {"corpus", 0, CLI_TEXT, &options->corpus, NULL},
        {"connections", 'j', CLI_NUMBER, &options->connections, NULL},
        {"feed", 0, CLI_CHOICE, &r.feed, feed_names},
        {"timeout", 0, CLI_NUMBER, &options->timeout_ms, NULL},
        {"case-timeout", 0, CLI_NUMBER, &options->case_timeout_s, NULL},
        {"run-timeout", 0, CLI_NUMBER, &options->run_timeout_s, NULL},
        {"delivery-timeout", 0, CLI_NUMBER, &options->delivery_timeout_ms, NULL},
        {"max-messages", 0, CLI_NUMBER, &r.max_messages, NULL},
        {"max-connections", 0, CLI_NUMBER, &r.max_connections, NULL},
        {"seed", 0, CLI_NUMBER, &r.seed, NULL},
        {"strict", 0, CLI_FLAG, &s->strict, NULL},
        {"dry-run", 0, CLI_FLAG, &options->dry_run, NULL},
        {"format", 0, CLI_CHOICE, &options->format, report_format_names},
        {"output", 'o', CLI_TEXT, &options->output, NULL},
        {"all", 0, CLI_FLAG, &options->all, NULL},
        {"artefacts", 0, CLI_TEXT, &options->artefacts, NULL},
        {"baseline", 0, CLI_TEXT, &options->baseline, NULL},
        {"update-baseline", 0, CLI_FLAG, &options->update, NULL},
        {"color", 0, CLI_CHOICE, &options->colour, cli_colour_names},
        {"quiet", 'q', CLI_FLAG, &options->quiet, NULL},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    const int operands = cli_options(argc, argv, table);
    if (operands < 0 || !finish(options, &r, operands, argv + 1))
        return CLI_USAGE;
    return CLI_OK;
}

void probe_options_free(probe_options *options)
{
    free(options->have_list);
    free((void *)(uintptr_t)options->settings.password);
    free((void *)(uintptr_t)options->settings.password2);
}
