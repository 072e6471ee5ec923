// hop: small
// open, read, write, lseek, dup, dup2, pread, ftruncate: two descriptors that share one position, and two that do not.

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_all(int descriptor, const char *text)
{
    int written = 0, length = (int)strlen(text);
    while (written < length) {
        ssize_t count = write(descriptor, text + written, (size_t)(length - written > 5 ? 5 : length - written));
        if (count <= 0)
            return -1;
        written += (int)count;
    }
    return written;
}

static volatile int rounds = 24; // not known to the compiler, so that it keeps the loop as it is

int main(void)
{
    int first = open("data.bin", O_RDWR | O_CREAT | O_TRUNC, 0600), shared = dup(first);
    int own = open("data.bin", O_RDONLY), fixed = dup2(own, 17),
        log = open("log.txt", O_WRONLY | O_CREAT | O_APPEND, 0644);
    char text[32], buffer[8];
    if (first < 0 || shared < 0 || own < 0 || fixed != 17 || log < 0)
        return 1;
    for (int i = 0; i < rounds; i++) {
        snprintf(text, sizeof text, "record %d;", i * 101);
        int written = write_all(i % 2 ? first : shared, text);
        if (i % 6 == 5)
            lseek(shared, -4, SEEK_CUR);
        int count = (int)read(i % 3 ? own : fixed, buffer, 7);
        buffer[count > 0 ? count : 0] = '\0';
        char fourth = '?';
        if (pread(own, &fourth, 1, i * 3) != 1)
            return 1;
        snprintf(text, sizeof text, "%d %c\n", written, fourth);
        write_all(log, text);
        printf("%d %d %d [%s] %c\n", i, written, (int)lseek(first, 0, SEEK_CUR), buffer, fourth);
        fflush(stdout);
    }
    if (ftruncate(first, 100) != 0)
        return 1;
    printf("%d\n", (int)lseek(own, 0, SEEK_END));
    close(first);
    close(shared);
    close(own);
    close(fixed);
    close(log);
    return 0;
}
