// A program is captured when all its threads but main wait at a barrier: its state is the same wherever it runs.
#include <pthread.h>
#include <time.h>

#include "hlckpt.h"
#include "work.h"

#define COUNT 4

static pthread_barrier_t meeting;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long total;
static unsigned parts[COUNT];

static void *run(void *argument)
{
    unsigned *part = argument, local[8] = {0};
    for (int i = 0; i < 40; i++)
        local[i % 8] += *part = work(*part, 10);
    ok(pthread_mutex_lock(&lock));
    total += *part;
    ok(pthread_mutex_unlock(&lock));
    pthread_barrier_wait(&meeting);
    return (void *)(unsigned long)(local[3] % 1000);
}

// Is everybody in the barrier? They have nothing else to wait for when their part is in the total.
static void wait_for_others(unsigned long expected)
{
    for (unsigned long now = 0; now != expected;) {
        ok(pthread_mutex_lock(&lock));
        now = total;
        ok(pthread_mutex_unlock(&lock));
    }
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned long expected = 0;
    ok(pthread_barrier_init(&meeting, NULL, COUNT + 1));
    for (unsigned i = 0; i < COUNT; i++) {
        unsigned x = parts[i] = i;
        for (int k = 0; k < 40; k++)
            x = work(x, 10);
        expected += x;
    }
    for (unsigned i = 0; i < COUNT; i++)
        ok(pthread_create(&threads[i], NULL, run, &parts[i]));
    wait_for_others(expected);
    int resumed = hlckpt_checkpoint();
    pthread_barrier_wait(&meeting);
    for (unsigned i = 0; i < COUNT; i++) {
        void *result;
        ok(pthread_join(threads[i], &result));
        printf("%u %lu\n", parts[i], (unsigned long)result);
    }
    printf("%lu %d\n", total, resumed >= 0);
    return 0;
}
