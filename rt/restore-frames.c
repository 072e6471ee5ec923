// Reads points and frames of an image, and finds for each the function, point and variables of this program.
#include "restore-parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "blocking.h"

#define THREADS_MOST 65536

// ---- points

const msgpack_object *restore_value(const struct image_frame *frame, const struct image_point *p, uint32_t i)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    return p->positions[i] == POSITION_NONE ? &nil : &frame->values->via.array.ptr[p->positions[i]];
}

const struct map_variable *restore_variable(const struct image_point *p, uint32_t i)
{
    return &p->map->variables[p->point->variables[i]];
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
    const struct map_variable *v = restore_variable(p, i);
    return is_void_place(v->name, v->storage, p->module->types[v->type]->leaves);
}

// The image's variable for local variable i: the one of the same name that no earlier one has taken.
static uint32_t match_variable(const struct state *s, const struct image_point *p, uint32_t i)
{
    const struct map_variable *v = restore_variable(p, i);
    uint32_t skip = 0;
    for (uint32_t k = 0; k < i; k++)
        skip += !is_local_void_place(p, k) && strcmp(restore_variable(p, k)->name, v->name) == 0;
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
    const struct map_variable *v = restore_variable(p, i);
    const struct type *type = p->module->types[v->type];
    bool fits = v->storage == HLCKPT_OBJECT ? adapt_possible(s->types, p->variables[k].type, type)
                                            : s->types[p->variables[k].type].shape == type->shape;
    return (fits && p->variables[k].storage == v->storage) ||
           fail(f, "%s: '%s' of '%s' is %s in the image and %s here", where, v->name, p->function,
                restore_describe_type(s, p->variables[k].type, there, sizeof there),
                type_describe(type, here, sizeof here));
}

static bool match_variables(struct state *s, struct image_point *p, const char *where, struct failure *f)
{
    uint32_t found = count_image_values(s, p), expected = count_local_values(p);
    if (found != expected)
        return fail(f, "%s: %" PRIu32 " values where point %" PRIu32 " of '%s' has %" PRIu32, where, found, p->number,
                    p->function, expected);
    p->positions = hlckpt_arena_calloc((size_t)p->point->count + 1, sizeof *p->positions);
    if (!p->positions)
        return fail(f, RESTORE_NO_MEMORY);
    for (uint32_t i = 0; i < p->point->count; i++) {
        uint32_t k = p->positions[i] = is_local_void_place(p, i) ? POSITION_NONE : match_variable(s, p, i);
        if (k == POSITION_NONE && !is_local_void_place(p, i))
            return fail(f, "%s: no value for '%s' at point %" PRIu32 " of '%s'", where, restore_variable(p, i)->name,
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
    p->variables = restore_allocate(r, p->count, sizeof *p->variables);
    for (uint32_t i = 0; !r->failure->failed && i < p->count; i++) {
        struct reader v = read_nested_array(&variables, r->where);
        p->variables[i].name = read_copy_str(&v);
        p->variables[i].storage = (enum hlckpt_storage)read_uint(&v, HLCKPT_OBJECT);
        p->variables[i].type = restore_index(&v, s->type_count);
        read_end(&v);
    }
    read_end(r);
}

static void read_points(struct state *s, struct reader *r, struct failure *f)
{
    read_key(r, "points");
    struct reader list = read_nested_array(r, "points");
    s->point_count = read_left(&list);
    s->points = restore_allocate(&list, s->point_count, sizeof *s->points);
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
    image->point = restore_index(r, s->point_count);
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
    t->image_frames = restore_allocate(r, (uint32_t)t->count, sizeof *t->image_frames);
    t->frames = restore_allocate(r, (uint32_t)t->count, sizeof *t->frames);
    for (size_t k = 0; !r->failure->failed && k < t->count; k++) {
        char where[32];
        snprintf(where, sizeof where, "frame %zu", k);
        struct reader one = read_nested_array(r, where);
        read_frame(s, &one, &t->image_frames[k], &t->frames[k]);
    }
}

// May the frames follow each other? The innermost is at a poll, or in a call of the runtime, which is made again; every
// other is at a call that gets its result in the way in which the next returns it. A thread without frames has
// finished.
static bool check_chain(const struct state *s, const struct image_thread *t, struct failure *f)
{
    if (!t->count && s->thread_count == 1)
        return fail(f, "frames: there are none");
    for (size_t k = 0; k < t->count; k++) {
        const struct image_point *p = &s->points[t->image_frames[k].point];
        bool is_call = p->point->kind == HLCKPT_CALL;
        if (k == 0 && is_call && !blocking_is_call(p->point->callee))
            return fail(f, "frame 0: the innermost frame is in a call of '%s' at point %" PRIu32 " of '%s'",
                        p->point->callee, p->number, p->function);
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

bool restore_frames(struct state *s, const struct image *image, struct failure *f)
{
    const msgpack_object *section = image_section(image, SECTION_FRAMES, f);
    if (!section)
        return false;
    struct reader r = read_map(section, "frames", f);
    read_points(s, &r, f);
    read_key(&r, "threads");
    struct reader threads = read_nested_array(&r, "threads");
    s->thread_count = read_left(&threads);
    if (!f->failed && (s->thread_count == 0 || s->thread_count > THREADS_MOST))
        return fail(f, "frames: %" PRIu32 " threads where 1 to %d can be", s->thread_count, THREADS_MOST);
    s->resolver.threads = s->thread_count;
    s->threads = restore_allocate(&r, s->thread_count, sizeof *s->threads);
    for (uint32_t i = 0; !f->failed && i < s->thread_count; i++) {
        char where[32];
        snprintf(where, sizeof where, "thread %" PRIu32, i);
        struct reader one = read_nested_array(&threads, where);
        read_thread(s, &one, &s->threads[i]);
        if (!f->failed)
            check_chain(s, &s->threads[i], f);
    }
    read_end(&r);
    return !f->failed;
}
