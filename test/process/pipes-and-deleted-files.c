// A pipe of the program's own comes back with what waited in it, one to elsewhere as broken; a deleted file comes back
// with its content, a duplicate of standard output goes where standard output goes.
// RUN: %process-test %s -o %t && rm -rf %t.dir && mkdir -p %t.dir && cd %t.dir
// RUN: %t run >expected && sh -c "%t capture . >out; test \$? = 75" && %t restore . 1<>out && cmp out expected
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "program.h"

enum { PIPE_OUT = 60, PIPE_IN, DELETED, SAVED_OUTPUT, ELSEWHERE };

static void move(int from, int to)
{
    CHECK(from >= 0 && dup2(from, to) == to && close(from) == 0);
}

static void before(void)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    move(ends[0], PIPE_OUT);
    move(ends[1], PIPE_IN);
    CHECK(write(PIPE_IN, "waiting", 7) == 7);
    move(open("deleted", O_RDWR | O_CREAT | O_EXCL, 0600), DELETED);
    CHECK(unlink("deleted") == 0 && write(DELETED, "content", 7) == 7);
    CHECK(dup2(1, SAVED_OUTPUT) == SAVED_OUTPUT);
    CHECK(dup2(open("redirected", O_WRONLY | O_CREAT | O_TRUNC, 0666), 1) == 1);
    CHECK(write(SAVED_OUTPUT, "before ", 7) == 7 && write(1, "x", 1) == 1);
    CHECK(pipe(ends) == 0 && close(ends[1]) == 0);
    move(ends[0], ELSEWHERE);
}

static void after(void)
{
    char line[20] = "";
    struct stat st;
    CHECK(read(PIPE_OUT, line, sizeof line) == 7 && memcmp(line, "waiting", 7) == 0);
    CHECK(write(PIPE_IN, "again", 5) == 5 && read(PIPE_OUT, line, sizeof line) == 5);
    CHECK(read(ELSEWHERE, line, sizeof line) == 0);
    CHECK(write(DELETED, "+more", 5) == 5 && lseek(DELETED, 0, SEEK_SET) == 0);
    CHECK(read(DELETED, line, sizeof line) == 12 && memcmp(line, "content+more", 12) == 0);
    CHECK(write(1, "y", 1) == 1 && stat("redirected", &st) == 0 && st.st_size == 2);
    CHECK(write(SAVED_OUTPUT, "after\n", 6) == 6);
}
