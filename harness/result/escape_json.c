#include "harness/result/escape_json.h"

#include <stdlib.h>

#include "harness/result/escape.h"

json_t *escape_json(ms_span octets)
{
    json_t *string = json_stringn((const char *)octets.ptr, octets.len);
    if (string != NULL)
        return string;
    char *escaped = escape_text(octets);
    json_t *object = json_pack("{s:s}", "escaped", escaped != NULL ? escaped : "");
    free(escaped);
    return object;
}
