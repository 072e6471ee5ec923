// The queens problem, by recursion over bit masks and by search with an explicit stack of columns.

#include <stdio.h>

static long solve(unsigned all, unsigned columns, unsigned left, unsigned right)
{
    if (columns == all)
        return 1;
    long found = 0;
    for (unsigned free = all & ~(columns | left | right); free; free &= free - 1) {
        unsigned place = free & -free;
        found += solve(all, columns | place, (left | place) << 1, (right | place) >> 1);
    }
    return found;
}

static int attacked(const signed char *queens, int row)
{
    for (int i = 0; i < row; i++) {
        int distance = queens[i] - queens[row];
        if (distance == 0 || distance == row - i || distance == i - row)
            return 1;
    }
    return 0;
}

static long first_solutions(int size, int wanted)
{
    signed char queens[16] = {0};
    long hash = 0;
    int row = 0, found = 0;
    for (queens[0] = -1; row >= 0;) {
        if (++queens[row] == size) {
            row--;
            continue;
        }
        if (attacked(queens, row))
            continue;
        if (row < size - 1) {
            queens[++row] = -1;
            continue;
        }
        for (int i = 0; i < size; i++)
            hash = (hash * 11 + queens[i]) % 1000003;
        if (++found == wanted)
            break;
    }
    return hash;
}

int main(void)
{
    for (int n = 4; n < 9; n++)
        printf("%d %ld %ld\n", n, solve((1u << n) - 1, 0, 0, 0), first_solutions(n, 5));
    return 0;
}
