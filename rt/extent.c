#include "extent.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// Appends `count` values; false on overflow.
static bool add_segment(struct extent *e, const struct type *type, uint64_t count, uint64_t offset)
{
    uint64_t bytes, leaves, wire, references;
    if (__builtin_mul_overflow(count, type->size, &bytes) || __builtin_mul_overflow(count, type->leaves, &leaves) ||
        __builtin_mul_overflow(count, type->wire, &wire) ||
        __builtin_mul_overflow(count, type->references, &references) || __builtin_add_overflow(offset, bytes, &bytes) ||
        bytes > PTRDIFF_MAX || __builtin_add_overflow(e->wire, wire, &e->wire))
        return false;
    e->segments[e->segment_count++] = (struct segment){type, count, offset, e->leaves};
    e->leaves += leaves;
    e->references += references;
    if (bytes > e->size)
        e->size = bytes;
    return true;
}

bool extent_make(struct extent *e, const struct type *type, uint64_t count, uint64_t tail, const struct type *byte)
{
    *e = (struct extent){0};
    bool fits = type->flexible
                    ? add_segment(e, type, 1, 0) && add_segment(e, type->flexible, count, type->flexible_offset)
                    : add_segment(e, type, count, 0);
    return fits && (!tail || add_segment(e, byte, tail, e->size));
}

bool extent_of_one(struct extent *e, const struct type *type)
{
    return extent_make(e, type, type->flexible ? 0 : 1, 0, NULL);
}

void extent_divide(const struct type *type, uint64_t size, uint64_t *count, uint64_t *tail)
{
    uint64_t each = type->flexible ? type->flexible->size : type->size;
    uint64_t room = type->flexible ? size - type->flexible_offset : size;
    *count = room / each;
    *tail = room % each;
    if (type->flexible && type->flexible_offset + *count * each < type->size) // what is left is padding of the struct
        *tail = size > type->size ? size - type->size : 0;
}

static const struct segment *segment_at(const struct extent *e, uint64_t offset)
{
    uint32_t i = e->segment_count - 1;
    while (i > 0 && (offset < e->segments[i].offset || !e->segments[i].count))
        i--;
    return &e->segments[i];
}

struct leaf extent_leaf_at(const struct extent *e, uint64_t offset)
{
    const struct segment *s = segment_at(e, offset);
    if (!s->type->leaves)
        return (struct leaf){s->first_leaf, s->offset, 0, NULL};
    uint64_t k = (offset - s->offset) / s->type->size, start = s->offset + k * s->type->size;
    struct leaf leaf = type_leaf_at(s->type, offset - start);
    leaf.index += s->first_leaf + k * s->type->leaves;
    leaf.offset += start;
    return leaf;
}

struct leaf extent_leaf(const struct extent *e, uint64_t index)
{
    uint32_t i = e->segment_count - 1;
    while (i > 0 && (index < e->segments[i].first_leaf || !e->segments[i].count))
        i--;
    const struct segment *s = &e->segments[i];
    uint64_t k = (index - s->first_leaf) / s->type->leaves;
    struct leaf leaf = type_leaf(s->type, index - s->first_leaf - k * s->type->leaves);
    leaf.index = index;
    leaf.offset += s->offset + k * s->type->size;
    return leaf;
}

bool extent_begins(const struct extent *e, uint64_t offset, const struct type *part)
{
    const struct segment *s = segment_at(e, offset);
    return s->type->size && type_begins(s->type, (offset - s->offset) % s->type->size, part);
}

bool extent_ends(const struct extent *e, uint64_t offset, const struct type *part)
{
    const struct segment *s = segment_at(e, offset ? offset - 1 : 0);
    if (!s->type->size || offset <= s->offset)
        return false;
    uint64_t rest = (offset - s->offset) % s->type->size;
    return type_ends(s->type, rest ? rest : s->type->size, part);
}

static void visit_run(const struct run *run, uint64_t offset, reference_visitor *visit, void *context);

static void visit_values(const struct type *type, uint64_t count, uint64_t offset, reference_visitor *visit,
                         void *context)
{
    if (!type->references)
        return;
    for (uint64_t k = 0; k < count; k++, offset += type->size)
        for (uint32_t i = 0; i < type->run_count; i++)
            visit_run(&type->runs[i], offset + type->runs[i].offset, visit, context);
}

static void visit_run(const struct run *run, uint64_t offset, reference_visitor *visit, void *context)
{
    if (run->kind == RUN_NESTED)
        visit_values(run->inner, run->count, offset, visit, context);
    else if (run->kind == RUN_POINTER || run->kind == RUN_OPAQUE)
        for (uint64_t k = 0; k < run->count; k++, offset += run->stride)
            visit(context, run, offset);
}

void extent_each_reference(const struct extent *e, reference_visitor *visit, void *context)
{
    for (uint32_t i = 0; i < e->segment_count; i++)
        visit_values(e->segments[i].type, e->segments[i].count, e->segments[i].offset, visit, context);
}

// ---- paths

struct path {
    char *buffer;
    size_t size, length;
};

static void append(struct path *p, const char *format, const char *name, uint64_t index)
{
    if (p->length + 1 >= p->size)
        return;
    int n = name ? snprintf(p->buffer + p->length, p->size - p->length, format, name)
                 : snprintf(p->buffer + p->length, p->size - p->length, format, index);
    p->length += n > 0 ? (size_t)n : 0;
}

// The part of `type` that holds the bytes at *offset, which becomes the offset in that part. NULL at a scalar.
static const struct type *descend(struct path *p, const struct type *type, uint64_t *offset)
{
    if (type->kind == HLCKPT_ARRAY && type->element->size) {
        append(p, "[%" PRIu64 "]", NULL, *offset / type->element->size);
        *offset %= type->element->size;
        return type->element;
    }
    for (uint32_t i = 0; type->kind == HLCKPT_STRUCT && i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        uint64_t start = field->offset / 8;
        if (field->width || *offset < start || *offset >= start + field->type->size)
            continue;
        if (field->name[0])
            append(p, ".%s", field->name, 0);
        *offset -= start;
        return field->type;
    }
    return NULL;
}

const char *extent_path(const struct extent *e, uint64_t leaf, char *buffer, size_t size)
{
    struct path p = {buffer, size, 0};
    buffer[0] = 0;
    if (leaf >= e->leaves)
        return buffer;
    struct leaf at = extent_leaf(e, leaf);
    const struct segment *s = segment_at(e, at.offset);
    uint64_t offset = at.offset - s->offset;
    if (s->count > 1 && s->type->size)
        append(&p, "[%" PRIu64 "]", NULL, offset / s->type->size);
    offset = s->type->size ? offset % s->type->size : 0;
    for (const struct type *type = s->type; type;)
        type = descend(&p, type, &offset);
    return buffer;
}
