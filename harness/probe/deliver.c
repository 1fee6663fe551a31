/* deliver.c - a message of ours, sent to see that mail arrives, or to have some in a maildrop */
#include <stdio.h>
#include <string.h>

#include "harness/probe/maildrop.h"

/* A header section as RFC 5322 section 3.6 wants it, and a body whose lines hold what a transfer may spoil. */
static int write_message(char *out, size_t room, const char *from, const char *to, const char *mark)
{
    return snprintf(out, room,
                    "Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
                    "From: <%s>\r\n"
                    "To: <%s>\r\n"
                    "Message-ID: <%s@client.example>\r\n"
                    "Subject: probe %s\r\n"
                    "\r\n"
                    "This message was put here by mailspec; it may be deleted.\r\n"
                    "..A line that begins with a dot.\r\n"
                    "\r\n"
                    "The end.\r\n"
                    ".\r\n",
                    from, to, mark, mark);
}

bool probe_deliver(probe_context *context, const probe_endpoint *endpoint, bool second, const char *mark,
                   char why[PROBE_WHY_MAX])
{
    const probe_endpoint *smtp = endpoint->target.protocol == NET_POP3 ? endpoint->smtp : endpoint;
    const char *to = second ? context->settings.rcpt2 : context->settings.rcpt;
    char message[2048];
    probe_visit visit;
    probe_reply reply;
    if (smtp == NULL || to == NULL) {
        snprintf(why, PROBE_WHY_MAX, "no SMTP target, or no recipient, was given");
        return false;
    }
    if (!probe_visit_begin(&visit, context, smtp, second, mark, MST_STATE_DATA, why))
        return false;
    const probe_value *from = probe_scope_find(&visit.scope, MS_SPAN("from"));
    char sender[300];
    snprintf(sender, sizeof sender, "%.*s", (int)from->octets.len, (const char *)from->octets.ptr);
    const int length = write_message(message, sizeof message, sender, to, mark);
    const ms_span octets = ms_span_make(message, (size_t)length);
    probe_peer_say(&visit.peer, octets, octets, 0);
    probe_peer_take(&visit.peer, PROBE_SHAPE_BY_COMMAND, probe_peer_reply_end(&visit.peer, context->settings.reply_ms),
                    &reply);
    const bool taken = reply.came == PROBE_CAME_REPLY && reply.code / 100 == 2;
    if (!taken)
        probe_reply_quote(&visit.scope, &reply, why, PROBE_WHY_MAX);
    probe_visit_end(&visit, taken);
    return taken;
}
