/* smtp_reply.c - replies of the SMTP server */
#include "harness/serve/smtp_mutant.h"

#include <string.h>

#include "mailspec/limits.h"
#include "mailspec/smtp_reply.h"

void smtp_reply_line(smtp_server *server, unsigned code, bool more, unsigned subject, unsigned detail, ms_span text)
{
    smtp_said said = {code, subject, detail, NULL};
    smtp_mutant_reply(server, &said);
    server->reply_from = server->out->len;
    server->last_code = said.code;
    if (said.raw != NULL) {
        serve_octets_text(server->out, said.raw);
        return;
    }
    const ms_enhanced_status status = {
        .class_ = (uint8_t)(said.code / 100), .subject = (uint16_t)said.subject, .detail = (uint16_t)said.detail};
    const ms_enhanced_status *enhanced = said.subject == NO_STATUS ? NULL : &status;
    /* base64 in a 334 may be longer than any other reply (RFC 4954 section 4) */
    const size_t room = text.len + MS_SMTP_REPLY_LINE_MAX;
    uint8_t *out = serve_octets_reserve(server->out, room);
    server->out->len += ms_reply_line_write((uint16_t)said.code, more, enhanced, text, out, room);
}

void smtp_reply(smtp_server *server, unsigned code, unsigned subject, unsigned detail, const char *text)
{
    smtp_reply_line(server, code, false, subject, detail, ms_span_make(text, strlen(text)));
}

void smtp_reply_bare(smtp_server *server, unsigned code, const char *text)
{
    smtp_reply(server, code, NO_STATUS, 0, text);
}
