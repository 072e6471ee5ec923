// hop: threads
// Atomic variables of up to the width of a pointer, changed by all threads without a lock.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "work.h"

#define COUNT  4
#define ROUNDS 300

static _Atomic uint8_t bytes;
static _Atomic uint16_t halves;
static atomic_uint words;
static atomic_long longs;
static atomic_bool is_open;
static atomic_flag busy = ATOMIC_FLAG_INIT;
static unsigned long guarded;
static _Atomic int maximum = -1;
static _Atomic float sum;
static _Atomic(const char *) text = "none";

static void add_to_sum(float value)
{
    float before = atomic_load(&sum);
    while (!atomic_compare_exchange_weak(&sum, &before, before + value))
        ;
}

static void raise_maximum(int value)
{
    int before = atomic_load(&maximum);
    while (before < value && !atomic_compare_exchange_weak(&maximum, &before, value))
        ;
}

static void *run(void *argument)
{
    unsigned mine = *(unsigned *)argument, x = mine;
    while (!atomic_load_explicit(&is_open, memory_order_acquire))
        ;
    for (unsigned i = 0; i < ROUNDS; i++) {
        x = work(x, 2);
        atomic_fetch_add(&bytes, 3);
        atomic_fetch_add_explicit(&halves, 257, memory_order_relaxed);
        words ^= 1u << (i % 32);
        longs -= 2;
        add_to_sum(0.5f);
        raise_maximum((int)(x % 100000));
        while (atomic_flag_test_and_set(&busy))
            ;
        guarded++;
        atomic_flag_clear(&busy);
    }
    atomic_exchange(&text, "all");
    *(unsigned *)argument = x;
    return NULL;
}

int main(void)
{
    pthread_t threads[COUNT];
    unsigned numbers[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        numbers[i] = i;
        ok(pthread_create(&threads[i], NULL, run, &numbers[i]));
    }
    work(1, 100);
    atomic_store_explicit(&is_open, true, memory_order_release);
    for (int i = 0; i < COUNT; i++) {
        ok(pthread_join(threads[i], NULL));
        printf("%d: %u\n", i, numbers[i]);
    }
    printf("%u %u %x %ld %lu %d %g %s\n", bytes, halves, words, -longs, guarded, maximum, (double)sum, text);
    return 0;
}
