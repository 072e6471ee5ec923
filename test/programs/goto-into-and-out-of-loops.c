// hop: small
// goto out of nested loops, into the middle of a loop, backwards, between cases, and a loop made of gotos alone.

#include <stdio.h>

static int find(int table[6][6], int wanted)
{
    int i, j;
    for (i = 0; i < 6; i++)
        for (j = 0; j < 6; j++)
            if (table[i][j] == wanted)
                goto found;
    return -1;
found:
    return i * 10 + j;
}

static int enter_in_the_middle(int n, int start)
{
    int sum = 0, i = start;
    if (start % 2)
        goto middle;
    for (i = 0; i < n; i++) {
        sum += i;
    middle:
        sum = sum * 3 % 1009;
        if (sum == 77)
            goto out;
    }
out:
    return sum + i;
}

static int two_entries(int n)
{
    int a = 0, b = n;
    if (n & 1)
        goto second;
first:
    a += b;
    if (--b <= 0)
        return a;
second:
    a ^= b * 5;
    if (a % 11 == 3)
        b--;
    goto first;
}

static int restart(int n)
{
    int tries = 0, i, sum;
again:
    sum = tries * 7;
    for (i = 0; i < n; i++) {
        sum += i * tries;
        switch (sum % 5) {
        case 1:
            if (++tries < n)
                goto again;
            break;
        case 2:
            goto next;
        default:
            sum++;
        }
        sum += 2;
    next:;
    }
    return sum + tries;
}

int main(void)
{
    int table[6][6];
    for (int i = 0; i < 36; i++)
        table[i / 6][i % 6] = i * 7 % 36;
    for (int n = 1; n < 14; n++)
        printf("%d: %d %d %d %d\n", n, find(table, n * 5 % 40), enter_in_the_middle(n * 2, n), two_entries(n),
               restart(n));
    return 0;
}
