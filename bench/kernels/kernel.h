// What the kernels share: the amount of work, a generator of numbers, a checksum.
//
// Every kernel is one C file that runs for about 0.7 s natively at -O2, prints one checksum, and takes the amount of
// its work, in percent, from its first argument:
//     ./matmul        the whole work
//     ./matmul 10     a tenth of it
//
// K1  The output depends on nothing but the amount: the same on every target and at every optimisation level.
// K2  Floating point is + - * / and sqrt of float and double, which IEEE 754 rounds exactly; the x87 does not, so
//     that i386 needs -msse2 -mfpmath=sse.

#ifndef BENCH_KERNEL_H
#define BENCH_KERNEL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

// The whole work is `whole` repetitions; at least one is done.
static inline long amount(int argc, char **argv, long whole)
{
    long percent = argc > 1 ? atol(argv[1]) : 100;
    long part = (long)((int64_t)whole * percent / 100);
    return part > 0 ? part : 1;
}

// Marsaglia's xorshift32.
static inline uint32_t next_random(uint32_t *state)
{
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

// A number in [0, 1) with 24 random bits.
static inline double next_fraction(uint32_t *state)
{
    return (double)(next_random(state) >> 8) / 16777216.0;
}

// FNV-1a over a word, byte by byte from the least significant.
static inline uint64_t mix(uint64_t sum, uint64_t word)
{
    for (int i = 0; i < 64; i += 8)
        sum = (sum ^ ((word >> i) & 0xff)) * UINT64_C(0x100000001b3);
    return sum;
}

static inline uint64_t mix_double(uint64_t sum, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return mix(sum, bits);
}

#define MIX_START UINT64_C(0xcbf29ce484222325)

static inline void print_sum(const char *name, uint64_t sum)
{
    printf("%s %016llx\n", name, (unsigned long long)sum);
}

static inline void *must_alloc(size_t size)
{
    void *block = malloc(size);
    if (!block) {
        fprintf(stderr, "out of memory: %lu bytes\n", (unsigned long)size);
        exit(1);
    }
    return block;
}

#endif
