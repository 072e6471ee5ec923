// Reads the state out of an image, and turns it into memory.
//
// R1  state_read looks at everything the image holds and has no effect on the program; what it has accepted can be
//     filled in without any further check.
// R2  An object keeps its number. Its type is the type of this program that has the shape of the image's: of globals
// and
//     variables the declared one, of heap blocks the one that pointers of this program to it ask for.
// R3  Stack objects are known by address when their frame has been entered; frames are entered from the outermost, and
//     filled when the innermost is reached, so that where two frames share memory the inner one's content stays.
//
// Not handled: more threads than one.
#define _GNU_SOURCE
#include "state.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "adapt.h"
#include "arena.h"
#include "decode.h"
#include "encode.h"
#include "hlckpt/env.h"
#include "log.h"
#include "names.h"
#include "object.h"
#include "roots.h"

#define POSITION_NONE   UINT32_MAX
#define NO_MEMORY       "out of memory for the state of an image"
#define CHECKPOINT_CALL "hlckpt_checkpoint"
#define ALIGNMENT_MOST  (UINT32_C(1) << 30)
#define NOWHERE_SIZE    65536 // a multiple of the page size of every target

// A variable at a point, as the image has it.
struct image_variable {
    char *name;
    enum hlckpt_storage storage;
    uint32_t type;
};

struct image_point {
    char *function, *file;
    uint32_t number;
    const struct hlckpt_function *native;
    const struct module *module;
    const struct map_function *map;
    const struct map_point *point;
    uint32_t count;
    struct image_variable *variables;
    uint32_t *positions; // of each local variable among the image's; POSITION_NONE for a place without content
};

struct image_frame {
    uint32_t point;
    const msgpack_object *values;
};

struct image_thread {
    struct image_frame *image_frames;
    struct frame *frames;
    size_t count;
};

struct image_object {
    enum object_kind kind;
    bool is_adapted;           // its type is declared differently here
    bool is_missing, is_typed; // missing: this program has no such thing; an error only if a pointer leads there
    uint32_t a, b, c;          // thread, frame, variable; or module and index of a symbol
    uint32_t image_type;
    const struct type *type;
    uint64_t count, tail, leaves;
    uint64_t alignment; // of a heap block; 0 if any will do
    struct content content;
    const msgpack_object *bytes; // of a literal
    char *address;
};

struct state {
    const struct program *program;
    struct names names;
    struct image_type *types;
    uint32_t type_count;
    struct image_point *points;
    uint32_t point_count;
    struct image_thread *threads;
    uint32_t thread_count;
    struct image_object *objects;
    uint32_t object_count;
    const msgpack_object *root_pointers[ROOTS_MOST]; // parallel to roots[]
    struct resolver resolver;
    char *nowhere;
    const struct type *last_union; // the last one that was asked about
    bool is_last_same;
    uint32_t foreign_count; // places that only another kind of machine can restore
};

static void *allocate(struct reader *r, uint32_t count, size_t size)
{
    void *memory = hlckpt_arena_calloc((size_t)count + 1, size);
    if (!memory)
        fail(r->failure, NO_MEMORY);
    return memory;
}

// ---- types

static uint32_t read_index(struct reader *r, uint32_t count)
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
    type->fields = allocate(&list, type->field_count, sizeof *type->fields);
    for (uint32_t i = 0; !r->failure->failed && i < type->field_count; i++) {
        struct reader field = read_nested_array(&list, "types: field");
        type->fields[i].name = read_copy_str(&field);
        type->fields[i].type = read_index(&field, known);
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
    type->kind = (enum hlckpt_kind)read_uint(r, HLCKPT_VA_LIST);
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
    case HLCKPT_ARRAY:
        type->element = read_index(r, index);
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
        fail(r->failure, NO_MEMORY);
}

static bool read_types(struct state *s, const struct image *image, struct failure *f)
{
    const msgpack_object *section = image_section(image, SECTION_TYPES, f);
    if (!section)
        return false;
    struct reader r = read_array(section, "types", f);
    s->type_count = read_left(&r);
    s->types = allocate(&r, s->type_count, sizeof *s->types);
    for (uint32_t i = 0; !f->failed && i < s->type_count; i++) {
        char where[32];
        snprintf(where, sizeof where, "type %" PRIu32, i);
        struct reader one = read_nested_array(&r, where);
        read_type(s, &one, i);
    }
    return !f->failed;
}

static const char *describe_type(const struct state *s, uint32_t index, char *buffer, size_t size)
{
    const struct image_type *t = &s->types[index];
    struct type type = {.kind = t->kind, .name = t->name, .bits = t->bits, .is_signed = t->is_signed};
    if (t->kind == HLCKPT_ARRAY)
        snprintf(buffer, size, "an array");
    else
        type_describe(&type, buffer, size);
    return buffer;
}

// ---- points

static const msgpack_object *value_of(const struct image_frame *frame, const struct image_point *p, uint32_t i)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    return p->positions[i] == POSITION_NONE ? &nil : &frame->values->via.array.ptr[p->positions[i]];
}

static bool find_point(struct state *s, struct image_point *p, const char *where, struct failure *f)
{
    const struct name *n = names_find(&s->names, NAME_FUNCTION, p->function, p->file);
    if (!n)
        return fail(f, "%s: this program has no function '%s' of %s that can be resumed", where, p->function, p->file);
    p->module = &s->program->modules[n->module];
    p->map = &p->module->map->functions[n->index];
    p->native = p->module->native->functions[n->index];
    if (p->number >= p->map->point_count)
        return fail(f, "%s: point %" PRIu32 " of '%s', which has %" PRIu32, where, p->number, p->function,
                    p->map->point_count);
    p->point = &p->map->points[p->number];
    return true;
}

static const struct map_variable *local_variable(const struct image_point *p, uint32_t i)
{
    return &p->map->variables[p->point->variables[i]];
}

// Where a target returns a struct in memory, its place may be a variable without a name and without content, that other
// targets do not have.
static bool is_void_place(const char *name, enum hlckpt_storage storage, uint64_t leaves)
{
    return !name[0] && storage == HLCKPT_OBJECT && leaves == 0;
}

static bool is_image_void_place(const struct state *s, const struct image_variable *v)
{
    return is_void_place(v->name, v->storage, s->types[v->type].leaves);
}

static bool is_local_void_place(const struct image_point *p, uint32_t i)
{
    const struct map_variable *v = local_variable(p, i);
    return is_void_place(v->name, v->storage, p->module->types[v->type]->leaves);
}

// The image's variable for local variable i: the one of the same name that no earlier one has taken.
static uint32_t match_variable(const struct state *s, const struct image_point *p, uint32_t i)
{
    const struct map_variable *v = local_variable(p, i);
    uint32_t skip = 0;
    for (uint32_t k = 0; k < i; k++)
        skip += !is_local_void_place(p, k) && strcmp(local_variable(p, k)->name, v->name) == 0;
    for (uint32_t k = 0; k < p->count; k++)
        if (!is_image_void_place(s, &p->variables[k]) && strcmp(p->variables[k].name, v->name) == 0 && !skip--)
            return k;
    return POSITION_NONE;
}

// Values that matter: all but places without content.
static uint32_t count_image_values(const struct state *s, const struct image_point *p)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < p->count; k++)
        count += !is_image_void_place(s, &p->variables[k]);
    return count;
}

static uint32_t count_local_values(const struct image_point *p)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->point->count; i++)
        count += !is_local_void_place(p, i);
    return count;
}

static bool check_variable_type(const struct state *s, const struct image_point *p, uint32_t i, uint32_t k,
                                const char *where, struct failure *f)
{
    char here[64], there[64];
    const struct map_variable *v = local_variable(p, i);
    const struct type *type = p->module->types[v->type];
    bool fits = v->storage == HLCKPT_OBJECT ? adapt_possible(s->types, p->variables[k].type, type)
                                            : s->types[p->variables[k].type].shape == type->shape;
    return (fits && p->variables[k].storage == v->storage) ||
           fail(f, "%s: '%s' of '%s' is %s in the image and %s here", where, v->name, p->function,
                describe_type(s, p->variables[k].type, there, sizeof there), type_describe(type, here, sizeof here));
}

static bool match_variables(struct state *s, struct image_point *p, const char *where, struct failure *f)
{
    uint32_t found = count_image_values(s, p), expected = count_local_values(p);
    if (found != expected)
        return fail(f, "%s: %" PRIu32 " values where point %" PRIu32 " of '%s' has %" PRIu32, where, found, p->number,
                    p->function, expected);
    p->positions = hlckpt_arena_calloc((size_t)p->point->count + 1, sizeof *p->positions);
    if (!p->positions)
        return fail(f, NO_MEMORY);
    for (uint32_t i = 0; i < p->point->count; i++) {
        uint32_t k = p->positions[i] = is_local_void_place(p, i) ? POSITION_NONE : match_variable(s, p, i);
        if (k == POSITION_NONE && !is_local_void_place(p, i))
            return fail(f, "%s: no value for '%s' at point %" PRIu32 " of '%s'", where, local_variable(p, i)->name,
                        p->number, p->function);
        if (k != POSITION_NONE && !check_variable_type(s, p, i, k, where, f))
            return false;
    }
    return true;
}

static void read_point(struct state *s, struct reader *r, struct image_point *p)
{
    p->function = read_copy_str(r);
    p->file = read_copy_str(r);
    p->number = (uint32_t)read_uint(r, UINT32_MAX);
    read_uint(r, UINT32_MAX);
    read_uint(r, UINT32_MAX);
    struct reader variables = read_nested_array(r, r->where);
    p->count = read_left(&variables);
    p->variables = allocate(r, p->count, sizeof *p->variables);
    for (uint32_t i = 0; !r->failure->failed && i < p->count; i++) {
        struct reader v = read_nested_array(&variables, r->where);
        p->variables[i].name = read_copy_str(&v);
        p->variables[i].storage = (enum hlckpt_storage)read_uint(&v, HLCKPT_OBJECT);
        p->variables[i].type = read_index(&v, s->type_count);
        read_end(&v);
    }
    read_end(r);
}

static void read_points(struct state *s, struct reader *r, struct failure *f)
{
    read_key(r, "points");
    struct reader list = read_nested_array(r, "points");
    s->point_count = read_left(&list);
    s->points = allocate(&list, s->point_count, sizeof *s->points);
    for (uint32_t i = 0; !f->failed && i < s->point_count; i++) {
        char where[32];
        snprintf(where, sizeof where, "point %" PRIu32, i);
        struct reader one = read_nested_array(&list, where);
        read_point(s, &one, &s->points[i]);
        if (!f->failed && find_point(s, &s->points[i], where, f))
            match_variables(s, &s->points[i], where, f);
    }
}

// ---- frames

static void read_frame(struct state *s, struct reader *r, struct image_frame *image, struct frame *frame)
{
    image->point = read_index(r, s->point_count);
    image->values = read_any(r);
    read_end(r);
    if (r->failure->failed)
        return;
    const struct image_point *p = &s->points[image->point];
    if (image->values->type != MSGPACK_OBJECT_ARRAY || image->values->via.array.size != p->count) {
        fail(r->failure, "%s: %" PRIu32 " values where point %" PRIu32 " of '%s' has %" PRIu32, r->where,
             image->values->type == MSGPACK_OBJECT_ARRAY ? image->values->via.array.size : 0, p->number, p->function,
             p->count);
        return;
    }
    *frame = (struct frame){.function = p->native, .point = p->number, .count = p->point->count};
}

static void read_thread(struct state *s, struct reader *r, struct image_thread *t)
{
    t->count = read_left(r);
    t->image_frames = allocate(r, (uint32_t)t->count, sizeof *t->image_frames);
    t->frames = allocate(r, (uint32_t)t->count, sizeof *t->frames);
    for (size_t k = 0; !r->failure->failed && k < t->count; k++) {
        char where[32];
        snprintf(where, sizeof where, "frame %zu", k);
        struct reader one = read_nested_array(r, where);
        read_frame(s, &one, &t->image_frames[k], &t->frames[k]);
    }
}

// May the frames follow each other? The innermost is at a poll, or in a call that asked for the capture; every other is
// at a call that gets its result in the way in which the next returns it.
static bool check_chain(const struct state *s, const struct image_thread *t, struct failure *f)
{
    if (!t->count)
        return fail(f, "frames: there are none");
    for (size_t k = 0; k < t->count; k++) {
        const struct image_point *p = &s->points[t->image_frames[k].point];
        bool is_call = p->point->kind == HLCKPT_CALL;
        if (k == 0 && is_call && strcmp(p->point->callee, CHECKPOINT_CALL) != 0)
            return fail(f, "frame 0: the innermost frame is in a call at point %" PRIu32 " of '%s'", p->number,
                        p->function);
        if (k == 0)
            continue;
        const struct image_point *inner = &s->points[t->image_frames[k - 1].point];
        if (!is_call)
            return fail(f, "frame %zu: point %" PRIu32 " of '%s' is no call, but '%s' is called there", k, p->number,
                        p->function, inner->function);
        if (strcmp(p->point->result, inner->map->result) != 0)
            return fail(f, "frame %zu: the call at point %" PRIu32 " of '%s' cannot have entered '%s'", k, p->number,
                        p->function, inner->function);
    }
    return true;
}

static bool read_frames(struct state *s, const struct image *image, struct failure *f)
{
    const msgpack_object *section = image_section(image, SECTION_FRAMES, f);
    if (!section)
        return false;
    struct reader r = read_map(section, "frames", f);
    read_points(s, &r, f);
    read_key(&r, "threads");
    struct reader threads = read_nested_array(&r, "threads");
    s->thread_count = read_left(&threads);
    if (!f->failed && s->thread_count != 1)
        return fail(f, "frames: %" PRIu32 " threads where one is expected", s->thread_count);
    s->threads = allocate(&r, s->thread_count, sizeof *s->threads);
    for (uint32_t i = 0; !f->failed && i < s->thread_count; i++) {
        struct reader one = read_nested_array(&threads, "thread");
        read_thread(s, &one, &s->threads[i]);
        if (!f->failed)
            check_chain(s, &s->threads[i], f);
    }
    read_end(&r);
    return !f->failed;
}

// ---- objects: reading

static void read_content(struct reader *r, struct image_object *o)
{
    o->content.data = read_any(r);
    o->content.references = read_any(r);
}

static void read_symbol(struct state *s, struct reader *r, struct image_object *o)
{
    static const enum name_kind kinds[] = {
        [OBJECT_GLOBAL] = NAME_GLOBAL, [OBJECT_THREAD_LOCAL] = NAME_THREAD_LOCAL, [OBJECT_CALLABLE] = NAME_CALLABLE};
    char *name = read_copy_str(r), *file = read_copy_str(r);
    if (r->failure->failed)
        return;
    const struct name *n = names_find(&s->names, kinds[o->kind], name, file);
    o->is_missing = !n;
    if (n) {
        o->a = n->module;
        o->b = n->index;
    }
    hlckpt_arena_free(name);
    hlckpt_arena_free(file);
}

static const struct map_symbol *symbol_of(const struct state *s, const struct image_object *o)
{
    const struct map *map = s->program->modules[o->a].map;
    return o->kind == OBJECT_GLOBAL ? &map->globals[o->b] : &map->thread_locals[o->b];
}

static void read_variable_object(struct state *s, struct reader *r, struct image_object *o)
{
    o->a = read_index(r, s->thread_count);
    o->b = r->failure->failed ? 0 : read_index(r, (uint32_t)s->threads[o->a].count);
    if (r->failure->failed)
        return;
    o->c = read_index(r, s->points[s->threads[o->a].image_frames[o->b].point].count);
}

static void read_label(struct state *s, struct reader *r, struct image_object *o)
{
    char *function = read_copy_str(r), *file = read_copy_str(r);
    uint64_t ordinal = read_uint(r, UINT32_MAX);
    if (r->failure->failed)
        return;
    const struct name *n = names_find(&s->names, NAME_FUNCTION, function, file);
    o->is_missing = true;
    for (uint32_t i = 0; n && i < s->program->modules[n->module].map->label_count; i++) {
        const struct map_label *label = &s->program->modules[n->module].map->labels[i];
        if (label->function != n->index || label->ordinal != ordinal ||
            !s->program->modules[n->module].native->labels[i])
            continue;
        o->is_missing = false;
        o->a = n->module;
        o->b = i;
    }
}

// The declared type, if the image's can be adapted to it.
static void take_declared(struct state *s, struct image_object *o, const struct type *type, const char *name,
                          struct failure *f)
{
    char here[64], there[64];
    o->type = type;
    o->count = type->flexible ? 0 : 1;
    o->is_typed = true;
    o->is_adapted = s->types[o->image_type].shape != type->shape;
    if (o->is_adapted && !adapt_possible(s->types, o->image_type, type))
        fail(f, "'%s' is %s in the image and %s here, or their fields differ", name,
             describe_type(s, o->image_type, there, sizeof there), type_describe(type, here, sizeof here));
}

static void type_declared(struct state *s, struct image_object *o, struct failure *f)
{
    if (o->kind == OBJECT_STACK) {
        const struct image_point *p = &s->points[s->threads[o->a].image_frames[o->b].point];
        for (uint32_t i = 0; i < p->point->count; i++)
            if (p->positions[i] == o->c)
                take_declared(s, o, p->module->types[local_variable(p, i)->type], p->variables[o->c].name, f);
        o->is_missing = !o->type;
        return;
    }
    if (!o->is_missing)
        take_declared(s, o, s->program->modules[o->a].types[symbol_of(s, o)->type], symbol_of(s, o)->name, f);
}

static void read_literal(struct reader *r, struct image_object *o, const struct type *byte)
{
    o->bytes = read_any(r);
    if (o->bytes && o->bytes->type != MSGPACK_OBJECT_BIN)
        fail(r->failure, "%s: not bytes", r->where);
    o->type = byte;
    o->count = r->failure->failed ? 0 : o->bytes->via.bin.size;
    o->is_typed = true;
}

static void read_object(struct state *s, struct reader *r, struct image_object *o)
{
    o->kind = (enum object_kind)read_uint(r, OBJECT_LABEL);
    switch (o->kind) {
    case OBJECT_GLOBAL:
    case OBJECT_THREAD_LOCAL:
        read_symbol(s, r, o);
        break;
    case OBJECT_STACK:
        read_variable_object(s, r, o);
        break;
    case OBJECT_LITERAL:
        read_literal(r, o, s->program->own[OWN_CHAR]);
        break;
    case OBJECT_CALLABLE:
        read_symbol(s, r, o);
        break;
    case OBJECT_LABEL:
        read_label(s, r, o);
        break;
    case OBJECT_HEAP:
        break;
    }
    if (o->kind <= OBJECT_HEAP)
        o->image_type = read_index(r, s->type_count);
    if (o->kind == OBJECT_HEAP) {
        o->count = read_uint(r, UINT64_MAX);
        o->tail = read_uint(r, UINT64_MAX);
    }
    if (o->kind <= OBJECT_HEAP)
        read_content(r, o);
    if (o->kind == OBJECT_HEAP && read_left(r))
        o->alignment = read_uint(r, ALIGNMENT_MOST);
    read_end(r);
    if (o->alignment & (o->alignment - 1))
        fail(r->failure, "%s: an alignment of %" PRIu64, r->where, o->alignment);
    if (!r->failure->failed && o->kind <= OBJECT_STACK)
        type_declared(s, o, r->failure);
}

static void read_object_list(struct state *s, struct reader *r, struct failure *f)
{
    read_key(r, "objects");
    struct reader list = read_nested_array(r, "objects");
    s->object_count = read_left(&list);
    s->objects = allocate(&list, s->object_count, sizeof *s->objects);
    for (uint32_t i = 0; !f->failed && i < s->object_count; i++) {
        char where[32];
        snprintf(where, sizeof where, "object %" PRIu32, i);
        struct reader one = read_nested_array(&list, where);
        read_object(s, &one, &s->objects[i]);
    }
}

static void read_roots(struct state *s, struct reader *r, struct failure *f)
{
    read_key(r, "roots");
    struct reader list = read_nested_array(r, "roots");
    while (!f->failed && read_left(&list)) {
        struct reader one = read_nested_array(&list, "root");
        char *name = read_copy_str(&one);
        const msgpack_object *pointer = read_any(&one);
        read_end(&one);
        for (size_t i = 0; !f->failed && i < root_count; i++)
            if (strcmp(roots[i].name, name) == 0)
                s->root_pointers[i] = pointer;
    }
}

// ---- objects: types of heap blocks

// The type that a pointer of this program asks for, where several have the shape.
static void take_asked(void *context, const struct pointer *p, const struct type *pointee)
{
    struct state *s = context;
    if (p->object >= s->object_count)
        return;
    struct image_object *o = &s->objects[p->object];
    const struct type *type = type_strip(pointee);
    if (o->kind == OBJECT_HEAP && !o->is_typed && type->shape == s->types[o->image_type].shape && type->size) {
        o->type = type;
        o->is_typed = true;
    }
}

static const struct type *largest_of_shape(uint32_t shape)
{
    const struct type *best = NULL;
    for (const struct type *t = type_of_shape(shape); t; t = t->next_of_shape)
        if (!best || t->size > best->size)
            best = t;
    return best;
}

static void follow_value(struct state *s, const msgpack_object *value, const struct type *type)
{
    struct pointer p;
    if (type->kind == HLCKPT_POINTER && decode_pointer(value, &p) && p.kind == POINTER_OBJECT)
        take_asked(s, &p, type->element);
}

static void follow_frames(struct state *s)
{
    const struct image_thread *t = &s->threads[0];
    for (size_t k = t->count; k-- > 0;) {
        const struct image_point *p = &s->points[t->image_frames[k].point];
        for (uint32_t i = 0; i < p->point->count; i++)
            if (local_variable(p, i)->storage == HLCKPT_VALUE)
                follow_value(s, value_of(&t->image_frames[k], p, i), p->module->types[local_variable(p, i)->type]);
    }
}

static void follow_object(struct state *s, struct image_object *o)
{
    struct extent x;
    bool has_pointers =
        o->type && !o->is_adapted && o->type->references && o->content.references && !is_opaque_content(&o->content);
    if (has_pointers && extent_make(&x, o->type, o->count, o->tail, s->program->own[OWN_CHAR]))
        each_pointer(&o->content, &x, take_asked, s);
}

// A struct of the same name, declared differently.
static bool find_adaptable(const struct state *s, struct image_object *o)
{
    for (size_t i = 0; i < s->program->struct_count && !o->is_adapted; i++) {
        const struct type *type = s->program->structs[i];
        bool same_name = s->types[o->image_type].name[0] && strcmp(type->name, s->types[o->image_type].name) == 0;
        o->is_adapted = same_name && o->tail == 0 && !is_opaque_content(&o->content) &&
                        adapt_possible(s->types, o->image_type, type);
        if (o->is_adapted)
            o->type = type;
    }
    o->is_typed = o->is_adapted;
    return o->is_adapted;
}

// A block gets its number from the pointer that leads to it first, so going through objects by number finds a type
// before it is needed; a block that no pointer has asked for takes the largest of the shape.
static void type_blocks(struct state *s)
{
    bool any = false;
    for (uint32_t i = 0; i < s->object_count; i++) {
        struct image_object *o = &s->objects[i];
        const struct type *first = o->kind == OBJECT_HEAP ? type_of_shape(s->types[o->image_type].shape) : NULL;
        if (o->kind != OBJECT_HEAP)
            continue;
        o->type = first;
        o->is_typed = first && !first->next_of_shape;
        o->is_missing = !first && !find_adaptable(s, o);
        any |= first && first->next_of_shape;
    }
    if (!any)
        return;
    follow_frames(s);
    for (uint32_t i = 0; i < s->object_count; i++)
        if (s->objects[i].kind < OBJECT_HEAP)
            follow_object(s, &s->objects[i]);
    for (uint32_t i = 0; i < s->object_count; i++) {
        struct image_object *o = &s->objects[i];
        if (o->kind != OBJECT_HEAP)
            continue;
        if (!o->is_typed && !o->is_missing)
            o->type = largest_of_shape(s->types[o->image_type].shape);
        follow_object(s, o);
    }
}

// ---- checks

static bool object_extent_of(const struct state *s, const struct image_object *o, struct extent *x)
{
    return extent_make(x, o->type, o->count, o->tail, s->program->own[OWN_CHAR]);
}

static struct adaptation adaptation_of(const struct state *s, const struct image_object *o)
{
    return (struct adaptation){s->types, o->image_type, o->type, o->count};
}

static void name_object(const struct state *s, uint32_t number, char *buffer, size_t size)
{
    const struct image_object *o = &s->objects[number];
    char type[64];
    if (o->kind == OBJECT_STACK) {
        const struct image_point *p = &s->points[s->threads[o->a].image_frames[o->b].point];
        snprintf(buffer, size, "frame %" PRIu32 ": '%s' of '%s' (%s:%" PRIu32 ")", o->b, p->variables[o->c].name,
                 p->function, p->file, p->point->line);
    } else if (o->kind <= OBJECT_THREAD_LOCAL && !o->is_missing) {
        snprintf(buffer, size, "'%s' (%s:%" PRIu32 ")", symbol_of(s, o)->name, s->program->modules[o->a].map->file,
                 symbol_of(s, o)->line);
    } else if (o->kind == OBJECT_HEAP) {
        snprintf(buffer, size, "heap block %" PRIu32 " of %s", number,
                 describe_type(s, o->image_type, type, sizeof type));
    } else {
        snprintf(buffer, size, "object %" PRIu32, number);
    }
}

static bool check_leaf(const struct state *s, const struct pointer *p, const char *where, struct failure *f)
{
    const struct image_object *o = &s->objects[p->object];
    struct extent x;
    if (p->leaf > o->leaves)
        return fail(f, "%s: points to leaf %" PRIu64 " of object %" PRIu32 ", which has %" PRIu64, where, p->leaf,
                    p->object, o->leaves);
    uint64_t offset, size;
    struct adaptation a = adaptation_of(s, o);
    if (o->is_adapted)
        return ((p->leaf == 0 || p->leaf == o->leaves || adapt_leaf(&a, p->leaf, &offset, &size)) && p->residue <= 0) ||
               fail(f, "%s: points to leaf %" PRIu64 " of object %" PRIu32 ", which this program does not have", where,
                    p->leaf, p->object);
    if (!p->residue)
        return true;
    if (p->leaf == o->leaves || !object_extent_of(s, o, &x))
        return fail(f, "%s: points beyond object %" PRIu32, where, p->object);
    struct leaf leaf = extent_leaf(&x, p->leaf);
    return p->residue == PAST_LEAF || (uint64_t)p->residue <= x.size - leaf.offset ||
           fail(f, "%s: points beyond object %" PRIu32, where, p->object);
}

static bool check_resolvable(void *context, const struct pointer *p, const struct type *pointee, const char *where,
                             struct failure *f)
{
    const struct state *s = context;
    char name[160];
    (void)pointee;
    if (p->kind == POINTER_HANDLE)
        return handle_hooks.pointer || fail(f, "%s: a handle of a resource, of which there are none", where);
    if (p->kind != POINTER_OBJECT)
        return true;
    if (p->object >= s->object_count)
        return fail(f, "%s: points to object %" PRIu32 " of %" PRIu32, where, p->object, s->object_count);
    const struct image_object *o = &s->objects[p->object];
    if (!o->is_missing)
        return o->kind >= OBJECT_CALLABLE || check_leaf(s, p, where, f);
    name_object(s, p->object, name, sizeof name);
    return fail(f, "%s: points to %s, which this program does not have", where, name);
}

static bool check_size(struct state *s, uint32_t number, struct failure *f)
{
    struct image_object *o = &s->objects[number];
    struct extent x;
    char name[160];
    if (!o->type || o->kind >= OBJECT_CALLABLE)
        return true;
    bool fits = object_extent_of(s, o, &x);
    o->leaves = x.leaves;
    if (fits && o->is_adapted)
        fits = !__builtin_mul_overflow(s->types[o->image_type].leaves, o->count, &o->leaves);
    if (fits)
        return true;
    name_object(s, number, name, sizeof name);
    return fail(f, "%s: %" PRIu64 " elements are too many for this machine", name, o->count);
}

static bool check_object(const struct state *s, uint32_t number, struct failure *f)
{
    const struct image_object *o = &s->objects[number];
    struct extent x;
    char name[160];
    if (o->is_missing || !o->content.data)
        return true;
    name_object(s, number, name, sizeof name);
    struct adaptation a = adaptation_of(s, o);
    if (o->is_adapted)
        return adapt_check(&a, &o->content, name, &s->resolver, f);
    return object_extent_of(s, o, &x) && check_content(&o->content, &x, name, &s->resolver, f);
}

static bool check_variable(const struct state *s, uint32_t thread, uint32_t frame, uint32_t i, struct failure *f)
{
    const struct image_frame *image = &s->threads[thread].image_frames[frame];
    const struct image_point *p = &s->points[image->point];
    const struct map_variable *v = local_variable(p, i);
    const msgpack_object *value = value_of(image, p, i);
    char where[160];
    snprintf(where, sizeof where, "frame %" PRIu32 ": '%s' of '%s' (%s:%" PRIu32 ")", frame, v->name, p->function,
             p->file, p->point->line);
    if (v->storage == HLCKPT_VALUE)
        return check_value(value, p->module->types[v->type], !v->name[0], where, &s->resolver, f);
    if (value->type == MSGPACK_OBJECT_NIL)
        return true;
    if (value->type != MSGPACK_OBJECT_POSITIVE_INTEGER || value->via.u64 >= s->object_count)
        return fail(f, "%s: not the number of an object", where);
    const struct image_object *o = &s->objects[value->via.u64];
    bool is_its = o->kind == OBJECT_STACK && o->a == thread && o->b == frame && o->c == p->positions[i];
    return is_its || fail(f, "%s: object %" PRIu64 " belongs to something else", where, value->via.u64);
}

static bool check_all(struct state *s, struct failure *f)
{
    for (uint32_t i = 0; i < s->object_count; i++)
        if (!check_size(s, i, f))
            return false;
    for (uint32_t t = 0; t < s->thread_count; t++)
        for (uint32_t k = 0; k < s->threads[t].count; k++)
            for (uint32_t i = 0; i < s->threads[t].frames[k].count; i++)
                if (!check_variable(s, t, k, i, f))
                    return false;
    for (uint32_t i = 0; i < s->object_count; i++)
        if (!check_object(s, i, f))
            return false;
    for (size_t i = 0; i < root_count; i++) {
        struct pointer p;
        if (s->root_pointers[i] &&
            !(decode_pointer(s->root_pointers[i], &p) && check_resolvable(s, &p, NULL, roots[i].name, f)))
            return fail(f, "root '%s' is not a pointer", roots[i].name);
    }
    if (s->foreign_count)
        return fail(f,
                    "%" PRIu32
                    " places hold memory that only the kind of machine it was captured on can read; this one is %s",
                    s->foreign_count, layout_class());
    return true;
}

// A union's opaque parts mean the same here if it has the same layout.
static bool is_same_union(void *context, const struct type *u)
{
    struct state *s = context;
    if (s->last_union == u)
        return s->is_last_same;
    s->last_union = u;
    s->is_last_same = false;
    for (uint32_t i = 0; i < s->type_count; i++)
        s->is_last_same |= s->types[i].shape == u->shape && s->types[i].signature == u->signature;
    return s->is_last_same;
}

#define FOREIGN_LISTED 20

// All places are listed, so that they can be annotated or changed at one go.
static void note_foreign(void *context, const char *place, const char *why)
{
    struct state *s = context;
    if (s->foreign_count++ < FOREIGN_LISTED)
        log_line(LOG_ERROR, "%s: %s", place, why);
}

// ---- addresses

// For pointers that lead nowhere: not NULL, and a use is caught.
static char *nowhere(struct state *s)
{
    if (!s->nowhere) {
        char *page = mmap(NULL, NOWHERE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        s->nowhere = page == MAP_FAILED ? (char *)SIZE_MAX - NOWHERE_SIZE : page;
    }
    return s->nowhere;
}

static char *address_in(const struct state *s, const struct image_object *o, const struct pointer *p)
{
    struct extent x;
    if ((p->leaf == 0 && p->residue == 0) || o->kind >= OBJECT_CALLABLE)
        return o->address;
    if (!object_extent_of(s, o, &x))
        return o->address;
    if (p->leaf == o->leaves)
        return o->address + x.size;
    struct adaptation a = adaptation_of(s, o);
    uint64_t offset, size;
    if (o->is_adapted)
        return adapt_leaf(&a, p->leaf, &offset, &size) ? o->address + offset + (p->residue == PAST_LEAF ? size : 0)
                                                       : o->address;
    struct leaf leaf = extent_leaf(&x, p->leaf);
    return o->address + leaf.offset + (p->residue == PAST_LEAF ? leaf.size : (uint64_t)p->residue);
}

static void *resolve(void *context, const struct pointer *p)
{
    struct state *s = context;
    switch (p->kind) {
    case POINTER_NULL:
        return NULL;
    case POINTER_INTEGER:
        return (void *)(intptr_t)p->integer;
    case POINTER_HANDLE: {
        void *handle = handle_hooks.pointer(p->handle);
        return handle ? handle : nowhere(s);
    }
    case POINTER_OBJECT:
        if (s->objects[p->object].address)
            return address_in(s, &s->objects[p->object], p);
        break;
    case POINTER_NOWHERE:
        break;
    }
    return nowhere(s);
}

// ---- the calls of state.h

struct state *state_read(const struct image *image, struct failure *f)
{
    struct state *s = hlckpt_arena_calloc(1, sizeof *s);
    if (!s) {
        fail(f, NO_MEMORY);
        return NULL;
    }
    s->resolver = (struct resolver){s, check_resolvable, resolve, is_same_union, note_foreign};
    if (!(s->program = program_load(f)))
        return NULL;
    if (!names_of_program(&s->names, s->program)) {
        fail(f, NO_MEMORY);
        return NULL;
    }
    const msgpack_object *section = NULL;
    if (!read_types(s, image, f) || !read_frames(s, image, f) || !(section = image_section(image, SECTION_OBJECTS, f)))
        return NULL;
    struct reader r = read_map(section, "objects", f);
    read_object_list(s, &r, f);
    read_roots(s, &r, f);
    read_end(&r);
    if (f->failed)
        return NULL;
    type_blocks(s);
    return check_all(s, f) ? s : NULL;
}

size_t state_frame_count(const struct state *s, size_t thread)
{
    return thread < s->thread_count ? s->threads[thread].count : 0;
}

struct frame *state_frame(struct state *s, size_t thread, size_t index)
{
    return &s->threads[thread].frames[index]; // its slots are the caller's
}

static char *create_block(const struct state *s, const struct image_object *o)
{
    struct extent x;
    object_extent_of(s, o, &x);
    char *block = o->alignment ? memalign(o->alignment, x.size) : calloc(1, x.size);
    if (block && o->alignment)
        memset(block, 0, x.size);
    if (!block) {
        log_line(LOG_ERROR, "no memory for a block of %" PRIu64 " bytes of the image", x.size);
        _exit(HLCKPT_STATUS_REFUSED);
    }
    return block;
}

static char *create_literal(const struct state *s, const struct image_object *o)
{
    const void *content = o->bytes->via.bin.ptr;
    uint64_t size = o->bytes->via.bin.size;
    const void *known = names_literal(&s->names, content, size);
    if (known)
        return (char *)known;
    char *block = create_block(s, o);
    memcpy(block, content, size);
    return block;
}

static char *create_object(const struct state *s, const struct image_object *o)
{
    const struct hlckpt_module *native = s->program->modules[o->a].native;
    switch (o->kind) {
    case OBJECT_GLOBAL:
        return native->globals[o->b];
    case OBJECT_THREAD_LOCAL:
        return native->thread_locals[o->b]();
    case OBJECT_HEAP:
        return create_block(s, o);
    case OBJECT_LITERAL:
        return create_literal(s, o);
    case OBJECT_CALLABLE:
        return native->callables[o->b];
    case OBJECT_LABEL:
        return native->labels[o->b];
    default:
        return NULL; // the frame tells
    }
}

void state_create(struct state *s)
{
    for (uint32_t i = 0; i < s->object_count; i++)
        if (!s->objects[i].is_missing)
            s->objects[i].address = create_object(s, &s->objects[i]);
}

void state_values(struct state *s, struct frame *frame)
{
    const struct image_frame *image = &s->threads[0].image_frames[frame - s->threads[0].frames];
    const struct image_point *p = &s->points[image->point];
    for (uint32_t i = 0; i < frame->count; i++) {
        const msgpack_object *value = value_of(image, p, i);
        if (local_variable(p, i)->storage == HLCKPT_OBJECT && value->type != MSGPACK_OBJECT_NIL)
            memcpy(&s->objects[value->via.u64].address, frame->slots + (size_t)i * HLCKPT_SLOT_SIZE, sizeof(void *));
    }
    for (uint32_t i = 0; i < frame->count; i++) {
        const struct map_variable *v = local_variable(p, i);
        if (v->storage == HLCKPT_VALUE)
            fill_value(value_of(image, p, i), p->module->types[v->type], frame->slots + (size_t)i * HLCKPT_SLOT_SIZE,
                       &s->resolver);
    }
}

static bool is_constant(const struct state *s, const struct image_object *o)
{
    return o->kind == OBJECT_GLOBAL && symbol_of(s, o)->flags & HLCKPT_CONSTANT;
}

static void fill_object(struct state *s, struct image_object *o)
{
    struct extent x;
    struct adaptation a = adaptation_of(s, o);
    if (!o->address || o->is_missing || !o->content.data || is_constant(s, o))
        return;
    if (o->is_adapted)
        adapt_fill(&a, &o->content, (unsigned char *)o->address, &s->resolver);
    else if (object_extent_of(s, o, &x))
        fill_content(&o->content, &x, (unsigned char *)o->address, &s->resolver);
}

// Variables of outer frames were numbered before those of inner ones unless a pointer led there first: they are filled
// frame by frame, the innermost last.
static void fill_variables(struct state *s, const struct image_thread *t)
{
    for (size_t k = t->count; k-- > 0;) {
        const struct image_point *p = &s->points[t->image_frames[k].point];
        for (uint32_t i = 0; i < p->point->count; i++) {
            const msgpack_object *value = value_of(&t->image_frames[k], p, i);
            if (local_variable(p, i)->storage == HLCKPT_OBJECT && value->type != MSGPACK_OBJECT_NIL)
                fill_object(s, &s->objects[value->via.u64]);
        }
    }
}

void state_fill(struct state *s)
{
    for (uint32_t i = 0; i < s->object_count; i++)
        if (s->objects[i].kind != OBJECT_STACK)
            fill_object(s, &s->objects[i]);
    for (uint32_t t = 0; t < s->thread_count; t++)
        fill_variables(s, &s->threads[t]);
    for (size_t i = 0; i < root_count; i++) {
        struct pointer p;
        if (!s->root_pointers[i])
            continue;
        decode_pointer(s->root_pointers[i], &p);
        void *address = resolve(s, &p);
        memcpy(roots[i].address, &address, sizeof address);
    }
}

void state_free(struct state *s)
{
    for (uint32_t t = 0; t < s->thread_count; t++) {
        hlckpt_arena_free(s->threads[t].frames);
        hlckpt_arena_free(s->threads[t].image_frames);
    }
    hlckpt_arena_free(s->objects);
    hlckpt_arena_free(s->names.names);
    hlckpt_arena_free(s->names.literals);
    hlckpt_arena_free(s);
}
