// hop: small
// Loops that end at once, run once, return from their middle, break and continue, have empty bodies or two exits.

#include <stdio.h>

static int index_of(const int *numbers, int count, int wanted)
{
    for (int i = 0; i < count; i++)
        if (numbers[i] == wanted)
            return i;
    return -1;
}

static int collatz(unsigned n)
{
    int steps = 0;
    do {
        if (n == 1)
            break;
        n = n % 2 ? 3 * n + 1 : n / 2;
    } while (++steps < 200);
    return steps;
}

static int both_ends(const int *numbers, int count)
{
    int low = 0, high = count - 1, sum = 0;
    while (low < high) {
        if (numbers[low] > numbers[high]) {
            high--;
            continue;
        }
        sum += numbers[low++];
        if (sum > 60)
            return -sum;
    }
    return sum;
}

static int length(const char *text)
{
    const char *end = text;
    while (*end++)
        ;
    return (int)(end - text) - 1;
}

int main(void)
{
    int numbers[14];
    for (int i = 0; i < 14; i++)
        numbers[i] = i * 5 % 13;
    for (int n = 0; n < 14; n++) {
        for (int once = 0; once < 1; once++)
            numbers[n % 14] += once + 1;
        for (; n > 100;)
            n--;
        printf("%d %d %d %d %d\n", n, index_of(numbers, n, 7), collatz((unsigned)n + 1), both_ends(numbers, n),
               length(&"text"[n % 4]));
    }
    return 0;
}
