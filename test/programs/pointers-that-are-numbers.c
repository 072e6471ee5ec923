// hop: small
// Numbers in pointers, as callbacks and threads are given them: up to 65535 they are what they were.

#include <stdint.h>
#include <stdio.h>

static void *shared[6];

static uintptr_t sum(void **numbers, int count)
{
    uintptr_t total = 0;
    for (int i = 0; i < count; i++)
        total += (uintptr_t)numbers[i];
    return total;
}

int main(void)
{
    static const uintptr_t numbers[] = {1, 4095, 4096, 32767, 32768, 65535};
    void *local[6];
    for (int i = 0; i < 6; i++)
        shared[i] = local[5 - i] = (void *)numbers[i];
    for (int round = 0; round < 12; round++) {
        for (int i = 0; i < 6; i++)
            printf(" %u", (unsigned)(uintptr_t)local[(i + round) % 6]);
        printf(": %u %u\n", (unsigned)sum(local, 6), (unsigned)sum(shared, 6));
    }
    return 0;
}
