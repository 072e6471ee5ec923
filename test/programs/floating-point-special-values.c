// hop: small
// Infinities, NaN, negative zero, denormals and the extremes, in scalars, arrays and structures, are kept bit for bit.

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static volatile int rounds = 160; // not known to the compiler, so that it keeps the loop as it is

struct pair {
    float narrow;
    double wide;
};

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint32_t bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint64_t fold(uint64_t sum, double value)
{
    return (sum << 7 | sum >> 57) ^ (isnan(value) ? 0x7ff8 : bits_of(value));
}

int main(void)
{
    volatile double zero = 0;
    double infinite = 1 / zero, nothing = infinite - infinite, minus_zero = -zero;
    double denormal = DBL_MIN / 1024, least = DBL_TRUE_MIN, most = DBL_MAX;
    float float_denormal = FLT_MIN / 64, float_infinite = -(float)infinite;
    struct pair pairs[5] = {
        {float_denormal, denormal}, {float_infinite, infinite}, {FLT_MAX, most}, {-0.0f, minus_zero}};
    uint64_t sum = 1;

    pairs[4].narrow = pairs[4].wide = 1.0 / 3;
    for (int i = 0; i < rounds; i++) {
        sum = fold(sum, infinite);
        sum = fold(sum, nothing);
        sum = fold(sum, minus_zero);
        sum = fold(sum, denormal);
        denormal = denormal / 2 + least;
        most = most * 0.75;
        sum ^= bits_of_float(pairs[i % 5].narrow) + bits_of(pairs[i % 5].wide);
        if (i % 20 == 0)
            printf("%016" PRIx64 " %d %d %d\n", sum, isnan(nothing) != 0, signbit(minus_zero) != 0, infinite > most);
    }
    printf("%a %a %a\n", denormal, most, (double)float_denormal);
    return 0;
}
