// hop: small
// Static inline helpers, one within the other, each with a loop and variables of its own; some inlined twice, some
// forced, one kept out of line in the middle of the chain.

#include <stdio.h>

static inline unsigned mix(unsigned hash, unsigned value)
{
    for (int i = 0; i < 3; i++) {
        hash ^= value >> (8 * i);
        hash *= 16777619u;
    }
    return hash;
}

static inline __attribute__((always_inline)) unsigned hash_row(const short *row, int length, unsigned hash)
{
    unsigned odd = 0;
    for (int i = 0; i < length; i++) {
        odd ^= (unsigned)row[i];
        hash = mix(hash, (unsigned)row[i] + odd);
    }
    return hash + odd;
}

static __attribute__((noinline)) unsigned hash_rows(short rows[][7], int count, unsigned hash)
{
    for (int i = 0; i < count; i++)
        hash = hash_row(rows[i], 7, mix(hash, (unsigned)i));
    return hash;
}

static inline int advance(short rows[][7], int count)
{
    int changed = 0;
    for (int i = 0; i < count; i++) {
        short *row = rows[i];
        for (int j = 0; j < 7; j++) {
            short before = row[j];
            row[j] = (short)(row[(j + 1) % 7] * 3 + before);
            changed += row[j] != before;
        }
    }
    return changed;
}

static inline unsigned step(short rows[][7], int count, unsigned hash)
{
    int changed = advance(rows, count);
    unsigned first = hash_rows(rows, count, hash);
    return mix(first, (unsigned)changed) ^ hash_row(rows[0], 7, first);
}

int main(void)
{
    short rows[4][7] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {-1, -2, -3}};
    unsigned hash = 2166136261u;
    for (int i = 0; i < 12; i++) {
        hash = step(rows, 4, hash);
        printf("%d %u %d\n", i, hash, rows[i % 4][i % 7]);
    }
    return 0;
}
