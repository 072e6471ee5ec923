// What the tests of the pass look at one by one, as a program that checks itself by what it prints.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

struct matrix {
    double cells[4];
};

static int counter;

static NOINLINE int next(int limit)
{
    int i = counter++;
    while (i > limit)
        i -= limit;
    return i;
}

// A value in the middle of an expression.
static NOINLINE int in_the_middle(int n)
{
    return next(n) * 100 + next(n + 1) * 10 + (next(n + 2) ? next(n + 3) : 7);
}

// Recursion with a value that waits, in tail position, and with a result that is gathered.
static NOINLINE int depth(int n, int limit)
{
    return n < limit ? 3 - depth(n * 2 + 1, limit) : n & 7;
}

static unsigned gcd(unsigned a, unsigned b)
{
    return b ? gcd(b, a % b) : a;
}

static unsigned fibonacci(unsigned n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

// A frame that is dropped, between two that are kept.
static NOINLINE int dropped(int n)
{
    return in_the_middle(n * 2);
}

static int vla(int n)
{
    int result = 0;
    for (int round = 1; round <= n; round++) {
        int a[round];
        for (int i = 0; i < round; i++)
            a[i] = i * i;
        result += a[round - 1] + next(round);
    }
    return result;
}

static int sum(int n, ...)
{
    va_list list;
    int total = 0;
    va_start(list, n);
    for (int i = 0; i < n; i++)
        total += va_arg(list, int);
    va_end(list);
    for (int i = 0; i < n; i++)
        total = total * 2 - next(n);
    return total;
}

static NOINLINE int run(const unsigned char *code)
{
    static void *const table[] = {&&halt, &&add, &&twice};
    int total = 0;
    goto *table[*code++];
add:
    total++;
    goto *table[*code++];
twice:
    total *= 2;
    goto *table[*code++];
halt:
    return total;
}

static int apply(int (*function)(int), int x)
{
    return function(x) + x;
}

static NOINLINE struct matrix power(int n)
{
    struct matrix m = {{1, 2, 3, 4}};
    if (n > 1)
        m = power(n - 1);
    for (int i = 0; i < n; i++)
        m.cells[i % 4] = m.cells[i % 4] * 2 - m.cells[(i + 1) % 4];
    return m;
}

// Inlined: three frames in one.
static int inner(int n)
{
    int total = 1;
    for (int i = 1; i < n; i++)
        total = total * i % 1009;
    return total;
}

static int middle(int n, int factor)
{
    return inner(n) * factor;
}

static int outer(int n, int factor)
{
    return middle(n + 1, factor) + factor;
}

int main(void)
{
    char line[80];
    for (int round = 1; round <= 3; round++) {
        printf("%d %d %u %u\n", in_the_middle(round), depth(round, 40), gcd(34u * (unsigned)round, 55), fibonacci(5));
        printf("%d %d %d\n", dropped(round), vla(round + 2), sum(3, round, 5, 7));
        printf("%d %d\n", run((const unsigned char *)"\1\1\2\1\2\1"), apply(next, round));
        struct matrix m = power(round);
        snprintf(line, sizeof line, "%g %g %g %g", m.cells[0], m.cells[1], m.cells[2], m.cells[3]);
        printf("%s %d %d\n", line, (int)strlen(line), outer(round + 4, round));
    }
    return counter & 63;
}
