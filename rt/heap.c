// The program's heap: a general allocator in which a pointer to anywhere in a block finds the block.
//
// Memory comes in chunks of 4 MiB, aligned to their size. A page map of two levels tells for any address which segment
// its chunk belongs to, if any. A segment is either one chunk cut into units of 16 KiB, or a mapping of its own for one
// huge block. Units form runs: free, one large block, or slots of one size class.
//
//     address --page map--> segment --units[]--> run --division--> slot: [ struct header | payload | unused ]
//
// Small blocks go through a cache for each thread: for each class two lists, the loaded one and a full spare (the
// magazines of Bonwick and Adams, "Magazines and Vmem", USENIX 2001). Whole batches move between a thread's cache and
// the class's central list, so that a lock is taken once in some hundred calls.
//
// H1  Every live block has its header in the 16 bytes before its address. So one past the end of a block is at most
//     the start of the next header, never the next block, and an address belongs to a block if the byte before it does.
// H2  The header of every slot that was cut (run->cut of them) is valid; `state` is FREE exactly while the slot is in a
//     thread's list or a central one.
// H3  The runs of a segment tile its units; no two free runs touch. A unit's `back` leads to its run's first unit,
//     except inside a free run, where only the last unit's does.
// H4  A segment is in the list that pages.segments has for the length of its longest free run.
// H5  Locks are taken in the order central[0], central[1], ..., pages. A thread that holds one central lock only tries
//     for others.
//
// Not handled: addresses above 2^48, which Linux gives only on request; cached blocks of the threads that do not exist
// in a forked child are lost there.
#define _GNU_SOURCE
#include "heap.h"
#include "arena.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    CHUNK_BITS = 22,
    UNIT_BITS = 14,
    UNITS = 1 << (CHUNK_BITS - UNIT_BITS),
    BUCKETS = 10, // by free run: none, 1, 2 to 3, 4 to 7, ... 128 to 255 units

    ALIGNMENT = 16,
    CLASSES = 40,              // 16, 32, ... 128 bytes of payload, then four a doubling up to SMALL_MAX
    SMALL_MAX = 32 << 10,      // bytes; larger blocks have a run or a segment of their own
    RUN_UNITS_MAX = UNITS / 2, // larger blocks have a segment
    BATCH_BYTES = 16 << 10,    // what a thread takes from a central list at once
    BATCH_MAX = 256,           // blocks
    LINE = 64,                 // large blocks start on a cache line
    COLOURS = 16,              // and at different offsets, so that parallel arrays do not share cache sets
    COLOUR_STEP = 4096 + LINE,
    EMPTY_KEPT = 8, // segments without blocks that are kept for reuse
    HUGE_KEPT = 8,  // huge segments kept for reuse, of HUGE_KEPT_BYTES together
    HUGE_KEPT_BYTES = 64 << 20,
    SEARCH_LIMIT = 8, // segments of one list that are looked through for a long enough run
};

#define CHUNK ((size_t)1 << CHUNK_BITS)
#define UNIT  ((size_t)1 << UNIT_BITS)

enum state {
    FREE,    // a slot without a block
    SLOT,    // a slot's block
    SHIFTED, // a slot whose block begins `size` bytes further in, for its alignment
    INNER,   // that block
    LARGE,   // a block with a run or a segment of its own
};

struct header {
    _Alignas(ALIGNMENT) union {
        size_t size;         // while live: what was asked for, bytes
        struct header *next; // while free
    };
    uint32_t mark;       // valid if `generation` is the heap's
    uint16_t generation; // 0: never marked
    uint8_t class;       // of the slot
    uint8_t state;       // enum state
};
static_assert(sizeof(struct header) == ALIGNMENT, "H1");

// Free blocks of one class that move as one, linked through their headers; kept in the first one's payload.
struct batch {
    struct batch *next;
    size_t count;
};
static_assert(sizeof(struct batch) <= ALIGNMENT, "fits the smallest payload");

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
static_assert(sizeof(struct segment) <= UNIT, "the head of a segment is one unit");

enum { HUGE_HEAD = 128 }; // bytes before the payload of a huge block, at least
static_assert(offsetof(struct segment, units) + sizeof(struct header) <= HUGE_HEAD, "no overlap");

// ---- size classes ----

static inline unsigned class_of(size_t size)
{
    unsigned last = (unsigned)size - (size != 0);
    unsigned exponent = 31 - (unsigned)__builtin_clz(last | 64);
    return (exponent - 6) * 4 + (last >> (exponent - 2));
}

static size_t class_capacity(unsigned class)
{
    unsigned exponent = class < 8 ? 6 : 6 + (class - 4) / 4;
    unsigned step = class < 8 ? class : 4 + (class - 4) % 4;
    return (size_t)(step + 1) << (exponent - 2);
}

static size_t slot_size(unsigned class)
{
    return class_capacity(class) + sizeof(struct header);
}

static unsigned batch_of(unsigned class)
{
    size_t count = BATCH_BYTES / slot_size(class);
    return count < 2 ? 2 : count > BATCH_MAX ? BATCH_MAX : (unsigned)count;
}

static unsigned run_units(unsigned class)
{
    return class_capacity(class) <= 8192 ? 4 : 16;
}

static unsigned slots_of(const struct unit *run)
{
    return (unsigned)((size_t)run->length * UNIT / slot_size(run->class));
}

// ---- the page map ----

enum {
    ADDRESS_BITS = sizeof(void *) == 8 ? 48 : 32,
    LEAF_BITS = sizeof(void *) == 8 ? 13 : 10,
    ROOT_BITS = ADDRESS_BITS - CHUNK_BITS - LEAF_BITS,
};

typedef _Atomic(struct segment *) leaf_entry;
static _Atomic(leaf_entry *) page_map[1 << ROOT_BITS];

static bool is_mappable(uint64_t address)
{
    return address >> ADDRESS_BITS == 0;
}

static struct segment *find_segment(uintptr_t address)
{
    if (!is_mappable(address))
        return NULL;
    uintptr_t chunk = address >> CHUNK_BITS;
    leaf_entry *leaf = atomic_load_explicit(&page_map[chunk >> LEAF_BITS], memory_order_acquire);
    if (!leaf)
        return NULL;
    return atomic_load_explicit(&leaf[chunk & ((1 << LEAF_BITS) - 1)], memory_order_acquire);
}

static void *map_memory(void *hint, size_t size, int protection)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | (protection == PROT_NONE ? MAP_NORESERVE : 0);
    void *memory = mmap(hint, size, protection, flags, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static bool make_leaf(_Atomic(leaf_entry *) *root)
{
    if (!atomic_load_explicit(root, memory_order_relaxed)) {
        leaf_entry *leaf = map_memory(NULL, sizeof *leaf << LEAF_BITS, PROT_READ | PROT_WRITE);
        atomic_store_explicit(root, leaf, memory_order_release);
    }
    return atomic_load_explicit(root, memory_order_relaxed);
}

// Lets the chunks of [start, start + size) lead to `segment`, or to nothing if it is NULL. False: there is no memory
// for the map itself, or an address is out of its range; clearing never fails.
static bool set_page_map(const void *start, size_t size, struct segment *segment)
{
    uint64_t last = (uint64_t)(uintptr_t)start + size - 1;
    if (!is_mappable(last))
        return false;
    for (uint64_t chunk = (uintptr_t)start >> CHUNK_BITS; chunk <= last >> CHUNK_BITS; chunk++) {
        _Atomic(leaf_entry *) *root = &page_map[chunk >> LEAF_BITS];
        if (!make_leaf(root))
            return false;
        leaf_entry *leaf = atomic_load_explicit(root, memory_order_relaxed);
        atomic_store_explicit(&leaf[chunk & ((1 << LEAF_BITS) - 1)], segment, memory_order_release);
    }
    return true;
}

// ---- segments ----

// What H5 calls pages: everything about segments and runs.
static struct {
    pthread_mutex_t lock;
    struct segment *segments[BUCKETS]; // H4
    size_t mapped;                     // bytes of all segments
    size_t reclaim_at;                 // `mapped` from which on reclaiming runs is worth a try
    unsigned empty;                    // segments without blocks
    uintptr_t lowest;                  // address of the segment mapped last
    unsigned colour;                   // of the next large block
    struct segment *kept[HUGE_KEPT];   // freed huge segments, oldest first
    unsigned kept_count;
    size_t kept_bytes;
} pages = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t round_up(size_t size, size_t multiple)
{
    return (size + multiple - 1) & ~(multiple - 1);
}

static size_t page_size(void)
{
    static _Atomic size_t page;
    size_t known = atomic_load_explicit(&page, memory_order_relaxed);
    if (known == 0) {
        known = (size_t)sysconf(_SC_PAGESIZE);
        atomic_store_explicit(&page, known, memory_order_relaxed);
    }
    return known;
}

// Maps `size` bytes at a multiple of CHUNK, next to the previous mapping if that is free, so that the kernel can keep
// them as one.
static void *map_chunks(size_t size, int protection)
{
    uintptr_t hint = pages.lowest > size ? (pages.lowest - size) & ~(CHUNK - 1) : 0;
    char *memory = map_memory((void *)hint, size, protection);
    if (memory && (uintptr_t)memory % CHUNK == 0)
        return memory;
    if (memory)
        munmap(memory, size);
    memory = map_memory(NULL, size + CHUNK, protection);
    if (!memory)
        return NULL;
    size_t before = -(uintptr_t)memory % CHUNK;
    if (before)
        munmap(memory, before);
    munmap(memory + before + size, CHUNK - before);
    return memory + before;
}

static unsigned bucket_of(unsigned longest)
{
    return longest ? 32 - (unsigned)__builtin_clz(longest) : 0;
}

static void link_segment(struct segment *segment)
{
    struct segment **list = &pages.segments[bucket_of(segment->longest)];
    segment->previous = NULL;
    segment->next = *list;
    if (segment->next)
        segment->next->previous = segment;
    *list = segment;
}

static void unlink_segment(struct segment *segment)
{
    struct segment **list = &pages.segments[bucket_of(segment->longest)];
    *(segment->previous ? &segment->previous->next : list) = segment->next;
    if (segment->next)
        segment->next->previous = segment->previous;
}

// Takes a segment out of the list and the map, after which nobody can find it and it may be unmapped.
static void forget_segment(struct segment *segment)
{
    unlink_segment(segment);
    set_page_map(segment, segment->mapped, NULL);
    pages.mapped -= segment->mapped;
}

static void drop_segment(struct segment *segment)
{
    forget_segment(segment);
    munmap(segment, segment->mapped);
}

static void drop_oldest_kept(void)
{
    struct segment *oldest = pages.kept[0];
    pages.kept_count--;
    memmove(pages.kept, pages.kept + 1, pages.kept_count * sizeof *pages.kept);
    pages.kept_bytes -= oldest->mapped;
    drop_segment(oldest);
}

// Gives back what is kept for reuse only. True: there was something.
static bool drop_kept(void)
{
    bool dropped = pages.kept_count || pages.empty;
    while (pages.kept_count)
        drop_oldest_kept();
    struct segment *next;
    for (struct segment *segment = pages.segments[BUCKETS - 1]; segment && pages.empty; segment = next) {
        next = segment->next;
        if (segment->longest == UNITS - 1) {
            drop_segment(segment);
            pages.empty--;
        }
    }
    return dropped;
}

// Huge pages make a fork many times faster; a program whose heap stays small is better off without.
static void advise(void *memory, size_t size)
{
    if (pages.mapped >= 2 * CHUNK || size > CHUNK)
        madvise(memory, size, MADV_HUGEPAGE);
}

// A new mapping, found through the page map, in no list yet. Keeps errno if it succeeds.
static struct segment *map_segment(size_t size)
{
    int saved_errno = errno;
    struct segment *segment = map_chunks(size, PROT_READ | PROT_WRITE);
    if (!segment && drop_kept())
        segment = map_chunks(size, PROT_READ | PROT_WRITE);
    if (!segment)
        return NULL;
    if (!set_page_map(segment, size, segment)) {
        set_page_map(segment, size, NULL);
        munmap(segment, size);
        return NULL;
    }
    advise(segment, size);
    pages.lowest = (uintptr_t)segment;
    pages.mapped += size;
    segment->mapped = size;
    errno = saved_errno;
    return segment;
}

// ---- runs ----

static struct segment *segment_of(const struct unit *unit)
{
    return (struct segment *)((uintptr_t)unit & ~(CHUNK - 1));
}

static char *run_address(const struct unit *run)
{
    struct segment *segment = segment_of(run);
    return (char *)segment + (size_t)(run - segment->units) * UNIT;
}

static void set_run(struct unit *first, enum kind kind, unsigned length)
{
    first->kind = kind;
    first->length = length;
    for (unsigned i = kind == RUN_FREE ? length - 1 : 0; i < length; i++)
        first[i].back = i;
    first->back = 0;
}

static void measure_segment(struct segment *segment)
{
    unsigned longest = 0;
    for (unsigned i = 1; i < UNITS; i += segment->units[i].length)
        if (segment->units[i].kind == RUN_FREE && segment->units[i].length > longest)
            longest = segment->units[i].length;
    if (bucket_of(longest) == bucket_of(segment->longest)) {
        segment->longest = longest;
    } else {
        unlink_segment(segment);
        segment->longest = longest;
        link_segment(segment);
    }
}

static struct unit *find_free_run(struct segment *segment, unsigned length)
{
    for (unsigned i = 1; i < UNITS; i += segment->units[i].length)
        if (segment->units[i].kind == RUN_FREE && segment->units[i].length >= length)
            return &segment->units[i];
    return NULL;
}

static bool add_segment(void)
{
    struct segment *segment = map_segment(CHUNK);
    if (!segment)
        return false;
    segment->longest = UNITS - 1;
    segment->used = 1;
    set_run(&segment->units[0], RUN_HEAD, 1);
    set_run(&segment->units[1], RUN_FREE, UNITS - 1);
    link_segment(segment);
    pages.empty++;
    return true;
}

static struct segment *find_room(unsigned length)
{
    for (unsigned bucket = bucket_of(length); bucket < BUCKETS; bucket++) {
        struct segment *segment = pages.segments[bucket];
        for (int tries = SEARCH_LIMIT; segment && tries; tries--, segment = segment->next)
            if (segment->longest >= length)
                return segment;
    }
    return NULL;
}

// Makes the first `length` units of a free run a run of the given kind.
static void occupy(struct unit *run, enum kind kind, unsigned length)
{
    struct segment *segment = segment_of(run);
    unsigned rest = run->length - length, end = (unsigned)(run - segment->units) + length;
    if (segment->longest == UNITS - 1)
        pages.empty--;
    set_run(run, kind, length);
    if (rest)
        set_run(run + length, RUN_FREE, rest);
    if (segment->used < end)
        segment->used = end;
    measure_segment(segment);
}

// Takes a run from the segments that are there. *zeroed: its memory was never used. Needs the lock.
static struct unit *take_run(enum kind kind, unsigned length, bool *zeroed)
{
    struct segment *segment = find_room(length);
    if (!segment)
        return NULL;
    struct unit *run = find_free_run(segment, length);
    *zeroed = run >= segment->units + segment->used;
    occupy(run, kind, length);
    return run;
}

static void release_run_locked(struct unit *run)
{
    struct segment *segment = segment_of(run);
    struct unit *before = run - 1 - run[-1].back, *after = run + run->length;
    unsigned length = run->length;
    if (after < segment->units + UNITS && after->kind == RUN_FREE)
        length += after->length;
    if (before->kind == RUN_FREE) {
        length += before->length;
        run = before;
    }
    set_run(run, RUN_FREE, length);
    measure_segment(segment);
    if (segment->longest != UNITS - 1)
        return;
    if (pages.empty < EMPTY_KEPT)
        pages.empty++;
    else
        drop_segment(segment);
}

static void release_run(struct unit *run)
{
    pthread_mutex_lock(&pages.lock);
    release_run_locked(run);
    pthread_mutex_unlock(&pages.lock);
}

static struct unit *run_of(const void *address)
{
    struct segment *segment = find_segment((uintptr_t)address);
    struct unit *unit = &segment->units[((uintptr_t)address - (uintptr_t)segment) >> UNIT_BITS];
    return unit - unit->back;
}

// ---- central lists ----

static struct central {
    pthread_mutex_t lock;
    struct batch *batches;
    _Atomic size_t idle; // blocks in `batches`; written under the lock
    struct unit *run;    // the one that slots are being cut from
    char *uncut;         // the next one
    unsigned uncut_count;
    unsigned runs; // opened so far
} central[CLASSES] = {[0 ... CLASSES - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER}};

static void push_batch(struct central *c, struct header *list, size_t count)
{
    struct batch *batch = (struct batch *)(list + 1);
    *batch = (struct batch){.next = c->batches, .count = count};
    c->batches = batch;
    atomic_store_explicit(&c->idle, c->idle + count, memory_order_relaxed);
}

static struct header *pop_batch(struct central *c, unsigned *count)
{
    struct batch *batch = c->batches;
    c->batches = batch->next;
    *count = (unsigned)batch->count;
    atomic_store_explicit(&c->idle, c->idle - batch->count, memory_order_relaxed);
    return (struct header *)batch - 1;
}

static void give_batch(unsigned class, struct header *list, size_t count)
{
    pthread_mutex_lock(&central[class].lock);
    push_batch(&central[class], list, count);
    pthread_mutex_unlock(&central[class].lock);
}

// Sorts the blocks of a central list: those of runs in which every slot is idle vanish with their run.
static size_t reclaim_class(struct central *c, unsigned class)
{
    size_t recovered = 0;
    for (struct batch *batch = c->batches; batch; batch = batch->next)
        for (struct header *block = (struct header *)batch - 1; block; block = block->next)
            run_of(block)->idle++;
    struct batch *batches = c->batches, *next_batch;
    struct header *kept = NULL, *next;
    unsigned count = 0;
    c->batches = NULL;
    atomic_store_explicit(&c->idle, 0, memory_order_relaxed);
    for (struct batch *batch = batches; batch; batch = next_batch) {
        next_batch = batch->next;
        for (struct header *block = (struct header *)batch - 1; block; block = next) {
            struct unit *run = run_of(block);
            next = block->next;
            if (run->idle == slots_of(run)) {
                if (--run->cut == 0) {
                    recovered += run->length * UNIT;
                    run->idle = 0;
                    release_run(run);
                }
                continue;
            }
            block->next = kept;
            kept = block;
            if (++count == batch_of(class)) {
                push_batch(c, kept, count);
                kept = NULL;
                count = 0;
            }
        }
    }
    if (kept)
        push_batch(c, kept, count);
    for (struct batch *batch = c->batches; batch; batch = batch->next)
        for (struct header *block = (struct header *)batch - 1; block; block = block->next)
            run_of(block)->idle = 0;
    return recovered;
}

// Gives the runs in which no slot is used to whoever needs one. `held`: the class whose lock the thread has, or
// CLASSES.
static size_t reclaim_runs(unsigned held)
{
    size_t recovered = 0;
    for (unsigned class = 0; class < CLASSES; class ++)
        if (class != held && pthread_mutex_trylock(&central[class].lock) == 0) {
            recovered += reclaim_class(&central[class], class);
            pthread_mutex_unlock(&central[class].lock);
        }
    return recovered;
}

// Reclaiming looks at every idle block: worth it if they are a quarter of the heap, and it grew by as much since.
static bool is_reclaim_due(void)
{
    size_t idle = 0;
    for (unsigned class = 0; class < CLASSES; class ++)
        idle += slot_size(class) * atomic_load_explicit(&central[class].idle, memory_order_relaxed);
    return pages.mapped >= pages.reclaim_at && idle >= CHUNK && idle >= pages.mapped / 4;
}

// A run, from wherever one can be had; NULL if there is no memory. `held` as above.
static struct unit *new_run(enum kind kind, unsigned length, unsigned held, bool *zeroed)
{
    pthread_mutex_lock(&pages.lock);
    struct unit *run = take_run(kind, length, zeroed);
    if (!run && is_reclaim_due()) {
        pthread_mutex_unlock(&pages.lock);
        size_t recovered = reclaim_runs(held);
        pthread_mutex_lock(&pages.lock);
        pages.reclaim_at = recovered >= pages.mapped / 8 ? pages.mapped : pages.mapped + pages.mapped / 4;
        run = take_run(kind, length, zeroed);
    }
    if (!run && add_segment())
        run = take_run(kind, length, zeroed);
    pthread_mutex_unlock(&pages.lock);
    return run;
}

// Where the slots of the next run begin. Slots of about a page would otherwise lie at the same few offsets in their pages
// in every run, and share a few cache sets.
static uint32_t slots_offset(struct central *c, const struct unit *run)
{
    size_t slack = run->length * UNIT - slots_of(run) * slot_size(run->class);
    size_t step = slots_of(run) * (size_t)ALIGNMENT;
    return (uint32_t)(c->runs++ * step % (slack + 1)) & ~(uint32_t)(ALIGNMENT - 1);
}

static bool open_run(struct central *c, unsigned class)
{
    bool zeroed;
    struct unit *run = new_run(RUN_SLOTS, run_units(class), class, &zeroed);
    if (!run)
        return false;
    run->class = class;
    run->cut = 0;
    run->idle = 0;
    run->offset = slots_offset(c, run);
    c->run = run;
    c->uncut = run_address(run) + run->offset;
    c->uncut_count = slots_of(run);
    return true;
}

static struct header *cut_batch(struct central *c, unsigned class, unsigned *count)
{
    if (c->uncut_count == 0 && !open_run(c, class))
        return NULL;
    size_t size = slot_size(class);
    char *slot = c->uncut;
    *count = c->uncut_count < batch_of(class) ? c->uncut_count : batch_of(class);
    for (unsigned left = *count; left; left--, slot += size) {
        struct header *next = left > 1 ? (struct header *)(slot + size) : NULL;
        *(struct header *)slot = (struct header){.next = next, .class = class, .state = FREE};
    }
    struct header *list = (struct header *)c->uncut;
    c->uncut = slot;
    c->uncut_count -= *count;
    c->run->cut += *count;
    return list;
}

static struct header *fetch_batch(unsigned class, unsigned *count)
{
    struct central *c = &central[class];
    pthread_mutex_lock(&c->lock);
    struct header *list = c->batches ? pop_batch(c, count) : cut_batch(c, class, count);
    pthread_mutex_unlock(&c->lock);
    return list;
}

// ---- thread caches ----

// A thread's free blocks of one class. All zero before a thread's first call and after its last: both fast paths then
// find nothing to do and leave it to the slow ones.
struct magazine {
    struct header *loaded;
    struct header *spare; // a full batch, or NULL
    unsigned room;        // how many blocks `loaded` is short of a full batch
};

static __thread struct cache {
    struct magazine magazines[CLASSES];
    enum { UNUSED, ATTACHED, EXITED } phase;
    unsigned fork_depth;
} cache __attribute__((tls_model("initial-exec")));

static pthread_key_t cache_key;
static bool has_cache_key;

static void flush_list(unsigned class, struct header *list)
{
    size_t count = 0;
    for (struct header *block = list; block; block = block->next)
        count++;
    if (count)
        give_batch(class, list, count);
}

static void flush_cache(void *unused)
{
    (void)unused;
    for (unsigned class = 0; class < CLASSES; class ++) {
        struct magazine magazine = cache.magazines[class];
        cache.magazines[class] = (struct magazine){0};
        flush_list(class, magazine.loaded);
        flush_list(class, magazine.spare);
    }
    cache.phase = EXITED;
}

// Run by the first allocation of the process: fork handlers registered later, whose prepare parts run earlier, may
// still use the heap.
static void register_handlers(void)
{
    has_cache_key = pthread_key_create(&cache_key, flush_cache) == 0;
    pthread_atfork(heap_fork_prepare, heap_fork_parent, heap_fork_child);
}

// Readies the thread's cache. False: the thread is exiting, and what it frees must go to the central list at once.
static bool attach_cache(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (cache.phase != UNUSED)
        return cache.phase == ATTACHED;
    cache.phase = ATTACHED;
    for (unsigned class = 0; class < CLASSES; class ++)
        cache.magazines[class].room = batch_of(class);
    pthread_once(&once, register_handlers);
    if (has_cache_key)
        pthread_setspecific(cache_key, &cache);
    return true;
}

static struct header *pop_slot(struct magazine *magazine)
{
    struct header *block = magazine->loaded;
    if (__builtin_expect(block != NULL, 1)) {
        magazine->loaded = block->next;
        magazine->room++;
    }
    return block;
}

static void push_slot(struct magazine *magazine, struct header *block)
{
    block->state = FREE;
    block->next = magazine->loaded;
    magazine->loaded = block;
    magazine->room--;
}

__attribute__((noinline)) static struct header *take_slot_slowly(unsigned class)
{
    struct magazine *magazine = &cache.magazines[class];
    bool attached = attach_cache();
    if (magazine->loaded) // attaching may allocate
        return pop_slot(magazine);
    unsigned count = batch_of(class);
    struct header *list = magazine->spare ? magazine->spare : fetch_batch(class, &count);
    magazine->spare = NULL;
    if (!list)
        return NULL;
    if (attached) {
        magazine->loaded = list->next;
        magazine->room = batch_of(class) - (count - 1);
    } else if (list->next) {
        give_batch(class, list->next, count - 1);
    }
    return list;
}

static void put_slot_slowly(struct header *block)
{
    struct magazine *magazine = &cache.magazines[block->class];
    if (!attach_cache()) {
        block->state = FREE;
        block->next = NULL;
        give_batch(block->class, block, 1);
        return;
    }
    if (magazine->room == 0) {
        if (magazine->spare)
            give_batch(block->class, magazine->spare, batch_of(block->class));
        magazine->spare = magazine->loaded;
        magazine->loaded = NULL;
        magazine->room = batch_of(block->class);
    }
    push_slot(magazine, block);
}

// ---- small blocks ----

static void *set_live(struct header *block, size_t size, enum state state)
{
    block->size = size;
    block->generation = 0;
    block->state = state;
    return block + 1;
}

static inline void *allocate_small(size_t size)
{
    unsigned class = class_of(size);
    struct header *block = pop_slot(&cache.magazines[class]);
    if (__builtin_expect(block == NULL, 0))
        block = take_slot_slowly(class);
    return block ? set_live(block, size, SLOT) : NULL;
}

// The header of the slot around an address in a run of slots; NULL if none was cut there.
static struct header *slot_around(const struct unit *run, uintptr_t address)
{
    size_t size = slot_size(run->class);
    uintptr_t start = (uintptr_t)run_address(run) + run->offset;
    size_t index = address >= start ? (address - start) / size : run->cut;
    return index < run->cut ? (struct header *)(start + index * size) : NULL;
}

static struct header *slot_of_inner(struct header *block)
{
    return slot_around(run_of(block), (uintptr_t)block);
}

static void *allocate_small_aligned(size_t alignment, size_t size)
{
    char *address = allocate_small(size + alignment - ALIGNMENT);
    if (!address)
        return NULL;
    struct header *slot = (struct header *)address - 1;
    size_t shift = -(uintptr_t)address & (alignment - 1);
    slot->size = size;
    if (shift == 0)
        return address;
    struct header *block = (struct header *)(address + shift) - 1;
    block->class = slot->class;
    set_live(block, size, INNER);
    slot->size = shift;
    slot->state = SHIFTED;
    return block + 1;
}

// ---- large blocks ----

// Bytes by which large blocks are spread over the cache sets; needs the lock.
static size_t next_colour(void)
{
    return pages.colour++ % COLOURS * COLOUR_STEP;
}

static struct segment *take_kept(size_t size)
{
    unsigned best = pages.kept_count;
    for (unsigned i = 0; i < pages.kept_count; i++)
        if (pages.kept[i]->mapped >= size && pages.kept[i]->mapped - size <= size / 4 &&
            (best == pages.kept_count || pages.kept[i]->mapped < pages.kept[best]->mapped))
            best = i;
    if (best == pages.kept_count)
        return NULL;
    struct segment *segment = pages.kept[best];
    pages.kept_count--;
    memmove(pages.kept + best, pages.kept + best + 1, (pages.kept_count - best) * sizeof *pages.kept);
    pages.kept_bytes -= segment->mapped;
    return segment;
}

static struct header *take_huge(size_t alignment, size_t size, bool *zeroed)
{
    pthread_mutex_lock(&pages.lock);
    size_t colour = next_colour();
    size_t need = round_up(HUGE_HEAD + COLOURS * COLOUR_STEP + size + (alignment > LINE ? alignment : 0), page_size());
    struct segment *segment = take_kept(need);
    *zeroed = !segment;
    if (!segment && (segment = map_segment(need)) != NULL) {
        segment->longest = 0;
        link_segment(segment);
    }
    if (segment)
        segment->offset =
            round_up((uintptr_t)segment + HUGE_HEAD + colour, alignment) - (uintptr_t)segment - sizeof(struct header);
    pthread_mutex_unlock(&pages.lock);
    return segment ? (struct header *)((char *)segment + segment->offset) : NULL;
}

static void release_huge(struct segment *segment)
{
    pthread_mutex_lock(&pages.lock);
    bool keep = segment->mapped <= HUGE_KEPT_BYTES / 2;
    if (keep) {
        while (pages.kept_count == HUGE_KEPT || pages.kept_bytes + segment->mapped > HUGE_KEPT_BYTES)
            drop_oldest_kept();
        pages.kept[pages.kept_count++] = segment;
        pages.kept_bytes += segment->mapped;
    } else {
        forget_segment(segment);
    }
    pthread_mutex_unlock(&pages.lock);
    if (!keep)
        munmap(segment, segment->mapped);
}

static size_t units_for(size_t size)
{
    return (LINE + size + UNIT - 1) >> UNIT_BITS;
}

static bool has_run(size_t alignment, size_t size)
{
    return units_for(size) + (alignment > LINE ? alignment >> UNIT_BITS : 0) < RUN_UNITS_MAX;
}

static struct header *take_large_run(size_t alignment, size_t size, bool *zeroed)
{
    size_t need = size + (alignment > LINE ? alignment : 0);
    unsigned length = (unsigned)units_for(need);
    struct unit *run = new_run(RUN_LARGE, length, CLASSES, zeroed);
    if (!run)
        return NULL;
    size_t slack = length * UNIT - LINE - need;
    uintptr_t address = (uintptr_t)run_address(run);
    uintptr_t payload = address + LINE + (address >> UNIT_BITS) * LINE % (slack + 1) / LINE * LINE;
    run->offset = (uint32_t)(round_up(payload, alignment) - address - sizeof(struct header));
    return (struct header *)(address + run->offset);
}

// A block outside the size classes. *zeroed: its payload is zero. `alignment` is a power of two.
static void *allocate_large(size_t alignment, size_t size, bool *zeroed)
{
    if (alignment < LINE)
        alignment = LINE;
    if (size > PTRDIFF_MAX - 4 * CHUNK || alignment > PTRDIFF_MAX - 4 * CHUNK - size)
        return NULL;
    struct header *block =
        has_run(alignment, size) ? take_large_run(alignment, size, zeroed) : take_huge(alignment, size, zeroed);
    if (!block)
        return NULL;
    block->class = 0;
    return set_live(block, size, LARGE);
}

static void release_large(struct header *block)
{
    struct segment *segment = find_segment((uintptr_t)block);
    block->state = FREE;
    if (segment->offset)
        release_huge(segment);
    else
        release_run(run_of(block));
}

// Lengthens or shortens the run of a large block where it is. False: the units after it are not free.
static bool resize_run(struct unit *run, unsigned length)
{
    pthread_mutex_lock(&pages.lock);
    struct unit *after = run + run->length, *end = segment_of(run)->units + UNITS;
    unsigned old = run->length, more = length > old ? length - old : 0;
    bool fits = !more || (after < end && after->kind == RUN_FREE && after->length >= more);
    if (fits && more) {
        occupy(after, RUN_LARGE, more);
        set_run(run, RUN_LARGE, length);
    } else if (length < old) {
        set_run(run, RUN_LARGE, length);
        set_run(run + length, RUN_LARGE, old - length);
        release_run_locked(run + length);
    }
    pthread_mutex_unlock(&pages.lock);
    return fits;
}

// Moves a huge segment into a larger mapping without copying; the lock is held and the segment is in no list.
static struct segment *move_segment(struct segment *segment, size_t mapped)
{
    struct segment *place = map_chunks(mapped, PROT_NONE);
    size_t old = segment->mapped;
    if (!place)
        return NULL;
    if (!set_page_map(place, mapped, place) ||
        mremap(segment, old, mapped, MREMAP_MAYMOVE | MREMAP_FIXED, place) == MAP_FAILED) {
        set_page_map(place, mapped, NULL);
        munmap(place, mapped);
        return NULL;
    }
    set_page_map(segment, old, NULL);
    return place;
}

static struct segment *stretch_segment(struct segment *segment, size_t mapped)
{
    size_t old = segment->mapped;
    if (mremap(segment, old, mapped, 0) == MAP_FAILED)
        return move_segment(segment, mapped);
    if (!set_page_map(segment, mapped, segment)) {
        mremap(segment, mapped, old, 0);
        return NULL;
    }
    return segment;
}

// Changes the mapping of a huge block; it may move. NULL: there is no memory, nothing changed.
static struct header *resize_huge(struct segment *segment, size_t size)
{
    size_t offset = segment->offset, old = segment->mapped;
    size_t mapped = round_up(offset + sizeof(struct header) + size, page_size());
    pthread_mutex_lock(&pages.lock);
    unlink_segment(segment);
    struct segment *resized = segment;
    if (mapped > old) {
        mapped = round_up(mapped + mapped / 8, page_size()); // a block that grows, grows again
        resized = stretch_segment(segment, mapped);
    } else if (mapped < old - old / 4) {
        set_page_map((char *)segment + mapped, old - mapped, NULL);
        set_page_map(segment, mapped, segment);
        munmap((char *)segment + mapped, old - mapped);
    } else {
        mapped = old;
    }
    if (resized) {
        resized->mapped = mapped;
        pages.mapped += mapped - old;
    }
    link_segment(resized ? resized : segment);
    pthread_mutex_unlock(&pages.lock);
    return resized ? (struct header *)((char *)resized + offset) : NULL;
}

// ---- resizing ----

static size_t capacity_of(struct header *block)
{
    if (block->state == SLOT)
        return class_capacity(block->class);
    struct segment *segment = find_segment((uintptr_t)block);
    uintptr_t end;
    if (segment->offset)
        end = (uintptr_t)segment + segment->mapped;
    else if (block->state == LARGE)
        end = (uintptr_t)run_address(run_of(block)) + run_of(block)->length * UNIT;
    else
        end = (uintptr_t)slot_of_inner(block) + slot_size(block->class);
    return end - (uintptr_t)(block + 1);
}

// Resizes a large block without copying, if it can be and stays large. NULL: it cannot.
static struct header *resize_large(struct header *block, size_t size)
{
    struct segment *segment = find_segment((uintptr_t)block);
    if (size <= SMALL_MAX || size > PTRDIFF_MAX - 4 * CHUNK)
        return NULL;
    if (segment->offset)
        return has_run(LINE, size) ? NULL : resize_huge(segment, size);
    struct unit *run = run_of(block);
    size_t length = (run->offset + sizeof(struct header) + size + UNIT - 1) >> UNIT_BITS;
    return length <= RUN_UNITS_MAX && resize_run(run, (unsigned)length) ? block : NULL;
}

static inline void *allocate(size_t size)
{
    bool zeroed;
    return __builtin_expect(size <= SMALL_MAX, 1) ? allocate_small(size) : allocate_large(ALIGNMENT, size, &zeroed);
}

static inline void release(struct header *block);

static void *resize(struct header *block, size_t size)
{
    size_t capacity = capacity_of(block);
    if (size <= capacity && size + LINE >= capacity / 2) {
        block->size = size;
        return block + 1;
    }
    struct header *resized = block->state == LARGE ? resize_large(block, size) : NULL;
    if (resized) {
        resized->size = size;
        return resized + 1;
    }
    void *moved = allocate(size);
    if (moved) {
        memcpy(moved, block + 1, block->size < size ? block->size : size);
        release(block);
    } else if (size <= capacity) {
        block->size = size;
        return block + 1;
    }
    return moved;
}

// ---- the malloc family ----

static void die(const char *message)
{
    if (write(STDERR_FILENO, message, strlen(message)) < 0)
        abort();
    abort();
}

static inline void *or_no_memory(void *address)
{
    if (__builtin_expect(address == NULL, 0))
        errno = ENOMEM;
    return address;
}

__attribute__((noinline)) static void release_slowly(struct header *block)
{
    int saved_errno = errno;
    if (block->state == SLOT) {
        put_slot_slowly(block);
    } else if (block->state == INNER) {
        block->state = FREE;
        put_slot_slowly(slot_of_inner(block));
    } else if (block->state == LARGE) {
        release_large(block);
    } else {
        die("hlckpt: free(): not a live block: freed twice, or never allocated\n");
    }
    errno = saved_errno;
}

static inline void release(struct header *block)
{
    if (__builtin_expect(block->state == SLOT, 1)) {
        struct magazine *magazine = &cache.magazines[block->class];
        if (__builtin_expect(magazine->room != 0, 1)) {
            push_slot(magazine, block);
            return;
        }
    }
    release_slowly(block);
}

static void *allocate_zeroed(size_t size)
{
    bool zeroed = false;
    void *address = size <= SMALL_MAX ? allocate_small(size) : allocate_large(ALIGNMENT, size, &zeroed);
    return address && !zeroed ? memset(address, 0, size) : address;
}

static void *allocate_aligned(size_t alignment, size_t size)
{
    bool zeroed;
    if (alignment <= ALIGNMENT)
        return allocate(size);
    if (alignment <= SMALL_MAX && size <= SMALL_MAX - alignment)
        return allocate_small_aligned(alignment, size);
    return allocate_large(alignment, size, &zeroed);
}

void *malloc(size_t size)
{
    return or_no_memory(allocate(size));
}

void free(void *address)
{
    if (address)
        release((struct header *)address - 1);
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    return or_no_memory(__builtin_mul_overflow(count, size, &bytes) ? NULL : allocate_zeroed(bytes));
}

void *realloc(void *address, size_t size)
{
    if (!address)
        return malloc(size);
    if (size == 0) {
        free(address);
        return NULL;
    }
    struct header *block = (struct header *)address - 1;
    if (block->state != SLOT && block->state != INNER && block->state != LARGE)
        die("hlckpt: realloc(): not a live block: freed, or never allocated\n");
    return or_no_memory(resize(block, size));
}

void *reallocarray(void *address, size_t count, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(count, size, &bytes) ? or_no_memory(NULL) : realloc(address, bytes);
}

// An alignment that is no power of two is rounded up to one, as in glibc.
void *memalign(size_t alignment, size_t size)
{
    size_t power = ALIGNMENT;
    if (alignment > SIZE_MAX / 2 + 1) {
        errno = EINVAL;
        return NULL;
    }
    while (power < alignment)
        power *= 2;
    return or_no_memory(allocate_aligned(power, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **address, size_t alignment, size_t size)
{
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    int saved_errno = errno;
    void *memory = memalign(alignment, size);
    errno = saved_errno;
    if (!memory)
        return ENOMEM;
    *address = memory;
    return 0;
}

void *valloc(size_t size)
{
    return memalign(page_size(), size);
}

void *pvalloc(size_t size)
{
    if (size > PTRDIFF_MAX)
        return or_no_memory(NULL);
    return memalign(page_size(), round_up(size, page_size()));
}

// What was asked for: a program may use all of what is told here, and an image holds no more than that.
size_t malloc_usable_size(void *address)
{
    return address ? ((struct header *)address - 1)->size : 0;
}

// The rest of glibc's malloc.h, so that a static program does not get glibc's allocator beside this one.

int mallopt(int parameter, int value)
{
    (void)parameter;
    (void)value;
    return 1;
}

int malloc_trim(size_t pad)
{
    (void)pad;
    size_t recovered = reclaim_runs(CLASSES);
    pthread_mutex_lock(&pages.lock);
    bool dropped = drop_kept();
    pthread_mutex_unlock(&pages.lock);
    return recovered || dropped;
}

struct mallinfo2 mallinfo2(void)
{
    pthread_mutex_lock(&pages.lock);
    struct mallinfo2 info = {.arena = pages.mapped};
    pthread_mutex_unlock(&pages.lock);
    for (unsigned class = 0; class < CLASSES; class ++)
        info.fordblks += slot_size(class) * atomic_load_explicit(&central[class].idle, memory_order_relaxed);
    info.uordblks = info.arena - info.fordblks;
    return info;
}

struct mallinfo mallinfo(void)
{
    struct mallinfo2 info = mallinfo2();
    return (struct mallinfo){.arena = (int)info.arena, .fordblks = (int)info.fordblks, .uordblks = (int)info.uordblks};
}

int malloc_info(int options, FILE *stream)
{
    if (options != 0)
        return EINVAL;
    struct mallinfo2 info = mallinfo2();
    fprintf(stream, "<malloc version=\"hlckpt\"><system type=\"current\" size=\"%zu\"/></malloc>\n", info.arena);
    return 0;
}

void malloc_stats(void)
{
    malloc_info(0, stderr);
}

// ---- looking up ----

static uint16_t generation = 1; // that of valid marks

// The header of the block or free slot that the byte at `address` may belong to; NULL if none.
static struct header *header_around(const struct segment *segment, uintptr_t address)
{
    if (segment->offset)
        return (struct header *)((uintptr_t)segment + segment->offset);
    const struct unit *unit = &segment->units[(address - (uintptr_t)segment) >> UNIT_BITS];
    const struct unit *run = unit - unit->back;
    if (unit - run >= run->length)
        return NULL;
    if (run->kind == RUN_LARGE)
        return (struct header *)(run_address(run) + run->offset);
    if (run->kind != RUN_SLOTS)
        return NULL;
    struct header *slot = slot_around(run, address);
    return slot && slot->state == SHIFTED ? (struct header *)((char *)slot + slot->size) : slot;
}

static void describe(struct header *block, struct heap_block *out)
{
    if (block->generation != generation) {
        block->generation = generation;
        block->mark = 0;
    }
    *out = (struct heap_block){.address = block + 1, .size = block->size, .mark = &block->mark};
}

bool heap_find(const void *pointer, struct heap_block *out)
{
    uintptr_t address = (uintptr_t)pointer;
    struct segment *segment = find_segment(address - 1); // H1
    struct header *block = segment ? header_around(segment, address - 1) : NULL;
    if (!block || block->state == FREE || address < (uintptr_t)(block + 1))
        return false;
    if (address - (uintptr_t)(block + 1) > block->size || block->size > capacity_of(block))
        return false;
    describe(block, out);
    return true;
}

static void for_each_in_run(const struct unit *run, void (*visit)(struct header *, void *), void *context)
{
    char *address = run_address(run) + run->offset;
    if (run->kind == RUN_LARGE)
        visit((struct header *)address, context);
    if (run->kind != RUN_SLOTS)
        return;
    for (unsigned i = 0; i < run->cut; i++) {
        struct header *slot = (struct header *)(address + i * slot_size(run->class));
        if (slot->state != FREE)
            visit(slot->state == SHIFTED ? (struct header *)((char *)slot + slot->size) : slot, context);
    }
}

static void for_each_header(void (*visit)(struct header *, void *), void *context)
{
    for (unsigned bucket = 0; bucket < BUCKETS; bucket++)
        for (struct segment *segment = pages.segments[bucket]; segment; segment = segment->next) {
            struct header *huge = (struct header *)((char *)segment + segment->offset);
            if (segment->offset && huge->state != FREE)
                visit(huge, context);
            for (unsigned i = 1; !segment->offset && i < UNITS; i += segment->units[i].length)
                for_each_in_run(&segment->units[i], visit, context);
        }
}

struct visitor {
    void (*visit)(struct heap_block *, void *);
    void *context;
};

static void visit_block(struct header *block, void *context)
{
    const struct visitor *visitor = context;
    struct heap_block described;
    describe(block, &described);
    visitor->visit(&described, visitor->context);
}

void heap_for_each(void (*visit)(struct heap_block *, void *), void *context)
{
    for_each_header(visit_block, &(struct visitor){visit, context});
}

static void forget_mark(struct header *block, void *unused)
{
    (void)unused;
    block->generation = 0;
}

void heap_clear_marks(void)
{
    if (generation == UINT16_MAX) { // the numbers start anew, so no block may keep one
        for_each_header(forget_mark, NULL);
        generation = 0;
    }
    generation++;
}

// ---- fork ----

void heap_fork_prepare(void)
{
    if (cache.fork_depth++)
        return;
    for (unsigned class = 0; class < CLASSES; class ++)
        pthread_mutex_lock(&central[class].lock);
    pthread_mutex_lock(&pages.lock);
    arena_fork_prepare();
}

void heap_fork_parent(void)
{
    if (--cache.fork_depth)
        return;
    arena_fork_release();
    pthread_mutex_unlock(&pages.lock);
    for (unsigned class = 0; class < CLASSES; class ++)
        pthread_mutex_unlock(&central[class].lock);
}

void heap_fork_child(void)
{
    heap_fork_parent();
}

// ---- checking ----

struct check {
    char *fault;
    size_t fault_size;
    bool failed;
};

__attribute__((format(printf, 2, 3))) static void fail(struct check *check, const char *format, ...)
{
    if (check->failed)
        return;
    check->failed = true;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(check->fault, check->fault_size, format, arguments);
    va_end(arguments);
}

static void check_header(struct header *block, void *context)
{
    struct check *check = context;
    struct heap_block found;
    if (block->state != SLOT && block->state != INNER && block->state != LARGE)
        fail(check, "block %p: state %d where a live block's was expected", (void *)(block + 1), block->state);
    else if (block->size > capacity_of(block))
        fail(check, "block %p: size %zu exceeds its capacity %zu", (void *)(block + 1), block->size,
             capacity_of(block));
    else if (!heap_find((char *)(block + 1) + block->size, &found) || found.address != block + 1)
        fail(check, "block %p: not found by the address one past its end", (void *)(block + 1));
}

static void check_run(struct check *check, struct segment *segment, unsigned first)
{
    struct unit *run = &segment->units[first];
    if (run->length == 0 || first + run->length > UNITS)
        fail(check, "segment %p: run at unit %u has length %u", (void *)segment, first, run->length);
    else if (run->back != 0 || run[run->length - 1].back != run->length - 1)
        fail(check, "segment %p: run at unit %u: its units do not lead to it (H3)", (void *)segment, first);
    else if (run->kind == RUN_FREE && first + run->length < UNITS && run[run->length].kind == RUN_FREE)
        fail(check, "segment %p: free runs touch at unit %u (H3)", (void *)segment, first + run->length);
    else if (run->kind == RUN_SLOTS && (run->class >= CLASSES || run->cut > slots_of(run) || run->idle != 0))
        fail(check, "segment %p: run at unit %u: class %u, %u slots cut", (void *)segment, first, run->class, run->cut);
    else if (run->kind == RUN_HEAD)
        fail(check, "segment %p: second head at unit %u", (void *)segment, first);
}

static void check_segment(struct check *check, struct segment *segment, unsigned bucket)
{
    unsigned longest = 0, i = 1;
    if (find_segment((uintptr_t)segment) != segment ||
        find_segment((uintptr_t)segment + segment->mapped - 1) != segment)
        fail(check, "segment %p: not found by its own addresses", (void *)segment);
    while (!segment->offset && i < UNITS && !check->failed) {
        check_run(check, segment, i);
        if (segment->units[i].kind == RUN_FREE && segment->units[i].length > longest)
            longest = segment->units[i].length;
        i += segment->units[i].length;
    }
    if (longest != segment->longest || bucket_of(longest) != bucket)
        fail(check, "segment %p: longest free run %u, recorded as %u in list %u (H4)", (void *)segment, longest,
             segment->longest, bucket);
}

static size_t check_list(struct check *check, struct header *list, unsigned class)
{
    size_t count = 0;
    for (struct header *block = list; block && !check->failed; block = block->next, count++)
        if (block->state != FREE || block->class != class || slot_of_inner(block) != block)
            fail(check, "free block %p: state %u, class %u in a list of class %u", (void *)block, block->state,
                 block->class, class);
    return count;
}

static void check_class(struct check *check, unsigned class)
{
    const struct magazine *magazine = &cache.magazines[class];
    size_t idle = 0;
    for (struct batch *batch = central[class].batches; batch && !check->failed; batch = batch->next) {
        if (check_list(check, (struct header *)batch - 1, class) != batch->count)
            fail(check, "class %u: a batch is not of %zu blocks as it says", class, batch->count);
        idle += batch->count;
    }
    if (idle != central[class].idle)
        fail(check, "class %u: %zu idle blocks, recorded as %zu", class, idle, (size_t)central[class].idle);
    if (cache.phase != ATTACHED)
        return;
    if (check_list(check, magazine->loaded, class) + magazine->room != batch_of(class))
        fail(check, "class %u: the loaded list does not leave room for %u", class, magazine->room);
    if (magazine->spare && check_list(check, magazine->spare, class) != batch_of(class))
        fail(check, "class %u: the spare list is not a full batch", class);
}

bool heap_check(char *fault, size_t fault_size)
{
    struct check check = {.fault = fault, .fault_size = fault_size};
    size_t mapped = 0;
    for (unsigned bucket = 0; bucket < BUCKETS; bucket++)
        for (struct segment *segment = pages.segments[bucket]; segment && !check.failed; segment = segment->next) {
            check_segment(&check, segment, bucket);
            mapped += segment->mapped;
        }
    if (mapped != pages.mapped)
        fail(&check, "segments of %zu bytes, recorded as %zu", mapped, pages.mapped);
    for (unsigned class = 0; class < CLASSES; class ++)
        check_class(&check, class);
    if (!check.failed)
        for_each_header(check_header, &check);
    return !check.failed;
}
