// hop: small
// Functions that call each other: two by name, three through a table, with state of different types in each frame.

#include <stdio.h>

static int is_odd(unsigned n);

static int is_even(unsigned n)
{
    return n == 0 ? 1 : !is_odd(n) ? 1 : 0;
}

static int is_odd(unsigned n)
{
    return n == 0 ? 0 : is_even(n - 1);
}

typedef double walker(int depth, double value);
static walker *const walkers[3];

static double grow(int depth, double value)
{
    char mark = (char)('a' + depth % 26);
    double below = depth ? walkers[depth % 3](depth - 1, value * 1.5) : value;
    return below + mark;
}

static double shrink(int depth, double value)
{
    long long kept = depth * 1000000007LL;
    double below = depth ? walkers[(depth + 1) % 3](depth - 1, value / 2) : value;
    return below + (double)(kept % 1000);
}

static double turn(int depth, double value)
{
    float pieces[3] = {(float)depth, 0.5f, -1};
    double below = 0;
    for (int i = 0; i < 3 && depth; i++)
        below += pieces[i] * walkers[depth * 5 % 2](depth - 1 < 3 ? 0 : depth - 3, -value);
    return below + (double)pieces[0];
}

static walker *const walkers[3] = {grow, shrink, turn};

int main(void)
{
    for (int n = 0; n < 16; n++)
        printf("%d %d %d %.6f\n", n, is_even((unsigned)n * 3), is_odd((unsigned)n * 3), walkers[n % 3](n, n + 0.25));
    return 0;
}
