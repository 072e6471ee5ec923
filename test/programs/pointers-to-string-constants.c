// hop: small
// Pointers to string constants, whole and into the middle; equal strings in two places; tables and results of strings.

#include <stdio.h>
#include <string.h>

static volatile int rounds = 30; // not known to the compiler, so that it keeps the loop as it is

static const char *const numbers[] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
static const char *volatile current = "nothing yet";
static char buffer[] = "writable";

static const char *name_of(int n)
{
    return n < 10 ? numbers[n] : n % 2 ? "odd" : "even";
}

static const char *skip(const char *text, int count)
{
    while (*text && count-- > 0)
        text++;
    return text;
}

int main(void)
{
    const char *longest = "", *tail = &"seven"[2], *mode = NULL;
    const char *lines[4] = {"first", &"second"[3], buffer + 2, ""};
    for (int i = 0; i < rounds; i++) {
        const char *name = name_of(i % 13);
        if (strlen(name) > strlen(longest))
            longest = name;
        if (i % 4 == 0)
            tail = skip(name, 2), current = "fourth";
        else if (i % 7 == 0)
            current = tail;
        mode = mode ? NULL : "set";
        lines[i % 4] = skip(lines[(i + 1) % 4], i % 2);
        buffer[i % 8] = name[0];
        printf("%d %s %s %s %s %s [%s] %s\n", i, name, longest, tail, current, mode ? mode : "(null)", lines[i % 4],
               buffer);
    }
    return 0;
}
