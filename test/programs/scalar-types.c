// hop: small
// Every scalar type of C, one variable of each, all live across the same loop.

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

static volatile int rounds = 300; // not known to the compiler, so that it keeps the loop as it is

enum colour { RED, GREEN = 7, BLUE = -3 };

int main(void)
{
    bool flag = false;
    char letter = 'a';
    signed char small = -100;
    unsigned char byte = 200;
    short s = -30000;
    unsigned short us = 60000;
    int i = -2000000000;
    unsigned u = 4000000000u;
    long l = -2000000000L;
    unsigned long ul = 4000000000ul;
    long long ll = -9000000000000000000LL;
    unsigned long long ull = 18000000000000000000ULL;
    int8_t i8 = INT8_MIN;
    int64_t i64 = INT64_MIN;
    uint64_t u64 = UINT64_MAX;
    size_t size = 0;
    ptrdiff_t difference = -1;
    wchar_t wide = L'w';
    float f = 0.5f;
    double d = 0.1;
    long double ld = 0.25L;
    enum colour colour = GREEN;

    for (int n = 0; n < rounds; n++) {
        flag = !flag;
        letter = (char)('a' + (letter - 'a' + 1) % 26);
        small = (signed char)(small < 0 ? small + 3 : small - 101);
        byte = (unsigned char)(byte * 3 + 1);
        s = (short)(s + 7);
        us = (unsigned short)(us + 77);
        i += n;
        u -= 7u * (unsigned)n;
        l += n * 11;
        ul -= (unsigned long)n * 13;
        ll += n * 1234567891LL;
        ull -= (unsigned long long)n * 9876543210ULL;
        i8 = (int8_t)(i8 < 0 ? i8 + 1 : i8 - 127);
        i64 += n;
        u64 -= (uint64_t)n << 20;
        size += (size_t)n;
        difference -= n;
        wide = (wchar_t)(wide + 3);
        f = f * 1.25f + 1;
        d = d * 1.01 + 0.3;
        ld = ld + 0.25L;
        colour = colour == GREEN ? BLUE : colour == BLUE ? RED : GREEN;
        if (f > 1000)
            f -= 999;
    }
    printf("%d %c %d %u %d %u\n", flag, letter, small, byte, s, us);
    printf("%d %u %ld %lu %lld %llu\n", i, u, l, ul, ll, ull);
    printf("%d %" PRId64 " %" PRIu64 " %zu %td %ld\n", i8, i64, u64, size, difference, (long)wide);
    printf("%a %a %.6Lf %d\n", (double)f, d, ld, colour);
    return 0;
}
