// Captures the state: finds all objects, then writes the sections types, frames and objects.
//
//     types    [type...]                   a type is named by its index, and comes after its parts
//         [kind]                               void, bool, char, pointer, va_list
//         [13, which]                          mutex, thread...: see hlckpt/sync.h
//         [3, is signed, bits]  [4, bits]  [5, bits]  [7, type, count]
//         [8, name, [[name, type, bits of a bit-field or 0]...]]
//         [9, name, fields, cells, signature]  see layout.c
//     frames   {"points": [point...], "threads": [[[point, [value...]]...]...]}       innermost frame first
//         point: [function, file, number, line, column, [[name, storage, type]...]]
//         value: as encode_value writes it, or the number of the object (nil: none) for a variable in memory
//     objects  {"objects": [object...], "roots": [[name, pointer]...]}
//         [0, name, file, type, content]       global; file "" unless static; constants have no content
//         [1, name, file, type, content]       thread-local; a further element is the thread,
//                                              if it is not main's
//         [2, thread, frame, variable, type, content]
//         [3, type, count, tail, content]      heap block: count elements, then tail bytes; a further element is the
//                                              alignment that it was allocated with
//         [4, bin]                             string constant
//         [5, name, file]                      function
//         [6, function, file, ordinal]         label
#include "state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "encode.h"
#include "heap.h"
#include "memory-map.h"
#include "object.h"
#include "roots.h"
#include "stale.h"

#define NO_MEMORY "out of memory for the capture"

struct root *roots;
size_t root_count;
static size_t root_room;
struct handle_hooks handle_hooks;

static bool make_root_room(void)
{
    if (root_count < root_room)
        return true;
    size_t room = root_room ? root_room * 2 : 64;
    struct root *larger = hlckpt_arena_realloc(roots, room * sizeof *larger);
    if (!larger)
        return false;
    roots = larger;
    root_room = room;
    return true;
}

bool state_add_root(struct root root)
{
    size_t size = strlen(root.name) + 1;
    char *name = make_root_room() ? hlckpt_arena_malloc(size) : NULL;
    if (!name)
        return false;
    root.name = memcpy(name, root.name, size);
    roots[root_count++] = root;
    return true;
}

size_t state_root_count(void)
{
    return root_count;
}

void state_clear_roots_from(size_t count)
{
    while (root_count > count)
        hlckpt_arena_free((char *)roots[--root_count].name);
}

void state_set_handle_hooks(struct handle_hooks hooks)
{
    handle_hooks = hooks;
}

// ---- frames and their maps

struct frame_map {
    const struct module *module;
    const struct map_function *function;
    const struct map_point *point;
};

static bool map_frame(const struct program *program, const struct frame *frame, struct frame_map *out)
{
    out->module = frame->function ? program_module(program, frame->function->module) : NULL;
    if (!out->module || frame->function->index >= out->module->map->function_count)
        return false;
    out->function = &out->module->map->functions[frame->function->index];
    if (frame->point >= out->function->point_count)
        return false;
    out->point = &out->function->points[frame->point];
    return true;
}

const char *state_describe(const struct frame *frame, char *buffer, size_t size)
{
    struct failure f = {0};
    struct frame_map m;
    const struct program *program = program_load(&f);
    if (program && map_frame(program, frame, &m))
        snprintf(buffer, size, "%s at %s:%" PRIu32, m.function->name, m.module->map->file, m.point->line);
    else
        snprintf(buffer, size, "an unknown function");
    return buffer;
}

static const struct map_variable *variable_at(const struct frame_map *m, uint32_t i)
{
    return &m->function->variables[m->point->variables[i]];
}

static bool check_frame(const struct frame_map *m, const struct frame *frame, bool *put_off, struct failure *f)
{
    if (frame->count != m->point->count)
        return fail(f, "%s: %" PRIu32 " values where point %" PRIu32 " has %" PRIu32, m->function->name, frame->count,
                    frame->point, m->point->count);
    for (uint32_t i = 0; i < frame->count; i++) {
        const struct map_variable *v = variable_at(m, i);
        if (!m->module->types[v->type]->has_va_list)
            continue;
        *put_off = true;
        return fail(f, "live va_list '%s' in %s at %s:%" PRIu32, v->name, m->function->name, m->module->map->file,
                    m->point->line);
    }
    return true;
}

// ---- places of variables

struct capture {
    const struct program *program;
    const struct stack *stacks;
    size_t stack_count;
    struct objects os;
    struct encoder e;
    // Numbers of types by shape, and the types in order; a number is the type's + 1.
    uint32_t *type_numbers;
    uint32_t shape_room;
    const struct type **types;
    uint32_t type_count, type_room;
    // Numbers of points.
    struct point_entry *points;
    uint32_t point_count, point_room;
    uint32_t *point_slots; // number + 1, open addressing
    uint32_t point_slot_count;
    char problem[256]; // what of the program cannot be captured now, or ""
};

struct point_entry {
    const struct frame *frame; // the first at this point
};

// Where the bytes of a variable are to be read: in the copy of the stack, or where they are. The compiler lets a
// variable that is never written be a constant.
static const char *memory_of(const struct stack *stack, const char *address, uint64_t size)
{
    static const char *last; // constants of one module are neighbours, or the same in each frame
    if (address >= stack->low && address <= stack->high)
        return size <= (uint64_t)(stack->high - address) ? stack->copy + (address - stack->low) : NULL;
    if (address != last && !(memory_allows(address, MAY_READ) && memory_allows(address + size, MAY_READ)))
        return NULL;
    last = address;
    return address;
}

static bool add_variables(struct capture *c, uint32_t thread, uint32_t index)
{
    const struct frame *frame = &c->stacks[thread].frames[index];
    struct frame_map m;
    if (!map_frame(c->program, frame, &m))
        return false;
    for (uint32_t i = 0; i < frame->count; i++) {
        const struct map_variable *v = variable_at(&m, i);
        const struct type *type = m.module->types[v->type];
        const char *address;
        memcpy(&address, frame->slots + (size_t)i * HLCKPT_SLOT_SIZE, sizeof address);
        const char *memory =
            v->storage == HLCKPT_OBJECT && address ? memory_of(&c->stacks[thread], address, type->size) : NULL;
        if (memory && !places_add(&c->os.places, (struct place){.start = address,
                                                                .end = address + type->size,
                                                                .memory = memory,
                                                                .kind = OBJECT_STACK,
                                                                .module = thread,
                                                                .index = index,
                                                                .variable = i,
                                                                .type = type}))
            return false;
    }
    return true;
}

static bool find_objects(struct capture *c, bool *put_off, struct failure *f)
{
    struct frame_map m;
    for (size_t t = 0; t < c->stack_count; t++)
        for (size_t k = 0; k < c->stacks[t].count; k++) {
            if (!map_frame(c->program, &c->stacks[t].frames[k], &m))
                return fail(f, "frame %zu is of a function that no map describes", k);
            if (!check_frame(&m, &c->stacks[t].frames[k], put_off, f))
                return false;
        }
    heap_clear_marks();
    stale_load();
    c->os = (struct objects){.program = c->program, .hooks = &handle_hooks};
    if (!places_of_program(&c->os.places, c->program))
        return fail(f, NO_MEMORY);
    for (uint32_t t = 0; t < c->stack_count; t++)
        if (has_thread_locals(c->stacks, t) && !places_of_thread(&c->os.places, c->program, t))
            return fail(f, NO_MEMORY);
    for (uint32_t t = 0; t < c->stack_count; t++)
        for (uint32_t k = 0; k < c->stacks[t].count; k++)
            if (!add_variables(c, t, k))
                return fail(f, NO_MEMORY);
    places_sort(&c->os.places);
    return objects_search(&c->os, &(struct roots){c->stacks, c->stack_count, roots, root_count}) || fail(f, NO_MEMORY);
}

// ---- types

static bool make_shape_room(struct capture *c, uint32_t shape)
{
    if (shape < c->shape_room)
        return true;
    uint32_t room = shape * 2 + 64;
    uint32_t *larger = hlckpt_arena_realloc(c->type_numbers, room * sizeof *larger);
    if (!larger)
        return false;
    memset(larger + c->shape_room, 0, (room - c->shape_room) * sizeof *larger);
    c->type_numbers = larger;
    c->shape_room = room;
    return true;
}

static bool append_type(struct capture *c, const struct type *type)
{
    if (c->type_count == c->type_room) {
        uint32_t room = c->type_room ? c->type_room * 2 : 64;
        const struct type **larger = hlckpt_arena_realloc(c->types, room * sizeof *larger);
        if (!larger)
            return false;
        c->types = larger;
        c->type_room = room;
    }
    c->types[c->type_count++] = type;
    c->type_numbers[type->shape] = c->type_count;
    return true;
}

// Parts first. What a pointer points to is no part of it.
static void number_type(struct capture *c, const struct type *type)
{
    if (!make_shape_room(c, type->shape)) {
        c->e.no_memory = true;
        return;
    }
    if (c->type_numbers[type->shape])
        return;
    if (type->kind == HLCKPT_ARRAY)
        number_type(c, type->element);
    for (uint32_t i = 0; i < type->field_count; i++)
        number_type(c, type->fields[i].type);
    if (!append_type(c, type))
        c->e.no_memory = true;
}

static uint32_t type_number(const struct capture *c, const struct type *type)
{
    return c->type_numbers[type->shape] - 1;
}

static void number_types(struct capture *c)
{
    struct frame_map m;
    for (uint32_t n = 0; n < c->point_count; n++) {
        map_frame(c->program, c->points[n].frame, &m);
        for (uint32_t i = 0; i < m.point->count; i++)
            number_type(c, m.module->types[variable_at(&m, i)->type]);
    }
    for (uint32_t n = 0; n < c->os.number_count; n++) {
        const struct object *o = objects_at(&c->os, n);
        if (o->kind <= OBJECT_HEAP)
            number_type(c, o->type);
    }
}

static void write_fields(struct capture *c, const struct type *type)
{
    msgpack_packer *p = c->e.p;
    write_str(p, type->name);
    write_array(p, type->field_count);
    for (uint32_t i = 0; i < type->field_count; i++) {
        write_array(p, 3);
        write_str(p, type->fields[i].name);
        write_uint(p, type_number(c, type->fields[i].type));
        write_uint(p, type->fields[i].width);
    }
}

static void write_type(struct capture *c, const struct type *type)
{
    static const uint8_t length[] = {[HLCKPT_INT] = 3,    [HLCKPT_FLOAT] = 2, [HLCKPT_COMPLEX] = 2, [HLCKPT_ARRAY] = 3,
                                     [HLCKPT_STRUCT] = 3, [HLCKPT_UNION] = 5, [HLCKPT_SYNC] = 2};
    msgpack_packer *p = c->e.p;
    write_array(p, length[type->kind] ? length[type->kind] : 1);
    write_uint(p, type->kind);
    switch (type->kind) {
    case HLCKPT_INT:
        write_bool(p, type->is_signed);
        write_uint(p, type->bits);
        break;
    case HLCKPT_FLOAT:
    case HLCKPT_COMPLEX:
    case HLCKPT_SYNC:
        write_uint(p, type->bits);
        break;
    case HLCKPT_ARRAY:
        write_uint(p, type_number(c, type->element));
        write_uint(p, type->element_count);
        break;
    case HLCKPT_STRUCT:
        write_fields(c, type);
        break;
    case HLCKPT_UNION:
        write_fields(c, type);
        write_str(p, type->cells);
        write_uint(p, type->signature);
        break;
    default:
        break;
    }
}

static void write_types(struct capture *c, struct image_writer *w)
{
    c->e.p = image_section_begin(w, SECTION_TYPES);
    write_array(c->e.p, c->type_count);
    for (uint32_t i = 0; i < c->type_count; i++)
        write_type(c, c->types[i]);
    image_section_end(w);
}

// ---- what cannot be captured now

static void note_variable(struct capture *c, const struct frame_map *m, const struct map_variable *v)
{
    if (!c->problem[0])
        snprintf(c->problem, sizeof c->problem, "%s '%s' in %s at %s:%" PRIu32 " %s",
                 hlckpt_sync_name(c->e.problem_kind), v->name, m->function->name, m->module->map->file, m->point->line,
                 c->e.problem);
    c->e.problem = NULL;
}

static void note_object(struct capture *c, const struct object *o)
{
    char type[64];
    const char *kind = hlckpt_sync_name(c->e.problem_kind);
    if (o->kind == OBJECT_STACK) {
        struct frame_map m;
        map_frame(c->program, &c->stacks[o->place->module].frames[o->place->index], &m);
        note_variable(c, &m, variable_at(&m, o->place->variable));
    } else if (o->kind == OBJECT_HEAP && !c->problem[0]) {
        snprintf(c->problem, sizeof c->problem, "%s in a heap block of %s %s", kind,
                 type_describe(o->type, type, sizeof type), c->e.problem);
    } else if (!c->problem[0]) {
        const struct map *map = c->program->modules[o->place->module].map;
        const struct map_symbol *symbol =
            o->kind == OBJECT_GLOBAL ? &map->globals[o->place->index] : &map->thread_locals[o->place->index];
        snprintf(c->problem, sizeof c->problem, "%s in '%s' (%s:%" PRIu32 ") %s", kind, symbol->name, map->file,
                 symbol->line, c->e.problem);
    }
    c->e.problem = NULL;
}

// ---- points and frames

static bool same_point(const struct frame *a, const struct frame *b)
{
    return a->function == b->function && a->point == b->point;
}

static uint32_t point_slot(const struct capture *c, const struct frame *frame)
{
    uint64_t hash =
        ((uintptr_t)frame->function >> 3) * UINT64_C(0x9e3779b97f4a7c15) + frame->point * UINT64_C(0x85ebca6b);
    uint32_t slot = (uint32_t)(hash >> 32) & (c->point_slot_count - 1);
    while (c->point_slots[slot] && !same_point(c->points[c->point_slots[slot] - 1].frame, frame))
        slot = (slot + 1) & (c->point_slot_count - 1);
    return slot;
}

static bool make_point_room(struct capture *c)
{
    if (c->point_count < c->point_room)
        return true;
    uint32_t room = c->point_room ? c->point_room * 2 : 64;
    struct point_entry *larger = hlckpt_arena_realloc(c->points, room * sizeof *larger);
    uint32_t *slots = hlckpt_arena_calloc((size_t)room * 2, sizeof *slots);
    if (larger)
        c->points = larger;
    if (!larger || !slots)
        return false;
    hlckpt_arena_free(c->point_slots);
    c->point_slots = slots;
    c->point_slot_count = room * 2;
    c->point_room = room;
    for (uint32_t i = 0; i < c->point_count; i++)
        c->point_slots[point_slot(c, c->points[i].frame)] = i + 1;
    return true;
}

static void number_points(struct capture *c)
{
    for (size_t t = 0; t < c->stack_count; t++)
        for (size_t k = 0; k < c->stacks[t].count; k++) {
            const struct frame *frame = &c->stacks[t].frames[k];
            if (!make_point_room(c)) {
                c->e.no_memory = true;
                return;
            }
            uint32_t slot = point_slot(c, frame);
            if (c->point_slots[slot])
                continue;
            c->points[c->point_count++] = (struct point_entry){frame};
            c->point_slots[slot] = c->point_count;
        }
}

static void write_point(struct capture *c, const struct frame *frame)
{
    msgpack_packer *p = c->e.p;
    struct frame_map m;
    map_frame(c->program, frame, &m);
    write_array(p, 6);
    write_str(p, m.function->name);
    write_str(p, m.module->map->file);
    write_uint(p, frame->point);
    write_uint(p, m.point->line);
    write_uint(p, m.point->column);
    write_array(p, m.point->count);
    for (uint32_t i = 0; i < m.point->count; i++) {
        const struct map_variable *v = variable_at(&m, i);
        write_array(p, 3);
        write_str(p, v->name);
        write_uint(p, v->storage);
        write_uint(p, type_number(c, m.module->types[v->type]));
    }
}

static void write_variable(struct capture *c, uint32_t thread, uint32_t index, uint32_t i, const struct frame_map *m,
                           const unsigned char *slot)
{
    const struct map_variable *v = variable_at(m, i);
    if (v->storage == HLCKPT_VALUE) {
        encode_value(&c->e, m->module->types[v->type], slot);
        if (c->e.problem)
            note_variable(c, m, v);
        return;
    }
    const char *address;
    memcpy(&address, slot, sizeof address);
    const struct object *o = objects_variable(&c->os, address, thread, index, i);
    if (o && o->number != NUMBER_NONE)
        write_uint(c->e.p, o->number);
    else
        write_nil(c->e.p);
}

static void write_frame(struct capture *c, uint32_t thread, uint32_t index)
{
    const struct frame *frame = &c->stacks[thread].frames[index];
    struct frame_map m;
    map_frame(c->program, frame, &m);
    write_array(c->e.p, 2);
    write_uint(c->e.p, c->point_slots[point_slot(c, frame)] - 1);
    write_array(c->e.p, frame->count);
    for (uint32_t i = 0; i < frame->count; i++)
        write_variable(c, thread, index, i, &m, frame->slots + (size_t)i * HLCKPT_SLOT_SIZE);
}

static void write_frames(struct capture *c, struct image_writer *w)
{
    msgpack_packer *p = c->e.p = image_section_begin(w, SECTION_FRAMES);
    write_map(p, 2);
    write_key(p, "points");
    write_array(p, c->point_count);
    for (uint32_t i = 0; i < c->point_count; i++)
        write_point(c, c->points[i].frame);
    write_key(p, "threads");
    write_array(p, c->stack_count);
    for (uint32_t t = 0; t < c->stack_count; t++) {
        write_array(p, c->stacks[t].count);
        for (uint32_t k = 0; k < c->stacks[t].count; k++)
            write_frame(c, t, k);
    }
    image_section_end(w);
}

// ---- objects

static const char *file_of(const struct module *m, uint32_t flags)
{
    return flags & HLCKPT_STATIC ? m->map->file : "";
}

static void write_symbol(struct capture *c, const struct object *o)
{
    const struct module *m = &c->program->modules[o->place->module];
    const struct map_symbol *symbol = o->kind == OBJECT_GLOBAL         ? &m->map->globals[o->place->index]
                                      : o->kind == OBJECT_THREAD_LOCAL ? &m->map->thread_locals[o->place->index]
                                                                       : &m->map->callables[o->place->index];
    write_str(c->e.p, symbol->name);
    write_str(c->e.p, file_of(m, symbol->flags));
}

static void write_label(struct capture *c, const struct object *o)
{
    const struct module *m = &c->program->modules[o->place->module];
    const struct map_label *label = &m->map->labels[o->place->index];
    write_str(c->e.p, m->map->functions[label->function].name);
    write_str(c->e.p, m->map->file);
    write_uint(c->e.p, label->ordinal);
}

static void write_block(struct capture *c, const struct object *o)
{
    uint64_t count, tail;
    extent_divide(o->type, o->size, &count, &tail);
    write_uint(c->e.p, type_number(c, o->type));
    write_uint(c->e.p, count);
    write_uint(c->e.p, tail);
}

static uint64_t alignment_of(const struct object *o)
{
    return o->kind == OBJECT_HEAP ? heap_alignment(o->address) : 1;
}

static uint32_t thread_of(const struct object *o)
{
    return o->kind == OBJECT_THREAD_LOCAL ? o->place->variable : 0;
}

static void write_object(struct capture *c, const struct object *o)
{
    static const uint8_t length[] = {
        [OBJECT_GLOBAL] = 6,  [OBJECT_THREAD_LOCAL] = 6, [OBJECT_STACK] = 7, [OBJECT_HEAP] = 6,
        [OBJECT_LITERAL] = 2, [OBJECT_CALLABLE] = 3,     [OBJECT_LABEL] = 4};
    msgpack_packer *p = c->e.p;
    write_array(p, length[o->kind] + (alignment_of(o) > 1 || thread_of(o) > 0));
    write_uint(p, o->kind);
    switch (o->kind) {
    case OBJECT_GLOBAL:
    case OBJECT_THREAD_LOCAL:
        write_symbol(c, o);
        write_uint(p, type_number(c, o->type));
        break;
    case OBJECT_STACK:
        write_uint(p, o->place->module);
        write_uint(p, o->place->index);
        write_uint(p, o->place->variable);
        write_uint(p, type_number(c, o->type));
        break;
    case OBJECT_HEAP:
        write_block(c, o);
        break;
    case OBJECT_LITERAL:
        write_bin(p, o->memory, o->size);
        return;
    case OBJECT_CALLABLE:
        write_symbol(c, o);
        return;
    case OBJECT_LABEL:
        write_label(c, o);
        return;
    }
    encode_content(&c->e, o);
    if (c->e.problem)
        note_object(c, o);
    if (alignment_of(o) > 1)
        write_uint(p, alignment_of(o));
    if (thread_of(o) > 0)
        write_uint(p, thread_of(o));
}

static void write_objects(struct capture *c, struct image_writer *w)
{
    msgpack_packer *p = c->e.p = image_section_begin(w, SECTION_OBJECTS);
    write_map(p, 2);
    write_key(p, "objects");
    write_array(p, c->os.number_count);
    for (uint32_t n = 0; n < c->os.number_count; n++)
        write_object(c, objects_at(&c->os, n));
    write_key(p, "roots");
    write_array(p, root_count);
    for (size_t i = 0; i < root_count; i++) {
        const void *pointer;
        memcpy(&pointer, roots[i].address, sizeof pointer);
        write_array(p, 2);
        write_str(p, roots[i].name);
        encode_pointer(&c->e, pointer, root_pointee(c->program, roots[i].type));
    }
    image_section_end(w);
}

bool state_capture(struct image_writer *w, const struct stack *stacks, size_t count, bool *put_off, struct failure *f)
{
    struct capture c = {.stacks = stacks, .stack_count = count};
    *put_off = false;
    if (!(c.program = program_load(f)) || !find_objects(&c, put_off, f))
        return false;
    c.e.os = &c.os;
    number_points(&c);
    if (!c.e.no_memory)
        number_types(&c);
    if (c.e.no_memory)
        return fail(f, NO_MEMORY);
    write_types(&c, w);
    write_frames(&c, w);
    write_objects(&c, w);
    if (c.e.no_memory)
        return fail(f, NO_MEMORY);
    *put_off = c.problem[0];
    return !*put_off || fail(f, "%s", c.problem);
}

// ---- names of functions

bool state_name_function(void (*function)(void), struct function_name *out)
{
    struct failure f = {0};
    const struct program *program = program_load(&f);
    for (size_t k = 0; program && k < program->module_count; k++) {
        const struct module *m = &program->modules[k];
        for (uint32_t i = 0; i < m->map->callable_count; i++)
            if (m->native->callables[i] && m->native->callables[i] == (void *)function) {
                *out = (struct function_name){m->map->callables[i].name, file_of(m, m->map->callables[i].flags)};
                return true;
            }
    }
    return false;
}

void (*state_find_function(const char *name, const char *file))(void)
{
    struct failure f = {0};
    const struct program *program = program_load(&f);
    for (size_t k = 0; program && k < program->module_count; k++) {
        const struct module *m = &program->modules[k];
        for (uint32_t i = 0; i < m->map->callable_count; i++)
            if (strcmp(m->map->callables[i].name, name) == 0 &&
                strcmp(file_of(m, m->map->callables[i].flags), file) == 0)
                return (void (*)(void))(uintptr_t)m->native->callables[i];
    }
    return NULL;
}
