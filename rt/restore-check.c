// Checks every value, pointer and size of a state that was read, before anything of it has an effect.
#include "restore-parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "encode.h"
#include "log.h"

bool restore_extent(const struct state *s, const struct image_object *o, struct extent *x)
{
    return extent_make(x, o->type, o->count, o->tail, s->program->own[OWN_CHAR]);
}

struct adaptation restore_adaptation(const struct state *s, const struct image_object *o)
{
    return (struct adaptation){s->types, o->image_type, o->type, o->count};
}

// "thread 3, ": nothing is said of a program with one thread.
static const char *name_thread(const struct state *s, uint32_t thread, char buffer[static 24])
{
    buffer[0] = 0;
    if (s->thread_count > 1)
        snprintf(buffer, 24, "thread %" PRIu32 ", ", thread);
    return buffer;
}

static void name_object(const struct state *s, uint32_t number, char *buffer, size_t size)
{
    const struct image_object *o = &s->objects[number];
    char type[64], thread[24];
    if (o->kind == OBJECT_STACK) {
        const struct image_point *p = &s->points[s->threads[o->a].image_frames[o->b].point];
        snprintf(buffer, size, "%sframe %" PRIu32 ": '%s' of '%s' (%s:%" PRIu32 ")", name_thread(s, o->a, thread), o->b,
                 p->variables[o->c].name, p->function, p->file, p->point->line);
    } else if (o->kind <= OBJECT_THREAD_LOCAL && !o->is_missing) {
        snprintf(buffer, size, "'%s' (%s:%" PRIu32 ")", restore_symbol(s, o)->name, s->program->modules[o->a].map->file,
                 restore_symbol(s, o)->line);
    } else if (o->kind == OBJECT_HEAP) {
        snprintf(buffer, size, "heap block %" PRIu32 " of %s", number,
                 restore_describe_type(s, o->image_type, type, sizeof type));
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
    struct adaptation a = restore_adaptation(s, o);
    if (o->is_adapted)
        return ((p->leaf == 0 || p->leaf == o->leaves || adapt_leaf(&a, p->leaf, &offset, &size)) && p->residue <= 0) ||
               fail(f, "%s: points to leaf %" PRIu64 " of object %" PRIu32 ", which this program does not have", where,
                    p->leaf, p->object);
    if (!p->residue)
        return true;
    if (p->leaf == o->leaves || !restore_extent(s, o, &x))
        return fail(f, "%s: points beyond object %" PRIu32, where, p->object);
    struct leaf leaf = extent_leaf(&x, p->leaf);
    return p->residue == PAST_LEAF || (uint64_t)p->residue <= x.size - leaf.offset ||
           fail(f, "%s: points beyond object %" PRIu32, where, p->object);
}

bool restore_check_pointer(void *context, const struct pointer *p, const struct type *pointee, const char *where,
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
    bool fits = restore_extent(s, o, &x);
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
    struct adaptation a = restore_adaptation(s, o);
    if (o->is_adapted)
        return adapt_check(&a, &o->content, name, &s->resolver, f);
    return restore_extent(s, o, &x) && check_content(&o->content, &x, name, &s->resolver, f);
}

static bool check_variable(const struct state *s, uint32_t thread, uint32_t frame, uint32_t i, struct failure *f)
{
    const struct image_frame *image = &s->threads[thread].image_frames[frame];
    const struct image_point *p = &s->points[image->point];
    const struct map_variable *v = restore_variable(p, i);
    const msgpack_object *value = restore_value(image, p, i);
    char where[160], name[24];
    snprintf(where, sizeof where, "%sframe %" PRIu32 ": '%s' of '%s' (%s:%" PRIu32 ")", name_thread(s, thread, name),
             frame, v->name, p->function, p->file, p->point->line);
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

bool restore_check(struct state *s, struct failure *f)
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
    for (uint32_t i = 0; i < s->root_count; i++) {
        struct pointer p;
        if (!decode_pointer(s->roots[i].pointer, &p))
            return fail(f, "root '%s' is not a pointer", s->roots[i].name);
        if (!restore_check_pointer(s, &p, NULL, s->roots[i].name, f))
            return false;
    }
    if (s->foreign_count)
        return fail(f,
                    "%" PRIu32
                    " places hold memory that only the kind of machine it was captured on can read; this one is %s",
                    s->foreign_count, layout_class());
    return true;
}

// A union's opaque parts mean the same here if it has the same layout.
bool restore_is_same_union(void *context, const struct type *u)
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
void restore_note_foreign(void *context, const char *place, const char *why)
{
    struct state *s = context;
    if (s->foreign_count++ < FOREIGN_LISTED)
        log_line(LOG_ERROR, "%s: %s", place, why);
}
