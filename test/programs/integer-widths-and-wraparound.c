// Integer arithmetic of each width, with wrap-around, shifts, rotations, division and mixed signs.

#include <inttypes.h>
#include <stdio.h>

static uint32_t rotate32(uint32_t value, unsigned by)
{
    by &= 31;
    return by ? value << by | value >> (32 - by) : value;
}

static uint64_t rotate64(uint64_t value, unsigned by)
{
    by &= 63;
    return by ? value << by | value >> (64 - by) : value;
}

int main(void)
{
    uint8_t a = 1;
    uint16_t b = 2;
    uint32_t c = 3;
    uint64_t d = 4;
    int8_t sa = -1;
    int16_t sb = -2;
    int32_t sc = -3;
    int64_t sd = -4;
    for (int i = 1; i <= 20000; i++) {
        a = (uint8_t)(a * 5 + i);
        b = (uint16_t)(b * 31 + a);
        c = rotate32(c * 1664525u + b, a);
        d = rotate64(d * 6364136223846793005ULL + c, b);
        sa = (int8_t)(a ^ sa);
        sb = (int16_t)(b - sa);
        sc = (int32_t)(c >> 1) / (sb | 1);
        sd = (int64_t)(d >> 2) % ((int64_t)sc | 1) - sa;
        d ^= (uint64_t)sd >> (i & 15);
        if (i % 2500 == 0)
            printf("%u %u %" PRIu32 " %" PRIu64 " %d %d %" PRId32 " %" PRId64 "\n", a, b, c, d, sa, sb, sc, sd);
    }
    return 0;
}
