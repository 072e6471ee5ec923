// Threads allocate, resize and free each other's blocks; contents survive, and the heap is sound in the end.
// RUN: %clang %cflags -O1 -fno-builtin %s %top/rt/heap*.c %top/rt/arena.c -pthread -o %t && %t
#define _GNU_SOURCE
#include "heap-test.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 4, SHELVES = 512, STEPS = 60000, GENERATIONS = 3 };

// Where threads leave blocks for each other. A block begins with its size and is filled with the size's low byte.
static _Atomic(unsigned char *) shelves[SHELVES];

static size_t random_size(uint32_t *seed)
{
    unsigned large = next_random(seed) % 500 == 0;
    return sizeof(size_t) + next_random(seed) % ((size_t)1 << (large ? 22 : 4 + next_random(seed) % 10));
}

static void fill(unsigned char *block, size_t size)
{
    memcpy(block, &size, sizeof size);
    memset(block + sizeof size, (int)(size & 255), size - sizeof size);
}

static size_t check(const unsigned char *block)
{
    size_t size;
    struct heap_block found;
    memcpy(&size, block, sizeof size);
    EXPECT(malloc_usable_size((void *)block) == size);
    for (size_t i = sizeof size; i < size; i += size > 5000 ? 997 : 1)
        EXPECT(block[i] == (unsigned char)size);
    EXPECT(heap_find(block + size / 3, &found) && found.address == block && found.size == size);
    return size;
}

static unsigned char *make_block(uint32_t *seed)
{
    size_t size = random_size(seed);
    unsigned char *block = next_random(seed) % 16 ? malloc(size) : memalign((size_t)32 << next_random(seed) % 6, size);
    EXPECT(block);
    fill(block, size);
    return block;
}

static unsigned char *resize_block(unsigned char *block, uint32_t *seed)
{
    size_t old = check(block), size = random_size(seed);
    block = realloc(block, size);
    EXPECT(block);
    for (size_t i = sizeof size; i < old && i < size; i += 97)
        EXPECT(block[i] == (unsigned char)old);
    fill(block, size);
    return block;
}

static void *work(void *seed_pointer)
{
    uint32_t seed = (uint32_t)(uintptr_t)seed_pointer;
    for (int i = 0; i < STEPS; i++) {
        unsigned char *block = atomic_exchange(&shelves[next_random(&seed) % SHELVES], NULL);
        if (block && next_random(&seed) % 3 == 0) {
            block = resize_block(block, &seed);
        } else if (block) {
            check(block);
            free(block);
            block = NULL;
        } else {
            block = make_block(&seed);
        }
        block = atomic_exchange(&shelves[next_random(&seed) % SHELVES], block);
        free(block);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    for (uintptr_t generation = 0; generation < GENERATIONS; generation++) {
        for (uintptr_t i = 0; i < THREADS; i++)
            EXPECT(pthread_create(&threads[i], NULL, work, (void *)(generation * 100 + i + 1)) == 0);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        expect_sound_heap();
    }
    for (int i = 0; i < SHELVES; i++)
        if (shelves[i]) {
            check(shelves[i]);
            free(shelves[i]);
        }
    expect_sound_heap();
    return 0;
}
