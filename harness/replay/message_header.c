/* message_header.c - see message_header.h */
#include "harness/replay/message_header.h"

#include "harness/replay/date_time.h"
#include "harness/replay/smtp_text.h"

void message_header_clear(message_header *header)
{
    octet_buffer line = header->line;
    header_field field = header->field;
    octet_buffer_drop(&line, octet_buffer_span(&line).len);
    header_field_clear(&field);
    *header = (message_header){.line = line, .field = field};
}

void message_header_free(message_header *header)
{
    octet_buffer_free(&header->line);
    header_field_free(&header->field);
}

static void find(message_header *header, replay_track *track, uint16_t requirement, uint64_t at)
{
    if (header->kept) {
        if (header->finding_count < HEADER_KEPT_FINDINGS) {
            header->findings[header->finding_count].at = at;
            header->findings[header->finding_count++].requirement = requirement;
        }
        return;
    }
    replay_track_find(track, MS_CLIENT, requirement, MS_CLIENT, at);
}

/* --- a whole field ---------------------------------------------------------------- */

static void judge_date(message_header *header, replay_track *track)
{
    const header_field *field = &header->field;
    const date_time date = date_time_parse(header_field_body(field));
    if (!date.valid)
        find(header, track, MS_REQ_SMTP_5322_3_3_01, header_field_place(field, SIZE_MAX));
    else if (date.short_year || date.zone_name)
        find(header, track, MS_REQ_SMTP_1123_5_2_14_01, header_field_place(field, SIZE_MAX));
}

/* The date-time stands behind the last ";" (RFC 5321 section 4.4). */
static void judge_received(message_header *header, replay_track *track)
{
    const header_field *field = &header->field;
    const ms_span body = header_field_body(field);
    size_t start = body.len;
    while (start > 0 && body.ptr[start - 1] != ';')
        start--;
    if (start == 0)
        return;
    const date_time date = date_time_parse(ms_span_make(body.ptr + start, body.len - start));
    if (date.short_year)
        find(header, track, MS_REQ_SMTP_5321_4_4_17, header_field_place(field, start + date.year_at));
}

static void judge_field(message_header *header, replay_track *track)
{
    const header_field *field = &header->field;
    if (!header_field_is_whole(field))
        return;
    const ms_span name = header_field_name(field);
    if (smtp_text_is(name, "DATE"))
        judge_date(header, track);
    else if (smtp_text_is(name, "RECEIVED"))
        judge_received(header, track);
    else if (smtp_text_is(name, "TLS-REQUIRED") && !smtp_text_is(smtp_text_trimmed(header_field_body(field)), "NO"))
        find(header, track, MS_REQ_SMTP_8689_3_02, header_field_place(field, SIZE_MAX));
}

/* --- lines ------------------------------------------------------------------------ */

/* A field that must stand there once (RFC 5322 section 3.6).  A mail submission agent may mend it (RFC 6409 section
 * 8). */
static void note_once(message_header *header, bool *there, replay_track *track, uint64_t at)
{
    if (*there && track->smtp.session.variant != MS_VARIANT_SUBMISSION)
        find(header, track, MS_REQ_SMTP_5322_3_6_01, at);
    *there = true;
}

static void note_name(message_header *header, replay_track *track, ms_span name, uint64_t at)
{
    if (smtp_text_is(name, "DATE"))
        note_once(header, &header->date, track, at);
    else if (smtp_text_is(name, "FROM"))
        note_once(header, &header->from, track, at);
    else if (smtp_text_is(name, "MIME-VERSION"))
        header->mime = true;
    else if (smtp_text_is(name, "RECEIVED"))
        header->received = true;
    else if (smtp_text_is(name, "RETURN-PATH"))
        header->return_path = true;
    else if (smtp_text_is(name, "TLS-REQUIRED")) {
        if (header->tls_required)
            find(header, track, MS_REQ_SMTP_8689_3_01, at);
        header->tls_required = true;
    }
}

static void end_field(message_header *header, replay_track *track)
{
    judge_field(header, track);
    header_field_clear(&header->field);
}

static void end_section(message_header *header, replay_track *track, uint64_t at)
{
    end_field(header, track);
    if ((!header->date || !header->from) && track->smtp.session.variant != MS_VARIANT_SUBMISSION)
        find(header, track, MS_REQ_SMTP_5322_3_6_01, at);
    /* without a Received field the message comes from where it was written (RFC 5321 section 4.4) */
    if (header->return_path && !header->received)
        find(header, track, MS_REQ_SMTP_5321_4_4_12, at);
}

/* A line is complete; true if it ends the section. */
static bool take_line(message_header *header, replay_track *track, ms_span line, uint64_t at)
{
    const bool first = !header->any_line;
    header->any_line = true;
    switch (header_line_look(line)) {
    case HEADER_LINE_EMPTY:
        end_section(header, track, at);
        return true;
    case HEADER_LINE_FOLDED:
        if (first)
            find(header, track, MS_REQ_SMTP_5322_2_2_3_01, at);
        else if (header->field.line_count > 0)
            header_field_add(&header->field, line, at);
        return false;
    case HEADER_LINE_FIELD:
        end_field(header, track);
        header_field_add(&header->field, line, at);
        note_name(header, track, header_line_name(line), at);
        return false;
    case HEADER_LINE_FALSE:
        return false;
    case HEADER_LINE_NO_FIELD:
        end_field(header, track);
        if (!header->not_a_field_told)
            find(header, track, MS_REQ_SMTP_5322_2_2_01, at);
        header->not_a_field_told = true;
        return false;
    }
    return false;
}

static bool end_line(message_header *header, replay_track *track, uint64_t at)
{
    ms_span line = octet_buffer_span(&header->line);
    const bool by_crlf = line.len > 0 && line.ptr[line.len - 1] == '\r';
    const bool after_lf = header->after_lf;
    header->after_lf = !by_crlf;
    /* a lone bare LF among lines of CRLF is no empty line (RFC 5321 section 2.3.8); readers that take it for one see the
     * body begin here: nothing can be said of the header section */
    if (line.len == 0 && !after_lf)
        return true;
    if (by_crlf && !header->line_cut)
        line.len--;
    const bool over = take_line(header, track, line, at);
    if (header->line_cut)
        header->field.cut = true;
    octet_buffer_drop(&header->line, octet_buffer_span(&header->line).len);
    header->line_cut = false;
    return over;
}

bool message_header_octet(message_header *header, replay_track *track, uint8_t octet, uint64_t at)
{
    if (octet == '\n')
        return end_line(header, track, at);
    if (octet_buffer_span(&header->line).len < HEADER_FIELD_MAX)
        octet_buffer_add(&header->line, ms_span_make(&octet, 1));
    else
        header->line_cut = true;
    return false;
}

void message_header_end(message_header *header, replay_track *track, bool section, uint64_t at)
{
    const bool line = section && octet_buffer_span(&header->line).len > 0;
    if (section && !(line && end_line(header, track, at)))
        end_section(header, track, at);
    for (size_t i = 0; i < header->finding_count; i++)
        replay_track_find(track, MS_CLIENT, header->findings[i].requirement, MS_CLIENT, header->findings[i].at);
}
