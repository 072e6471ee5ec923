// Blocks of many sizes allocated and freed in a pseudo-random order, each filled with a pattern that is checked at the
// end.

#include <stdio.h>
#include <stdlib.h>

struct block {
    unsigned char *bytes;
    unsigned size, pattern;
};

static unsigned seed = 17;

static unsigned random_number(unsigned limit)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 8) % limit;
}

static int whole(const struct block *block)
{
    for (unsigned i = 0; i < block->size; i++)
        if (block->bytes[i] != (unsigned char)(block->pattern + i))
            return 0;
    return 1;
}

int main(void)
{
    struct block blocks[100] = {{0}};
    long bad = 0, freed = 0, total = 0;
    for (int round = 0; round < 1200; round++) {
        struct block *block = &blocks[random_number(100)];
        if (block->bytes) {
            bad += !whole(block);
            freed += block->size;
            free(block->bytes);
        }
        block->size = random_number(10) ? random_number(200) + 1 : random_number(3000) + 1;
        block->pattern = random_number(256);
        block->bytes = malloc(block->size);
        for (unsigned i = 0; i < block->size; i++)
            block->bytes[i] = (unsigned char)(block->pattern + i);
        total += block->size;
        if (round % 120 == 0)
            printf("%d %ld %ld %ld\n", round, bad, freed, total);
    }
    for (int i = 0; i < 100; i++)
        if (blocks[i].bytes) {
            bad += !whole(&blocks[i]);
            free(blocks[i].bytes);
        }
    printf("%ld\n", bad);
    return bad != 0;
}
