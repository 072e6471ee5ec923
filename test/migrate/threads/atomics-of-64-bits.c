// hop: threads libs=-l:libatomic.so.1
// Atomic variables of 64 bits: a number, a floating point number, a pair. Where there are no instructions for them
// (32-bit powerpc) a library has a lock.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "work.h"

#define COUNT  4
#define ROUNDS 200

struct pair {
    int32_t left, right;
};

static _Atomic uint64_t number;
static _Atomic double sum;
static _Atomic struct pair pair;
static _Atomic int64_t *shared;

static void *run(void *argument)
{
    unsigned mine = *(unsigned *)argument, x = mine;
    for (unsigned i = 0; i < ROUNDS; i++) {
        x = work(x, 3);
        atomic_fetch_add(&number, UINT64_C(0x100000001));
        atomic_fetch_sub(shared, INT64_C(0x200000000));
        double before = atomic_load(&sum);
        while (!atomic_compare_exchange_weak(&sum, &before, before + 0.25))
            ;
        struct pair old = atomic_load(&pair), new;
        do
            new = (struct pair){old.left + 1, old.right - 1};
        while (!atomic_compare_exchange_weak(&pair, &old, new));
    }
    *(unsigned *)argument = x;
    return NULL;
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned numbers[COUNT];
    _Atomic int64_t local = -1;
    shared = &local;
    for (unsigned i = 0; i < COUNT; i++) {
        numbers[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &numbers[i]));
    }
    for (int i = 0; i < COUNT; i++) {
        ok(pthread_join(threads[i], NULL));
        printf("%d: %u\n", i, numbers[i]);
    }
    struct pair end = pair;
    printf("%jx %jd %g %d %d\n", (uintmax_t)number, (intmax_t)local, sum, end.left, end.right);
    return 0;
}
