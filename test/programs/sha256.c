// SHA-256 in portable C, over messages of many lengths, and chained on its own digests.

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct sha256 {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[64];
};

static uint32_t constants[64];

static uint32_t rotate(uint32_t x, int by)
{
    return x >> by | x << (32 - by);
}

// The first 32 bits of the fraction of the cube root (or square root) of n, by bisection on integers.
static uint32_t root_fraction(unsigned n, int cube)
{
    uint64_t low = 0, high = (uint64_t)20 << 32;
    while (high - low > 1) {
        uint64_t middle = (low + high) / 2; // stands for middle / 2^32
        uint32_t a[2] = {(uint32_t)middle, (uint32_t)(middle >> 32)}, power[6] = {1};
        for (int round = 0; round < (cube ? 3 : 2); round++) {
            uint32_t product[6] = {0};
            for (int i = 0; i < 4; i++) {
                uint64_t carry = 0;
                for (int j = 0; j < 2; j++) {
                    carry += product[i + j] + (uint64_t)power[i] * a[j];
                    product[i + j] = (uint32_t)carry;
                    carry >>= 32;
                }
                product[i + 2] += (uint32_t)carry;
            }
            memcpy(power, product, sizeof power);
        }
        if (power[cube ? 3 : 2] >= n)
            high = middle;
        else
            low = middle;
    }
    return (uint32_t)low;
}

static void compress(struct sha256 *h)
{
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)h->block[4 * i] << 24 | (uint32_t)h->block[4 * i + 1] << 16 |
               (uint32_t)h->block[4 * i + 2] << 8 | h->block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    memcpy(s, h->state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
                      ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + w[i];
        uint32_t t2 =
            (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        for (int j = 7; j > 0; j--)
            s[j] = s[j - 1];
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        h->state[i] += s[i];
}

static void add(struct sha256 *h, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        h->block[h->length++ % 64] = bytes[i];
        if (h->length % 64 == 0)
            compress(h);
    }
}

static void finish(struct sha256 *h, uint8_t digest[32])
{
    uint64_t bits = h->length * 8;
    uint8_t length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    add(h, (const uint8_t *)"\x80", 1);
    while (h->length % 64 != 56)
        add(h, (const uint8_t *)"", 1);
    add(h, length, 8);
    for (int i = 0; i < 32; i++)
        digest[i] = (uint8_t)(h->state[i / 4] >> (24 - i % 4 * 8));
}

static void start(struct sha256 *h)
{
    static const int primes[8] = {2, 3, 5, 7, 11, 13, 17, 19};
    memset(h, 0, sizeof *h);
    for (int i = 0; i < 8; i++)
        h->state[i] = root_fraction((unsigned)primes[i], 0);
}

static void fill_constants(void)
{
    int found = 0;
    for (unsigned n = 2; found < 64; n++) {
        int prime = 1;
        for (unsigned d = 2; d * d <= n; d++)
            prime &= n % d != 0;
        if (prime)
            constants[found++] = root_fraction(n, 1);
    }
}

int main(void)
{
    uint8_t digest[32] = {0}, message[200];
    fill_constants();
    for (int i = 0; i < 200; i++)
        message[i] = (uint8_t)('a' + i % 26);
    for (int round = 0; round < 12; round++) {
        struct sha256 h;
        start(&h);
        add(&h, message, round ? (size_t)(round * 17) : 3);
        add(&h, digest, round ? 32 : 0);
        finish(&h, digest);
        printf("%d ", round);
        for (int i = 0; i < 32; i++)
            printf("%02x", digest[i]);
        printf("\n");
    }
    return 0;
}
