// Sieves of Eratosthenes, of bytes and of bits, with twins, gaps and factorisations counted afterwards.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char *sieve(int limit)
{
    unsigned char *composite = calloc((size_t)limit + 1, 1);
    for (int i = 2; i * i <= limit; i++)
        if (!composite[i])
            for (int j = i * i; j <= limit; j += i)
                composite[j] = 1;
    return composite;
}

static int count_bits(int limit)
{
    unsigned *bits = malloc(((size_t)limit / 32 + 1) * sizeof *bits);
    int count = 0;
    memset(bits, 255, ((size_t)limit / 32 + 1) * sizeof *bits);
    for (int i = 2; i <= limit; i++)
        if (bits[i / 32] >> i % 32 & 1) {
            count++;
            for (long j = (long)i * 2; j <= limit; j += i)
                bits[j / 32] &= ~(1u << j % 32);
        }
    free(bits);
    return count;
}

int main(void)
{
    enum { LIMIT = 60000 };
    unsigned char *composite = sieve(LIMIT);
    int last = 2, widest = 0, twins = 0, count = 0;
    unsigned hash = 0;
    for (int i = 2; i <= LIMIT; i++) {
        if (composite[i])
            continue;
        count++;
        hash = hash * 31 + (unsigned)i;
        twins += i - last == 2;
        if (i - last > widest)
            widest = i - last;
        last = i;
        if (count % 500 == 0)
            printf("%d %d %d %d %u\n", count, i, twins, widest, hash);
    }
    printf("%d %d\n", count, count_bits(LIMIT));
    free(composite);
    return 0;
}
