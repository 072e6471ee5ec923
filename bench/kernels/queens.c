// The number of ways to place queens: backtracking by recursion in a loop, state in arguments.

#include "kernel.h"

static uint32_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right)
{
    uint32_t found = 0;

    if (columns == all)
        return 1;
    for (uint32_t open = all & ~(columns | left | right); open; open &= open - 1) {
        uint32_t queen = open & -open;
        found += place(all, columns | queen, (left | queen) << 1, (right | queen) >> 1);
    }
    return found;
}

int main(int argc, char **argv)
{
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 400);

    for (long i = 0; i < rounds; i++)
        sum = mix(sum, place((1u << (11 + (sum & 1))) - 1, 0, 0, 0));
    print_sum("queens", sum);
}
