// Ackermann's function, second argument up to 2047: one recursion in another's argument, thousands of frames deep.

#include "kernel.h"

static uint32_t ackermann(uint32_t m, uint32_t n)
{
    if (m == 0)
        return n + 1;
    if (n == 0)
        return ackermann(m - 1, 1);
    return ackermann(m - 1, ackermann(m, n - 1));
}

int main(int argc, char **argv)
{
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 180);

    for (long i = 0; i < rounds; i++)
        sum = mix(sum, ackermann(3, 7 + (uint32_t)(sum & 1)));
    print_sum("ackermann", sum);
}
