// Standard output sent to a file by dup2 and by freopen, and back to where it was.
// RUN: %hop --targets x86_64,s390x,armhf --opt=-O0 --every-point --max-points 12 %s
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static volatile int rounds = 5; // not known to the compiler, so that it keeps the loop as it is

static void count(const char *what, int to)
{
    for (int i = 0; i < to; i++)
        printf("%s %d\n", what, i);
}

int main(void)
{
    count("before", rounds);
    fflush(stdout);
    int saved = dup(1), file = open("by-dup2", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    dup2(file, 1);
    close(file);
    count("by dup2", rounds);
    fflush(stdout);
    dup2(saved, 1);
    count("between", rounds);
    if (!freopen("by-freopen", "w", stdout))
        return 1;
    count("by freopen", rounds);
    fflush(stdout);
    dup2(saved, 1);
    close(saved);
    count("after", rounds);
    return 0;
}
