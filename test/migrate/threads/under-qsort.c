// hop: threads
// One thread is under qsort of the library most of the time, where it cannot be captured; the others work.
#include <pthread.h>

#include "work.h"

#define COUNT 3
#define SIZE  150

static unsigned long compared;

static int compare(const void *a, const void *b)
{
    unsigned x = work(*(const unsigned *)a, 3), y = work(*(const unsigned *)b, 3);
    compared++;
    return (x > y) - (x < y);
}

static void *sort(void *argument)
{
    unsigned *table = argument;
    for (int round = 0; round < 4; round++) {
        qsort(table, SIZE, sizeof *table, compare);
        for (int i = 0; i < SIZE; i++)
            table[i] = work(table[i], 3);
    }
    return table;
}

static void *run(void *argument)
{
    unsigned *x = argument;
    for (int i = 0; i < 100; i++)
        *x = work(*x, 20);
    return NULL;
}

int main(void)
{
    pthread_t sorter, threads[COUNT];
    unsigned table[SIZE], values[COUNT], sum = 0;
    for (unsigned i = 0; i < SIZE; i++)
        table[i] = work(i, 5) % 1000;
    ok(pthread_create(&sorter, NULL, sort, table));
    for (unsigned i = 0; i < COUNT; i++) {
        values[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &values[i]));
    }
    for (int i = 0; i < COUNT; i++) {
        ok(pthread_join(threads[i], NULL));
        printf("%u\n", values[i]);
    }
    ok(pthread_join(sorter, NULL));
    for (unsigned i = 0; i < SIZE; i++)
        sum = sum * 31 + table[i];
    printf("sum %u\n", sum);
    return compared > 0 ? 0 : 1;
}
