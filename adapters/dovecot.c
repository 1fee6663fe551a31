/*
 * dovecot.c - Dovecot's SMTP parsers (lib-smtp) and its dot stream, as they are in libdovecot
 *
 * MAIL and RCPT are taken apart as Dovecot's own server does it: the word and its colon, the path, the parameters.  The
 * verbs whose arguments only the server reads are not answered.
 */
#include "lib.h"

#include <string.h>
#include <strings.h>

#include "array.h"
#include "istream-dot.h"
#include "istream.h"
#include "smtp-address.h"
#include "smtp-command-parser.h"
#include "smtp-params.h"
#include "smtp-parser.h"
#include "smtp-reply-parser.h"

#include "dovecot_session.h"
#include "mailspec/adapter.h"

static void tell(ms_adapter_result *result, const char *name, const char *text)
{
    if (text != NULL)
        result->field(result, name, ms_span_make(text, strlen(text)));
}

static ms_adapter_verdict refuse(ms_adapter_result *result, const char *why)
{
    result->reason(result, why != NULL ? why : "");
    return MS_ADAPTER_REJECT;
}

/* --- paths and parameters ----------------------------------------------------------------------------------- */

/* What Dovecot keeps of a local-part is its meaning, not its spelling: quoted ones are not told. */
static void tell_address(ms_adapter_result *result, const char *path, const struct smtp_address *address)
{
    if (smtp_address_isnull(address))
        return;
    if (strchr(path, '"') == NULL)
        tell(result, "local_part", address->localpart);
    if (address->domain != NULL && *address->domain != '\0')
        tell(result, *address->domain == '[' ? "address_literal" : "domain", address->domain);
}

static int parse_path(const char *text, bool forward, struct smtp_address **address, const char **error,
                      const char **end)
{
    const enum smtp_address_parse_flags flags =
        forward ? SMTP_ADDRESS_PARSE_FLAG_ALLOW_LOCALPART : SMTP_ADDRESS_PARSE_FLAG_ALLOW_EMPTY;
    return smtp_address_parse_path_full(pool_datastack_create(), text, flags, address, error, end);
}

static ms_adapter_verdict smtp_path(void *context, ms_span octets, const ms_adapter_about *about,
                                    ms_adapter_result *result)
{
    ms_adapter_verdict verdict = MS_ADAPTER_ACCEPT;
    (void)context;
    if (about->smtputf8 || memchr(octets.ptr, '\0', octets.len) != NULL || memchr(octets.ptr, '\n', octets.len) != NULL)
        return MS_ADAPTER_UNSUPPORTED; /* RFC 6531 is not in it; no C string; a line with its end */
    T_BEGIN
    {
        const char *text = t_strndup(octets.ptr, octets.len);
        struct smtp_address *address = NULL;
        const char *error = NULL;
        const char *end = NULL;
        if (parse_path(text, about->forward_path, &address, &error, &end) < 0)
            verdict = refuse(result, error);
        else if (*end != '\0')
            verdict = refuse(result, "something follows the path");
        else
            tell_address(result, text, address);
    }
    T_END;
    return verdict;
}

static const enum smtp_capability capabilities = SMTP_CAPABILITY_AUTH | SMTP_CAPABILITY_SIZE |
                                                 SMTP_CAPABILITY_8BITMIME | SMTP_CAPABILITY_BINARYMIME |
                                                 SMTP_CAPABILITY_CHUNKING | SMTP_CAPABILITY_DSN;

static ms_adapter_verdict transaction(const char *params, bool rcpt, ms_adapter_result *result)
{
    const char *word = rcpt ? "TO:" : "FROM:";
    struct smtp_address *address = NULL;
    const char *error = NULL;
    enum smtp_param_parse_error code;
    if (strncasecmp(params, word, strlen(word)) != 0)
        return refuse(result, "Invalid parameters");
    params += strlen(word);
    if (*params == ' ' || *params == '\t')
        return refuse(result, "Unexpected whitespace before path");
    const char *path = params;
    if (parse_path(params, rcpt, &address, &error, &params) < 0)
        return refuse(result, error);
    if (*params == ' ')
        params++;
    else if (*params != '\0')
        return refuse(result, "Invalid character in path");
    struct smtp_params_mail mail;
    struct smtp_params_rcpt of_rcpt;
    const int parsed =
        rcpt ? smtp_params_rcpt_parse(pool_datastack_create(), params, 0, capabilities, NULL, &of_rcpt, &code, &error)
             : smtp_params_mail_parse(pool_datastack_create(), params, capabilities, NULL, NULL, &mail, &code, &error);
    if (parsed < 0) /* of extensions that it does not have, nothing can be said */
        return code == SMTP_PARAM_PARSE_ERROR_NOT_SUPPORTED ? MS_ADAPTER_UNSUPPORTED : refuse(result, error);
    tell_address(result, t_strdup_until(path, params), address);
    return MS_ADAPTER_ACCEPT;
}

/* helo = "HELO" SP Domain, ehlo = "EHLO" SP ( Domain / address-literal ) */
static ms_adapter_verdict hello(const char *params, bool may_be_literal, ms_adapter_result *result)
{
    struct smtp_parser parser;
    const char *name = NULL;
    smtp_parser_init(&parser, pool_datastack_create(), params);
    const bool literal = may_be_literal && *params == '[';
    const int parsed =
        literal ? smtp_parser_parse_address_literal(&parser, &name, NULL) : smtp_parser_parse_domain(&parser, &name);
    if (parsed <= 0 || parser.cur < parser.end)
        return refuse(result, parser.error != NULL ? parser.error : "Invalid domain");
    tell(result, literal ? "address_literal" : "domain", name);
    return MS_ADAPTER_ACCEPT;
}

static ms_adapter_verdict arguments(const char *name, const char *params, ms_adapter_result *result)
{
    static const char *const without[] = {"DATA", "RSET", "QUIT", "NOOP", "HELP", "STARTTLS"};
    if (strcasecmp(name, "MAIL") == 0 || strcasecmp(name, "RCPT") == 0)
        return transaction(params, strcasecmp(name, "RCPT") == 0, result);
    if (strcasecmp(name, "HELO") == 0 || strcasecmp(name, "EHLO") == 0 || strcasecmp(name, "LHLO") == 0)
        return hello(params, strcasecmp(name, "HELO") != 0, result);
    for (size_t i = 0; i < N_ELEMENTS(without); i++)
        if (strcasecmp(name, without[i]) == 0 && *params == '\0')
            return MS_ADAPTER_ACCEPT;
    return MS_ADAPTER_UNSUPPORTED;
}

/* --- streams -------------------------------------------------------------------------------------------------- */

static struct istream *stream_of(ms_span octets)
{
    return i_stream_create_from_data(octets.ptr, octets.len);
}

static ms_adapter_verdict smtp_command(void *context, ms_span octets, const ms_adapter_about *about,
                                       ms_adapter_result *result)
{
    ms_adapter_verdict verdict;
    struct istream *input = stream_of(octets);
    struct smtp_command_parser *parser = smtp_command_parser_init(input, NULL);
    enum smtp_command_parse_error code;
    const char *name = "", *params = "", *error = NULL;
    (void)context;
    const int parsed = about->auth_response ? smtp_command_parse_auth_response(parser, &params, &code, &error)
                                            : smtp_command_parse_next(parser, &name, &params, &code, &error);
    if (parsed == 0 || parsed == -2 || (parsed < 0 && code == SMTP_COMMAND_PARSE_ERROR_BROKEN_STREAM)) {
        verdict = MS_ADAPTER_INCOMPLETE;
    } else if (parsed < 0) {
        verdict = refuse(result, error);
    } else if (about->auth_response || about->smtputf8) {
        verdict = MS_ADAPTER_UNSUPPORTED; /* base64 is the server's business, RFC 6531 nobody's */
    } else {
        T_BEGIN
        {
            tell(result, "verb", t_str_ucase(name));
            verdict = arguments(name, params, result);
        }
        T_END;
    }
    smtp_command_parser_deinit(&parser);
    i_stream_unref(&input);
    return verdict;
}

static ms_adapter_verdict smtp_reply(void *context, ms_span octets, const ms_adapter_about *about,
                                     ms_adapter_result *result)
{
    ms_adapter_verdict verdict = MS_ADAPTER_ACCEPT;
    if (about->smtputf8)
        return MS_ADAPTER_UNSUPPORTED;
    struct istream *input = stream_of(octets);
    struct smtp_reply_parser *parser = smtp_reply_parser_init(input, 1 << 16);
    struct smtp_reply *reply = NULL;
    const char *error = NULL;
    (void)context;
    const bool ehlo =
        about->after != NULL && (strcasecmp(about->after, "EHLO") == 0 || strcasecmp(about->after, "LHLO") == 0);
    const int parsed =
        ehlo ? smtp_reply_parse_ehlo(parser, &reply, &error) : smtp_reply_parse_next(parser, FALSE, &reply, &error);
    if (parsed > 0)
        result->number(result, "code", reply->status);
    else if (parsed == 0 || strstr(error != NULL ? error : "", "Premature end") != NULL)
        verdict = MS_ADAPTER_INCOMPLETE;
    else
        verdict = refuse(result, error);
    smtp_reply_parser_deinit(&parser);
    i_stream_unref(&input);
    return verdict;
}

static ms_adapter_verdict content(void *context, const ms_span *pieces, size_t count, const ms_adapter_about *about,
                                  ms_adapter_result *result)
{
    (void)context;
    (void)about;
    if (count != 1)
        return MS_ADAPTER_UNSUPPORTED;
    struct istream *input = stream_of(pieces[0]);
    struct istream *dot = i_stream_create_dot(input, TRUE);
    const unsigned char *data;
    size_t size;
    while (i_stream_read_more(dot, &data, &size) > 0) {
        result->field(result, "data", ms_span_make(data, size));
        i_stream_skip(dot, size);
    }
    const bool ended = dot->eof && dot->stream_errno == 0;
    if (ended) {
        data = i_stream_get_data(input, &size);
        result->field(result, "data", ms_span_make("", 0));
        result->field(result, "rest",
                      ms_span_make((const uint8_t *)pieces[0].ptr + input->v_offset, pieces[0].len - input->v_offset));
    }
    i_stream_unref(&dot);
    i_stream_unref(&input);
    return ended ? MS_ADAPTER_ACCEPT : MS_ADAPTER_INCOMPLETE;
}

const ms_adapter *mailspec_adapter(void);

const ms_adapter *mailspec_adapter(void)
{
    static const ms_adapter table = {.version = MS_ADAPTER_VERSION,
                                     .size = sizeof table,
                                     .name = "libdovecot " PACKAGE_VERSION,
                                     .smtp_command = smtp_command,
                                     .smtp_path = smtp_path,
                                     .smtp_reply = smtp_reply,
                                     .content = content,
                                     .smtp_session = dovecot_smtp_session};
    static bool ready;
    if (!ready)
        lib_init();
    ready = true;
    return &table;
}
