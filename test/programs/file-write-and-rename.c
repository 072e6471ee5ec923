// hop: small
// Output written bit by bit to a temporary name, flushed from time to time, and renamed at the end.

#include <stdio.h>
#include <stdlib.h>

static void write_table(FILE *file, int rows)
{
    for (int i = 0; i < rows; i++) {
        fprintf(file, "%4d %8.3f ", i, i / 7.0);
        for (int j = 0; j <= i % 5; j++)
            fputc('a' + j, file);
        fputs("\n", file);
        if (i % 16 == 15)
            fflush(file);
    }
}

int main(void)
{
    for (int n = 0; n < 3; n++) {
        char name[32], temporary[40];
        snprintf(name, sizeof name, "table-%d.txt", n);
        snprintf(temporary, sizeof temporary, "%s.tmp", name);
        FILE *file = fopen(temporary, "w");
        if (!file) {
            perror(temporary);
            return 1;
        }
        write_table(file, 20 + n * 10);
        printf("%s: %ld bytes\n", name, ftell(file));
        if (fclose(file) != 0 || rename(temporary, name) != 0)
            return 1;
    }
    return 0;
}
