// Takeuchi's function: three recursive calls as arguments of a fourth, which is a tail call.

#include "kernel.h"

static int tak(int x, int y, int z)
{
    if (y >= x)
        return z;
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

int main(int argc, char **argv)
{
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 1500);

    for (long i = 0; i < rounds; i++)
        sum = mix(sum, (uint64_t)tak(18, 12, 6 - (int)(sum & 1)));
    print_sum("tak", sum);
}
