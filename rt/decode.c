#include "decode.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "byte-order.h"
#include "decode-parts.h"
#include "encode.h"
#include "float.h"
#include "image.h"
#include "sync.h"

// ---- leaves

static void store_bits(const struct run *run, uint64_t value, unsigned char *memory)
{
    for (unsigned i = 0; i < run->width; i++) {
        unsigned at = run->shift + (is_little_endian() ? i : run->width - 1u - i);
        unsigned char mask = (unsigned char)(is_little_endian() ? 1u << at % 8 : 0x80u >> at % 8);
        memory[at / 8] = (unsigned char)((memory[at / 8] & ~mask) | (value >> i & 1 ? mask : 0));
    }
}

void get_leaf(const struct run *run, const unsigned char *wire, unsigned char *memory)
{
    switch (run->kind) {
    case RUN_BYTES:
        copy_ordered(memory, wire, run->wire);
        break;
    case RUN_BOOL:
        *memory = *wire != 0;
        break;
    case RUN_INT:
        copy_ordered(memory, wire, run->native < run->wire ? run->native : run->wire);
        break;
    case RUN_LONG:
        float_from_quad(memory, run->native, (enum hlckpt_float_format)run->format, wire);
        break;
    case RUN_BITS:
        store_bits(run, load_little(wire, run->wire < 8 ? run->wire : 8), memory);
        break;
    case RUN_SYNC:
        sync_load((enum hlckpt_sync)run->format, wire, memory);
        break;
    default:
        break;
    }
}

static bool in_wire_form(const struct run *run)
{
    return run->kind == RUN_BYTES && run->stride == run->wire && (run->wire == 1 || is_little_endian());
}

static void get_run(struct source *s, const struct run *run, unsigned char *memory)
{
    unsigned char scratch[QUAD_SIZE];
    if (run->kind == RUN_NESTED)
        get_values(s, run->inner, run->count, memory);
    else if (in_wire_form(run))
        source_copy(s, memory, run->count * run->wire);
    else if (run->wire)
        for (uint64_t k = 0; k < run->count; k++, memory += run->stride)
            get_leaf(run, source_take(s, run->wire, scratch), memory);
}

void get_values(struct source *s, const struct type *type, uint64_t count, unsigned char *memory)
{
    if (type->run_count == 1 && in_wire_form(&type->runs[0]) && type->wire == type->size) {
        source_copy(s, memory, count * type->size);
        return;
    }
    for (uint64_t k = 0; type->wire && k < count; k++, memory += type->size)
        for (uint32_t i = 0; i < type->run_count; i++)
            get_run(s, &type->runs[i], memory + type->runs[i].offset);
}

// ---- leaves that not every value fits: integers that are narrower here, synchronisation objects

bool leaf_fits(const struct run *run, const unsigned char *wire, bool either)
{
    unsigned char top = wire[run->native - 1] >> 7 ? 0xff : 0;
    bool as_signed = true, as_unsigned = true;
    for (uint64_t i = run->native; i < run->wire; i++) {
        as_signed &= wire[i] == top;
        as_unsigned &= wire[i] == 0;
    }
    return either ? as_signed || as_unsigned : run->is_signed ? as_signed : as_unsigned;
}

struct check {
    struct source source;
    const struct extent *extent;
    const char *name;
    uint64_t leaf;
    uint32_t threads;
    struct failure *f;
};

bool refuse_leaf(const struct run *run, const unsigned char *wire, const char *name, const char *path,
                 struct failure *f)
{
    uint64_t value = load_little(wire, 8);
    unsigned bits = (unsigned)run->native * 8;
    if (run->is_signed)
        return fail(f, "%s%s: %" PRId64 " does not fit its %u bits here", name, path, (int64_t)value, bits);
    return fail(f, "%s%s: %" PRIu64 " does not fit its %u bits here", name, path, value, bits);
}

static bool check_sync(struct check *c, const struct run *run, const unsigned char *wire)
{
    enum hlckpt_sync which = (enum hlckpt_sync)run->format;
    char path[128];
    if (sync_check(which, wire, c->threads, c->name, "", c->f))
        return true;
    c->f->failed = false; // once more, with the name of the place
    return sync_check(which, wire, c->threads, c->name, extent_path(c->extent, c->leaf, path, sizeof path), c->f);
}

static bool check_leaf(struct check *c, const struct run *run)
{
    unsigned char scratch[QUAD_SIZE];
    char path[128];
    const unsigned char *wire = source_take(&c->source, run->wire, scratch);
    if (run->kind == RUN_SYNC)
        return check_sync(c, run, wire);
    return leaf_fits(run, wire, false) ||
           refuse_leaf(run, wire, c->name, extent_path(c->extent, c->leaf, path, sizeof path), c->f);
}

static bool check_values(struct check *c, const struct type *type, uint64_t count);

static bool check_run(struct check *c, const struct run *run)
{
    if (run->kind == RUN_NESTED)
        return check_values(c, run->inner, run->count);
    if (run->kind != RUN_SYNC && (run->kind != RUN_INT || run->native >= run->wire)) {
        source_skip(&c->source, run->count * run->wire);
        c->leaf += run->count;
        return true;
    }
    for (uint64_t k = 0; k < run->count; k++, c->leaf++)
        if (!check_leaf(c, run))
            return false;
    return true;
}

static bool check_values(struct check *c, const struct type *type, uint64_t count)
{
    if (!type->has_checks) {
        source_skip(&c->source, count * type->wire);
        c->leaf += count * type->leaves;
        return true;
    }
    for (uint64_t k = 0; k < count; k++)
        for (uint32_t i = 0; i < type->run_count; i++)
            if (!check_run(c, &type->runs[i]))
                return false;
    return true;
}

static bool check_leaves(const msgpack_object *data, const struct extent *x, const char *name, uint32_t threads,
                         struct failure *f)
{
    struct check c = {source_open(data), x, name, 0, threads, f};
    bool any = false;
    for (uint32_t i = 0; i < x->segment_count; i++)
        any |= x->segments[i].type->has_checks;
    for (uint32_t i = 0; any && c.source.at && i < x->segment_count; i++)
        if (!check_values(&c, x->segments[i].type, x->segments[i].count))
            return false;
    return true;
}

// ---- pointers

static bool is_integer(const msgpack_object *o)
{
    return o->type == MSGPACK_OBJECT_POSITIVE_INTEGER || o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
}

static bool decode_place(const msgpack_object *e, uint32_t count, struct pointer *out)
{
    if (e[0].type != MSGPACK_OBJECT_POSITIVE_INTEGER || e[1].type != MSGPACK_OBJECT_POSITIVE_INTEGER ||
        e[0].via.u64 >= UINT32_MAX || (count == 3 && !is_integer(&e[2])))
        return false;
    *out = (struct pointer){.kind = POINTER_OBJECT, .object = (uint32_t)e[0].via.u64, .leaf = e[1].via.u64};
    if (count == 3)
        out->residue = e[2].via.i64;
    return out->residue >= PAST_LEAF;
}

bool decode_pointer(const msgpack_object *o, struct pointer *out)
{
    *out = (struct pointer){.kind = POINTER_NULL};
    if (o->type == MSGPACK_OBJECT_NIL)
        return true;
    if (o->type == MSGPACK_OBJECT_BOOLEAN) {
        out->kind = POINTER_NOWHERE;
        return !o->via.boolean;
    }
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size < 1 || o->via.array.size > 3)
        return false;
    const msgpack_object *e = o->via.array.ptr;
    if (o->via.array.size == 1) {
        *out = (struct pointer){.kind = POINTER_INTEGER, .integer = is_integer(e) ? e->via.i64 : 0};
        return is_integer(e) && out->integer >= SMALL_LEAST && out->integer <= SMALL_MOST;
    }
    if (e[0].type != MSGPACK_OBJECT_STR)
        return decode_place(e, o->via.array.size, out);
    *out = (struct pointer){.kind = POINTER_HANDLE, .handle = e[1].via.u64};
    return e[0].via.str.size == strlen(HANDLE_TAG) && memcmp(e[0].via.str.ptr, HANDLE_TAG, strlen(HANDLE_TAG)) == 0 &&
           e[1].type == MSGPACK_OBJECT_POSITIVE_INTEGER && o->via.array.size == 2;
}

static void store_pointer(unsigned char *memory, void *pointer)
{
    memcpy(memory, &pointer, sizeof pointer);
}

bool check_pointer(const msgpack_object *o, const struct type *pointee, const char *name, const struct resolver *r,
                   struct failure *f)
{
    struct pointer p;
    return decode_pointer(o, &p) ? r->check(r->context, &p, pointee, name, f) : fail(f, "%s: not a pointer", name);
}

void fill_pointer(const msgpack_object *o, unsigned char *memory, const struct resolver *r)
{
    struct pointer p;
    decode_pointer(o, &p);
    store_pointer(memory, r->address(r->context, &p));
}

// ---- words of memory whose structure is not known: [[offset, pointer]...]

static bool check_words(const msgpack_object *o, uint64_t size, const char *name, const struct resolver *r,
                        struct failure *f)
{
    if (o->type != MSGPACK_OBJECT_ARRAY)
        return fail(f, "%s: its words are not an array", name);
    for (uint32_t i = 0; i < o->via.array.size; i++) {
        const msgpack_object *word = &o->via.array.ptr[i];
        if (word->type != MSGPACK_OBJECT_ARRAY || word->via.array.size != 2 ||
            word->via.array.ptr[0].type != MSGPACK_OBJECT_POSITIVE_INTEGER || size < sizeof(void *) ||
            word->via.array.ptr[0].via.u64 > size - sizeof(void *))
            return fail(f, "%s: word %" PRIu32 " is not in its %" PRIu64 " bytes", name, i, size);
        if (!check_pointer(&word->via.array.ptr[1], NULL, name, r, f))
            return false;
    }
    return true;
}

static void fill_words(const msgpack_object *o, unsigned char *memory, const struct resolver *r)
{
    for (uint32_t i = 0; i < o->via.array.size; i++) {
        const msgpack_object *word = o->via.array.ptr[i].via.array.ptr;
        fill_pointer(&word[1], memory + word[0].via.u64, r);
    }
}

bool is_opaque_content(const struct content *c)
{
    return c->references->type == MSGPACK_OBJECT_MAP;
}

static const msgpack_object *words_of(const struct content *c)
{
    return &c->references->via.map.ptr[1].val;
}

static bool check_opaque(const struct content *c, const struct extent *x, const char *name, const struct resolver *r,
                         struct failure *f)
{
    struct reader reader = read_map(c->references, name, f);
    read_key(&reader, "class");
    char *class = read_copy_str(&reader);
    read_key(&reader, "words");
    const msgpack_object *words = read_any(&reader);
    read_end(&reader);
    if (f->failed)
        return false;
    if (strcmp(class, layout_class()) != 0) {
        char why[128];
        snprintf(why, sizeof why, "its type is not known, so only a %.40s machine can restore it", class);
        r->note_foreign(r->context, name, why);
        return true;
    }
    return source_check(c->data, x->size, name, f) && check_words(words, x->size, name, r, f);
}

// ---- opaque parts of unions: [bin, words]

static bool check_cell(const msgpack_object *o, const struct run *run, const char *name, const struct resolver *r,
                       struct failure *f)
{
    if (o->type == MSGPACK_OBJECT_NIL)
        return true;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 2 || o->via.array.ptr[0].type != MSGPACK_OBJECT_BIN)
        return fail(f, "%s: not a part of a union", name);
    const msgpack_object *bytes = &o->via.array.ptr[0];
    if (!r->is_same_union(r->context, run->inner)) {
        char why[128];
        snprintf(why, sizeof why,
                 "members of union '%.40s' differ in size, so only a machine that lays it out alike can restore it",
                 run->inner->name);
        r->note_foreign(r->context, name, why);
        return true;
    }
    return (bytes->via.bin.size == run->native ||
            fail(f, "%s: %" PRIu32 " bytes of a union where %" PRIu64 " are expected", name, bytes->via.bin.size,
                 run->native)) &&
           check_words(&o->via.array.ptr[1], run->native, name, r, f);
}

static void fill_cell(const msgpack_object *o, const struct run *run, unsigned char *memory, const struct resolver *r)
{
    if (o->type == MSGPACK_OBJECT_NIL) {
        memset(memory, 0, run->native);
        return;
    }
    memcpy(memory, o->via.array.ptr[0].via.bin.ptr, run->native);
    fill_words(&o->via.array.ptr[1], memory, r);
}

// ---- references

static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};

const msgpack_object *next_reference(struct references *r)
{
    return r->next ? r->next++ : &nil;
}

void check_reference(void *context, const struct run *run, uint64_t offset)
{
    struct references *r = context;
    const msgpack_object *o = next_reference(r);
    char name[256], path[128];
    if (r->f->failed || o->type == MSGPACK_OBJECT_NIL)
        return;
    if (run->kind == RUN_POINTER ? check_pointer(o, run->inner, r->name, r->resolver, r->f)
                                 : r->resolver->is_same_union(r->resolver->context, run->inner) &&
                                       check_cell(o, run, r->name, r->resolver, r->f))
        return;
    // Once more, with the name of the place.
    struct failure again = {0};
    extent_path(r->extent, extent_leaf_at(r->extent, offset).index, path, sizeof path);
    snprintf(name, sizeof name, "%s%s", r->name, path);
    if (run->kind == RUN_POINTER)
        check_pointer(o, run->inner, name, r->resolver, &again);
    else
        check_cell(o, run, name, r->resolver, &again);
    r->f->failed = false;
    if (again.failed)
        fail(r->f, "%s", again.text);
}

void fill_reference(void *context, const struct run *run, uint64_t offset)
{
    struct references *r = context;
    const msgpack_object *o = next_reference(r);
    if (run->kind == RUN_POINTER)
        fill_pointer(o, r->memory + offset, r->resolver);
    else
        fill_cell(o, run, r->memory + offset, r->resolver);
}

static void visit_reference(void *context, const struct run *run, uint64_t offset)
{
    struct references *r = context;
    const msgpack_object *o = next_reference(r);
    struct pointer p;
    (void)offset;
    if (run->kind == RUN_POINTER && decode_pointer(o, &p) && p.kind == POINTER_OBJECT)
        r->visit(r->context, &p, run->inner);
}

const msgpack_object *first_reference(const struct content *c)
{
    return c->references->type == MSGPACK_OBJECT_ARRAY ? c->references->via.array.ptr : NULL;
}

static bool check_references(const struct content *c, const struct extent *x, const char *name,
                             const struct resolver *r, struct failure *f)
{
    const msgpack_object *o = c->references;
    if (o->type == MSGPACK_OBJECT_NIL)
        return true;
    if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != x->references)
        return fail(f, "%s: %" PRIu32 " references where its type has %" PRIu64, name,
                    o->type == MSGPACK_OBJECT_ARRAY ? o->via.array.size : 0, x->references);
    struct references all = {.next = first_reference(c), .extent = x, .resolver = r, .name = name, .f = f};
    extent_each_reference(x, check_reference, &all);
    return !f->failed;
}

void each_pointer(const struct content *c, const struct extent *x, pointer_visitor *visit, void *context)
{
    struct references all = {.next = first_reference(c), .visit = visit, .context = context};
    if (all.next && c->references->via.array.size == x->references)
        extent_each_reference(x, visit_reference, &all);
}

bool check_content(const struct content *c, const struct extent *x, const char *name, const struct resolver *r,
                   struct failure *f)
{
    if (is_opaque_content(c))
        return check_opaque(c, x, name, r, f);
    return source_check(c->data, x->wire, name, f) && check_leaves(c->data, x, name, r->threads, f) &&
           check_references(c, x, name, r, f);
}

void fill_content(const struct content *c, const struct extent *x, unsigned char *memory, const struct resolver *r)
{
    struct source s = source_open(c->data);
    if (is_opaque_content(c)) {
        source_copy(&s, memory, x->size);
        fill_words(words_of(c), memory, r);
        return;
    }
    for (uint32_t i = 0; i < x->segment_count; i++)
        get_values(&s, x->segments[i].type, x->segments[i].count, memory + x->segments[i].offset);
    struct references all = {.next = first_reference(c), .memory = memory, .resolver = r};
    if (x->references)
        extent_each_reference(x, fill_reference, &all);
}

// ---- values of variables

static bool wire_of_bin(const msgpack_object *o, uint32_t size, unsigned char *wire)
{
    bool is_whole = o->type == MSGPACK_OBJECT_BIN && o->via.bin.size == size;
    if (is_whole)
        memcpy(wire, o->via.bin.ptr, size);
    return is_whole;
}

// Makes the wire form of a scalar. False when `o` is not of the type.
static bool wire_of_integer(const msgpack_object *o, const struct type *type, unsigned char *wire)
{
    uint32_t size = type->runs[0].wire;
    if (size > 8)
        return wire_of_bin(o, size, wire);
    if (!is_integer(o))
        return false;
    bool is_negative = o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
    uint64_t most = UINT64_MAX >> (64 - 8 * size + type->is_signed);
    if (is_negative ? !type->is_signed || o->via.i64 < -(int64_t)most - 1 : o->via.u64 > most)
        return false;
    store_little(wire, o->via.u64, size);
    return true;
}

static bool wire_of_floating(const msgpack_object *o, uint32_t size, unsigned char *wire)
{
    if (size != 4 && size != 8)
        return wire_of_bin(o, size, wire);
    if (o->type != MSGPACK_OBJECT_FLOAT32 && o->type != MSGPACK_OBJECT_FLOAT64)
        return false;
    float single = (float)o->via.f64;
    copy_ordered(wire, size == 4 ? (const void *)&single : &o->via.f64, size);
    return true;
}

static bool wire_of(const msgpack_object *o, const struct type *type, unsigned char wire[QUAD_SIZE])
{
    switch (type->kind) {
    case HLCKPT_BOOL:
        wire[0] = o->type == MSGPACK_OBJECT_BOOLEAN && o->via.boolean;
        return o->type == MSGPACK_OBJECT_BOOLEAN;
    case HLCKPT_CHAR:
    case HLCKPT_INT:
        return wire_of_integer(o, type, wire);
    case HLCKPT_SYNC:
        return wire_of_bin(o, HLCKPT_SYNC_WIRE, wire);
    default:
        return wire_of_floating(o, type->runs[0].wire, wire);
    }
}

static bool is_scalar(const struct type *type)
{
    return (type->kind >= HLCKPT_BOOL && type->kind <= HLCKPT_FLOAT) || type->kind == HLCKPT_SYNC;
}

static bool check_scalar(const msgpack_object *o, const struct type *type, bool is_temporary, const char *name,
                         uint32_t threads, struct failure *f)
{
    unsigned char wire[QUAD_SIZE];
    char text[64];
    const struct run *run = type->runs;
    if (!wire_of(o, type, wire))
        return fail(f, "%s: not a value of type %s", name, type_describe(type, text, sizeof text));
    if (run->kind == RUN_SYNC)
        return sync_check((enum hlckpt_sync)run->format, wire, threads, name, "", f);
    return run->kind != RUN_INT || run->native >= run->wire || leaf_fits(run, wire, is_temporary) ||
           refuse_leaf(run, wire, name, "", f);
}

static bool is_pair(const msgpack_object *o)
{
    return o->type == MSGPACK_OBJECT_ARRAY && o->via.array.size == 2;
}

static struct content pair_content(const msgpack_object *o)
{
    return (struct content){&o->via.array.ptr[0], &o->via.array.ptr[1]};
}

bool check_value(const msgpack_object *o, const struct type *type, bool is_temporary, const char *name,
                 const struct resolver *r, struct failure *f)
{
    struct extent x;
    if (is_scalar(type))
        return check_scalar(o, type, is_temporary, name, r->threads, f);
    if (type->kind == HLCKPT_POINTER)
        return check_pointer(o, type->element, name, r, f);
    if (!is_pair(o) || !extent_of_one(&x, type) || x.size > HLCKPT_SLOT_SIZE)
        return fail(f, "%s: not a value of a small struct", name);
    struct content c = pair_content(o);
    return check_content(&c, &x, name, r, f);
}

void fill_value(const msgpack_object *o, const struct type *type, unsigned char *memory, const struct resolver *r)
{
    unsigned char wire[QUAD_SIZE];
    struct extent x;
    if (is_scalar(type)) {
        wire_of(o, type, wire);
        get_leaf(type->runs, wire, memory);
    } else if (type->kind == HLCKPT_POINTER) {
        fill_pointer(o, memory, r);
    } else {
        struct content c = pair_content(o);
        extent_of_one(&x, type);
        fill_content(&c, &x, memory, r);
    }
}
