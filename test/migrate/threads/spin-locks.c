// hop: threads
// A spin lock is held across migration points.
#include <pthread.h>

#include "work.h"

#define COUNT 4

static pthread_spinlock_t lock;
static unsigned long counter;

static void *run(void *argument)
{
    unsigned x = *(unsigned *)argument;
    for (int i = 0; i < 60; i++) {
        ok(pthread_spin_lock(&lock));
        unsigned long before = counter;
        x = work(x, 8);
        counter = before + 1;
        ok(pthread_spin_unlock(&lock));
        x = work(x, 8);
    }
    *(unsigned *)argument = x;
    return NULL;
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned numbers[COUNT];
    ok(pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE));
    for (unsigned i = 0; i < COUNT; i++) {
        numbers[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &numbers[i]));
    }
    for (int i = 0; i < COUNT; i++) {
        ok(pthread_join(threads[i], NULL));
        printf("%d: %u\n", i, numbers[i]);
    }
    printf("%lu\n", counter);
    ok(pthread_spin_destroy(&lock));
    return 0;
}
