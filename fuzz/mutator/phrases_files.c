/* phrases_files.c - what is no dialogue: what writers are given (fuzz/fuzz_write.c), and what else one target reads */
#include "fuzz/mutator/phrase.h"

/* clang-format off */
static const phrase_rule rules[] = {
    /* a small number */
    PHRASE_ANY("n", "@", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z", "[", "\\", "]"),
    PHRASE_MOSTLY("field", "{#FE}", "{word}", "{atom}", "{domain}", "{text}", "", "{base64}", "{odd-octet}", "{text}{odd-octet}{text}", "{number}", "<>", "\r\n", "@{domain}", "{language}", "*", " {mail-parameter}", "{mechanism}", "{octets8}", "{#FE}"),
    PHRASE_ANY("octets8", "{#05}{#00}{#00}{#00}{#00}{#00}{#00}{#00}", "{#FE}{#FE}{#FE}{#FE}{#FE}{#FE}{#FE}{#FE}", "{#10}{#27}{#00}{#00}{#00}{#00}{#00}{#80}"),
    PHRASE_ANY("status-field", "2{#00}{#00}", "5{#01}{#07}", "4{#3F}{#3E}", "1{#01}{#01}", "0{#01}{#01}", "2", "5{#00}{#3F}"),
    PHRASE_ANY("fields", "c{n}{n}{n}{n}{#FF}{smtp-verb}{#FF}{field}{#FF}{field}{#FF}{field}{#FF}{field}", "c{n}{n}{n}{n}{#FF}{#FE}{#FF}{field}{#FF}{field}{#FF}{field}{#FF}{field}", "c{n}{n}{n}{n}{#FF}{smtp-verb}{#FF}{octets8}",
               "c{n}{n}{n}{n}{#FF}{field}{#FF}@{domain}{#FF}{atom}{#FF}{domain}{#FF}{mail-parameter}", "c{n}{n}{n}{n}{#FF}{#FE}{#FF}{#FE}{#FF}{atom}{#FF}{domain}{#FF}{#FE}",
               "c{n}{n}{n}{n}{#FF}{field}{#FF}{field}{#FF}{field}",
               "r{small-n}{n}{n}{n}{#FF}{text}{#FF}{status-field}", "r{small-n}{n}{n}{n}{#FF}{field}", "p{n}{n}{n}{n}{#FF}{pop3-verb}{#FF}{field}{#FF}{field}", "p{n}{n}{n}{n}{#FF}{#FE}{#FF}{field}{#FF}{field}",
               "p{n}{n}{n}{n}{#FF}{field}{#FF}{atom}{#FF}c4c9334bac560ecc979e58001b3e22fb", "s{n}{#FF}{field}", "s{n}{#FF}{text}", "s{n}{#FF}{base64}", "u{n}{#FF}{field}", "u{n}{#FF}{letter*8}", "u{n}{#FF}{letter*71}",
               "k{#FF}{capability-tag}{#FF}{field}", "k{#FF}{field}{#FF}{field}", "l{#FF}{field}{#FF}{field}{#FF}{field}", "l{#FF}{#FF}alice{#FF}secret", "n{n}{#FF}{#FE}{field}", "n{n}", "n{n}{#FF}{field}"),
    PHRASE_ANY("small-n", "B", "C", "D", "E", "A", "F", "@"),
};
/* clang-format on */

const phrase_grammar phrase_files = {rules, COUNT(rules)};
