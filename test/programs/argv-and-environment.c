// hop: small args='alpha "two words" -n 42 omega'
// Pointers into argv and the environment, which the program also changes while it runs.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static int count_environment(const char *prefix)
{
    int count = 0;
    for (char **entry = environ; *entry; entry++)
        count += strncmp(*entry, prefix, strlen(prefix)) == 0;
    return count;
}

int main(int argc, char **argv)
{
    char **end = argv + argc, **cursor = argv + 1, *middle = argv[2] + 4;
    int limit = 0;
    for (int i = 1; i < argc - 1; i++)
        if (strcmp(argv[i], "-n") == 0)
            limit = atoi(argv[i + 1]);
    for (int i = 0; i < limit; i++) {
        char name[24], value[24];
        snprintf(name, sizeof name, "PROGRAM_%d", i % 9);
        snprintf(value, sizeof value, "%s-%d", *cursor, i);
        setenv(name, value, 1);
        if (i % 5 == 4)
            unsetenv("PROGRAM_3");
        const char *third = getenv("PROGRAM_3");
        (*cursor)[0] = (char)('A' + i % 26);
        printf("%d %s %s %s %d\n", i, *cursor, middle, third ? third : "(unset)", count_environment("PROGRAM_"));
        if (++cursor == end)
            cursor = argv + 1;
    }
    printf("%d %d\n", argc, argv[argc] == NULL);
    return 0;
}
