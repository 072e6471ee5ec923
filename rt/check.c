// Walks over one MessagePack object without recursion and without allocating anything.
//
// The stack holds, for each open container, how many elements are still to come:
//     93 01 92 02 03 04      [1, [2, 3], 4]      after "02" the stack is {1, 1}
//
// C1  No byte outside data[0..size) is read.
// C2  A container never promises more elements than there are bytes left, since each takes one byte at least. So what
//     a parser allocates for an object that passed is bounded by the object's own length.
//
// Extension types are refused: images and maps have none.
#include "check.h"

#include <inttypes.h>

struct walk {
    const unsigned char *data;
    size_t size, at, base;
    uint64_t left[CHECK_DEPTH];
    unsigned depth;
    struct failure *failure;
};

enum what { UNKNOWN, VALUE, BYTES, ARRAY, MAP };

// What the first byte of an object tells: `trail` bytes follow it, which are the value, or, most significant byte
// first, the `count` of bytes, elements or pairs.
struct head {
    enum what what;
    unsigned trail;
    uint64_t count;
};

// clang-format off
static const struct { enum what what; unsigned trail; } forms[] = {
    {VALUE, 0}, {UNKNOWN, 0}, {VALUE, 0}, {VALUE, 0},                       // c0 nil, none, false, true
    {BYTES, 1}, {BYTES, 2}, {BYTES, 4},                                     // c4 bin 8, 16, 32
    {UNKNOWN, 0}, {UNKNOWN, 0}, {UNKNOWN, 0},                               // c7 extensions
    {VALUE, 4}, {VALUE, 8},                                                 // ca float 32, 64
    {VALUE, 1}, {VALUE, 2}, {VALUE, 4}, {VALUE, 8},                         // cc uint 8, 16, 32, 64
    {VALUE, 1}, {VALUE, 2}, {VALUE, 4}, {VALUE, 8},                         // d0 int 8, 16, 32, 64
    {UNKNOWN, 0}, {UNKNOWN, 0}, {UNKNOWN, 0}, {UNKNOWN, 0}, {UNKNOWN, 0},   // d4 extensions
    {BYTES, 1}, {BYTES, 2}, {BYTES, 4},                                     // d9 str 8, 16, 32
    {ARRAY, 2}, {ARRAY, 4}, {MAP, 2}, {MAP, 4},                             // dc array 16, 32, map 16, 32
};
// clang-format on

static struct head read_head(unsigned char byte)
{
    if (byte >= 0xc0 && byte < 0xe0)
        return (struct head){.what = forms[byte - 0xc0].what, .trail = forms[byte - 0xc0].trail};
    if (byte < 0x80 || byte >= 0xe0)
        return (struct head){.what = VALUE}; // a small integer
    if (byte < 0x90)
        return (struct head){.what = MAP, .count = byte & 0x0f};
    if (byte < 0xa0)
        return (struct head){.what = ARRAY, .count = byte & 0x0f};
    return (struct head){.what = BYTES, .count = byte & 0x1f};
}

static bool truncated(struct walk *w, size_t start)
{
    return fail(w->failure, "truncated: the object at byte %zu goes on past the end of the %zu bytes there are",
                w->base + start, w->base + w->size);
}

// Opens a container of `count` objects, or counts off an object that is complete.
static bool open_container(struct walk *w, uint64_t count, size_t start)
{
    if (count > w->size - w->at)
        return fail(w->failure, "truncated: at byte %zu, a container of %" PRIu64 " objects where %zu bytes are left",
                    w->base + start, count, w->size - w->at);
    if (w->depth == CHECK_DEPTH)
        return fail(w->failure, "at byte %zu: containers nested deeper than %d", w->base + start, CHECK_DEPTH);
    w->left[w->depth++] = count;
    return true;
}

static bool walk_one(struct walk *w)
{
    size_t start = w->at;
    if (start == w->size)
        return truncated(w, start);
    struct head head = read_head(w->data[w->at++]);
    if (head.what == UNKNOWN)
        return fail(w->failure, "at byte %zu: 0x%02x, which begins no MessagePack object known here", w->base + start,
                    w->data[start]);
    if (head.trail > w->size - w->at)
        return truncated(w, start);
    for (unsigned i = 0; i < head.trail; i++)
        head.count = head.count << 8 | w->data[w->at++];
    if (head.what == VALUE)
        return true;
    if (head.what != BYTES)
        return open_container(w, head.what == MAP ? head.count * 2 : head.count, start);
    if (head.count > w->size - w->at)
        return truncated(w, start);
    w->at += head.count;
    return true;
}

bool check_object(const void *data, size_t size, size_t base, struct checked *out, struct failure *f)
{
    struct walk w = {.data = data, .size = size, .base = base, .failure = f};
    *out = (struct checked){0};
    do {
        if (w.depth)
            w.left[w.depth - 1]--;
        if (!walk_one(&w))
            return false;
        out->elements++;
        while (w.depth && !w.left[w.depth - 1])
            w.depth--;
    } while (w.depth);
    out->length = w.at;
    return true;
}
