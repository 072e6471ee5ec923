// hop: small
// A file written, read back by lines, by numbers and by characters, with seeks, ungetc, rewind and updates in place.

#include <stdio.h>
#include <stdlib.h>

static long read_numbers(FILE *file)
{
    long sum = 0;
    int number;
    while (fscanf(file, "%d", &number) == 1)
        sum = sum * 3 % 100003 + number;
    return sum;
}

int main(void)
{
    FILE *file = fopen("numbers.txt", "w+");
    char line[64];
    for (int i = 0; i < 40; i++)
        fprintf(file, "%d %d\n", i * 37, i * i);
    rewind(file);
    for (int i = 0; fgets(line, sizeof line, file); i++)
        if (i % 8 == 0)
            printf("%d %s", i, line);
    printf("eof %d\n", feof(file) != 0);
    fseek(file, 0, SEEK_SET);
    printf("%ld\n", read_numbers(file));
    fseek(file, -20, SEEK_END);
    int c = 0, count = 0;
    while ((c = fgetc(file)) != EOF) {
        if (c == '\n' && count < 3) {
            ungetc('|', file);
            c = fgetc(file);
        }
        putchar(c);
        count++;
    }
    printf("\n%d\n", count);
    for (int i = 0; i < 20; i++) {
        fseek(file, i * 5, SEEK_SET);
        c = fgetc(file);
        fseek(file, i * 5, SEEK_SET);
        fputc(c == '\n' || c == ' ' ? c : '0' + (c + i) % 10, file);
    }
    rewind(file);
    printf("%ld %ld\n", read_numbers(file), ftell(file));
    fclose(file);
    return 0;
}
