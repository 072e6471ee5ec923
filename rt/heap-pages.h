// Memory for the program's heap, by the page: segments, and runs of units in them. Used by heap.c only.
//
// Memory comes in chunks of 4 MiB, aligned to their size. A page map of two levels tells for any address which segment
// its chunk belongs to, if any. A segment is either one chunk cut into units of 16 KiB, or a mapping of its own for one
// huge block. Units form runs: free, one large block, or slots of one size class.
//
//     address --page map--> segment --units[]--> run
//
// P1  The runs of a segment tile its units; no two free runs touch. A unit's `back` leads to its run's first unit,
//     except inside a free run, where only the last unit's does; there it still leads to some unit of the segment.
// P2  A segment is in the list for the length of its longest free run: none, 1, 2 to 3, 4 to 7, ... 128 to 255 units.
// P3  A segment that nobody can find through the page map is in no list, and only then is it unmapped.
//
// All functions are thread-safe unless they say otherwise. Failure to get memory is NULL; errno is not specified then,
// and kept otherwise.
#ifndef HLCKPT_RT_HEAP_PAGES_H
#define HLCKPT_RT_HEAP_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

enum {
    CHUNK_BITS = 22,
    UNIT_BITS = 14,
    UNITS = 1 << (CHUNK_BITS - UNIT_BITS),
    RUN_UNITS_MAX = UNITS / 2, // larger blocks have a segment of their own
    BLOCK_HEADER = 16,         // bytes that precede the address of every block; also the least alignment
    LINE = 64,                 // large blocks start on a cache line
};

#define CHUNK ((size_t)1 << CHUNK_BITS)
#define UNIT  ((size_t)1 << UNIT_BITS)

enum kind { RUN_FREE, RUN_SLOTS, RUN_LARGE, RUN_HEAD };

// A unit; all but `back` describe the run that starts with it.
struct unit {
    uint8_t kind;    // enum kind
    uint8_t class;   // RUN_SLOTS
    uint16_t back;   // units back to the run's first
    uint16_t length; // of the run, in units
    uint16_t cut;    // RUN_SLOTS: slots with a header
    uint16_t idle;   // RUN_SLOTS: slots found in the central list; 0 except while runs are being reclaimed
    uint32_t offset; // of the first slot, or of a large block's header, in the run; bytes
};

struct segment {
    struct segment *next;
    struct segment *previous;
    size_t mapped;            // bytes from here
    size_t offset;            // of the header of a huge block, bytes from here; 0 for a segment of runs
    uint16_t longest;         // length of the longest free run, in units; 0 for a huge segment
    uint16_t used;            // units from here on were never used: their memory is zero
    struct unit units[UNITS]; // not there in a huge segment
};

static inline size_t round_up(size_t size, size_t multiple) // a power of two
{
    return (size + multiple - 1) & ~(multiple - 1);
}

size_t pages_size(void); // of a page of the system

// The segment of an address, or NULL; any value may be asked about.
struct segment *pages_find(uintptr_t address);

struct unit *run_of(const void *address); // of an address in a segment of runs
char *run_address(const struct unit *run);

// A run of `length` units, new or from what is free. *zeroed: its memory was never used. `grow`: map memory for it if
// need be.
struct unit *pages_take_run(enum kind kind, unsigned length, bool grow, bool *zeroed)
    __attribute__((warn_unused_result));
void pages_release_run(struct unit *run);

// Lengthens or shortens the run of a large block where it is. False: the units after it are not free.
bool pages_resize_run(struct unit *run, unsigned length) __attribute__((warn_unused_result));

// A segment for one block of `size` bytes, whose address is a multiple of `alignment`.
struct segment *pages_take_huge(size_t alignment, size_t size, bool *zeroed) __attribute__((warn_unused_result));
void pages_release_huge(struct segment *segment);

// Makes room for a block of `size` bytes in a huge segment, or gives back what it no longer needs, without copying. The
// segment may move. NULL: nothing changed.
struct segment *pages_resize_huge(struct segment *segment, size_t size) __attribute__((warn_unused_result));

size_t pages_mapped(void);  // bytes of all segments
bool pages_drop_kept(void); // gives back what is kept for reuse; true: there was something

// Is it time for the owner of `idle` free bytes in runs of slots to look for runs that are all free? pages_reclaimed()
// tells how many bytes that gave back.
bool pages_reclaim_due(size_t idle);
void pages_reclaimed(size_t recovered);

// Visits every segment. No other thread may use the heap.
void pages_for_each(void (*visit)(struct segment *, void *), void *context);

// Checks P1 to P3. False: the first fault found is described. No other thread may use the heap.
bool pages_check(char *fault, size_t fault_size);

void pages_lock(void); // around a fork
void pages_unlock(void);

#pragma GCC visibility pop
#endif
