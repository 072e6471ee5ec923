// Tail recursion, of one function and of two, that the optimiser turns into loops or jumps. Some thousands deep, so
// that unoptimised builds have the stack for it too.

#include <stdio.h>

static unsigned gcd(unsigned a, unsigned b)
{
    return b ? gcd(b, a % b) : a;
}

static long sum_to(int n, long so_far)
{
    return n ? sum_to(n - 1, so_far + n) : so_far;
}

static int machine_b(const char *text, int state);

static int machine_a(const char *text, int state)
{
    return !*text ? state : machine_b(text + 1, state * 3 + *text);
}

static int machine_b(const char *text, int state)
{
    return !*text ? -state : machine_a(text + 1, state % 1009 - *text);
}

static int search(const int *numbers, int low, int high, int key)
{
    if (low >= high)
        return low;
    int middle = (low + high) / 2;
    return numbers[middle] < key ? search(numbers, middle + 1, high, key) : search(numbers, low, middle, key);
}

int main(void)
{
    int numbers[500];
    char text[301];
    for (int i = 0; i < 500; i++)
        numbers[i] = i * i / 7;
    for (int i = 0; i < 300; i++)
        text[i] = (char)('a' + i * i % 26);
    text[300] = '\0';
    for (int i = 1; i < 40; i++)
        printf("%u %ld %d %d\n", gcd((unsigned)i * 91, (unsigned)i * i + 13), sum_to(i * 100, i),
               machine_a(text + i * 5, i), search(numbers, 0, 500, i * 800));
    return 0;
}
