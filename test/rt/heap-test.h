// What the tests of heap and arena share: a failing expectation names its line and ends the test.
#ifndef HEAP_TEST_H
#define HEAP_TEST_H

#include "heap.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition)                                                                                              \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            _Exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

static inline void expect_sound_heap(void)
{
    char fault[200];
    if (!heap_check(fault, sizeof fault)) {
        fprintf(stderr, "heap: %s\n", fault);
        _Exit(1);
    }
}

// Hides a pointer's origin from the optimiser, which may otherwise do away with an allocation and its use.
static inline void *hide(void *pointer)
{
    __asm__ volatile("" : "+r"(pointer) : : "memory");
    return pointer;
}

static inline uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

#endif
