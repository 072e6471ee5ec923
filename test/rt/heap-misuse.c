// Freeing twice, and resizing what is free, ends the program with a message.
// RUN: %clang %cflags -O1 -fno-builtin %s %top/rt/heap*.c %top/rt/arena.c -pthread -o %t && %t
#define _GNU_SOURCE
#include "heap-test.h"

#include <malloc.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void free_twice(void *block)
{
    free(block);
    free(hide(block));
}

static void resize_freed(void *block)
{
    free(block);
    free(realloc(hide(block), 1000));
}

static void expect_abort(void (*misuse)(void *), void *block, const char *expected)
{
    char message[200] = {0};
    int status, ends[2];
    EXPECT(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        misuse(block);
        _exit(0);
    }
    close(ends[1]);
    EXPECT(read(ends[0], message, sizeof message - 1) > 0 && strstr(message, expected));
    EXPECT(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    close(ends[0]);
}

int main(void)
{
    expect_abort(free_twice, malloc(10), "free(): not a live block");
    expect_abort(free_twice, memalign(128, 10), "free(): not a live block");
    expect_abort(free_twice, malloc(10000000), "free(): not a live block");
    expect_abort(resize_freed, malloc(10), "realloc(): not a live block");
    return 0;
}
