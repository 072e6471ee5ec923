#include "encode.h"

#include <string.h>

#include "arena.h"
#include "byte-order.h"
#include "float.h"
#include "image.h"
#include "stale.h"
#include "sync.h"

// ---- the stream of an object's data, cut into bins

#define BUFFER_SIZE (1u << 16)

struct sink {
    msgpack_packer *p; // NULL: only looks whether anything is not zero
    uint64_t left;     // bytes to come, and of the bin that is open
    uint64_t chunk_left;
    bool is_nonzero;
    uint32_t fill;
    const char *problem; // why something of it cannot be captured now
    enum hlckpt_sync problem_kind;
};
static unsigned char buffer[BUFFER_SIZE]; // of the one sink in use

static bool has_nonzero(const unsigned char *bytes, size_t size)
{
    return size && (bytes[0] || memcmp(bytes, bytes + 1, size - 1) != 0);
}

static void pour(struct sink *s, const unsigned char *bytes, size_t size)
{
    if (!s->p) {
        s->is_nonzero |= has_nonzero(bytes, size);
        return;
    }
    while (size) {
        if (!s->chunk_left) {
            s->chunk_left = s->left < DATA_CHUNK ? s->left : DATA_CHUNK;
            msgpack_pack_bin(s->p, s->chunk_left);
        }
        size_t part = size < s->chunk_left ? size : (size_t)s->chunk_left;
        msgpack_pack_bin_body(s->p, bytes, part);
        bytes += part;
        size -= part;
        s->chunk_left -= part;
        s->left -= part;
    }
}

static void flush(struct sink *s)
{
    pour(s, buffer, s->fill);
    s->fill = 0;
}

static inline unsigned char *reserve(struct sink *s, size_t size)
{
    if (s->fill + size > BUFFER_SIZE)
        flush(s);
    s->fill += (uint32_t)size;
    return buffer + s->fill - size;
}

static void put(struct sink *s, const unsigned char *bytes, size_t size)
{
    if (size < BUFFER_SIZE / 16) {
        memcpy(reserve(s, size), bytes, size);
    } else {
        flush(s);
        pour(s, bytes, size);
    }
}

// ---- leaves

static bool in_wire_form(const struct run *run)
{
    return run->kind == RUN_BYTES && run->stride == run->wire && (run->wire == 1 || is_little_endian());
}

static void put_integer(struct sink *s, const struct run *run, const unsigned char *memory)
{
    unsigned char *wire = reserve(s, run->wire);
    size_t size = run->native < run->wire ? run->native : run->wire;
    copy_ordered(wire, is_little_endian() ? memory : memory + run->native - size, size);
    memset(wire + size, run->is_signed && wire[size - 1] >> 7 ? 0xff : 0, run->wire - size);
}

uint64_t load_bits(const struct run *run, const unsigned char *memory)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < run->width; i++) { // bit i of the value, from its least significant
        unsigned at = run->shift + (is_little_endian() ? i : run->width - 1u - i);
        unsigned bit = is_little_endian() ? memory[at / 8] >> at % 8 : memory[at / 8] >> (7 - at % 8);
        value |= (uint64_t)(bit & 1) << i;
    }
    if (run->is_signed && run->width < 64 && value >> (run->width - 1) & 1)
        value |= ~UINT64_C(0) << run->width;
    return value;
}

static void put_bits(struct sink *s, const struct run *run, const unsigned char *memory)
{
    uint64_t value = load_bits(run, memory);
    unsigned char *wire = reserve(s, run->wire);
    store_little(wire, value, run->wire < 8 ? run->wire : 8);
    if (run->wire > 8)
        memset(wire + 8, run->is_signed && value >> 63 ? 0xff : 0, run->wire - 8);
}

static void put_bytes(struct sink *s, const struct run *run, const unsigned char *memory)
{
    unsigned char *wire = reserve(s, run->wire);
    copy_ordered(wire, memory, run->wire);
    if (run->is_word)
        stale_clear(wire, run->wire);
}

// Integers as wide as a pointer, in wire form already.
static void put_words(struct sink *s, const unsigned char *memory, uint64_t size)
{
    while (size) {
        size_t part = size < BUFFER_SIZE / 2 ? (size_t)size : BUFFER_SIZE / 2;
        unsigned char *wire = reserve(s, part);
        memcpy(wire, memory, part);
        stale_clear(wire, part);
        memory += part;
        size -= part;
    }
}

static void put_sync(struct sink *s, const struct run *run, const unsigned char *memory)
{
    const char *problem = sync_store((enum hlckpt_sync)run->format, memory, reserve(s, HLCKPT_SYNC_WIRE));
    if (problem && !s->problem) {
        s->problem = problem;
        s->problem_kind = (enum hlckpt_sync)run->format;
    }
}

static void put_leaf(struct sink *s, const struct run *run, const unsigned char *memory)
{
    switch (run->kind) {
    case RUN_BYTES:
        put_bytes(s, run, memory);
        break;
    case RUN_BOOL:
        *reserve(s, 1) = *memory != 0;
        break;
    case RUN_INT:
        put_integer(s, run, memory);
        break;
    case RUN_LONG:
        float_to_quad(reserve(s, QUAD_SIZE), memory, (enum hlckpt_float_format)run->format);
        break;
    case RUN_BITS:
        put_bits(s, run, memory);
        break;
    case RUN_SYNC:
        put_sync(s, run, memory);
        break;
    default: // references are not data
        break;
    }
}

static void put_values(struct sink *s, const struct type *type, uint64_t count, const unsigned char *memory);

static void put_run(struct sink *s, const struct run *run, const unsigned char *memory)
{
    if (run->kind == RUN_NESTED)
        put_values(s, run->inner, run->count, memory);
    else if (in_wire_form(run) && run->is_word)
        put_words(s, memory, run->count * run->wire);
    else if (in_wire_form(run))
        put(s, memory, run->count * run->wire);
    else if (run->wire)
        for (uint64_t k = 0; k < run->count; k++, memory += run->stride)
            put_leaf(s, run, memory);
}

static bool is_dense(const struct type *type)
{
    return type->run_count == 1 && in_wire_form(&type->runs[0]) && type->wire == type->size && !type->runs[0].is_word;
}

static void put_values(struct sink *s, const struct type *type, uint64_t count, const unsigned char *memory)
{
    if (is_dense(type)) {
        put(s, memory, count * type->size);
        return;
    }
    if (type->run_count == 1 && type->runs[0].is_word && in_wire_form(&type->runs[0]) && type->wire == type->size) {
        put_words(s, memory, count * type->size);
        return;
    }
    for (uint64_t k = 0; type->wire && k < count && !(s->is_nonzero && !s->p); k++, memory += type->size)
        for (uint32_t i = 0; i < type->run_count; i++)
            put_run(s, &type->runs[i], memory + type->runs[i].offset);
}

static void put_all(struct sink *s, const struct extent *x, const unsigned char *memory)
{
    for (uint32_t i = 0; i < x->segment_count; i++)
        put_values(s, x->segments[i].type, x->segments[i].count, memory + x->segments[i].offset);
}

static void begin_data(struct sink *s, msgpack_packer *p, uint64_t size)
{
    *s = (struct sink){.p = p, .left = size};
    if (size > DATA_CHUNK)
        msgpack_pack_array(p, (size_t)((size + DATA_CHUNK - 1) / DATA_CHUNK));
}

static void note_problem(struct encoder *e, const struct sink *s)
{
    if (!s->problem || e->problem)
        return;
    e->problem = s->problem;
    e->problem_kind = s->problem_kind;
}

static void encode_data(struct encoder *e, const struct extent *x, const unsigned char *memory)
{
    struct sink s = {.p = NULL};
    put_all(&s, x, memory);
    bool is_buffered = x->wire <= BUFFER_SIZE && s.fill == x->wire;
    if (!s.is_nonzero && !has_nonzero(buffer, s.fill)) {
        note_problem(e, &s);
        msgpack_pack_nil(e->p);
        return;
    }
    uint32_t fill = s.fill;
    note_problem(e, &s);
    begin_data(&s, e->p, x->wire);
    if (is_buffered)
        s.fill = fill;
    else
        put_all(&s, x, memory);
    note_problem(e, &s);
    flush(&s);
}

// ---- pointers

static bool is_untyped(const struct type *type)
{
    return !type || type->size == 0 || type->kind == HLCKPT_CHAR || (type->kind == HLCKPT_INT && type->size == 1);
}

// A pointer behind the last element of an array inside an object points to whatever follows there: it is recorded as
// "past the element", so that it stays behind the array where padding differs.
static bool is_past_array(const struct extent *x, uint64_t offset, const struct type *pointee)
{
    const struct type *part = pointee ? type_strip(pointee) : NULL;
    return offset && !is_untyped(part) && !extent_begins(x, offset, part) && extent_ends(x, offset, part);
}

static void pack_place(struct encoder *e, uint32_t object, uint64_t leaf, int64_t residue)
{
    msgpack_pack_array(e->p, residue ? 3 : 2);
    msgpack_pack_uint32(e->p, object);
    msgpack_pack_uint64(e->p, leaf);
    if (residue)
        msgpack_pack_int64(e->p, residue);
}

static void encode_place(struct encoder *e, const struct object *o, uint64_t offset, const struct type *pointee)
{
    if (offset == 0 || o->kind >= OBJECT_CALLABLE) {
        pack_place(e, o->number, 0, 0);
        return;
    }
    struct extent x;
    object_extent(e->os, o, &x);
    if (offset >= x.size) {
        pack_place(e, o->number, x.leaves, 0);
        return;
    }
    struct leaf leaf = extent_leaf_at(&x, offset);
    uint64_t residue = offset - leaf.offset;
    if (residue == 0 && leaf.index && is_past_array(&x, offset, pointee))
        pack_place(e, o->number, leaf.index - 1, PAST_LEAF);
    else if (residue && residue == leaf.size)
        pack_place(e, o->number, leaf.index, PAST_LEAF);
    else
        pack_place(e, o->number, leaf.index, (int64_t)residue);
}

void encode_pointer(struct encoder *e, const void *pointer, const struct type *pointee)
{
    struct target t = objects_find(e->os, pointer, pointee);
    if (t.kind == TARGET_OBJECT && t.object->number == NUMBER_NONE)
        t.kind = TARGET_NOWHERE;
    switch (t.kind) {
    case TARGET_NULL:
        msgpack_pack_nil(e->p);
        break;
    case TARGET_INTEGER:
        msgpack_pack_array(e->p, 1);
        msgpack_pack_int64(e->p, t.integer);
        break;
    case TARGET_HANDLE:
        msgpack_pack_array(e->p, 2);
        write_str(e->p, HANDLE_TAG);
        msgpack_pack_uint64(e->p, t.handle);
        break;
    case TARGET_OBJECT:
        encode_place(e, t.object, t.offset, pointee);
        break;
    case TARGET_NOWHERE:
        msgpack_pack_false(e->p);
        break;
    }
}

// ---- memory of unknown structure

static const void *load_pointer(const unsigned char *memory)
{
    const void *pointer;
    memcpy(&pointer, memory, sizeof pointer);
    return pointer;
}

static bool is_known(const struct encoder *e, const void *pointer)
{
    struct target t = objects_find(e->os, pointer, NULL);
    return t.kind == TARGET_HANDLE || (t.kind == TARGET_OBJECT && t.object->number != NUMBER_NONE);
}

static void encode_word(struct encoder *e, uint64_t offset, const void *pointer)
{
    msgpack_pack_array(e->p, 2);
    msgpack_pack_uint64(e->p, offset);
    encode_pointer(e, pointer, NULL);
}

// The memory with the words that are pointers cleared.
static void encode_opaque_data(struct encoder *e, const struct object *o)
{
    const unsigned char *memory = (const unsigned char *)o->memory;
    struct sink s;
    begin_data(&s, e->p, o->size);
    uint64_t at = 0;
    for (; at + sizeof(void *) <= o->size; at += sizeof(void *)) {
        unsigned char *word = reserve(&s, sizeof(void *));
        if (is_known(e, load_pointer(memory + at)))
            memset(word, 0, sizeof(void *));
        else
            memcpy(word, memory + at, sizeof(void *));
    }
    put(&s, memory + at, (size_t)(o->size - at));
    flush(&s);
}

static void encode_opaque(struct encoder *e, const struct object *o)
{
    const unsigned char *memory = (const unsigned char *)o->memory;
    uint32_t count = 0;
    if (!has_nonzero(memory, o->size)) {
        msgpack_pack_nil(e->p);
        msgpack_pack_nil(e->p);
        return;
    }
    encode_opaque_data(e, o);
    for (uint64_t at = 0; at + sizeof(void *) <= o->size; at += sizeof(void *))
        count += is_known(e, load_pointer(memory + at));
    msgpack_pack_map(e->p, 2);
    write_key(e->p, "class");
    write_str(e->p, layout_class());
    write_key(e->p, "words");
    msgpack_pack_array(e->p, count);
    for (uint64_t at = 0; at + sizeof(void *) <= o->size; at += sizeof(void *))
        if (is_known(e, load_pointer(memory + at)))
            encode_word(e, at, load_pointer(memory + at));
}

// Is this the first word of the union at its offset? Members may have pointers at the same place.
static bool is_first_word(const struct type *u, uint32_t i)
{
    return i == 0 || u->words[i].offset != u->words[i - 1].offset;
}

static void encode_cell(struct encoder *e, const struct run *run, const unsigned char *memory)
{
    unsigned char small[64], *bytes = run->native <= sizeof small ? small : hlckpt_arena_malloc(run->native);
    const struct type *u = run->inner;
    uint32_t count = 0;
    if (!bytes) {
        e->no_memory = true;
        return;
    }
    memcpy(bytes, memory, run->native);
    for (uint32_t i = 0; i < u->word_count; i++) {
        uint64_t at = u->words[i].offset - run->cell;
        if (is_first_word(u, i) && word_in_cell(&u->words[i], run) && is_known(e, load_pointer(memory + at))) {
            memset(bytes + at, 0, sizeof(void *));
            count++;
        }
    }
    msgpack_pack_array(e->p, 2);
    write_bin(e->p, bytes, run->native);
    msgpack_pack_array(e->p, count);
    for (uint32_t i = 0; i < u->word_count; i++) {
        uint64_t at = u->words[i].offset - run->cell;
        if (is_first_word(u, i) && word_in_cell(&u->words[i], run) && is_known(e, load_pointer(memory + at)))
            encode_word(e, at, load_pointer(memory + at));
    }
    if (bytes != small)
        hlckpt_arena_free(bytes);
}

// ---- references

struct references {
    struct encoder *e;
    const unsigned char *memory;
    bool any;
};

static void encode_reference(void *context, const struct run *run, uint64_t offset)
{
    struct references *r = context;
    const unsigned char *memory = r->memory + offset;
    if (run->kind == RUN_POINTER)
        encode_pointer(r->e, load_pointer(memory), run->inner);
    else if (!has_nonzero(memory, run->native))
        msgpack_pack_nil(r->e->p);
    else
        encode_cell(r->e, run, memory);
}

static void note_nonzero(void *context, const struct run *run, uint64_t offset)
{
    struct references *r = context;
    const unsigned char *memory = r->memory + offset;
    if (run->kind == RUN_POINTER ? load_pointer(memory) != NULL : has_nonzero(memory, run->native))
        r->any = true;
}

static void encode_references(struct encoder *e, const struct extent *x, const unsigned char *memory)
{
    struct references r = {e, memory, false};
    if (x->references)
        extent_each_reference(x, note_nonzero, &r);
    if (!r.any) {
        msgpack_pack_nil(e->p);
        return;
    }
    msgpack_pack_array(e->p, (size_t)x->references);
    extent_each_reference(x, encode_reference, &r);
}

void encode_content(struct encoder *e, const struct object *o)
{
    struct extent x;
    if (o->is_empty) {
        msgpack_pack_nil(e->p);
        msgpack_pack_nil(e->p);
    } else if (o->is_opaque) {
        encode_opaque(e, o);
    } else {
        object_extent(e->os, o, &x);
        encode_data(e, &x, (const unsigned char *)o->memory);
        encode_references(e, &x, (const unsigned char *)o->memory);
    }
}

// ---- values of variables

// One leaf on the wire.
static void wire_of(struct encoder *e, const struct run *run, const unsigned char *memory,
                    unsigned char wire[QUAD_SIZE])
{
    struct sink s = {.p = NULL};
    put_leaf(&s, run, memory);
    note_problem(e, &s);
    memcpy(wire, buffer, run->wire);
}

static void encode_integer(struct encoder *e, const struct type *type, const unsigned char *wire)
{
    uint32_t size = type->runs[0].wire;
    uint64_t value = load_little(wire, size < 8 ? size : 8);
    if (size > 8)
        write_bin(e->p, wire, size);
    else if (type->is_signed)
        msgpack_pack_int64(e->p, (int64_t)(value << (64 - 8 * size)) >> (64 - 8 * size));
    else
        msgpack_pack_uint64(e->p, value);
}

static void encode_floating(struct encoder *e, uint32_t size, const unsigned char *wire)
{
    uint64_t bits = load_little(wire, size < 8 ? size : 8);
    uint32_t half = (uint32_t)bits;
    float single;
    double full;
    memcpy(&single, &half, sizeof single);
    memcpy(&full, &bits, sizeof full);
    if (size == 4)
        msgpack_pack_float(e->p, single);
    else if (size == 8)
        msgpack_pack_double(e->p, full);
    else
        write_bin(e->p, wire, size);
}

void encode_value(struct encoder *e, const struct type *type, const unsigned char *memory)
{
    unsigned char wire[QUAD_SIZE];
    struct extent x;
    const struct run *run = type->runs;
    if ((type->kind >= HLCKPT_BOOL && type->kind <= HLCKPT_FLOAT) || type->kind == HLCKPT_SYNC)
        wire_of(e, run, memory, wire);
    switch (type->kind) {
    case HLCKPT_BOOL:
        write_bool(e->p, wire[0]);
        break;
    case HLCKPT_CHAR:
    case HLCKPT_INT:
        encode_integer(e, type, wire);
        break;
    case HLCKPT_FLOAT:
        encode_floating(e, run->wire, wire);
        break;
    case HLCKPT_POINTER:
        encode_pointer(e, load_pointer(memory), type->element);
        break;
    case HLCKPT_SYNC:
        write_bin(e->p, wire, run->wire);
        break;
    default: // a small struct; the pass keeps larger ones in memory
        extent_of_one(&x, type);
        msgpack_pack_array(e->p, 2);
        encode_data(e, &x, memory);
        encode_references(e, &x, memory);
        break;
    }
}
