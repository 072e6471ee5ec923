// hop: small
// Streams that are unbuffered, buffered by line, buffered in an array of the program's own, and flushed now and then.

#include <stdio.h>

static char own_buffer[64];

int main(void)
{
    FILE *streams[4];
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "stream-%d", i);
        streams[i] = fopen(name, "w+");
    }
    setvbuf(streams[0], NULL, _IONBF, 0);
    setvbuf(streams[1], NULL, _IOLBF, 128);
    setvbuf(streams[2], own_buffer, _IOFBF, sizeof own_buffer);
    setvbuf(stdout, NULL, _IOFBF, 100);
    for (int i = 0; i < 40; i++) {
        for (int j = 0; j < 4; j++) {
            fprintf(streams[j], "%d", i * j);
            fputc((i + j) % 4 ? ' ' : '\n', streams[j]);
        }
        if (i % 13 == 12)
            fflush(streams[3]);
        printf("%d:%ld ", i, ftell(streams[i % 4]));
        if (i % 10 == 9)
            printf("\n");
    }
    for (int j = 0; j < 4; j++) {
        int c, sum = 0;
        rewind(streams[j]);
        while ((c = fgetc(streams[j])) != EOF)
            sum = (sum * 7 + c) % 10007;
        printf("%d\n", sum);
        fclose(streams[j]);
    }
    return 0;
}
