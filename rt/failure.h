// The first cause of a failure, in words: where, what was found, what was expected. Later causes are dropped.
#ifndef RT_FAILURE_H
#define RT_FAILURE_H

#include <stdbool.h>

struct failure {
    bool failed;
    char text[512];
};

// Keeps the first message; returns false always, so that `return fail(f, ...)` reads well. `f` may not be NULL.
bool fail(struct failure *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
