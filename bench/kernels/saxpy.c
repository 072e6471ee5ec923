// y = a*x + y over vectors that fit the second-level cache: one short vector loop in a function.

#include "kernel.h"

enum { LENGTH = 20000 };

static float x[LENGTH], y[LENGTH];

static void saxpy(float a, const float *restrict from, float *restrict to, int length)
{
    for (int i = 0; i < length; i++)
        to[i] = a * from[i] + to[i];
}

int main(int argc, char **argv)
{
    uint32_t random = 1;
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 180000);

    for (int i = 0; i < LENGTH; i++)
        x[i] = (float)next_fraction(&random);
    for (long i = 0; i < rounds; i++)
        saxpy((i & 1) ? 0.5f : -0.5f, x, y, LENGTH - (int)(i & 7));
    for (int i = 0; i < LENGTH; i++)
        sum = mix_double(sum, (double)y[i]);
    print_sum("saxpy", sum);
}
