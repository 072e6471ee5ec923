// hop: small
// A file made by mkstemp and unlinked at the end, a folder made and changed into, and files removed while the run goes
// on.

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
    char name[] = "temporary-XXXXXX";
    int descriptor = mkstemp(name);
    FILE *file = fdopen(descriptor, "w+");
    if (!file || mkdir("folder", 0755) != 0 || chdir("folder") != 0)
        return 1;
    for (int i = 0; i < 30; i++) {
        char path[24];
        snprintf(path, sizeof path, "file-%d", i % 7);
        FILE *small = fopen(path, i % 3 ? "a" : "w");
        fprintf(small, "%d", i);
        fclose(small);
        if (i % 5 == 4)
            remove(path);
        fprintf(file, "%d ", i * i);
        printf("%d %d\n", i, access(path, F_OK) == 0);
    }
    int number, sum = 0;
    rewind(file);
    while (fscanf(file, "%d", &number) == 1)
        sum += number;
    printf("%d\n", sum);
    fclose(file);
    return chdir("..") != 0 || unlink(name) != 0;
}
