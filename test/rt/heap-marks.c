// Marks stay with a block until they are cleared, all at once; enumeration meets every live block exactly once.
// RUN: %clang %cflags -O1 -fno-builtin %s %top/rt/heap*.c %top/rt/arena.c -pthread -o %t && %t
#define _GNU_SOURCE
#include "heap-test.h"

#include <malloc.h>

enum { BLOCKS = 2000 };
static char *blocks[BLOCKS];

static uint32_t *mark_of(void *pointer)
{
    struct heap_block found;
    EXPECT(heap_find(pointer, &found));
    return found.mark;
}

static void allocate_blocks(void)
{
    for (size_t i = 0; i < BLOCKS; i++)
        blocks[i] = i % 7 == 3 ? memalign(512, i) : i % 500 == 0 ? malloc(i * 5000) : malloc(i);
}

static void free_blocks(void)
{
    for (size_t i = 0; i < BLOCKS; i++)
        free(blocks[i]);
}

static void test_marks(void)
{
    for (uint32_t i = 0; i < BLOCKS; i++) {
        EXPECT(*mark_of(blocks[i]) == 0);
        *mark_of(blocks[i]) = i + 1;
    }
    for (uint32_t i = 0; i < BLOCKS; i++)
        EXPECT(*mark_of(blocks[i] + i) == i + 1);
    free(blocks[5]);
    blocks[5] = malloc(5);
    EXPECT(*mark_of(blocks[5]) == 0);
    heap_clear_marks();
}

// More clearings than there are generations, with a block marked before the first of them.
static void test_many_generations(void)
{
    *mark_of(blocks[9]) = 99;
    for (int i = 0; i < 70000; i++) {
        heap_clear_marks();
        if (i % 10007 == 0)
            EXPECT(*mark_of(blocks[8]) == 0);
        EXPECT(i % 30011 != 65 || *mark_of(blocks[9]) == 0);
    }
    for (int i = 0; i < 65536; i++) {
        heap_clear_marks();
        EXPECT(i % 4096 != 0 || *mark_of(blocks[9]) == 0);
    }
}

static void count_block(struct heap_block *block, void *count)
{
    ++*block->mark;
    ++*(size_t *)count;
}

static void test_enumeration(void)
{
    size_t count = 0;
    heap_clear_marks();
    heap_for_each(count_block, &count);
    EXPECT(count >= BLOCKS);
    for (size_t i = 0; i < BLOCKS; i++)
        EXPECT(*mark_of(blocks[i]) == 1);
    size_t freed = 0;
    for (size_t i = 0; i < BLOCKS; i += 3, freed++)
        free(blocks[i]);
    size_t left = 0;
    heap_for_each(count_block, &left);
    EXPECT(left == count - freed);
    for (size_t i = 0; i < BLOCKS; i += 3)
        blocks[i] = NULL;
}

int main(void)
{
    allocate_blocks();
    test_marks();
    test_many_generations();
    test_enumeration();
    free_blocks();
    expect_sound_heap();
    return 0;
}
