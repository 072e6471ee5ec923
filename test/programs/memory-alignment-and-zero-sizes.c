// hop: small
// aligned_alloc, posix_memalign, calloc, blocks of no bytes, over-aligned types, and malloc_usable_size.

#include <malloc.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile int rounds = 40; // not known to the compiler, so that it keeps the loop as it is

struct line {
    alignas(64) int numbers[8];
    char tag;
};

static int aligned(const void *pointer, size_t alignment)
{
    return (uintptr_t)pointer % alignment == 0;
}

int main(void)
{
    struct line local = {{0}, 'l'}, *lines = aligned_alloc(64, 4 * sizeof *lines);
    char *page = aligned_alloc(4096, 8192), *nothing = malloc(0), *other_nothing = calloc(0, 8);
    double *wide = NULL;
    long *zeros = calloc(50, sizeof *zeros);
    static alignas(32) char table[96];
    memset(lines, 0, 4 * sizeof *lines);
    if (posix_memalign((void **)&wide, 256, 100 * sizeof *wide) != 0)
        return 1;
    memset(page, 1, 8192);
    wide[0] = 1;
    for (int i = 0; i < rounds; i++) {
        lines[i % 4].numbers[i % 8] += i;
        local.numbers[i % 8] ^= lines[(i + 1) % 4].numbers[i % 8];
        page[i * 120] += (char)i;
        wide[i + 1] = wide[i] * 1.5;
        table[i * 2] = (char)(table[i] + 1);
        zeros[i] += zeros[i / 2] + 1;
        int good = aligned(&local, 64) && aligned(lines, 64) && aligned(page, 4096) && aligned(wide, 256) &&
                   aligned(table, 32);
        printf("%d %d %d %d %d %d\n", i, good, local.numbers[3], page[i * 60], table[i], (int)wide[i / 3]);
        free(nothing);
        nothing = malloc(i % 2 ? 0 : 7);
    }
    printf("%d %d\n", nothing != other_nothing, malloc_usable_size(zeros) >= 50 * sizeof *zeros);
    free(lines);
    free(page);
    free(wide);
    free(nothing);
    free(other_nothing);
    free(zeros);
    return 0;
}
