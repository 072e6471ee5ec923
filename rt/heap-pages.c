// Memory for the program's heap, by the page: see heap-pages.h.
//
// One lock guards everything here except lookups in the page map, which take none: entries are set before the address
// of a segment is known to anyone, and cleared after its last block is gone.
//
// Not handled: addresses above 2^48, which Linux gives only on request.
#define _GNU_SOURCE
#include "heap-pages.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    BUCKETS = 10,     // lists of P2
    SEARCH_LIMIT = 8, // segments of one list that are looked through for a long enough run
    EMPTY_KEPT = 8,   // segments without blocks that are kept for reuse
    HUGE_KEPT = 8,    // huge segments kept for reuse, of HUGE_KEPT_BYTES together
    HUGE_KEPT_BYTES = 64 << 20,
    HUGE_HEAD = 128, // bytes before the address of a huge block, at least
    COLOURS = 16,    // huge blocks start at different offsets, so that arrays do not share cache sets
    COLOUR_STEP = 4096 + LINE,
};
static_assert(sizeof(struct segment) <= UNIT, "the head of a segment is one unit");
static_assert(offsetof(struct segment, units) + BLOCK_HEADER <= HUGE_HEAD,
              "a huge segment's head is apart from its block");

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

struct segment *pages_find(uintptr_t address)
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

static struct {
    pthread_mutex_t lock;
    struct segment *segments[BUCKETS]; // P2
    size_t mapped;                     // bytes of all segments
    size_t reclaim_at;                 // `mapped` from which on reclaiming runs is worth a try
    unsigned empty;                    // segments without blocks
    uintptr_t lowest;                  // address of the segment mapped last
    unsigned colour;                   // of the next large block
    struct segment *kept[HUGE_KEPT];   // freed huge segments, oldest first
    unsigned kept_count;
    size_t kept_bytes;
} pages = {.lock = PTHREAD_MUTEX_INITIALIZER};

size_t pages_size(void)
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

char *run_address(const struct unit *run)
{
    struct segment *segment = segment_of(run);
    return (char *)segment + (size_t)(run - segment->units) * UNIT;
}

struct unit *run_of(const void *address)
{
    struct segment *segment = pages_find((uintptr_t)address);
    struct unit *unit = &segment->units[((uintptr_t)address - (uintptr_t)segment) >> UNIT_BITS];
    return unit - unit->back;
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

struct unit *pages_take_run(enum kind kind, unsigned length, bool grow, bool *zeroed)
{
    struct unit *run = NULL;
    pthread_mutex_lock(&pages.lock);
    struct segment *segment = find_room(length);
    if (!segment && grow && add_segment())
        segment = find_room(length);
    if (segment) {
        run = find_free_run(segment, length);
        *zeroed = run >= segment->units + segment->used;
        occupy(run, kind, length);
    }
    pthread_mutex_unlock(&pages.lock);
    return run;
}

static void release_run(struct unit *run)
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

void pages_release_run(struct unit *run)
{
    pthread_mutex_lock(&pages.lock);
    release_run(run);
    pthread_mutex_unlock(&pages.lock);
}

bool pages_resize_run(struct unit *run, unsigned length)
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
        release_run(run + length);
    }
    pthread_mutex_unlock(&pages.lock);
    return fits;
}

// ---- huge ----

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

struct segment *pages_take_huge(size_t alignment, size_t size, bool *zeroed)
{
    size_t most = HUGE_HEAD + COLOURS * COLOUR_STEP + size + (alignment > LINE ? alignment : 0);
    pthread_mutex_lock(&pages.lock);
    struct segment *segment = take_kept(round_up(most, pages_size()));
    *zeroed = !segment;
    if (!segment && (segment = map_segment(round_up(most, pages_size()))) != NULL) {
        segment->longest = 0;
        link_segment(segment);
    }
    if (segment) {
        uintptr_t least = (uintptr_t)segment + HUGE_HEAD + pages.colour++ % COLOURS * COLOUR_STEP;
        segment->offset = round_up(least, alignment) - (uintptr_t)segment - BLOCK_HEADER;
    }
    pthread_mutex_unlock(&pages.lock);
    return segment;
}

void pages_release_huge(struct segment *segment)
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

// What is no longer needed at the end of a huge segment goes back to the system.
static void shorten_segment(struct segment *segment, size_t mapped)
{
    char *end = (char *)segment + mapped;
    set_page_map(end, segment->mapped - mapped, NULL);
    set_page_map(segment, mapped, segment);
    munmap(end, segment->mapped - mapped);
}

// Changes the mapping of a huge segment to `mapped` bytes, or to somewhat more: a block that grows, grows again.
static struct segment *remap_segment(struct segment *segment, size_t *mapped)
{
    size_t exact = *mapped, roomy = round_up(exact + exact / 8, pages_size());
    if (exact < segment->mapped) {
        shorten_segment(segment, exact);
        return segment;
    }
    struct segment *resized = stretch_segment(segment, roomy);
    *mapped = resized ? roomy : exact;
    return resized ? resized : stretch_segment(segment, exact);
}

struct segment *pages_resize_huge(struct segment *segment, size_t size)
{
    size_t old = segment->mapped, mapped = round_up(segment->offset + BLOCK_HEADER + size, pages_size());
    if (mapped <= old && mapped >= old - old / 4)
        return segment;
    int saved_errno = errno;
    pthread_mutex_lock(&pages.lock);
    unlink_segment(segment);
    struct segment *resized = remap_segment(segment, &mapped);
    if (resized) {
        resized->mapped = mapped;
        pages.mapped += mapped - old;
        errno = saved_errno;
    }
    link_segment(resized ? resized : segment);
    pthread_mutex_unlock(&pages.lock);
    return resized;
}

// ---- the whole ----

size_t pages_mapped(void)
{
    pthread_mutex_lock(&pages.lock);
    size_t mapped = pages.mapped;
    pthread_mutex_unlock(&pages.lock);
    return mapped;
}

bool pages_drop_kept(void)
{
    pthread_mutex_lock(&pages.lock);
    bool dropped = drop_kept();
    pthread_mutex_unlock(&pages.lock);
    return dropped;
}

// Reclaiming looks at every free block: worth it if they are a quarter of the heap, and it grew by as much since.
bool pages_reclaim_due(size_t idle)
{
    pthread_mutex_lock(&pages.lock);
    bool due = pages.mapped >= pages.reclaim_at && idle >= CHUNK && idle >= pages.mapped / 4;
    pthread_mutex_unlock(&pages.lock);
    return due;
}

void pages_reclaimed(size_t recovered)
{
    pthread_mutex_lock(&pages.lock);
    pages.reclaim_at = recovered >= pages.mapped / 8 ? pages.mapped : pages.mapped + pages.mapped / 4;
    pthread_mutex_unlock(&pages.lock);
}

void pages_for_each(void (*visit)(struct segment *, void *), void *context)
{
    for (unsigned bucket = 0; bucket < BUCKETS; bucket++)
        for (struct segment *segment = pages.segments[bucket]; segment; segment = segment->next)
            visit(segment, context);
}

void pages_lock(void)
{
    pthread_mutex_lock(&pages.lock);
}

void pages_unlock(void)
{
    pthread_mutex_unlock(&pages.lock);
}

// ---- checking ----

static const char *fault_of_run(const struct unit *run, unsigned first)
{
    if (run->length == 0 || first + run->length > UNITS)
        return "has a length that leaves the segment (P1)";
    if (run->back != 0 || run[run->length - 1].back != run->length - 1)
        return "is not what its last unit leads to (P1)";
    if (run->kind == RUN_FREE && first + run->length < UNITS && run[run->length].kind == RUN_FREE)
        return "is free and touches a free run (P1)";
    if (run->kind != RUN_FREE && run->kind != RUN_SLOTS && run->kind != RUN_LARGE)
        return "is of no known kind";
    return NULL;
}

// Walks the runs of a segment, and tells the length of the longest free one.
static bool check_runs(struct segment *segment, unsigned *longest, char *fault, size_t fault_size)
{
    *longest = 0;
    for (unsigned i = 1; !segment->offset && i < UNITS; i += segment->units[i].length) {
        const char *problem = fault_of_run(&segment->units[i], i);
        if (problem) {
            snprintf(fault, fault_size, "segment %p: the run at unit %u %s", (void *)segment, i, problem);
            return false;
        }
        if (segment->units[i].kind == RUN_FREE && segment->units[i].length > *longest)
            *longest = segment->units[i].length;
    }
    return true;
}

static bool check_segment(struct segment *segment, unsigned bucket, char *fault, size_t fault_size)
{
    unsigned longest;
    if (pages_find((uintptr_t)segment) != segment || pages_find((uintptr_t)segment + segment->mapped - 1) != segment) {
        snprintf(fault, fault_size, "segment %p: not found by its own addresses (P3)", (void *)segment);
        return false;
    }
    if (!check_runs(segment, &longest, fault, fault_size))
        return false;
    if (longest == segment->longest && bucket_of(longest) == bucket)
        return true;
    snprintf(fault, fault_size, "segment %p: longest free run %u, recorded as %u in list %u (P2)", (void *)segment,
             longest, segment->longest, bucket);
    return false;
}

bool pages_check(char *fault, size_t fault_size)
{
    size_t mapped = 0;
    for (unsigned bucket = 0; bucket < BUCKETS; bucket++)
        for (struct segment *segment = pages.segments[bucket]; segment; segment = segment->next) {
            if (!check_segment(segment, bucket, fault, fault_size))
                return false;
            mapped += segment->mapped;
        }
    if (mapped != pages.mapped)
        snprintf(fault, fault_size, "segments of %zu bytes, recorded as %zu", mapped, pages.mapped);
    return mapped == pages.mapped;
}
