#include "feed.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/cli/files.h"

static char root[] = "/tmp/mailspec-files-XXXXXX";

static void make(const char *path)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    fclose(file);
}

/* root/{b.mst, a/z.mst, a/c.mst, a/notes.txt, a/.hidden.mst, .mst, loop -> .} */
static void setup(void)
{
    cr_assert_not_null(mkdtemp(root));
    cr_assert_eq(chdir(root), 0);
    cr_assert_eq(mkdir("a", 0700), 0);
    make("b.mst");
    make("a/z.mst");
    make("a/c.mst");
    make("a/notes.txt");
    make("a/.hidden.mst");
    make(".mst");
}

static void teardown(void)
{
    static const char *const names[] = {"b.mst", "a/z.mst", "a/c.mst", "a/notes.txt", "a/.hidden.mst", ".mst", "loop"};
    for (size_t i = 0; i < COUNT(names); i++)
        unlink(names[i]);
    rmdir("a");
    cr_assert_eq(chdir("/"), 0);
    rmdir(root);
}

TestSuite(files, .init = setup, .fini = teardown);

Test(files, folders_give_their_transcripts_in_order)
{
    cli_files files = {0};
    cr_expect(cli_files_add(&files, "replay", "./"));
    cr_assert_eq(files.count, 3);
    cr_expect_str_eq(files.paths[0], "./a/c.mst");
    cr_expect_str_eq(files.paths[1], "./a/z.mst");
    cr_expect_str_eq(files.paths[2], "./b.mst");
    cli_files_free(&files);
    cr_expect_eq(files.count, 0);
}

Test(files, what_is_named_is_taken_in_the_order_of_naming)
{
    cli_files files = {0};
    cr_expect(cli_files_add(&files, "replay", "b.mst"));
    cr_expect(cli_files_add(&files, "replay", "a/notes.txt"));
    cr_expect(cli_files_add(&files, "replay", "a"));
    cr_assert_eq(files.count, 4);
    cr_expect_str_eq(files.paths[1], "a/notes.txt");
    cr_expect_str_eq(files.paths[2], "a/c.mst");
    cli_files_free(&files);
}

Test(files, what_is_not_there_is_an_error)
{
    cli_files files = {0};
    cr_redirect_stderr();
    cr_expect(!cli_files_add(&files, "replay", "nothing"));
    cr_expect_eq(files.count, 0);
}

Test(files, a_link_that_leads_back_is_not_followed)
{
    cli_files files = {0};
    cr_assert_eq(symlink(".", "loop"), 0);
    cr_expect(cli_files_add(&files, "replay", "."));
    cr_expect_eq(files.count, 3);
    cli_files_free(&files);
}

Test(files, the_corpus_that_is_asked_for_comes_first)
{
    cr_assert_eq(setenv("MAILSPEC_CORPUS", "/from/environment", 1), 0);
    char *corpus = cli_corpus("/asked/for");
    cr_expect_str_eq(corpus, "/asked/for");
    free(corpus);
    corpus = cli_corpus(NULL);
    cr_expect_str_eq(corpus, "/from/environment");
    free(corpus);
}
