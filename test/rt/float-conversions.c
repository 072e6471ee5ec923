// Conversions to and from binary128 agree with the compiler's own, bit for bit, for random values of every exponent.
//
// RUN: %clang -fsanitize=address,undefined -fno-sanitize-recover=undefined %cflags %s %top/rt/float.c -lm -o %t && %t
// REQUIRES: target-x86_64
#include "float.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 300000

static uint64_t random_bits(void)
{
    static uint64_t state = 88172645463325252U;
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static void check(bool right, const char *what, long round)
{
    if (right)
        return;
    fprintf(stderr, "%s: round %ld\n", what, round);
    exit(1);
}

static void check_double(long round)
{
    uint64_t bits = random_bits();
    if (round % 3 == 0)
        bits &= 0x800fffffffffffffU; // subnormal
    double value, back;
    memcpy(&value, &bits, sizeof value);
    unsigned char quad[QUAD_SIZE];
    float_to_quad(quad, &value, HLCKPT_IEEE_DOUBLE);
    float_from_quad(&back, sizeof back, HLCKPT_IEEE_DOUBLE, quad);
    __float128 expected = value;
    if (value == value)
        check(memcmp(&expected, quad, sizeof quad) == 0 && memcmp(&value, &back, sizeof back) == 0, "double", round);
    else
        check(back != back, "NaN", round);
}

// A value whose exponent is often within double's range, and which is often halfway between two doubles.
static __float128 random_quad(long round)
{
    uint64_t words[2] = {random_bits(), random_bits()};
    __float128 value;
    if (round % 2)
        words[1] = (words[1] & 0x8000ffffffffffffU) | (uint64_t)(16383 - 1100 + random_bits() % 2200) << 48;
    if (round % 7 == 0)
        words[0] = random_bits() % 3 << 59;
    memcpy(&value, words, sizeof value);
    return value;
}

static void check_narrower(__float128 value, long round)
{
    double to_double, expected_double = (double)value;
    float to_float, expected_float = (float)value;
    long double to_x87 = 0, expected_x87 = (long double)value;
    unsigned char quad[QUAD_SIZE];
    const unsigned char *bytes = (const unsigned char *)&value;
    float_from_quad(&to_double, sizeof to_double, HLCKPT_IEEE_DOUBLE, bytes);
    check(memcmp(&to_double, &expected_double, sizeof to_double) == 0, "to double", round);
    float_from_quad(&to_float, sizeof to_float, HLCKPT_IEEE_SINGLE, bytes);
    check(memcmp(&to_float, &expected_float, sizeof to_float) == 0, "to float", round);
    float_from_quad(&to_x87, sizeof to_x87, HLCKPT_X87, bytes);
    check(memcmp(&to_x87, &expected_x87, 10) == 0, "to x87", round);
    float_to_quad(quad, &expected_x87, HLCKPT_X87);
    value = expected_x87;
    check(memcmp(&value, quad, sizeof quad) == 0, "from x87", round);
}

static void check_double_double(__float128 value, long round)
{
    double parts[2];
    unsigned char quad[QUAD_SIZE];
    float_from_quad(parts, sizeof parts, HLCKPT_DOUBLE_DOUBLE, (const unsigned char *)&value);
    if (!isfinite(parts[0]) || fabs(parts[0]) < 1e-280 || fabs(parts[0]) > 1e300)
        return;
    __float128 sum = (__float128)parts[0] + parts[1], error = sum > value ? sum - value : value - sum;
    check(error <= (value < 0 ? -value : value) * 0x1p-105, "to double-double", round);
    check(parts[0] + parts[1] == parts[0], "double-double is normalized", round);
    float_to_quad(quad, parts, HLCKPT_DOUBLE_DOUBLE);
    check(memcmp(&sum, quad, sizeof quad) == 0, "from double-double", round);
}

int main(void)
{
    for (long round = 0; round < ROUNDS; round++) {
        check_double(round);
        __float128 value = random_quad(round);
        if (value != value)
            continue;
        check_narrower(value, round);
        check_double_double(value, round);
    }
    return 0;
}
