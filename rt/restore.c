// Reads the state out of an image, and turns it into memory.
//
// R1  state_read looks at everything the image holds and has no effect on the program; what it has accepted can be
//     filled in without any further check.
// R2  An object keeps its number. Its type is the type of this program that has the shape of the image's: of globals
//     and variables the declared one, of heap blocks the one that pointers of this program to it ask for.
// R3  Stack objects are known by address when their frame has been entered; frames are entered from the outermost, and
//     filled when the innermost is reached, so that where two frames share memory the inner one's content stays.
//
// R4  The main thread creates and fills; only the values of a frame are computed by the thread that rebuilds it.
#define _GNU_SOURCE
#include "restore-parts.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arena.h"
#include "encode.h"
#include "hlckpt/env.h"
#include "log.h"
#include "sync.h"

#define NOWHERE_SIZE 65536 // a multiple of the page size of every target

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
    if (!restore_extent(s, o, &x))
        return o->address;
    if (p->leaf == o->leaves)
        return o->address + x.size;
    struct adaptation a = restore_adaptation(s, o);
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
        fail(f, RESTORE_NO_MEMORY);
        return NULL;
    }
    s->resolver = (struct resolver){s, restore_check_pointer, resolve, restore_is_same_union, restore_note_foreign, 0};
    if (!(s->program = program_load(f)))
        return NULL;
    if (!names_of_program(&s->names, s->program)) {
        fail(f, RESTORE_NO_MEMORY);
        return NULL;
    }
    bool is_right = restore_types(s, image, f) && restore_frames(s, image, f) && restore_objects(s, image, f) &&
                    restore_check(s, f);
    return is_right ? s : NULL;
}

size_t state_thread_count(const struct state *s)
{
    return s->thread_count;
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
    restore_extent(s, o, &x);
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
        return place_of_thread_local(&s->program->modules[o->a], o->b, o->c);
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

void state_values(struct state *s, size_t thread, struct frame *frame)
{
    const struct image_thread *t = &s->threads[thread];
    const struct image_frame *image = &t->image_frames[frame - t->frames];
    const struct image_point *p = &s->points[image->point];
    for (uint32_t i = 0; i < frame->count; i++) {
        const msgpack_object *value = restore_value(image, p, i);
        if (restore_variable(p, i)->storage == HLCKPT_OBJECT && value->type != MSGPACK_OBJECT_NIL)
            memcpy(&s->objects[value->via.u64].address, frame->slots + (size_t)i * HLCKPT_SLOT_SIZE, sizeof(void *));
    }
    for (uint32_t i = 0; i < frame->count; i++) {
        const struct map_variable *v = restore_variable(p, i);
        if (v->storage == HLCKPT_VALUE)
            fill_value(restore_value(image, p, i), p->module->types[v->type],
                       frame->slots + (size_t)i * HLCKPT_SLOT_SIZE, &s->resolver);
    }
}

static bool is_constant(const struct state *s, const struct image_object *o)
{
    return o->kind == OBJECT_GLOBAL && restore_symbol(s, o)->flags & HLCKPT_CONSTANT;
}

static void fill_object(struct state *s, struct image_object *o)
{
    struct extent x;
    struct adaptation a = restore_adaptation(s, o);
    if (!o->address || o->is_missing || !o->content.data || is_constant(s, o))
        return;
    if (o->is_adapted)
        adapt_fill(&a, &o->content, (unsigned char *)o->address, &s->resolver);
    else if (restore_extent(s, o, &x))
        fill_content(&o->content, &x, (unsigned char *)o->address, &s->resolver);
}

// Variables of outer frames were numbered before those of inner ones unless a pointer led there first: they are filled
// frame by frame, the innermost last.
static void fill_variables(struct state *s, const struct image_thread *t)
{
    for (size_t k = t->count; k-- > 0;) {
        const struct image_point *p = &s->points[t->image_frames[k].point];
        for (uint32_t i = 0; i < p->point->count; i++) {
            const msgpack_object *value = restore_value(&t->image_frames[k], p, i);
            if (restore_variable(p, i)->storage == HLCKPT_OBJECT && value->type != MSGPACK_OBJECT_NIL)
                fill_object(s, &s->objects[value->via.u64]);
        }
    }
}

// Both lists are in one order as a rule: each search begins where the last one ended.
static void fill_roots(struct state *s)
{
    size_t next = 0;
    for (uint32_t i = 0; i < s->root_count; i++) {
        size_t tried = 0;
        while (tried < root_count && strcmp(roots[(next + tried) % root_count].name, s->roots[i].name) != 0)
            tried++;
        if (tried == root_count)
            continue;
        const struct root *root = &roots[(next + tried) % root_count];
        struct pointer p;
        decode_pointer(s->roots[i].pointer, &p);
        void *address = resolve(s, &p);
        memcpy(root->address, &address, sizeof address);
        next = (next + tried + 1) % root_count;
    }
}

void state_fill(struct state *s)
{
    for (uint32_t i = 0; i < s->object_count; i++)
        if (s->objects[i].kind != OBJECT_STACK)
            fill_object(s, &s->objects[i]);
    for (uint32_t t = 0; t < s->thread_count; t++)
        fill_variables(s, &s->threads[t]);
    fill_roots(s);
    sync_settle();
}

void state_free(struct state *s)
{
    for (uint32_t t = 0; t < s->thread_count; t++) {
        hlckpt_arena_free(s->threads[t].frames);
        hlckpt_arena_free(s->threads[t].image_frames);
    }
    for (uint32_t i = 0; i < s->root_count; i++)
        hlckpt_arena_free(s->roots[i].name);
    hlckpt_arena_free(s->roots);
    hlckpt_arena_free(s->objects);
    hlckpt_arena_free(s->names.names);
    hlckpt_arena_free(s->names.literals);
    hlckpt_arena_free(s);
}
