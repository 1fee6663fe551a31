/*
 * fuzz_result.c - results as JSON: what is read can be written, and read as the same
 *
 * options: another form of report to write, which must come to an end as well.
 */
#include "fuzz/input.h"
#include "fuzz/oracle.h"
#include "harness/result/read.h"
#include "reports/report.h"

#include <stdlib.h>
#include <string.h>

const char fuzz_target[] = "result";

typedef struct text {
    char *octets;
    size_t len;
} text;

static text write_run(const result_run *run, report_format format)
{
    const report_style style = {.all = true};
    text out = {NULL, 0};
    FILE *file = open_memstream(&out.octets, &out.len);
    if (file == NULL)
        abort();
    FUZZ_EXPECT(ORACLE_FACT, 0, report_write(file, format, run, &style));
    fclose(file);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[256];
    result_run run, again;
    const fuzz_input input = fuzz_input_read(data, size);
    if (!result_read((const char *)input.octets.ptr, input.octets.len, &run, error, sizeof error))
        return 0;
    const text first = write_run(&run, REPORT_JSON);
    if (!result_read(first.octets, first.len, &again, error, sizeof error))
        fuzz_fail(ORACLE_SERIALISE, 0, "what was written cannot be read: %s", error);
    const text second = write_run(&again, REPORT_JSON);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, first.len == second.len && memcmp(first.octets, second.octets, first.len) == 0);
    const text other = write_run(&run, (report_format)(input.options % REPORT_FORMATS));
    result_run_free(&run);
    result_run_free(&again);
    free(first.octets);
    free(second.octets);
    free(other.octets);
    return 0;
}
