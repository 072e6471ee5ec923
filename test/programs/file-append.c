// hop: small
// Appending: a log opened once and kept open, another opened anew for each line, and one read while it grows.

#include <stdio.h>

static volatile int rounds = 30; // not known to the compiler, so that it keeps the loop as it is

static void note(const char *path, int number)
{
    FILE *file = fopen(path, "a");
    for (int i = 0; i <= number % 3; i++)
        fprintf(file, "note %d.%d\n", number, i);
    fclose(file);
}

int main(void)
{
    FILE *log = fopen("kept.log", "a"), *reader = NULL;
    char line[64];
    int lines = 0;
    setvbuf(log, NULL, _IOLBF, 256);
    for (int i = 0; i < rounds; i++) {
        fprintf(log, "entry %d, %d lines read\n", i, lines);
        note("opened-anew.log", i);
        if (i == 5)
            reader = fopen("opened-anew.log", "r");
        for (int j = 0; reader && j < 2 && fgets(line, sizeof line, reader); j++) {
            lines++;
            printf("%s", line);
        }
    }
    fclose(reader);
    fclose(log);
    return 0;
}
