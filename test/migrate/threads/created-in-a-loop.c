// hop: threads
// Threads come and go all the time; some are made by threads.
#include <pthread.h>

#include "work.h"

#define ROUNDS 30
#define COUNT  3

static void *count(void *argument)
{
    unsigned *x = argument;
    *x = work(*x, 25);
    return NULL;
}

static void *divide(void *argument)
{
    unsigned *x = argument, halves[2] = {*x / 2, *x - *x / 2};
    pthread_t child;
    ok(pthread_create(&child, NULL, count, &halves[0]));
    count(&halves[1]);
    ok(pthread_join(child, NULL));
    *x = halves[0] ^ halves[1];
    return NULL;
}

int main(void)
{
    unsigned cells[COUNT] = {1, 2, 3};
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[COUNT];
        for (int i = 0; i < COUNT; i++)
            ok(pthread_create(&threads[i], NULL, i ? count : divide, &cells[i]));
        for (int i = 0; i < COUNT; i++)
            ok(pthread_join(threads[i], NULL));
    }
    printf("%u %u %u\n", cells[0], cells[1], cells[2]);
    return 0;
}
