/*
 * dictionary.c - the dictionaries of libFuzzer and AFL++, printed from the tables of the parsers
 *
 *     dictionary smtp > corpus/dict/smtp.dict
 *     dictionary pop3 > corpus/dict/pop3.dict
 *
 * A test compares what is checked in with what this prints.
 */
#include "fuzz/mutator/words.h"

#include <stdio.h>
#include <string.h>

static void print_set(const char *title, fuzz_words set, const char *before, const char *behind)
{
    printf("\n# %s\n", title);
    for (size_t i = 0; i < fuzz_words_count(set); i++)
        printf("\"%s%s%s\"\n", before, fuzz_words_get(set, i), behind);
}

static void print_ends(void)
{
    printf("\n# line ends, ends of data, cuts\n");
    printf("\"\\x0D\\x0A\"\n\"\\x0D\"\n\"\\x0A\"\n\"\\x0D\\x0A.\\x0D\\x0A\"\n\"\\x0A.\\x0A\"\n\"\\x0A.\\x0D\\x0A\"\n");
    printf("\"\\x0D.\\x0D\"\n\"\\x0D\\x0A..\"\n\"\\x00\"\n\"\\x00\\x01\\xFFCUT\"\n\"\\x01\\x01\\x00\\xFFCUT\"\n");
    printf("\n# marks of a dialogue (fuzz/input.h)\n");
    printf("\"\\xFEC\"\n\"\\xFES\"\n\"\\xFET\"\n\"\\xFEH\"\n\"\\xFEX\"\n");
}

static void print_smtp(void)
{
    print_set("verbs", WORDS_SMTP_VERB, "", " ");
    print_set("reply codes", WORDS_REPLY_CODE, "", " ");
    print_set("reply codes of a line that another one follows", WORDS_REPLY_CODE, "", "-");
    print_set("EHLO keywords", WORDS_SMTP_KEYWORD, "", "");
    print_set("parameters of MAIL and RCPT", WORDS_SMTP_PARAMETER, " ", "=");
    print_set("mechanisms", WORDS_MECHANISM, "", " ");
}

static void print_pop3(void)
{
    print_set("verbs", WORDS_POP3_VERB, "", " ");
    print_set("capabilities", WORDS_POP3_CAPABILITY, "", "");
    print_set("response codes", WORDS_POP3_CODE, "-ERR [", "]");
    print_set("mechanisms", WORDS_MECHANISM, "", " ");
    printf("\n# status indicators\n\"+OK \"\n\"-ERR \"\n\"+ \"\n");
}

int main(int argc, char **argv)
{
    const int smtp = argc == 2 && strcmp(argv[1], "smtp") == 0;
    if (!smtp && (argc != 2 || strcmp(argv[1], "pop3") != 0)) {
        fprintf(stderr, "usage: %s smtp|pop3\n", argv[0]);
        return 2;
    }
    printf("# Written by fuzz/mutator/dictionary.c from the tables of the parsers; do not edit.\n");
    if (smtp)
        print_smtp();
    else
        print_pop3();
    print_ends();
    return fflush(stdout) != 0;
}
