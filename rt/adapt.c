#include "adapt.h"

#include <inttypes.h>
#include <string.h>

#include "byte-order.h"
#include "decode-parts.h"
#include "sync.h"

#define NESTING_MOST 64

// ---- sizes of the image's types

static bool add(struct image_type *t, uint64_t count, uint64_t leaves, uint64_t wire, uint64_t references)
{
    return !__builtin_mul_overflow(count, leaves, &leaves) && !__builtin_mul_overflow(count, wire, &wire) &&
           !__builtin_mul_overflow(count, references, &references) &&
           !__builtin_add_overflow(t->leaves, leaves, &t->leaves) && !__builtin_add_overflow(t->wire, wire, &t->wire) &&
           !__builtin_add_overflow(t->references, references, &t->references);
}

static uint64_t number_at(const char **text)
{
    uint64_t number = 0;
    for (; **text >= '0' && **text <= '9'; ++*text)
        number = (number * 10 + (uint64_t)(**text - '0')) & UINT32_MAX;
    return number;
}

// "n4p?f3/4": see layout.c.
static bool add_cells(struct image_type *t)
{
    for (const char *c = t->cells; *c;) {
        char kind = *c++;
        uint64_t wire = number_at(&c);
        if (kind == 'f' && *c == '/') {
            c++;
            wire = number_at(&c);
        }
        bool is_reference = kind == 'p' || kind == '?';
        if (!(is_reference || kind == 'n' || kind == 'f') || !add(t, 1, 1, is_reference ? 0 : wire, is_reference))
            return false;
    }
    return true;
}

bool image_type_measure(const struct image_type *types, struct image_type *t)
{
    switch (t->kind) {
    case HLCKPT_BOOL:
    case HLCKPT_CHAR:
        return add(t, 1, 1, 1, 0);
    case HLCKPT_INT:
    case HLCKPT_FLOAT:
        return add(t, 1, 1, t->bits / 8, 0);
    case HLCKPT_COMPLEX:
        return add(t, 2, 1, t->bits / 8, 0);
    case HLCKPT_SYNC:
        return add(t, 1, 1, HLCKPT_SYNC_WIRE, 0);
    case HLCKPT_POINTER:
        return add(t, 1, 1, 0, 1);
    case HLCKPT_ARRAY:
        return add(t, t->count, types[t->element].leaves, types[t->element].wire, types[t->element].references);
    case HLCKPT_STRUCT:
        for (uint32_t i = 0; i < t->field_count; i++) {
            const struct image_type *field = &types[t->fields[i].type];
            if (!add(t, 1, field->leaves, field->wire, field->references))
                return false;
        }
        return true;
    case HLCKPT_UNION:
        return add_cells(t);
    default:
        return true;
    }
}

// ---- which goes with which

static const struct field *field_of_name(const struct type *to, const struct image_field *from)
{
    for (uint32_t i = 0; i < to->field_count; i++)
        if (to->fields[i].width == from->width && strcmp(to->fields[i].name, from->name) == 0)
            return &to->fields[i];
    return NULL;
}

static bool possible(const struct image_type *types, uint32_t from, const struct type *to, unsigned depth)
{
    const struct image_type *t = &types[from];
    if (t->shape == to->shape)
        return true;
    if (t->kind != to->kind || depth == NESTING_MOST)
        return false;
    if (t->kind == HLCKPT_ARRAY)
        return possible(types, t->element, to->element, depth + 1);
    if (t->kind == HLCKPT_INT)
        return t->bits % 8 == 0 && t->bits <= 64 && to->bits <= 64;
    if (t->kind == HLCKPT_UNION)
        return strcmp(t->name, to->name) == 0;
    if (t->kind != HLCKPT_STRUCT || strcmp(t->name, to->name) != 0)
        return false;
    for (uint32_t i = 0; i < t->field_count; i++) {
        const struct field *field = field_of_name(to, &t->fields[i]);
        bool fits = !field || (field->width ? types[t->fields[i].type].shape == field->type->shape
                                            : possible(types, t->fields[i].type, field->type, depth + 1));
        if (!fits)
            return false;
    }
    return true;
}

bool adapt_possible(const struct image_type *types, uint32_t from, const struct type *to)
{
    return !to->flexible && !to->has_va_list && possible(types, from, to, 0);
}

// ---- walking both types at once

struct walk {
    const struct image_type *types;
    struct source source;
    struct references references;
    bool is_check;
    const char *name;
    struct failure *f;
};

static void pass_over(struct walk *w, const struct image_type *t, uint64_t count)
{
    source_skip(&w->source, count * t->wire);
    if (w->references.next)
        w->references.next += count * t->references;
}

static void walk_same(struct walk *w, const struct type *to, unsigned char *memory)
{
    struct extent x;
    extent_of_one(&x, to);
    w->references.extent = &x;
    w->references.memory = memory;
    if (w->is_check)
        source_skip(&w->source, to->wire); // an integer that does not fit is found by its leaf's own check
    else
        get_values(&w->source, to, 1, memory);
    if (x.references)
        extent_each_reference(&x, w->is_check ? check_reference : fill_reference, &w->references);
}

// An integer of another width, or one that may be too wide.
static void walk_integer(struct walk *w, const struct image_type *t, const struct type *to, unsigned char *memory)
{
    unsigned char scratch[QUAD_SIZE], wire[QUAD_SIZE];
    uint32_t size = t->bits / 8;
    memcpy(wire, source_take(&w->source, size, scratch), size);
    memset(wire + size, t->is_signed && wire[size - 1] >> 7 ? 0xff : 0, sizeof wire - size);
    struct run run = to->runs[0];
    run.wire = QUAD_SIZE; // as wide as can be: a narrower type of this program must hold the value too
    run.is_signed = to->is_signed;
    if (w->is_check && !leaf_fits(&run, wire, true))
        refuse_leaf(&run, wire, w->name, "", w->f);
    if (!w->is_check)
        get_leaf(&to->runs[0], wire, memory);
}

static void walk_sync(struct walk *w, const struct type *to, unsigned char *memory)
{
    unsigned char scratch[QUAD_SIZE];
    const unsigned char *wire = source_take(&w->source, HLCKPT_SYNC_WIRE, scratch);
    if (w->is_check)
        sync_check((enum hlckpt_sync)to->bits, wire, w->references.resolver->threads, w->name, "", w->f);
    else
        get_leaf(&to->runs[0], wire, memory);
}

static void walk(struct walk *w, const struct image_type *t, const struct type *to, unsigned char *memory);

static void walk_bit_field(struct walk *w, const struct field *field, unsigned char *memory)
{
    unsigned char scratch[QUAD_SIZE];
    struct run run = layout_bit_field(field);
    const unsigned char *wire = source_take(&w->source, run.wire, scratch);
    if (!w->is_check)
        get_leaf(&run, wire, memory + run.offset);
}

static void walk_struct(struct walk *w, const struct image_type *t, const struct type *to, unsigned char *memory)
{
    for (uint32_t i = 0; i < t->field_count; i++) {
        const struct image_type *part = &w->types[t->fields[i].type];
        const struct field *field = field_of_name(to, &t->fields[i]);
        if (field && field->width)
            walk_bit_field(w, field, memory);
        else if (field)
            walk(w, part, field->type, memory + field->offset / 8);
        else
            pass_over(w, part, 1);
    }
}

static void walk(struct walk *w, const struct image_type *t, const struct type *to, unsigned char *memory)
{
    if (t->kind == HLCKPT_INT && t->bits <= 64) {
        walk_integer(w, t, to, memory);
    } else if (t->kind == HLCKPT_SYNC && t->shape == to->shape) {
        walk_sync(w, to, memory);
    } else if (t->shape == to->shape && (!to->has_checks || t->kind == HLCKPT_UNION)) {
        walk_same(w, to, memory);
    } else if (t->kind == HLCKPT_ARRAY) {
        uint64_t shared = t->count < to->element_count ? t->count : to->element_count;
        for (uint64_t i = 0; i < shared && !(w->f && w->f->failed); i++)
            walk(w, &w->types[t->element], to->element, memory + i * to->element->size);
        pass_over(w, &w->types[t->element], t->count - shared);
    } else if (t->kind == HLCKPT_STRUCT) {
        walk_struct(w, t, to, memory);
    } else {
        pass_over(w, t, 1);
    }
}

static void walk_all(struct walk *w, const struct adaptation *a, unsigned char *memory)
{
    for (uint64_t i = 0; i < a->count && !(w->f && w->f->failed); i++)
        walk(w, &a->types[a->from], a->to, memory + i * a->to->size);
}

bool adapt_check(const struct adaptation *a, const struct content *c, const char *name, const struct resolver *r,
                 struct failure *f)
{
    static unsigned char nothing[1]; // a check writes nowhere
    uint64_t wire, references;
    const struct image_type *from = &a->types[a->from];
    if (is_opaque_content(c) || __builtin_mul_overflow(from->wire, a->count, &wire) ||
        __builtin_mul_overflow(from->references, a->count, &references))
        return fail(f, "%s: opaque, or too large, for a type that differs here", name);
    const msgpack_object *o = c->references;
    bool is_whole =
        o->type == MSGPACK_OBJECT_NIL || (o->type == MSGPACK_OBJECT_ARRAY && o->via.array.size == references);
    if (!is_whole)
        return fail(f, "%s: not the %" PRIu64 " references of its type", name, references);
    if (!source_check(c->data, wire, name, f))
        return false;
    struct walk w = {.types = a->types, .source = source_open(c->data), .is_check = true, .name = name, .f = f};
    w.references = (struct references){.next = first_reference(c), .resolver = r, .name = name, .f = f};
    walk_all(&w, a, nothing);
    return !f->failed;
}

void adapt_fill(const struct adaptation *a, const struct content *c, unsigned char *memory, const struct resolver *r)
{
    struct walk w = {.types = a->types, .source = source_open(c->data)};
    w.references = (struct references){.next = first_reference(c), .resolver = r};
    memset(memory, 0, a->count * a->to->size);
    walk_all(&w, a, memory);
}

// ---- leaves

static bool find_leaf(const struct image_type *types, const struct image_type *t, const struct type *to, uint64_t leaf,
                      uint64_t *offset, uint64_t *size)
{
    if (t->shape == to->shape) {
        if (leaf >= to->leaves)
            return false;
        struct leaf found = type_leaf(to, leaf);
        *offset += found.offset;
        *size = found.size;
        return true;
    }
    if (t->kind == HLCKPT_ARRAY && types[t->element].leaves) {
        uint64_t i = leaf / types[t->element].leaves;
        *offset += i * to->element->size;
        return i < to->element_count &&
               find_leaf(types, &types[t->element], to->element, leaf % types[t->element].leaves, offset, size);
    }
    for (uint32_t i = 0; t->kind == HLCKPT_STRUCT && i < t->field_count; i++) {
        const struct image_type *part = &types[t->fields[i].type];
        const struct field *field = field_of_name(to, &t->fields[i]);
        if (leaf < part->leaves) {
            *offset += field ? field->offset / 8 : 0;
            return field && !field->width && find_leaf(types, part, field->type, leaf, offset, size);
        }
        leaf -= part->leaves;
    }
    *size = to->size;
    return t->kind == to->kind && t->kind <= HLCKPT_COMPLEX && leaf == 0;
}

bool adapt_leaf(const struct adaptation *a, uint64_t leaf, uint64_t *offset, uint64_t *size)
{
    const struct image_type *from = &a->types[a->from];
    uint64_t i = from->leaves ? leaf / from->leaves : 0;
    *offset = i * a->to->size;
    *size = 0;
    return from->leaves && i < a->count && find_leaf(a->types, from, a->to, leaf % from->leaves, offset, size);
}
