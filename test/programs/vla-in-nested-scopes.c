// hop: small
// Arrays of variable length that come and go: in nested blocks, in the body of a loop, before a goto, in recursion.

#include <stdio.h>

static int blocks(int n)
{
    int outer[n], sum = 0;
    for (int i = 0; i < n; i++)
        outer[i] = i;
    {
        short inner[n * 2];
        for (int i = 0; i < n * 2; i++)
            inner[i] = (short)(i * outer[i % n]);
        {
            long innermost[3 + n % 4];
            for (int i = 0; i < 3 + n % 4; i++)
                sum += (int)(innermost[i] = inner[i % (n * 2)] + outer[n - 1]);
            outer[0] += (int)innermost[2];
        }
        sum += inner[n];
    }
    return sum + outer[0];
}

static int loop(int n)
{
    int sum = 0;
    for (int size = 1; size <= n; size++) {
        unsigned char bytes[size];
        for (int i = 0; i < size; i++)
            bytes[i] = (unsigned char)(i * size);
        if (size % 5 == 4)
            continue;
        for (int i = size - 1; i >= 0; i--)
            sum = sum * 3 % 10007 + bytes[i];
    }
    return sum;
}

static int again(int n)
{
    int size = 1, sum = 0;
start:;
    int numbers[size];
    for (int i = 0; i < size; i++)
        numbers[i] = i + size;
    for (int i = 0; i < size; i++)
        sum += numbers[size - 1 - i];
    if (++size < n)
        goto start;
    return sum;
}

static int recursive(int n)
{
    if (n == 0)
        return 1;
    int numbers[n];
    for (int i = 0; i < n; i++)
        numbers[i] = i * n;
    int below = recursive(n - 1);
    for (int i = 0; i < n; i++)
        below = (below * 5 + numbers[i]) % 65537;
    return below;
}

int main(void)
{
    for (int n = 2; n < 16; n += 3)
        printf("%d: %d %d %d %d\n", n, blocks(n), loop(n), again(n), recursive(n));
    return 0;
}
