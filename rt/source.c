#include "decode-parts.h"

#include <inttypes.h>
#include <string.h>

bool source_check(const msgpack_object *o, uint64_t size, const char *name, struct failure *f)
{
    uint64_t found = 0;
    if (o->type == MSGPACK_OBJECT_NIL)
        return true;
    if (o->type == MSGPACK_OBJECT_BIN)
        found = o->via.bin.size;
    for (uint32_t i = 0; o->type == MSGPACK_OBJECT_ARRAY && i < o->via.array.size; i++) {
        if (o->via.array.ptr[i].type != MSGPACK_OBJECT_BIN)
            return fail(f, "%s: its data is not bytes", name);
        found += o->via.array.ptr[i].via.bin.size;
    }
    return ((o->type == MSGPACK_OBJECT_BIN || o->type == MSGPACK_OBJECT_ARRAY) && found == size) ||
           fail(f, "%s: %" PRIu64 " bytes of data where its type needs %" PRIu64, name, found, size);
}

static void next_bin(struct source *s)
{
    while (!s->left && s->count) {
        s->at = (const unsigned char *)s->next->via.bin.ptr;
        s->left = s->next->via.bin.size;
        s->next++;
        s->count--;
    }
}

struct source source_open(const msgpack_object *o)
{
    struct source s = {0};
    if (o->type == MSGPACK_OBJECT_BIN)
        s = (struct source){.next = o, .count = 1};
    else if (o->type == MSGPACK_OBJECT_ARRAY)
        s = (struct source){.next = o->via.array.ptr, .count = o->via.array.size};
    next_bin(&s);
    return s;
}

void source_skip(struct source *s, uint64_t size)
{
    while (s->at && size) {
        uint64_t part = size < s->left ? size : s->left;
        s->at += part;
        s->left -= part;
        size -= part;
        if (!s->left && !s->count)
            return;
        next_bin(s);
    }
}

void source_copy(struct source *s, unsigned char *to, uint64_t size)
{
    if (!s->at)
        memset(to, 0, size);
    while (s->at && size) {
        uint64_t part = size < s->left ? size : s->left;
        memcpy(to, s->at, part);
        to += part;
        size -= part;
        source_skip(s, part);
    }
}

// The next leaf; `scratch` holds it when it crosses from one bin to the next.
const unsigned char *source_take(struct source *s, uint32_t size, unsigned char scratch[QUAD_SIZE])
{
    const unsigned char *at = s->at;
    if (at && s->left > size) {
        s->at += size;
        s->left -= size;
        return at;
    }
    source_copy(s, scratch, size);
    return scratch;
}
