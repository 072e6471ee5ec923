// tmpfile: a file without a name, written, read back and updated.
// RUN: %hop --targets x86_64,s390x,armhf --opt=-O0 --every-point --max-points 12 %s
#include <stdio.h>

static volatile int rounds = 30; // not known to the compiler, so that it keeps the loop as it is

int main(void)
{
    FILE *file = tmpfile();
    char line[40];
    long sum = 0;
    for (int i = 0; i < rounds; i++)
        fprintf(file, "line %d\n", i * i);
    rewind(file);
    for (int number; fscanf(file, "line %d\n", &number) == 1; sum += number)
        printf("%d at %ld\n", number, ftell(file));
    fseek(file, 5, SEEK_SET);
    fputs("X", file);
    rewind(file);
    printf("%ld %s", sum, fgets(line, sizeof line, file));
    return fclose(file);
}
