// What the operator asked for: the variables of hlckpt/env.h, read once before the program starts.
#ifndef RT_OPTIONS_H
#define RT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"
#include "hlckpt/env.h"

#pragma GCC visibility push(hidden)

#define V(identifier, name, value, what) static const char identifier[] __attribute__((unused)) = name;
HLCKPT_ENVIRONMENT(V)
#undef V

#define HLCKPT_PREFIX "HLCKPT_" // of the name of every control variable

struct options {
    const char *dir;       // absolute
    const char *compress;  // "" for none
    const char *log_level; // NULL: not given
    const char *log_file;  // absolute; NULL: standard error
    const char *stats;     // absolute; NULL: none
    const char *restore;   // the image to be resumed; NULL: start
    uint64_t interval;     // nanoseconds; 0: none
    uint64_t cut_timeout;  // nanoseconds
    uint64_t poll;         // with count_polls: capture at this poll; 0: never
    unsigned keep;         // images, at least 1
    int signal;            // 0: none
    bool exit;             // a capture asked for by signal or interval ends the program
    bool count_polls;      // HLCKPT_POLL is given
};
extern struct options options;

// Fills `options`. False: a variable has a value that means nothing; the failure names it.
bool options_read(struct failure *f);

#pragma GCC visibility pop
#endif
