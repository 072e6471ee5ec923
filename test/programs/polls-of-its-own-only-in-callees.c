// hop: small
// main has no loop at all: it is captured only through the functions it calls, at different depths, and through void
// ones.

#include <stdio.h>

static int total;

static void tally(int n)
{
    while (n > 0)
        total += n--;
}

static int deeper(int n, int depth)
{
    int before = total;
    if (depth > 0)
        return deeper(n + 1, depth - 1) - before;
    tally(n);
    return total - before;
}

static const char *describe(int n)
{
    tally(3);
    return n % 2 ? "odd" : "even";
}

int main(void)
{
    tally(10);
    int first = deeper(5, 4);
    printf("%d %d %s\n", total, first, describe(first));
    tally(first & 15);
    double ratio = deeper(8, 0) / 16.0;
    printf("%d %.4f %s\n", total, ratio, describe(total));
    if (deeper(1, 2) > first)
        printf("more\n");
    else
        printf("less %d\n", deeper(2, 7));
    return total % 100;
}
