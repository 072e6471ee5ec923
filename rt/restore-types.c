// Reads the types of an image, parts first, and finds the shape of each.
#include "restore-parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "hlckpt/sync.h"

void *restore_allocate(struct reader *r, uint32_t count, size_t size)
{
    void *memory = hlckpt_arena_calloc((size_t)count + 1, size);
    if (!memory)
        fail(r->failure, RESTORE_NO_MEMORY);
    return memory;
}

uint32_t restore_index(struct reader *r, uint32_t count)
{
    if (!count)
        fail(r->failure, "%s: an index into an empty table", r->where);
    return (uint32_t)read_uint(r, count ? count - 1 : 0);
}

static void read_fields(struct reader *r, struct image_type *type, uint32_t known)
{
    type->name = read_copy_str(r);
    struct reader list = read_nested_array(r, "types: fields");
    type->field_count = read_left(&list);
    type->fields = restore_allocate(&list, type->field_count, sizeof *type->fields);
    for (uint32_t i = 0; !r->failure->failed && i < type->field_count; i++) {
        struct reader field = read_nested_array(&list, "types: field");
        type->fields[i].name = read_copy_str(&field);
        type->fields[i].type = restore_index(&field, known);
        type->fields[i].width = (uint32_t)read_uint(&field, 128);
        read_end(&field);
    }
    if (type->kind == HLCKPT_UNION) {
        type->cells = read_copy_str(r);
        type->signature = read_uint(r, UINT64_MAX);
    }
}

static uint32_t shape_of_fields(const struct state *s, const struct image_type *type)
{
    struct shape_field *fields = hlckpt_arena_calloc((size_t)type->field_count + 1, sizeof *fields);
    if (!fields)
        return SHAPE_NONE;
    for (uint32_t i = 0; i < type->field_count; i++)
        fields[i] =
            (struct shape_field){type->fields[i].name, s->types[type->fields[i].type].shape, type->fields[i].width};
    uint32_t shape = shape_of_aggregate(type->kind, type->name, fields, type->field_count, type->cells);
    hlckpt_arena_free(fields);
    return shape;
}

static uint32_t compute_shape(const struct state *s, const struct image_type *type)
{
    if (type->kind == HLCKPT_ARRAY)
        return shape_of_array(s->types[type->element].shape, type->count);
    if (type->kind == HLCKPT_STRUCT || type->kind == HLCKPT_UNION)
        return shape_of_fields(s, type);
    return shape_of_scalar(type->kind, type->is_signed, type->bits);
}

// The signature of a union with opaque parts is no part of its shape: it is looked at when such a part has content.
static void read_type(struct state *s, struct reader *r, uint32_t index)
{
    struct image_type *type = &s->types[index];
    type->kind = (enum hlckpt_kind)read_uint(r, HLCKPT_SYNC);
    type->name = type->cells = "";
    switch (type->kind) {
    case HLCKPT_INT:
        type->is_signed = read_bool(r);
        type->bits = (uint32_t)read_uint(r, 128);
        break;
    case HLCKPT_FLOAT:
    case HLCKPT_COMPLEX:
        type->bits = (uint32_t)read_uint(r, 128);
        break;
    case HLCKPT_SYNC:
        type->bits = (uint32_t)read_uint(r, HLCKPT_SYNC_COUNT - 1);
        break;
    case HLCKPT_ARRAY:
        type->element = restore_index(r, index);
        type->count = read_uint(r, UINT64_MAX);
        break;
    case HLCKPT_STRUCT:
    case HLCKPT_UNION:
        read_fields(r, type, index);
        break;
    default:
        break;
    }
    read_end(r);
    if (!r->failure->failed && !image_type_measure(s->types, type))
        fail(r->failure, "%s: too large, or with cells '%s'", r->where, type->cells);
    if (!r->failure->failed && (type->shape = compute_shape(s, type)) == SHAPE_NONE)
        fail(r->failure, RESTORE_NO_MEMORY);
}

bool restore_types(struct state *s, const struct image *image, struct failure *f)
{
    const msgpack_object *section = image_section(image, SECTION_TYPES, f);
    if (!section)
        return false;
    struct reader r = read_array(section, "types", f);
    s->type_count = read_left(&r);
    s->types = restore_allocate(&r, s->type_count, sizeof *s->types);
    for (uint32_t i = 0; !f->failed && i < s->type_count; i++) {
        char where[32];
        snprintf(where, sizeof where, "type %" PRIu32, i);
        struct reader one = read_nested_array(&r, where);
        read_type(s, &one, i);
    }
    return !f->failed;
}

const char *restore_describe_type(const struct state *s, uint32_t index, char *buffer, size_t size)
{
    const struct image_type *t = &s->types[index];
    struct type type = {.kind = t->kind, .name = t->name, .bits = t->bits, .is_signed = t->is_signed};
    if (t->kind == HLCKPT_ARRAY)
        snprintf(buffer, size, "an array");
    else
        type_describe(&type, buffer, size);
    return buffer;
}
