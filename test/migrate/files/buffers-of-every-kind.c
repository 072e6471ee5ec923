// Streams that are unbuffered, line-buffered, and buffered in memory of the program, with bytes waiting in them.
// RUN: %hop --targets x86_64,s390x,armhf --opt=-O0 --every-point --max-points 12 %s
#include <stdio.h>
#include <stdlib.h>

static volatile int rounds = 40; // not known to the compiler, so that it keeps the loop as it is

static char own[300];

int main(void)
{
    FILE *none = fopen("none", "w"), *line = fopen("line", "w"), *full = fopen("full", "w"),
         *given = fopen("given", "w");
    char *block = malloc(700);
    setvbuf(none, NULL, _IONBF, 0);
    setvbuf(line, NULL, _IOLBF, 0);
    setvbuf(full, block, _IOFBF, 700);
    setvbuf(given, own, _IOFBF, sizeof own);
    for (int i = 0; i < rounds; i++) {
        FILE *all[] = {none, line, full, given, stdout};
        for (int k = 0; k < 5; k++)
            fprintf(all[k], i % 3 ? "%d " : "%d\n", i * k);
    }
    fclose(none);
    fclose(line);
    fclose(full);
    fclose(given);
    free(block);
    return 0;
}
