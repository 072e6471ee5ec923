// A pointer to anywhere in a live block finds it, one past the end included; no other value does.
// RUN: %clang %cflags -O1 -fno-builtin %s %top/rt/heap*.c %top/rt/arena.c -pthread -o %t && %t
#define _GNU_SOURCE
#include "heap-test.h"

#include <malloc.h>

enum { BLOCKS = 3000 };
static unsigned char *blocks[BLOCKS];
static size_t block_sizes[BLOCKS];
static uint32_t seed = 2463534242;

static bool finds(const void *pointer, const unsigned char *address, size_t size)
{
    struct heap_block found = {0};
    return heap_find(pointer, &found) && found.address == address && found.size == size && found.mark;
}

static bool finds_nothing(const void *pointer)
{
    struct heap_block found;
    return !heap_find(pointer, &found);
}

// Sizes of all kinds, most of them small.
static size_t random_size(void)
{
    return next_random(&seed) % ((size_t)1 << (4 + next_random(&seed) % 17));
}

static unsigned char *allocate_somehow(size_t size)
{
    unsigned kind = next_random(&seed) % 8;
    return kind == 0 ? memalign((size_t)16 << next_random(&seed) % 10, size) : malloc(size);
}

static void test_block(const unsigned char *address, size_t size)
{
    EXPECT(finds(address, address, size));
    EXPECT(finds(address + size / 2, address, size));
    EXPECT(finds(address + size, address, size));
    struct heap_block other;
    EXPECT(!heap_find(address - 1, &other) || other.address != address);
    EXPECT(!heap_find(address + size + 1, &other) || other.address != address);
}

static void test_live_and_freed(void)
{
    for (int i = 0; i < BLOCKS; i++) {
        block_sizes[i] = random_size();
        blocks[i] = allocate_somehow(block_sizes[i]);
    }
    for (int i = 0; i < BLOCKS; i++)
        test_block(blocks[i], block_sizes[i]);
    for (int i = 0; i < BLOCKS; i += 2)
        free(blocks[i]);
    for (int i = 0; i < BLOCKS; i++)
        if (i % 2)
            test_block(blocks[i], block_sizes[i]);
        else
            EXPECT(finds_nothing(blocks[i]) && finds_nothing(blocks[i] + block_sizes[i]));
    for (int i = 1; i < BLOCKS; i += 2)
        free(blocks[i]);
    expect_sound_heap();
}

static void test_every_byte(size_t size)
{
    unsigned char *block = malloc(size);
    for (size_t i = 0; i <= size; i++)
        EXPECT(finds(block + i, block, size));
    EXPECT(finds_nothing(block + size + 1) || size % 16 == 0);
    free(block);
}

// A block that grew is found with its new size; where it was before, nothing is found.
static void test_resized(void)
{
    static const size_t steps[] = {10,      16,      17,       1000,    40000, 70000, 1000000,
                                   3000000, 9000000, 20000000, 5000000, 100,   9};
    unsigned char *block = NULL;
    for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
        unsigned char *before = hide(block);
        block = realloc(block, steps[i]);
        test_block(block, steps[i]);
        EXPECT(before == NULL || before == block || finds_nothing(before) ||
               (before > block && before <= block + steps[i]));
    }
    free(block);
    EXPECT(finds_nothing(hide(block)));
}

static void test_garbage(void)
{
    int local = 0;
    static int global;
    EXPECT(finds_nothing(NULL) && finds_nothing((void *)1) && finds_nothing((void *)UINTPTR_MAX));
    EXPECT(finds_nothing(&local) && finds_nothing(&global) && finds_nothing((void *)(uintptr_t)test_garbage));
    uintptr_t near = (uintptr_t)malloc(10);
    struct heap_block found;
    for (int i = 0; i < 2000000; i++) {
        uint64_t word = (uint64_t)next_random(&seed) << 32 | next_random(&seed);
        uintptr_t anywhere = (uintptr_t)word >> next_random(&seed) % 16;
        uintptr_t close = near + (next_random(&seed) & 0xffffff) - 0x800000;
        uintptr_t pointer = i % 2 ? anywhere : close;
        if (heap_find((void *)pointer, &found))
            EXPECT(pointer >= (uintptr_t)found.address && pointer - (uintptr_t)found.address <= found.size);
    }
    free((void *)near);
}

int main(void)
{
    for (int round = 0; round < 5; round++)
        test_live_and_freed();
    for (size_t size = 0; size < 300; size++)
        test_every_byte(size);
    test_every_byte(5000);
    test_every_byte(40000);
    test_every_byte(5000000);
    test_resized();
    test_garbage();
    expect_sound_heap();
    return 0;
}
