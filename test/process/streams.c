// Streams come back with what their buffers held: unwritten bytes are written once, what was read ahead or pushed back
// is read again, descriptors that shared an offset share it.
// RUN: %process-test %s -o %t && rm -rf %t.dir && mkdir -p %t.dir/a %t.dir/b && cd %t.dir && seq 1 3000 >numbers
// RUN: cd %t.dir/a && %t run >out <../numbers
// RUN: cd %t.dir/b && sh -c "%t capture . >out <../numbers; test \$? = 75" && %t restore . 1<>out <../numbers
// RUN: cd %t.dir && cmp a/out b/out && cmp a/written b/written && cmp a/appended b/appended && cmp a/updated b/updated
//
// Again with standard input that is not handed over, and from a pipe; and with more in the files than at the capture.
// RUN: cd %t.dir/b && rm -f written appended updated && sh -c "%t capture . >out <../numbers; test \$? = 75"
// RUN: cd %t.dir/b && echo more >>out && echo more >>written && echo more >>appended
// RUN: cd %t.dir/b && %t restore . 1<>out </dev/null
// RUN: cd %t.dir && cmp a/out b/out && cmp a/written b/written && cmp a/appended b/appended && cmp a/updated b/updated
// RUN: cd %t.dir/b && sh -c "seq 1 3000 | (%t capture . >out; %t restore . 1<>out)" && cmp out ../a/out
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>

#include "program.h"

enum { DUPLICATE = 50, CLOSED_ON_EXEC, NULL_DEVICE, DIRECTORY }; // numbers of descriptors

static void open_as(int number, const char *path, int flags)
{
    int opened = open(path, flags);
    CHECK(opened >= 0 && dup3(opened, number, flags & O_CLOEXEC) == number && close(opened) == 0);
}

static void before(void)
{
    char line[100];
    FILE *written = pointers[0] = fopen("written", "w");
    FILE *appended = pointers[1] = fopen("appended", "a");
    FILE *updated = pointers[2] = fopen("updated", "w+");
    FILE *temporary = pointers[3] = tmpfile();
    pointers[4] = stdout;
    CHECK(dup2(fileno(written), DUPLICATE) == DUPLICATE);
    open_as(CLOSED_ON_EXEC, "written", O_RDONLY | O_CLOEXEC);
    open_as(NULL_DEVICE, "/dev/null", O_RDWR);
    open_as(DIRECTORY, ".", O_RDONLY | O_DIRECTORY);

    setvbuf(appended, NULL, _IOLBF, 0);
    fputs("one\ntw", appended);
    fputs("first", written);
    fflush(written);
    fputs(" second", written);
    fputs("0123456789", updated);
    fseek(updated, 3, SEEK_SET);
    CHECK(fgetc(updated) == '3');
    ungetc('x', updated);
    fputs("kept for a while", temporary);
    CHECK(fgets(line, sizeof line, stdin) && strcmp(line, "1\n") == 0);
    ungetc('7', stdin);
    printf("half a line, ");
    umask(027);
    srand(5);
    (void)rand();
}

static void after(void)
{
    char line[100];
    FILE *written = pointers[0], *appended = pointers[1], *updated = pointers[2], *temporary = pointers[3];
    printf("%s", fgets(line, sizeof line, stdin));
    long sum = 0;
    while (fgets(line, sizeof line, stdin))
        sum += atol(line);
    printf("sum %ld\n", sum);
    CHECK(feof(stdin) && !feof(updated));

    fputs(" third", written);
    fflush(written);
    CHECK(write(DUPLICATE, " fourth", 7) == 7);
    fputs(" fifth", written);
    fputs("o\nthree", appended);
    CHECK(ftell(updated) == 3 && fgetc(updated) == 'x' && fgetc(updated) == '4');
    fseek(updated, 0, SEEK_CUR);
    fputs("abc", updated);
    rewind(temporary);
    CHECK(fgets(line, sizeof line, temporary) && strcmp(line, "kept for a while") == 0);
    CHECK(fcntl(CLOSED_ON_EXEC, F_GETFD) == FD_CLOEXEC && fcntl(DUPLICATE, F_GETFD) == 0);
    CHECK(read(NULL_DEVICE, line, 1) == 0 && openat(DIRECTORY, "written", O_RDONLY) >= 0);
    CHECK(pointers[4] == stdout);
    CHECK(umask(0) == 027);
    printf("%d\n", rand());
    fclose(written);
    fclose(appended);
    fclose(updated);
}
