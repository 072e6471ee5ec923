// Doubly recursive Fibonacci: nothing but calls and returns.

#include "kernel.h"

static uint32_t fib(uint32_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main(int argc, char **argv)
{
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 420);

    for (long i = 0; i < rounds; i++)
        sum = mix(sum, fib(28 + (uint32_t)(sum & 1)));
    print_sum("fib", sum);
}
