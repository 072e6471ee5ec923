// hop: targets=64bit
// 128-bit integers, signed and not, in scalars, structures, arrays, arguments and results.

#include <inttypes.h>
#include <stdio.h>

typedef unsigned __int128 u128;
typedef __int128 i128;

struct fraction {
    char sign;
    u128 top, bottom;
};

static void print(u128 value)
{
    printf(" %016" PRIx64 "%016" PRIx64, (uint64_t)(value >> 64), (uint64_t)value);
}

static u128 gcd(u128 a, u128 b)
{
    while (b) {
        u128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static struct fraction add(struct fraction a, struct fraction b)
{
    struct fraction sum = {'+', a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom};
    u128 common = gcd(sum.top, sum.bottom);
    sum.top /= common;
    sum.bottom /= common;
    return sum;
}

int main(void)
{
    struct fraction harmonic = {'+', 0, 1};
    u128 ring[4] = {1, 2, 3, 4}, hash = ((u128)0x6c62272e07bb0142 << 64) + 0x62b821756295c58d;
    i128 walk = 0;
    for (int i = 1; i <= 60; i++) {
        harmonic = add(harmonic, (struct fraction){'+', 1, (u128)(i % 40 + 1)});
        for (int j = 0; j < 50; j++) {
            hash = (hash ^ (u128)(i + j)) * (((u128)0x1000000 << 64) + 0x13b);
            ring[j % 4] += hash ^ ring[(j + 1) % 4];
            walk = walk / 2 + (hash & 1 ? (i128)(hash >> 3) : -(i128)(hash >> 4));
        }
        if (i % 6 == 0) {
            printf("%d %c", i, harmonic.sign);
            print(harmonic.top);
            print(harmonic.bottom);
            print(hash);
            print(ring[i % 4]);
            printf(" %d", walk < 0);
            print((u128)walk);
            printf("\n");
        }
    }
    return 0;
}
