/* header.c - see header.h */
#include "harness/replay/header.h"

#include "harness/replay/header_date.h"

#include <string.h>

static void find(replay_track *track, uint16_t requirement, uint64_t at)
{
    replay_track_find(track, MS_CLIENT, requirement, MS_CLIENT, at);
}

/* What RSET can still take back is kept until the last chunk. */
static void find_line(replay_header *header, replay_track *track, uint16_t requirement, uint64_t at)
{
    if (!header->in_chunks) {
        find(track, requirement, at);
    } else if (header->later == MS_REQ_NONE) {
        header->later = requirement;
        header->later_at = at;
    }
}

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

/* name: in lower case. */
static bool is_named(ms_span text, const char *name)
{
    if (strlen(name) != text.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.ptr[i];
        if ((c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c) != (uint8_t)name[i])
            return false;
    }
    return true;
}

static ms_span trimmed(ms_span text)
{
    while (text.len > 0 && is_blank(text.ptr[0]))
        text = ms_span_make(text.ptr + 1, text.len - 1);
    while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* field-name = 1*ftext, ftext = %d33-57 / %d59-126 (RFC 5322 section 2.2 and 3.6.8).  Absent: the line is no field.
 * Blanks before the colon are the obsolete syntax of section 4.5. */
static ms_span name_of(ms_span line, size_t *colon)
{
    size_t at = 0;
    while (at < line.len && line.ptr[at] > 32 && line.ptr[at] < 127 && line.ptr[at] != ':')
        at++;
    *colon = at;
    while (*colon < line.len && is_blank(line.ptr[*colon]))
        ++*colon;
    if (at == 0 || *colon == line.len || line.ptr[*colon] != ':')
        return ms_span_absent();
    return ms_span_make(line.ptr, at);
}

void replay_header_begin(replay_header *header)
{
    octet_buffer field = header->field;
    octet_buffer_drop(&field, octet_buffer_span(&field).len);
    memset(header, 0, sizeof *header);
    header->field = field;
}

void replay_header_free(replay_header *header)
{
    octet_buffer_free(&header->field);
}

static void judge_date(replay_track *track, ms_span value, uint64_t at)
{
    const unsigned date = header_date_look(value);
    if (date == HEADER_DATE_MALFORMED)
        find(track, MS_REQ_SMTP_5322_3_3_01, at);
    else if (date != HEADER_DATE_OK)
        find(track, MS_REQ_SMTP_1123_5_2_14_01, at);
}

/* The date stands behind the last semicolon; how the clauses before it are written is another matter. */
static void judge_received(replay_track *track, ms_span value, uint64_t at)
{
    size_t from = value.len;
    while (from > 0 && value.ptr[from - 1] != ';')
        from--;
    if (from == 0)
        return;
    const unsigned date = header_date_look(ms_span_make(value.ptr + from, value.len - from));
    if ((date & HEADER_DATE_SHORT_YEAR) != 0)
        find(track, MS_REQ_SMTP_5321_4_4_17, at);
}

/* The field is complete: the next one begins, or the section ends. */
static void end_field(replay_header *header, replay_track *track)
{
    const ms_span field = octet_buffer_span(&header->field);
    size_t colon = 0;
    const ms_span name = field.len == 0 ? ms_span_absent() : name_of(field, &colon);
    if (!ms_span_is_absent(name)) {
        const ms_span value = trimmed(ms_span_make(field.ptr + colon + 1, field.len - colon - 1));
        if (is_named(name, "date"))
            judge_date(track, value, header->field_at);
        else if (is_named(name, "received"))
            judge_received(track, value, header->field_at);
        else if (is_named(name, "tls-required") && !is_named(value, "no"))
            find(track, MS_REQ_SMTP_8689_3_02, header->field_at);
    }
    octet_buffer_drop(&header->field, field.len);
}

/* A field begins: what it is, and whether it stands there a second time. */
static void count_field(replay_header *header, replay_track *track, ms_span name, uint64_t at)
{
    unsigned *const count = is_named(name, "date")           ? &header->dates
                            : is_named(name, "from")         ? &header->froms
                            : is_named(name, "tls-required") ? &header->tls_requireds
                                                             : NULL;
    if (count != NULL && ++*count == 2)
        find(track, count == &header->tls_requireds ? MS_REQ_SMTP_8689_3_01 : MS_REQ_SMTP_5322_3_6_01, at);
    header->return_path |= is_named(name, "return-path");
    header->received |= is_named(name, "received");
    header->mime_version |= is_named(name, "mime-version");
}

/* Octets above 127 in the header section want SMTPUTF8 (RFC 6531 sections 3.2 and 3.4).  Where not even 8BITMIME is
 * offered, that is said by another rule. */
static void judge_utf8(replay_header *header, replay_track *track, ms_span line, uint64_t at)
{
    const ms_smtp_session *session = &track->smtp.session;
    bool above = false;
    for (size_t i = 0; i < line.len; i++)
        above |= line.ptr[i] > 127;
    if (!above || header->told_utf8 || !ms_smtp_session_offers(session, MS_EHLO_8BITMIME))
        return;
    if (ms_smtp_session_reply_context(session).smtputf8)
        return;
    header->told_utf8 = true;
    find(track, ms_smtp_session_offers(session, MS_EHLO_SMTPUTF8) ? MS_REQ_SMTP_6531_3_4_01 : MS_REQ_SMTP_6531_3_2_05,
         at);
}

static void end_section(replay_header *header, replay_track *track, uint64_t at)
{
    end_field(header, track);
    header->over = true;
    /* the submission server may add what is missing (RFC 6409 section 8) */
    if (track->protocol != MST_SUBMISSION && (header->dates == 0 || header->froms == 0))
        find_line(header, track, MS_REQ_SMTP_5322_3_6_01, at);
    if (header->return_path && !header->received)
        find(track, MS_REQ_SMTP_5321_4_4_12, at);
}

static void add(replay_header *header, ms_span text)
{
    const size_t have = octet_buffer_span(&header->field).len;
    const size_t room = have < HEADER_FIELD_MAX ? HEADER_FIELD_MAX - have : 0;
    octet_buffer_add(&header->field, ms_span_make(text.ptr, text.len < room ? text.len : room));
}

void replay_header_line(replay_header *header, replay_track *track, ms_span line, uint64_t at)
{
    if (header->over)
        return;
    if (line.len == 0) {
        end_section(header, track, at);
        return;
    }
    if (line.len == 1 && line.ptr[0] == '.')
        return; /* between line ends that are not both CRLF: no end, and nothing of the message's */
    judge_utf8(header, track, line, at);
    if (is_blank(line.ptr[0])) {
        if (!header->any_field)
            find_line(header, track, MS_REQ_SMTP_5322_2_2_3_01, at);
        add(header, line);
        header->field_at = at;
        header->any_field = true;
        return;
    }
    end_field(header, track);
    header->any_field = true;
    size_t colon;
    const ms_span name = name_of(line, &colon);
    if (!ms_span_is_absent(name)) {
        add(header, line);
        header->field_at = at;
        count_field(header, track, name, at);
    } else if (!header->told_line) {
        header->told_line = true;
        find_line(header, track, MS_REQ_SMTP_5322_2_2_01, at);
    }
}

void replay_header_end(replay_header *header, replay_track *track, uint64_t at)
{
    if (!header->over && header->any_field)
        end_section(header, track, at);
    if (header->later != MS_REQ_NONE)
        find(track, header->later, header->later_at);
}
