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

// What the first byte of an object tells: `trail` bytes of length or value follow it, then `payload` bytes or `elements` objects.
struct head {
    unsigned trail;
    bool known, is_length, is_container;
    unsigned each; // objects an element of the container takes: 1 in an array, 2 in a map
    uint64_t count;
};

static const struct head *head_of(unsigned char byte)
{
    static const struct head heads[0x20] = {
        [0x00] = {.known = true},                                                           // c0 nil
        [0x02] = {.known = true},                                                           // c2 false
        [0x03] = {.known = true},                                                           // c3 true
        [0x04] = {1, .known = true, .is_length = true},                                     // c4 bin 8
        [0x05] = {2, .known = true, .is_length = true},                                     // c5 bin 16
        [0x06] = {4, .known = true, .is_length = true},                                     // c6 bin 32
        [0x0a] = {4, .known = true},                                                        // ca float 32
        [0x0b] = {8, .known = true},                                                        // cb float 64
        [0x0c] = {1, .known = true},                                                        // cc uint 8
        [0x0d] = {2, .known = true},                                                        // cd uint 16
        [0x0e] = {4, .known = true},                                                        // ce uint 32
        [0x0f] = {8, .known = true},                                                        // cf uint 64
        [0x10] = {1, .known = true},                                                        // d0 int 8
        [0x11] = {2, .known = true},                                                        // d1 int 16
        [0x12] = {4, .known = true},                                                        // d2 int 32
        [0x13] = {8, .known = true},                                                        // d3 int 64
        [0x19] = {1, .known = true, .is_length = true},                                     // d9 str 8
        [0x1a] = {2, .known = true, .is_length = true},                                     // da str 16
        [0x1b] = {4, .known = true, .is_length = true},                                     // db str 32
        [0x1c] = {2, .known = true, .is_length = true, .is_container = true, .each = 1},    // dc array 16
        [0x1d] = {4, .known = true, .is_length = true, .is_container = true, .each = 1},    // dd array 32
        [0x1e] = {2, .known = true, .is_length = true, .is_container = true, .each = 2},    // de map 16
        [0x1f] = {4, .known = true, .is_length = true, .is_container = true, .each = 2},    // df map 32
    };
    return &heads[byte - 0xc0];
}

static struct head read_head(unsigned char byte)
{
    if (byte < 0x80 || byte >= 0xe0)
        return (struct head){.known = true}; // a small integer
    if (byte < 0x90)
        return (struct head){.known = true, .is_length = true, .is_container = true, .each = 2, .count = byte & 0x0f};
    if (byte < 0xa0)
        return (struct head){.known = true, .is_length = true, .is_container = true, .each = 1, .count = byte & 0x0f};
    if (byte < 0xc0)
        return (struct head){.known = true, .is_length = true, .count = byte & 0x1f};
    return *head_of(byte);
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
    if (!head.known)
        return fail(w->failure, "at byte %zu: 0x%02x, which begins no MessagePack object known here", w->base + start,
                    w->data[start]);
    if (head.trail > w->size - w->at)
        return truncated(w, start);
    for (unsigned i = 0; i < head.trail; i++)
        head.count = head.count << 8 | w->data[w->at++];
    if (!head.is_length)
        return true;
    if (head.is_container)
        return open_container(w, head.count * head.each, start);
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
