// Reads the objects of an image, finds what each is in this program, and of which type heap blocks are here.
#include "restore-parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"

#define ALIGNMENT_MOST (UINT32_C(1) << 30)

const struct map_symbol *restore_symbol(const struct state *s, const struct image_object *o)
{
    const struct map *map = s->program->modules[o->a].map;
    return o->kind == OBJECT_GLOBAL ? &map->globals[o->b] : &map->thread_locals[o->b];
}

// ---- reading

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

static void read_variable_object(struct state *s, struct reader *r, struct image_object *o)
{
    o->a = restore_index(r, s->thread_count);
    o->b = r->failure->failed ? 0 : restore_index(r, (uint32_t)s->threads[o->a].count);
    if (r->failure->failed)
        return;
    o->c = restore_index(r, s->points[s->threads[o->a].image_frames[o->b].point].count);
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
             restore_describe_type(s, o->image_type, there, sizeof there), type_describe(type, here, sizeof here));
}

static void type_declared(struct state *s, struct image_object *o, struct failure *f)
{
    if (o->kind == OBJECT_STACK) {
        const struct image_point *p = &s->points[s->threads[o->a].image_frames[o->b].point];
        for (uint32_t i = 0; i < p->point->count; i++)
            if (p->positions[i] == o->c)
                take_declared(s, o, p->module->types[restore_variable(p, i)->type], p->variables[o->c].name, f);
        o->is_missing = !o->type;
        return;
    }
    if (!o->is_missing)
        take_declared(s, o, s->program->modules[o->a].types[restore_symbol(s, o)->type], restore_symbol(s, o)->name, f);
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
        o->image_type = restore_index(r, s->type_count);
    if (o->kind == OBJECT_HEAP) {
        o->count = read_uint(r, UINT64_MAX);
        o->tail = read_uint(r, UINT64_MAX);
    }
    if (o->kind <= OBJECT_HEAP)
        read_content(r, o);
    if (o->kind == OBJECT_HEAP && read_left(r))
        o->alignment = read_uint(r, ALIGNMENT_MOST);
    if (o->kind == OBJECT_THREAD_LOCAL && read_left(r))
        o->c = restore_index(r, s->thread_count);
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
    s->objects = restore_allocate(&list, s->object_count, sizeof *s->objects);
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
    s->root_count = read_left(&list);
    s->roots = restore_allocate(&list, s->root_count, sizeof *s->roots);
    for (uint32_t i = 0; !f->failed && i < s->root_count; i++) {
        struct reader one = read_nested_array(&list, "root");
        s->roots[i].name = read_copy_str(&one);
        s->roots[i].pointer = read_any(&one);
        read_end(&one);
    }
}

// ---- types of heap blocks

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

static void follow_frames(struct state *s, const struct image_thread *t)
{
    for (size_t k = t->count; k-- > 0;) {
        const struct image_point *p = &s->points[t->image_frames[k].point];
        for (uint32_t i = 0; i < p->point->count; i++)
            if (restore_variable(p, i)->storage == HLCKPT_VALUE)
                follow_value(s, restore_value(&t->image_frames[k], p, i),
                             p->module->types[restore_variable(p, i)->type]);
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
    for (uint32_t t = 0; t < s->thread_count; t++)
        follow_frames(s, &s->threads[t]);
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

bool restore_objects(struct state *s, const struct image *image, struct failure *f)
{
    const msgpack_object *section = image_section(image, SECTION_OBJECTS, f);
    if (!section)
        return false;
    struct reader r = read_map(section, "objects", f);
    read_object_list(s, &r, f);
    read_roots(s, &r, f);
    read_end(&r);
    if (f->failed)
        return false;
    type_blocks(s);
    return true;
}
