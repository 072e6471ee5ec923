// Counts for HLCKPT_STATS.
#ifndef RT_STATS_H
#define RT_STATS_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct stats {
    uint64_t polls;       // counted only with HLCKPT_POLL
    uint64_t captures;    // complete images
    uint64_t deferred;    // captures put off
    uint64_t pause;       // nanoseconds in which the program stood still, over all captures
    uint64_t image_bytes; // over all images
};
extern struct stats stats;

void stats_write(void);   // appends the line; at exit it is called by itself
void stats_disable(void); // in a process that the program has forked

#pragma GCC visibility pop
#endif
