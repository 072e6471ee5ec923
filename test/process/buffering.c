// setvbuf, end of file, errors and orientation are as they were; a stream that is no file is refused if it is held.
// RUN: %process-test %s -o %t && rm -rf %t.dir && mkdir -p %t.dir && cd %t.dir && printf abc >input
// RUN: %t run && sh -c "%t capture .; test \$? = 75" && %t restore . && grep -c . none line full | tr '\n' ' ' | grep -q 'none:1 line:2 full:1'
// RUN: sh -c "MEMORY=1 %t capture . 2>%t.log; test \$? = 1" && grep -q 'holds a stream that is no file' %t.log
#define _GNU_SOURCE
#include <stdio_ext.h>
#include <sys/stat.h>
#include <wchar.h>

#include "program.h"

static char buffer[3000];

static void before(void)
{
    FILE *none = pointers[0] = fopen("none", "w"), *line = pointers[1] = fopen("line", "w");
    FILE *full = pointers[2] = fopen("full", "w"), *ended = pointers[3] = fopen("input", "r");
    FILE *erred = pointers[4] = fopen("input", "r");
    setvbuf(none, NULL, _IONBF, 0);
    setvbuf(line, NULL, _IOLBF, 0);
    setvbuf(full, buffer, _IOFBF, sizeof buffer);
    fputs("one", line);
    fputs("one", full);
    while (fgetc(ended) != EOF)
        continue;
    fputc('x', erred);
    if (getenv("MEMORY"))
        pointers[5] = fmemopen(NULL, 100, "w");
}

static long size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

static void after(void)
{
    FILE *none = pointers[0], *line = pointers[1], *full = pointers[2], *ended = pointers[3], *erred = pointers[4];
    CHECK(feof(ended) && !ferror(ended) && !feof(erred) && ferror(erred));
    CHECK(fwide(line, 0) < 0 && fwide(none, 0) == 0);
    fputc('n', none);
    CHECK(size_of("none") == 1);
    fputs(" line", line);
    CHECK(size_of("line") == 0);
    fputs("\ntwo", line);
    CHECK(size_of("line") == 9);
    CHECK(__fbufsize(full) == sizeof buffer && size_of("full") == 0);
    for (size_t i = 3; i < sizeof buffer; i++)
        fputc('f', full);
    CHECK(size_of("full") == 0);
    fputc('f', full);
    CHECK(size_of("full") == sizeof buffer);
}
