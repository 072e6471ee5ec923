// hop: small
// Blocks taken by alloca: one before a loop, many within it chained to each other, and some handed to callees.

#include <alloca.h>
#include <stdio.h>
#include <string.h>

struct link {
    struct link *next;
    int value;
    char name[12];
};

static int length(const struct link *link)
{
    int count = 0;
    for (; link; link = link->next)
        count += link->value % 3 + (int)strlen(link->name);
    return count;
}

static int chain(int n)
{
    struct link *first = NULL;
    int *sizes = alloca((size_t)n * sizeof(int));
    for (int i = 0; i < n; i++) {
        struct link *link = alloca(sizeof *link);
        *link = (struct link){first, i * 7, ""};
        snprintf(link->name, sizeof link->name, "n%d", i * i);
        first = link;
        sizes[i] = length(first);
    }
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum = sum * 3 + sizes[i];
    return sum % 100003;
}

int main(void)
{
    for (int n = 1; n < 20; n += 3) {
        char *text = alloca((size_t)n + 1);
        for (int i = 0; i < n; i++)
            text[i] = (char)('a' + (i * n) % 26);
        text[n] = '\0';
        printf("%d %s %d\n", n, text, chain(n));
    }
    return 0;
}
