/*
 * header.c - "key: value" lines up to the empty line
 */
#include "harness/transcript/header.h"

#include "harness/transcript/words.h"

enum { ITEMS_MAX = 1000 }; /* of a comma-separated value */

typedef bool read_value(mst_scan *scan, mst_header *header, const mst_field *field);

/* value is one of the names of a table */
static bool one_of(mst_scan *scan, const mst_field *field, const char *const *names, size_t count, const char *hint,
                   size_t *found)
{
    *found = mst_word_find(names, count, field->value);
    return *found < count ||
           mst_scan_fail_word(scan, field->value_at, "'%' is not a value of this key", field->value, hint);
}

static bool yes_no(mst_scan *scan, const mst_field *field, bool *value)
{
    static const char *const names[] = {"no", "yes"};
    size_t found;
    if (!one_of(scan, field, names, 2, "write yes or no", &found))
        return false;
    *value = found == 1;
    return true;
}

/* Cut "a, b, c" into words. */
static bool words(mst_scan *scan, const mst_field *field, const mst_word **list)
{
    mst_word *last = NULL;
    size_t at = 0;
    for (unsigned count = 1;; count++) {
        size_t start = at, stop;
        while (at < field->value.len && field->value.ptr[at] != ',')
            at++;
        stop = at;
        while (start < stop && field->value.ptr[start] == ' ')
            start++;
        while (stop > start && field->value.ptr[stop - 1] == ' ')
            stop--;
        const mst_position where = {field->value_at.line, field->value_at.column + (uint32_t)start};
        if (start == stop)
            return mst_scan_fail(scan, where, "an item of the list is empty", "items are separated by one comma: a, b");
        if (count > ITEMS_MAX)
            return mst_scan_fail(scan, where, "more than 1000 items", "split the file");
        mst_word *word = mst_scan_take(scan, sizeof *word);
        if (word == NULL)
            return false;
        word->at = where;
        word->text = ms_span_make(field->value.ptr + start, stop - start);
        if (last == NULL)
            *list = word;
        else
            last->next = word;
        last = word;
        if (at == field->value.len)
            return true;
        at++; /* the comma */
    }
}

/* ---- one function per form of value ----------------------------------- */

static bool read_version(mst_scan *scan, mst_header *header, const mst_field *field)
{
    if (!mst_span_is(field->value, "1"))
        return mst_scan_fail_word(scan, field->value_at, "version '%' of the language is not known", field->value,
                                  "this reader knows version 1");
    header->version = 1;
    return true;
}

static bool read_protocol(mst_scan *scan, mst_header *header, const mst_field *field)
{
    size_t found;
    if (!one_of(scan, field, mst_protocol_names, MST_PROTOCOLS, "write smtp, submission, lmtp or pop3", &found))
        return false;
    header->protocol = (mst_protocol)found;
    return true;
}

static bool read_tests(mst_scan *scan, mst_header *header, const mst_field *field)
{
    static const char *const names[] = {"client", "server"};
    size_t found;
    if (!one_of(scan, field, names, 2, "write server or client", &found))
        return false;
    header->tests = found == 0 ? MS_CLIENT : MS_SERVER;
    header->tests_given = true;
    return true;
}

static bool read_id(mst_scan *scan, mst_header *header, const mst_field *field)
{
    const ms_span id = field->value;
    for (size_t i = 0; i < id.len; i++) {
        const uint8_t octet = id.ptr[i];
        const bool fine =
            (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-' || octet == '.';
        const bool dots = octet == '.' && (i == 0 || i + 1 == id.len || id.ptr[i - 1] == '.');
        if (!fine || dots)
            return mst_scan_fail(scan, (mst_position){field->value_at.line, field->value_at.column + (uint32_t)i},
                                 "not an id",
                                 "write words of a-z, 0-9 and '-' with dots between, as smtp.data.no-recipient");
    }
    header->id = id;
    return true;
}

static bool read_title(mst_scan *scan, mst_header *header, const mst_field *field)
{
    (void)scan;
    header->title = field->value;
    return true;
}

static bool read_note(mst_scan *scan, mst_header *header, const mst_field *field)
{
    (void)scan;
    header->note = field->value;
    return true;
}

static bool read_precondition(mst_scan *scan, mst_header *header, const mst_field *field)
{
    (void)scan;
    header->precondition = field->value;
    return true;
}

static bool read_cites(mst_scan *scan, mst_header *header, const mst_field *field)
{
    return words(scan, field, &header->cites);
}

static bool read_tags(mst_scan *scan, mst_header *header, const mst_field *field)
{
    return words(scan, field, &header->tags);
}

static bool read_not_offered(mst_scan *scan, mst_header *header, const mst_field *field)
{
    return words(scan, field, &header->not_offered);
}

static bool read_level(mst_scan *scan, mst_header *header, const mst_field *field)
{
    size_t found;
    if (!one_of(scan, field, mst_level_names, MST_LEVELS, "write MUST, MUST NOT, SHOULD, SHOULD NOT, MAY or SECURITY",
                &found))
        return false;
    header->level = (mst_level)found;
    return true;
}

static bool read_exposure(mst_scan *scan, mst_header *header, const mst_field *field)
{
    size_t found;
    if (!one_of(scan, field, mst_exposure_names, MST_EXPOSURES,
                "write none, smuggling, injection, relay, disclosure or denial", &found))
        return false;
    header->exposure = (mst_exposure)found;
    return true;
}

static bool read_profile(mst_scan *scan, mst_header *header, const mst_field *field)
{
    static const char *const names[] = {"mx", "submission", "lmtp", "strict"};
    const mst_word *list = NULL;
    if (!words(scan, field, &list))
        return false;
    for (const mst_word *word = list; word != NULL; word = word->next) {
        const size_t found = mst_word_find(names, 4, word->text);
        if (found == 4)
            return mst_scan_fail_word(scan, word->at, "'%' is not a profile", word->text,
                                      "write mx, submission, lmtp or strict");
        header->profiles |= 1U << found; /* the order of MST_PROFILE_... */
    }
    return true;
}

static bool read_start(mst_scan *scan, mst_header *header, const mst_field *field)
{
    const mst_word *list = NULL;
    if (!words(scan, field, &list))
        return false;
    mst_start *last = NULL;
    for (const mst_word *word = list; word != NULL; word = word->next) {
        ms_span name = ms_span_absent(), state = word->text;
        if (state.ptr[0] == '@') {
            size_t blank = 0;
            while (blank < state.len && state.ptr[blank] != ' ')
                blank++;
            name = ms_span_make(state.ptr + 1, blank - 1);
            while (blank < state.len && state.ptr[blank] == ' ')
                blank++;
            state = ms_span_make(state.ptr + blank, state.len - blank);
        }
        const size_t found = mst_word_find(mst_state_names, MST_STATES, state);
        if (found == MST_STATES)
            return mst_scan_fail_word(
                scan, word->at, "'%' is not a start state", word->text,
                "SMTP: connected greeted ehlo tls auth mail rcpt data; POP3: connected greeted tls "
                "transaction; of a connection: @a mail");
        mst_start *start = mst_scan_take(scan, sizeof *start);
        if (start == NULL || !mst_scan_connection(scan, name, word->at, &start->connection))
            return false;
        start->at = word->at;
        start->state = (mst_state)found;
        if (last == NULL)
            header->starts = start;
        else
            last->next = start;
        last = start;
    }
    return true;
}

static bool read_needs(mst_scan *scan, mst_header *header, const mst_field *field)
{
    const mst_word *list = NULL;
    if (!words(scan, field, &list))
        return false;
    mst_gate *last = NULL;
    for (const mst_word *word = list; word != NULL; word = word->next) {
        mst_gate *gate = mst_scan_take(scan, sizeof *gate);
        if (gate == NULL)
            return false;
        mst_gate_read(word->text, gate);
        gate->at = word->at;
        if (last == NULL)
            header->needs = gate;
        else
            last->next = gate;
        last = gate;
    }
    return true;
}

static bool read_feed(mst_scan *scan, mst_header *header, const mst_field *field)
{
    static const char *const names[] = {"any", "fixed"};
    size_t found;
    if (!one_of(scan, field, names, 2, "write any or fixed", &found))
        return false;
    header->feed_fixed = found == 1;
    return true;
}

static bool read_only(mst_scan *scan, mst_header *header, const mst_field *field)
{
    return yes_no(scan, field, &header->only);
}

static bool read_timed(mst_scan *scan, mst_header *header, const mst_field *field)
{
    return yes_no(scan, field, &header->timed);
}

static bool read_mutates(mst_scan *scan, mst_header *header, const mst_field *field)
{
    return yes_no(scan, field, &header->mutates);
}

static bool read_stress(mst_scan *scan, mst_header *header, const mst_field *field)
{
    return yes_no(scan, field, &header->stress);
}

/* A number or duration that is all of the value. */
static bool read_whole(mst_scan *scan, const mst_field *field, bool duration, uint64_t *value)
{
    mst_scan inner = *scan;
    inner.at = field->value.ptr;
    inner.end = field->value.ptr + field->value.len;
    inner.line_start = inner.at - (field->value_at.column - 1);
    inner.line = field->value_at.line;
    const bool done = duration ? mst_scan_duration(&inner, value) : mst_scan_number(&inner, value);
    scan->failed = inner.failed;
    if (done && inner.at != inner.end)
        return mst_scan_fail(scan, mst_scan_position(&inner), "something follows the value", "");
    return done;
}

static bool read_timeout(mst_scan *scan, mst_header *header, const mst_field *field)
{
    return read_whole(scan, field, true, &header->timeout_ms);
}

static bool read_seed(mst_scan *scan, mst_header *header, const mst_field *field)
{
    header->seed_given = true;
    return read_whole(scan, field, false, &header->seed);
}

static read_value *const readers[MST_KEYS] = {
    [MST_KEY_MAILSPEC] = read_version,
    [MST_KEY_PROTOCOL] = read_protocol,
    [MST_KEY_TESTS] = read_tests,
    [MST_KEY_ID] = read_id,
    [MST_KEY_TITLE] = read_title,
    [MST_KEY_CITES] = read_cites,
    [MST_KEY_LEVEL] = read_level,
    [MST_KEY_TAGS] = read_tags,
    [MST_KEY_PROFILE] = read_profile,
    [MST_KEY_START] = read_start,
    [MST_KEY_NEEDS] = read_needs,
    [MST_KEY_NOT_OFFERED] = read_not_offered,
    [MST_KEY_FEED] = read_feed,
    [MST_KEY_ONLY] = read_only,
    [MST_KEY_TIMED] = read_timed,
    [MST_KEY_MUTATES] = read_mutates,
    [MST_KEY_STRESS] = read_stress,
    [MST_KEY_TIMEOUT] = read_timeout,
    [MST_KEY_SEED] = read_seed,
    [MST_KEY_EXPOSURE] = read_exposure,
    [MST_KEY_PRECONDITION] = read_precondition,
    [MST_KEY_NOTE] = read_note,
};

/* ---- lines ----------------------------------------------------------- */

static bool split_field(mst_scan *scan, mst_field *field)
{
    field->at = mst_scan_position(scan);
    field->key = mst_scan_word(scan);
    if (ms_span_is_absent(field->key) || !mst_scan_octet(scan, ':'))
        return mst_scan_fail(scan, mst_scan_position(scan), "not a header line",
                             "write key: value; an empty line ends the header");
    mst_scan_blanks(scan);
    field->value_at = mst_scan_position(scan);
    field->value = mst_scan_rest(scan);
    while (field->value.len > 0 && field->value.ptr[field->value.len - 1] == ' ')
        field->value.len--;
    if (field->value.len == 0)
        return mst_scan_fail_word(scan, field->value_at, "the key '%' has no value", field->key, "leave the line out");
    return true;
}

static bool read_field(mst_scan *scan, mst_header *header, mst_position *seen, mst_field **last)
{
    mst_field *field = mst_scan_take(scan, sizeof *field);
    if (field == NULL)
        return false;
    field->trivia = mst_scan_trivia(scan);
    if (!split_field(scan, field))
        return false;
    const size_t key = mst_word_find(mst_key_names, MST_KEYS, field->key);
    field->known = key < MST_KEYS;
    if (*last == NULL && key != MST_KEY_MAILSPEC)
        return mst_scan_fail(scan, field->at, "the first header line is not 'mailspec: 1'",
                             "every transcript starts with it");
    if (*last == NULL)
        header->fields = field;
    else
        (*last)->next = field;
    *last = field;
    if (!field->known)
        return true; /* lint tells */
    if (seen[key].line != 0)
        return mst_scan_fail_word(scan, field->at, "the key '%' appears twice", field->key,
                                  "write several values in one line");
    seen[key] = field->at;
    return readers[key](scan, header, field);
}

bool mst_read_header(mst_scan *scan)
{
    mst_position seen[MST_KEYS] = {{0, 0}};
    mst_field *last = NULL;
    mst_header *header = &scan->document->header;
    header->tests = MS_SERVER;
    while (scan->at < scan->end) {
        mst_scan_blanks(scan);
        if (mst_scan_peek(scan) == '#') {
            if (!mst_scan_comment(scan))
                return false;
        } else if (!mst_scan_at_line_end(scan)) {
            if (!read_field(scan, header, seen, &last))
                return false;
        } else if (last != NULL) {
            header->tail = mst_scan_trivia(scan);
            mst_scan_next_line(scan); /* the empty line */
            break;
        } else {
            scan->blank_line = true;
        }
        mst_scan_next_line(scan);
    }
    scan->document->live = header->tests_given || header->starts != NULL;
    if (seen[MST_KEY_MAILSPEC].line == 0)
        return mst_scan_fail(scan, mst_scan_position(scan), "there is no header",
                             "a transcript starts with 'mailspec: 1'");
    if (seen[MST_KEY_PROTOCOL].line == 0)
        return mst_scan_fail(scan, mst_scan_position(scan), "the header has no protocol",
                             "add 'protocol: smtp' (or submission, lmtp, pop3)");
    return true;
}
