// Direct recursion: one call, two calls in an expression, nested calls as arguments, and recursion within a loop.

#include <stdio.h>

static int fibonacci(int n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static int ackermann(int m, int n)
{
    if (m == 0)
        return n + 1;
    return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static int tak(int x, int y, int z)
{
    return y < x ? tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y)) : z;
}

static long permutations(int *items, int from, int count)
{
    if (from == count)
        return items[0] * 10 + items[count - 1];
    long sum = 0;
    for (int i = from; i < count; i++) {
        int kept = items[from];
        items[from] = items[i];
        items[i] = kept;
        sum += permutations(items, from + 1, count) * (i + 1);
        items[i] = items[from];
        items[from] = kept;
    }
    return sum % 1000003;
}

static void hanoi(int count, char from, char to, char spare, long *moves)
{
    if (count == 0)
        return;
    hanoi(count - 1, from, spare, to, moves);
    *moves = (*moves * 3 + from - to) % 100003;
    hanoi(count - 1, spare, to, from, moves);
}

int main(void)
{
    int items[7] = {3, 1, 4, 1, 5, 9, 2};
    long moves = 0;
    printf("%d\n", fibonacci(18));
    printf("%d\n", ackermann(2, 30));
    printf("%d\n", tak(10, 6, 2));
    printf("%ld\n", permutations(items, 0, 7));
    hanoi(12, 'a', 'b', 'c', &moves);
    printf("%ld\n", moves);
    return 0;
}
