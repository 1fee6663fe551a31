/* send.c - mailspec send: one message to a server */
#include "harness/client/send.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/client_options.h"
#include "harness/client/outgoing.h"

static const char help[] =
    "usage: mailspec send URL RECIPIENT... --from ADDRESS [--message FILE] [OPTION]...\n"
    "\n"
    "Gives one message to a server.  URL: smtp:// submission:// lmtp:// smtps:// submissions:// and\n"
    "host[:port], or lmtp+unix:/path.  The message comes from FILE or standard input; its lines may\n"
    "end with LF.  Date, From and Message-ID are added where its header section lacks them.\n"
    "\n"
    "  --from ADDRESS       the reverse-path; <> is the null one\n"
    "  --message FILE       header section, empty line, body\n"
    "  --subject TEXT       the input is only a body: make the header section\n"
    "  --as-is              add no header field\n"
    "  --client NAME        what EHLO says (this machine's name)\n" CLIENT_OPTIONS_HELP "\n"
    "A password goes in clear only to this machine itself, or with --tls never.\n"
    "\n"
    "Status: 0 the server has taken the message for all recipients, 1 it refused the message or a\n"
    "recipient, 2 wrong usage or an unreadable message, 4 it cannot be reached or went away.\n"
    "\n"
    "example: echo hello | mailspec send smtp://127.0.0.1:2525 alice@example.test\n"
    "         --from me@client.example --subject test -v\n";

#define NO_ADDRESS "this is no address; write it as alice@example.test (RFC 5321 section 4.1.2)"

enum { SUBJECT_MAX = 900 }; /* a line has 998 octets (RFC 5322 section 2.1.1) */

typedef struct options {
    client_options client;
    const char *from, *path, *subject;
    const char *const *recipients;
    size_t recipient_count;
    bool as_is;
} options;

static bool complain(const char *what, const char *why)
{
    fprintf(stderr, "mailspec send: %s: %s\n", what, why);
    return false;
}

static bool read_options(options *o, int argc, char **argv)
{
    cli_option table[CLIENT_OPTIONS + 4] = {
        {"from", 0, CLI_TEXT, &o->from, NULL},
        {"message", 'm', CLI_TEXT, &o->path, NULL},
        {"subject", 0, CLI_TEXT, &o->subject, NULL},
        {"as-is", 0, CLI_FLAG, &o->as_is, NULL},
    };
    client_option_rows(&o->client, table + 4);
    const int operands = cli_options(argc, argv, table);
    if (operands < 0)
        return false;
    if (operands < 2)
        return complain("name a server and a recipient", "see mailspec send --help");
    if (operands - 1 > SEND_RECIPIENTS_MAX)
        return complain(argv[2], "there are too many recipients");
    if (o->from == NULL)
        return complain("--from", "name the sender; <> is the null reverse-path");
    if (strcmp(o->from, "<>") == 0)
        o->from = "";
    if (o->subject != NULL && strpbrk(o->subject, "\r\n") != NULL)
        return complain("--subject", "a field has one line");
    if (o->subject != NULL && strlen(o->subject) > SUBJECT_MAX)
        return complain("--subject", "it has over 900 octets");
    o->recipients = (const char *const *)argv + 2;
    o->recipient_count = (size_t)operands - 1;
    if (!send_is_address(o->from, MS_REVERSE_PATH))
        return complain(o->from, NO_ADDRESS);
    for (size_t i = 0; i < o->recipient_count; i++)
        if (!send_is_address(o->recipients[i], MS_FORWARD_PATH))
            return complain(o->recipients[i], NO_ADDRESS);
    return client_options_finish("send", &o->client, argv[1], false);
}

static bool read_message(const options *o, outgoing *message)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const outgoing_fields fields = {.from = o->from,
                                    .to = o->recipients[0],
                                    .subject = o->subject,
                                    .time = now.tv_sec,
                                    .unique = ((uint64_t)now.tv_nsec << 32) ^ (uint64_t)getpid(),
                                    .add = !o->as_is};
    memset(message, 0, sizeof *message);
    const bool from_file = o->path != NULL && strcmp(o->path, "-") != 0;
    FILE *in = from_file ? fopen(o->path, "rb") : stdin;
    if (in == NULL)
        return complain(o->path, strerror(errno));
    const bool done = outgoing_read(message, in, &fields);
    if (from_file)
        fclose(in);
    return done || complain(from_file ? o->path : "standard input", message->why);
}

static cli_status deliver(const options *o, const outgoing *message)
{
    static mail_link l; /* too large for a stack */
    size_t accepted = 0;
    const send_job job = {
        .from = o->from,
        .recipients = o->recipients,
        .recipient_count = o->recipient_count,
        .content = message->octets.len == 0 ? MS_SPAN("") : ms_span_make(message->octets.octets, message->octets.len),
        .eight_bit = message->eight_bit,
        .utf8_header = message->utf8_header,
        .report = stderr};
    link_result result = link_open(&l, &o->client.settings);
    if (result == LINK_DONE)
        result = send_message(&l, &job, &accepted);
    cli_status status = client_failed("send", &l, result);
    /* the server answers for what it has accepted, whatever it says to QUIT */
    link_quit(&l);
    link_close(&l);
    if (result == LINK_DONE && accepted < o->recipient_count)
        status = CLI_NONCONFORMANCE;
    if (result == LINK_DONE)
        fprintf(stderr, "taken for %zu of %zu recipient%s, %zu octets\n", accepted, o->recipient_count,
                o->recipient_count == 1 ? "" : "s", message->octets.len);
    return status;
}

static cli_status run(int argc, char **argv)
{
    static options o;
    outgoing message;
    if (!read_options(&o, argc, argv)) {
        client_options_free(&o.client);
        return CLI_USAGE;
    }
    const cli_status status = read_message(&o, &message) ? deliver(&o, &message) : CLI_USAGE;
    outgoing_free(&message);
    client_options_free(&o.client);
    return status;
}

const cli_command cli_send = {"send", "give one message to a server", help, run};
