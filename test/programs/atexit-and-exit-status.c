// hop: small
// Handlers of atexit with loops of their own, registered before and during loops, and an exit status of its own.

#include <stdio.h>
#include <stdlib.h>

static volatile int rounds = 8; // not known to the compiler, so that it keeps the loop as it is

static int counter;
static FILE *report;

static void last(void)
{
    for (int i = 0; i < rounds; i++)
        counter += i;
    printf("last: %d\n", counter);
}

static void close_report(void)
{
    fprintf(report, "closing at %d\n", counter);
    fclose(report);
}

static void often(void)
{
    for (int i = 0; i < 3; i++)
        counter = counter * 2 % 1009;
    printf("often: %d\n", counter);
}

static void work(int depth)
{
    for (int i = 0; i < rounds; i++) {
        counter += i * depth;
        if (i == 4)
            atexit(often);
        if (counter > 300)
            exit(42 + depth);
    }
    printf("depth %d: %d\n", depth, counter);
    work(depth + 1);
}

int main(void)
{
    atexit(last);
    report = fopen("report.txt", "w");
    atexit(close_report);
    work(1);
    return 0;
}
