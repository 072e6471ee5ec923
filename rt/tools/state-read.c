// Reads the sections types, frames and objects. The functions follow the comment at the head of rt/state.c, line by
// line.
#include "state-read.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "hlckpt/sync.h"

#define DEPTH_MOST 64 // of types in types: what is deeper is not a program's

// Room for the elements of the array that is next; their number goes to *count.
static void *read_elements(struct reader *r, uint32_t *count, size_t size)
{
    *count = read_left(r);
    void *elements = hlckpt_arena_calloc((size_t)*count + 1, size);
    if (!elements) {
        fail(r->failure, "%s: no memory for %u elements", r->where, *count);
        *count = 0;
    }
    return elements;
}

static uint32_t read_index(struct reader *r, uint32_t count)
{
    if (!count)
        fail(r->failure, "%s: an index into an empty table", r->where);
    return (uint32_t)read_uint(r, count ? count - 1 : 0);
}

// ---- types

static bool add_up(struct image_type *t, uint64_t count, uint64_t leaves, uint64_t wire, uint64_t references)
{
    return !__builtin_mul_overflow(count, leaves, &leaves) && !__builtin_add_overflow(t->leaves, leaves, &t->leaves) &&
           !__builtin_mul_overflow(count, wire, &wire) && !__builtin_add_overflow(t->wire, wire, &t->wire) &&
           !__builtin_mul_overflow(count, references, &references) &&
           !__builtin_add_overflow(t->references, references, &t->references);
}

static bool add_part(struct image_type *t, const struct image_type *part, uint64_t count)
{
    if (part->depth >= t->depth)
        t->depth = part->depth + 1;
    return add_up(t, count, part->leaves, part->wire, part->references);
}

static uint64_t bit_field_wire(const struct image_type *declared)
{
    return declared->kind == HLCKPT_INT ? declared->bits / 8 : 1;
}

static bool add_fields(const struct image_state *s, struct image_type *t)
{
    for (uint32_t i = 0; i < t->field_count; i++) {
        const struct image_type *part = &s->types[t->fields[i].type];
        if (t->fields[i].width ? !add_up(t, 1, 1, bit_field_wire(part), 0) : !add_part(t, part, 1))
            return false;
    }
    if (!t->field_count)
        return true;
    const struct image_type *last = &s->types[t->fields[t->field_count - 1].type];
    t->flexible = last->kind == HLCKPT_ARRAY && !last->count ? last->element
                  : last->kind == HLCKPT_STRUCT              ? last->flexible
                                                             : TYPE_NONE;
    return true;
}

// A cell is a letter, and for data the number of bytes: n4 is an integer of four, p a pointer, ? an opaque part; f5/2 a
// bit-field of five bits in two bytes.
uint64_t image_union_cell(const char **cells, bool *is_reference)
{
    char kind = *(*cells)++;
    char *end;
    *is_reference = kind == 'p' || kind == '?';
    uint64_t number = *is_reference ? 0 : strtoull(*cells, &end, 10);
    if (!*is_reference)
        *cells = end;
    if (kind == 'f' && **cells == '/') {
        number = strtoull(*cells + 1, &end, 10);
        *cells = end;
    }
    return number;
}

static bool add_cells(struct image_type *t)
{
    bool is_reference;
    for (const char *cells = t->cells; *cells;) {
        uint64_t wire = image_union_cell(&cells, &is_reference);
        if (wire > UINT16_MAX || !add_up(t, 1, 1, wire, is_reference))
            return false;
    }
    return true;
}

static bool measure_type(const struct image_state *s, struct image_type *t)
{
    switch (t->kind) {
    case HLCKPT_BOOL:
    case HLCKPT_CHAR:
        return add_up(t, 1, 1, 1, 0);
    case HLCKPT_INT:
    case HLCKPT_FLOAT:
        return add_up(t, 1, 1, t->bits / 8, 0);
    case HLCKPT_COMPLEX:
        return add_up(t, 2, 1, t->bits / 8, 0);
    case HLCKPT_SYNC:
        return add_up(t, 1, 1, HLCKPT_SYNC_WIRE, 0);
    case HLCKPT_POINTER:
        return add_up(t, 1, 1, 0, 1);
    case HLCKPT_ARRAY:
        return add_part(t, &s->types[t->element], t->count);
    case HLCKPT_STRUCT:
        return add_fields(s, t);
    case HLCKPT_UNION:
        for (uint32_t i = 0; i < t->field_count; i++)
            if (s->types[t->fields[i].type].depth >= t->depth)
                t->depth = s->types[t->fields[i].type].depth + 1;
        return add_cells(t);
    default:
        return true;
    }
}

static void read_fields(struct reader *r, struct image_type *t, uint32_t before)
{
    struct reader fields = read_nested_array(r, "types: fields");
    t->fields = read_elements(&fields, &t->field_count, sizeof *t->fields);
    for (uint32_t i = 0; i < t->field_count; i++) {
        struct reader field = read_nested_array(&fields, "types: field");
        t->fields[i].name = read_copy_str(&field);
        t->fields[i].type = read_index(&field, before);
        t->fields[i].width = (uint32_t)read_uint(&field, 128);
        read_end(&field);
    }
}

static uint32_t read_bits(struct reader *r)
{
    uint64_t bits = read_uint(r, 128);
    if (bits % 8)
        fail(r->failure, "types: a width of %u bits", (unsigned)bits);
    return (uint32_t)bits;
}

static void read_type(struct reader *r, struct image_type *t, uint32_t before)
{
    t->kind = (enum hlckpt_kind)read_uint(r, HLCKPT_SYNC);
    t->flexible = TYPE_NONE;
    switch (t->kind) {
    case HLCKPT_INT:
        t->is_signed = read_bool(r);
        t->bits = read_bits(r);
        break;
    case HLCKPT_FLOAT:
    case HLCKPT_COMPLEX:
        t->bits = read_bits(r);
        break;
    case HLCKPT_SYNC:
        t->bits = (uint32_t)read_uint(r, HLCKPT_SYNC_COUNT - 1);
        break;
    case HLCKPT_ARRAY:
        t->element = read_index(r, before);
        t->count = read_uint(r, UINT64_MAX);
        break;
    case HLCKPT_STRUCT:
        t->name = read_copy_str(r);
        read_fields(r, t, before);
        break;
    case HLCKPT_UNION:
        t->name = read_copy_str(r);
        read_fields(r, t, before);
        t->cells = read_copy_str(r);
        read_uint(r, UINT64_MAX); // signature: of the writer's layout
        break;
    default:
        break;
    }
    read_end(r);
}

static void read_types(const struct image *image, struct image_state *s, struct failure *f)
{
    struct reader r = read_array(image_section(image, SECTION_TYPES, f), "types", f);
    uint32_t count;
    s->types = read_elements(&r, &count, sizeof *s->types);
    for (uint32_t i = 0; i < count && !f->failed; i++) {
        struct reader type = read_nested_array(&r, "type");
        read_type(&type, &s->types[i], i);
        if (!f->failed && (!measure_type(s, &s->types[i]) || s->types[i].depth > DEPTH_MOST))
            fail(f, "types: type %u is too large", i);
    }
    s->type_count = count;
}

// ---- frames

static void read_point(struct reader *r, const struct image_state *s, struct image_point *point)
{
    point->function = read_copy_str(r);
    point->file = read_copy_str(r);
    point->number = (uint32_t)read_uint(r, UINT32_MAX);
    point->line = (uint32_t)read_uint(r, UINT32_MAX);
    point->column = (uint32_t)read_uint(r, UINT32_MAX);
    struct reader variables = read_nested_array(r, "frames: variables");
    point->variables = read_elements(&variables, &point->count, sizeof *point->variables);
    for (uint32_t i = 0; i < point->count; i++) {
        struct reader v = read_nested_array(&variables, "frames: variable");
        point->variables[i].name = read_copy_str(&v);
        point->variables[i].storage = (enum hlckpt_storage)read_uint(&v, HLCKPT_OBJECT);
        point->variables[i].type = read_index(&v, s->type_count);
        read_end(&v);
    }
    read_end(r);
}

static void read_frame(struct reader *r, const struct image_state *s, struct image_frame *frame)
{
    frame->point = &s->points[read_index(r, s->point_count)];
    const msgpack_object *values = read_any(r);
    struct reader v = read_array(values, "frames: values", r->failure);
    if (!r->failure->failed && read_left(&v) != frame->point->count)
        fail(r->failure, "frames: %u values where point %u of '%s' has %u", read_left(&v), frame->point->number,
             frame->point->function, frame->point->count);
    frame->values = r->failure->failed ? NULL : values->via.array.ptr;
    read_end(r);
}

static void read_frames(const struct image *image, struct image_state *s, struct failure *f)
{
    struct reader r = read_map(image_section(image, SECTION_FRAMES, f), "frames", f);
    read_key(&r, "points");
    struct reader points = read_nested_array(&r, "frames: points");
    s->points = read_elements(&points, &s->point_count, sizeof *s->points);
    for (uint32_t i = 0; i < s->point_count && !f->failed; i++) {
        struct reader point = read_nested_array(&points, "frames: point");
        read_point(&point, s, &s->points[i]);
    }
    read_key(&r, "threads");
    struct reader threads = read_nested_array(&r, "frames: threads");
    s->threads = read_elements(&threads, &s->thread_count, sizeof *s->threads);
    for (uint32_t t = 0; t < s->thread_count && !f->failed; t++) {
        struct reader frames = read_nested_array(&threads, "frames: thread");
        s->threads[t].frames = read_elements(&frames, &s->threads[t].count, sizeof *s->threads[t].frames);
        for (uint32_t k = 0; k < s->threads[t].count && !f->failed; k++) {
            struct reader frame = read_nested_array(&frames, "frames: frame");
            read_frame(&frame, s, &s->threads[t].frames[k]);
        }
    }
    read_end(&r);
}

// ---- objects

static void read_content(struct reader *r, struct image_object *o)
{
    o->data = read_any(r);
    o->references = read_any(r);
}

static void read_variable_place(struct reader *r, const struct image_state *s, struct image_object *o)
{
    o->thread = read_index(r, s->thread_count);
    o->frame = r->failure->failed ? 0 : read_index(r, s->threads[o->thread].count);
    o->variable = r->failure->failed ? 0 : read_index(r, s->threads[o->thread].frames[o->frame].point->count);
}

static void read_object(struct reader *r, const struct image_state *s, struct image_object *o)
{
    o->kind = (enum object_kind)read_uint(r, OBJECT_LABEL);
    o->type = TYPE_NONE;
    o->count = 1;
    switch (o->kind) {
    case OBJECT_GLOBAL:
    case OBJECT_THREAD_LOCAL:
        o->name = read_copy_str(r);
        o->file = read_copy_str(r);
        o->type = read_index(r, s->type_count);
        read_content(r, o);
        if (o->kind == OBJECT_THREAD_LOCAL && read_left(r))
            o->thread = read_index(r, s->thread_count);
        break;
    case OBJECT_STACK:
        read_variable_place(r, s, o);
        o->type = read_index(r, s->type_count);
        read_content(r, o);
        break;
    case OBJECT_HEAP:
        o->type = read_index(r, s->type_count);
        o->count = read_uint(r, UINT64_MAX);
        o->tail = read_uint(r, UINT64_MAX);
        read_content(r, o);
        if (read_left(r))
            read_any(r); // its alignment
        break;
    case OBJECT_LITERAL:
        o->data = read_any(r);
        break;
    case OBJECT_CALLABLE:
        o->name = read_copy_str(r);
        o->file = read_copy_str(r);
        break;
    case OBJECT_LABEL:
        o->name = read_copy_str(r);
        o->file = read_copy_str(r);
        o->ordinal = read_uint(r, UINT32_MAX);
        break;
    }
    read_end(r);
}

static void read_objects(const struct image *image, struct image_state *s, struct failure *f)
{
    struct reader r = read_map(image_section(image, SECTION_OBJECTS, f), "objects", f);
    read_key(&r, "objects");
    struct reader objects = read_nested_array(&r, "objects");
    s->objects = read_elements(&objects, &s->object_count, sizeof *s->objects);
    for (uint32_t i = 0; i < s->object_count && !f->failed; i++) {
        struct reader object = read_nested_array(&objects, "object");
        read_object(&object, s, &s->objects[i]);
    }
    read_key(&r, "roots");
    struct reader roots = read_nested_array(&r, "roots");
    s->roots = read_elements(&roots, &s->root_count, sizeof *s->roots);
    for (uint32_t i = 0; i < s->root_count && !f->failed; i++) {
        struct reader root = read_nested_array(&roots, "root");
        s->roots[i].name = read_copy_str(&root);
        s->roots[i].pointer = read_any(&root);
        read_end(&root);
    }
    read_end(&r);
}

struct image_state *read_image_state(const struct image *image, struct failure *f)
{
    struct image_state *s = hlckpt_arena_calloc(1, sizeof *s);
    if (!s) {
        fail(f, "no memory to read an image");
        return NULL;
    }
    read_types(image, s, f);
    read_frames(image, s, f);
    read_objects(image, s, f);
    return f->failed ? NULL : s;
}

// ---- extents

bool image_extent(const struct image_state *s, uint32_t type, uint64_t count, uint64_t tail, struct image_extent *out)
{
    const struct image_type *t = &s->types[type];
    struct image_type sum = {0};
    *out = (struct image_extent){
        .segments = {{type, t->flexible == TYPE_NONE ? count : 1}, {TYPE_NONE, 0}, {TYPE_NONE, tail}}};
    if (!add_part(&sum, t, out->segments[0].count) || !add_up(&sum, tail, 1, 1, 0))
        return false;
    if (t->flexible != TYPE_NONE) {
        out->segments[1].type = t->flexible;
        out->segments[1].count = count;
        if (!add_part(&sum, &s->types[t->flexible], count))
            return false;
    }
    out->leaves = sum.leaves;
    out->wire = sum.wire;
    out->references = sum.references;
    return true;
}
