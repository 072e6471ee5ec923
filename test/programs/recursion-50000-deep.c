// Fifty thousand frames at a time, each with a value that the way back depends on, and some with their address taken.

#include <stdio.h>

static unsigned descend(unsigned depth, unsigned value)
{
    if (depth == 0)
        return value;
    unsigned below = descend(depth - 1, value * 31 + depth);
    return below ^ value >> 3;
}

static unsigned chain(unsigned depth, const unsigned *above)
{
    unsigned mine = *above * 17 + depth;
    if (depth == 0)
        return mine;
    return chain(depth - 1, &mine) + mine;
}

int main(void)
{
    unsigned seed = 1;
    printf("%u\n", descend(50000, 7));
    printf("%u\n", chain(5000, &seed));
    printf("%u\n", descend(50000, 9) ^ descend(1000, 3));
    return 0;
}
