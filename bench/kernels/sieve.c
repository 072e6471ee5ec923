// The sieve of Eratosthenes over bytes: strided stores, then a count.

#include "kernel.h"

enum { LIMIT = 300000 };

static uint8_t composite[LIMIT];

static uint32_t sieve(int limit)
{
    uint32_t primes = 0;

    memset(composite, 0, (size_t)limit);
    for (int i = 2; i * i < limit; i++)
        if (!composite[i])
            for (int j = i * i; j < limit; j += i)
                composite[j] = 1;
    for (int i = 2; i < limit; i++)
        primes += !composite[i];
    return primes;
}

int main(int argc, char **argv)
{
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 1200);

    for (long i = 0; i < rounds; i++)
        sum = mix(sum, sieve(LIMIT - (int)(i & 63)));
    print_sum("sieve", sum);
}
