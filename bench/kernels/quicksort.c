// Quicksort of 32-bit keys, Hoare's partition, insertion sort for short runs.

#include "kernel.h"

enum { KEYS = 500000, SHORT_RUN = 16 };

static void sort_short(uint32_t *keys, int length)
{
    for (int i = 1; i < length; i++) {
        uint32_t key = keys[i];
        int j = i;
        for (; j > 0 && keys[j - 1] > key; j--)
            keys[j] = keys[j - 1];
        keys[j] = key;
    }
}

static void quicksort(uint32_t *keys, int length)
{
    while (length > SHORT_RUN) {
        uint32_t pivot = keys[length / 2];
        int i = -1, j = length;
        for (;;) {
            while (keys[++i] < pivot) {
            }
            while (keys[--j] > pivot) {
            }
            if (i >= j)
                break;
            uint32_t kept = keys[i];
            keys[i] = keys[j];
            keys[j] = kept;
        }
        quicksort(keys, j + 1);
        keys += j + 1;
        length -= j + 1;
    }
    sort_short(keys, length);
}

int main(int argc, char **argv)
{
    uint32_t random = 9;
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 14);
    uint32_t *keys = must_alloc(KEYS * sizeof *keys);

    for (long i = 0; i < rounds; i++) {
        for (int j = 0; j < KEYS; j++)
            keys[j] = next_random(&random);
        quicksort(keys, KEYS);
        for (int j = 0; j < KEYS; j += 1000)
            sum = mix(sum, keys[j]);
    }
    free(keys);
    print_sum("quicksort", sum);
}
