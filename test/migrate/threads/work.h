// What the programs here share: work that takes a while and passes many migration points, and a check of each call.
#ifndef WORK_H
#define WORK_H

#include <stdio.h>
#include <stdlib.h>

// Ends the program, with the line, when a call gave another result than it has to.
#define must(call, expected)                                                                                           \
    do {                                                                                                               \
        long must_found = (long)(call), must_expected = (long)(expected);                                              \
        if (must_found != must_expected) {                                                                             \
            printf("%s:%d: %s: found %ld, expected %ld\n", __FILE_NAME__, __LINE__, #call, must_found, must_expected); \
            fflush(stdout);                                                                                            \
            _Exit(3);                                                                                                  \
        }                                                                                                              \
    } while (0)
#define ok(call) must(call, 0)

static inline unsigned step(unsigned x)
{
    return x % 2 ? x * 1664525u + 1013904223u : x / 2 + 0x9e3779b9u;
}

// A number that depends on each of its steps.
static __attribute__((noinline, unused)) unsigned work(unsigned x, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++)
        x = step(x ^ i);
    return x;
}

#endif
