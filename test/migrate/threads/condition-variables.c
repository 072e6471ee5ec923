// hop: threads
// Producers and consumers around a bounded buffer; then all wait for one broadcast after another.
#include <pthread.h>
#include <stdbool.h>

#include "work.h"

#define SIZE      5
#define PRODUCERS 3
#define CONSUMERS 3
#define ITEMS     60 // of each producer
#define ROUNDS    12

static struct {
    pthread_mutex_t lock;
    pthread_cond_t not_full, not_empty;
    unsigned items[SIZE], head, count;
    unsigned taken;
} buffer = {.lock = PTHREAD_MUTEX_INITIALIZER, .not_full = PTHREAD_COND_INITIALIZER, .not_empty = PTHREAD_COND_INITIALIZER};

static pthread_mutex_t round_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t next_round, all_ready = PTHREAD_COND_INITIALIZER;
static unsigned current_round, ready;

static void put(unsigned item)
{
    ok(pthread_mutex_lock(&buffer.lock));
    while (buffer.count == SIZE)
        ok(pthread_cond_wait(&buffer.not_full, &buffer.lock));
    buffer.items[(buffer.head + buffer.count++) % SIZE] = item;
    ok(pthread_cond_signal(&buffer.not_empty));
    ok(pthread_mutex_unlock(&buffer.lock));
}

static bool take(unsigned *item)
{
    ok(pthread_mutex_lock(&buffer.lock));
    while (buffer.count == 0 && buffer.taken < PRODUCERS * ITEMS)
        ok(pthread_cond_wait(&buffer.not_empty, &buffer.lock));
    bool found = buffer.count > 0;
    if (found) {
        *item = buffer.items[buffer.head];
        buffer.head = (buffer.head + 1) % SIZE;
        buffer.count--;
        if (++buffer.taken == PRODUCERS * ITEMS)
            ok(pthread_cond_broadcast(&buffer.not_empty));
        ok(pthread_cond_signal(&buffer.not_full));
    }
    ok(pthread_mutex_unlock(&buffer.lock));
    return found;
}

static void *produce(void *argument)
{
    unsigned mine = *(unsigned *)argument;
    for (unsigned i = 0; i < ITEMS; i++)
        put(work(mine * ITEMS + i, 10) % 1000);
    return NULL;
}

static void *consume(void *argument)
{
    unsigned *sum = argument, item;
    while (take(&item))
        *sum += item + work(item, 10) % 7;
    return sum;
}

static void *follow(void *argument)
{
    unsigned x = *(unsigned *)argument;
    for (unsigned i = 0; i < ROUNDS; i++) {
        x = work(x, 30);
        ok(pthread_mutex_lock(&round_lock));
        if (++ready == CONSUMERS * (i + 1))
            ok(pthread_cond_signal(&all_ready));
        while (current_round <= i)
            ok(pthread_cond_wait(&next_round, &round_lock));
        ok(pthread_mutex_unlock(&round_lock));
    }
    *(unsigned *)argument = x;
    return NULL;
}

static void lead(void)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        work(i, 10);
        ok(pthread_mutex_lock(&round_lock));
        while (ready < CONSUMERS * (i + 1))
            ok(pthread_cond_wait(&all_ready, &round_lock));
        current_round++;
        ok(pthread_cond_broadcast(&next_round));
        ok(pthread_mutex_unlock(&round_lock));
    }
}

int main(void)
{
    pthread_t producers[PRODUCERS], consumers[CONSUMERS], followers[CONSUMERS];
    unsigned numbers[PRODUCERS], sums[CONSUMERS] = {0}, seeds[CONSUMERS], total = 0;
    for (unsigned i = 0; i < CONSUMERS; i++)
        ok(pthread_create(&consumers[i], NULL, consume, &sums[i]));
    for (unsigned i = 0; i < PRODUCERS; i++) {
        numbers[i] = i;
        ok(pthread_create(&producers[i], NULL, produce, &numbers[i]));
    }
    for (unsigned i = 0; i < PRODUCERS; i++)
        ok(pthread_join(producers[i], NULL));
    for (unsigned i = 0; i < CONSUMERS; i++) {
        ok(pthread_join(consumers[i], NULL));
        total += sums[i];
    }
    printf("total %u, taken %u\n", total, buffer.taken);
    ok(pthread_cond_init(&next_round, NULL));
    for (unsigned i = 0; i < CONSUMERS; i++) {
        seeds[i] = i;
        ok(pthread_create(&followers[i], NULL, follow, &seeds[i]));
    }
    lead();
    for (unsigned i = 0; i < CONSUMERS; i++) {
        ok(pthread_join(followers[i], NULL));
        printf("%u\n", seeds[i]);
    }
    ok(pthread_cond_destroy(&next_round));
    return 0;
}
