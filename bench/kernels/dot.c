// Dot products: of 32-bit integers, a reduction that vectorises, and of doubles, one that does not.

#include "kernel.h"

enum { LENGTH = 8000 };

static int32_t a[LENGTH], b[LENGTH];
static double u[LENGTH], v[LENGTH];

static uint32_t dot_integers(const int32_t *p, const int32_t *q, int length)
{
    uint32_t sum = 0;
    for (int i = 0; i < length; i++)
        sum += (uint32_t)p[i] * (uint32_t)q[i];
    return sum;
}

static double dot_doubles(const double *p, const double *q, int length)
{
    double sum = 0;
    for (int i = 0; i < length; i++)
        sum += p[i] * q[i];
    return sum;
}

int main(int argc, char **argv)
{
    uint32_t random = 7;
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 80000);

    for (int i = 0; i < LENGTH; i++) {
        a[i] = (int32_t)(next_random(&random) >> 16);
        b[i] = (int32_t)(next_random(&random) >> 16);
        u[i] = next_fraction(&random);
        v[i] = next_fraction(&random);
    }
    for (long i = 0; i < rounds; i++) {
        int length = LENGTH - (int)(i % 100);
        sum = mix(sum, dot_integers(a, b, length));
        sum = mix_double(sum, dot_doubles(u, v, length));
    }
    print_sum("dot", sum);
}
