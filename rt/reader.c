// Reads MessagePack objects that nobody vouches for: every type and every bound is looked at, the first failure is
// kept.
//
// A cursor counts objects: in a map, key i is object 2i and its value 2i+1. Messages name the object by the key before
// it, or by its number:
//     frame 3: 'point' is a string where an unsigned integer is expected
//     frame 3: element 2 is 17 where at most 4 can be
#include "image.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"

static const char *type_name(const msgpack_object *o)
{
    switch (o->type) {
    case MSGPACK_OBJECT_NIL:
        return "nil";
    case MSGPACK_OBJECT_BOOLEAN:
        return "a boolean";
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        return "an unsigned integer";
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return "a negative integer";
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return "a floating value";
    case MSGPACK_OBJECT_STR:
        return "a string";
    case MSGPACK_OBJECT_BIN:
        return "bytes";
    case MSGPACK_OBJECT_ARRAY:
        return "an array";
    case MSGPACK_OBJECT_MAP:
        return "a map";
    default:
        return "an extension";
    }
}

static uint32_t object_count(const msgpack_object *o)
{
    if (!o)
        return 0;
    return o->type == MSGPACK_OBJECT_MAP ? o->via.map.size * 2 : o->via.array.size;
}

static const msgpack_object *object_at(const msgpack_object *o, uint32_t i)
{
    if (o->type == MSGPACK_OBJECT_ARRAY)
        return &o->via.array.ptr[i];
    return i % 2 ? &o->via.map.ptr[i / 2].val : &o->via.map.ptr[i / 2].key;
}

// How a message calls the object before the cursor.
struct object_name {
    char text[64];
};

static struct object_name name_last(const struct reader *r)
{
    struct object_name name;
    uint32_t index = r->next - 1;
    const msgpack_object *key =
        r->object->type == MSGPACK_OBJECT_MAP && index % 2 ? object_at(r->object, index - 1) : NULL;
    if (key && key->type == MSGPACK_OBJECT_STR)
        snprintf(name.text, sizeof name.text, "'%.*s'", (int)(key->via.str.size < 40 ? key->via.str.size : 40),
                 key->via.str.ptr);
    else
        snprintf(name.text, sizeof name.text, "element %" PRIu32, index);
    return name;
}

static void fail_type(struct reader *r, const msgpack_object *o, const char *expected)
{
    fail(r->failure, "%s: %s is %s where %s is expected", r->where, name_last(r).text, type_name(o), expected);
}

// The next element if it is of `type`.
static const msgpack_object *read_type(struct reader *r, msgpack_object_type type, const char *expected)
{
    const msgpack_object *o = read_any(r);
    if (!o || o->type == type)
        return o;
    fail_type(r, o, expected);
    return NULL;
}

static struct reader read_container(const msgpack_object *o, msgpack_object_type type, const char *where,
                                    struct failure *f)
{
    struct reader r = {.where = where, .failure = f};
    if (f->failed || !o)
        return r;
    if (o->type != type)
        fail(f, "%s is %s where %s is expected", where, type_name(o),
             type == MSGPACK_OBJECT_MAP ? "a map" : "an array");
    else if (type == MSGPACK_OBJECT_MAP && o->via.map.size > UINT32_MAX / 2)
        fail(f, "%s is a map of %" PRIu32 " keys", where, o->via.map.size);
    else
        r.object = o;
    return r;
}

struct reader read_array(const msgpack_object *o, const char *where, struct failure *f)
{
    return read_container(o, MSGPACK_OBJECT_ARRAY, where, f);
}

struct reader read_map(const msgpack_object *o, const char *where, struct failure *f)
{
    return read_container(o, MSGPACK_OBJECT_MAP, where, f);
}

const msgpack_object *read_any(struct reader *r)
{
    if (r->failure->failed)
        return NULL;
    if (r->next == object_count(r->object)) {
        fail(r->failure, "%s: ends after %" PRIu32 " elements where more are expected", r->where, r->next);
        return NULL;
    }
    return object_at(r->object, r->next++);
}

void read_key(struct reader *r, const char *key)
{
    const msgpack_object *o = read_any(r);
    if (!o)
        return;
    if (o->type != MSGPACK_OBJECT_STR)
        fail(r->failure, "%s: %s where the key '%s' is expected", r->where, type_name(o), key);
    else if (o->via.str.size != strlen(key) || memcmp(o->via.str.ptr, key, o->via.str.size))
        fail(r->failure, "%s: '%.*s' where the key '%s' is expected", r->where,
             (int)(o->via.str.size < 40 ? o->via.str.size : 40), o->via.str.ptr, key);
}

uint64_t read_uint(struct reader *r, uint64_t most)
{
    const msgpack_object *o = read_type(r, MSGPACK_OBJECT_POSITIVE_INTEGER, "an unsigned integer");
    if (!o || o->via.u64 <= most)
        return o ? o->via.u64 : 0;
    fail(r->failure, "%s: %s is %" PRIu64 " where at most %" PRIu64 " can be", r->where, name_last(r).text, o->via.u64,
         most);
    return 0;
}

int64_t read_int(struct reader *r)
{
    const msgpack_object *o = read_any(r);
    if (!o)
        return 0;
    if (o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
        return o->via.i64;
    if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER && o->via.u64 <= INT64_MAX)
        return (int64_t)o->via.u64;
    fail_type(r, o, "an integer of 64 bits with sign");
    return 0;
}

double read_double(struct reader *r)
{
    const msgpack_object *o = read_any(r);
    if (!o)
        return 0;
    if (o->type == MSGPACK_OBJECT_FLOAT64 || o->type == MSGPACK_OBJECT_FLOAT32)
        return o->via.f64;
    fail_type(r, o, "a floating value");
    return 0;
}

bool read_bool(struct reader *r)
{
    const msgpack_object *o = read_type(r, MSGPACK_OBJECT_BOOLEAN, "a boolean");
    return o && o->via.boolean;
}

const char *read_str(struct reader *r, uint32_t *size)
{
    const msgpack_object *o = read_type(r, MSGPACK_OBJECT_STR, "a string");
    *size = o ? o->via.str.size : 0;
    return o && o->via.str.size ? o->via.str.ptr : "";
}

const void *read_bin(struct reader *r, uint32_t *size)
{
    const msgpack_object *o = read_type(r, MSGPACK_OBJECT_BIN, "bytes");
    *size = o ? o->via.bin.size : 0;
    return o && o->via.bin.size ? o->via.bin.ptr : "";
}

struct reader read_nested_array(struct reader *r, const char *where)
{
    return read_array(read_any(r), where, r->failure);
}

struct reader read_nested_map(struct reader *r, const char *where)
{
    return read_map(read_any(r), where, r->failure);
}

uint32_t read_left(const struct reader *r)
{
    return r->failure->failed ? 0 : object_count(r->object) - r->next;
}

void read_end(struct reader *r)
{
    if (read_left(r))
        fail(r->failure, "%s: %" PRIu32 " elements where %" PRIu32 " are expected", r->where, object_count(r->object),
             r->next);
}

char *read_copy_str(struct reader *r)
{
    uint32_t size;
    const char *s = read_str(r, &size);
    if (r->failure->failed)
        return NULL;
    if (memchr(s, 0, size)) {
        fail(r->failure, "%s: %s has a NUL in it", r->where, name_last(r).text);
        return NULL;
    }
    char *copy = hlckpt_arena_malloc((size_t)size + 1);
    if (!copy) {
        fail(r->failure, "%s: no memory for a string of %" PRIu32 " bytes", r->where, size);
        return NULL;
    }
    memcpy(copy, s, size);
    copy[size] = 0;
    return copy;
}
