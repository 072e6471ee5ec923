#include "place.h"

#include <string.h>

#include "arena.h"
#include "sort.h"
#include "thread.h"

bool places_add(struct places *places, struct place place)
{
    if (places->data_count == places->data_room) {
        size_t room = places->data_room ? places->data_room * 2 : 256;
        struct place *larger = hlckpt_arena_realloc(places->data, room * sizeof *larger);
        if (!larger)
            return false;
        places->data = larger;
        places->data_room = room;
    }
    places->data[places->data_count++] = place;
    return true;
}

static bool add_symbol(struct places *places, enum object_kind kind, uint32_t module, uint32_t index, uint32_t thread,
                       const void *address, uint64_t size, const struct type *type)
{
    const char *start = address;
    return !start || places_add(places, (struct place){.start = start,
                                                       .end = start + size,
                                                       .memory = start,
                                                       .kind = kind,
                                                       .module = module,
                                                       .index = index,
                                                       .variable = thread,
                                                       .type = type});
}

static bool add_module(struct places *places, const struct module *m, uint32_t number, const struct type *byte)
{
    bool added = true;
    for (uint32_t i = 0; added && i < m->map->global_count; i++) {
        const struct type *type = m->types[m->map->globals[i].type];
        added = add_symbol(places, OBJECT_GLOBAL, number, i, 0, m->native->globals[i], type->size, type);
    }
    for (uint32_t i = 0; added && i < m->map->literal_count; i++)
        added = add_symbol(places, OBJECT_LITERAL, number, i, 0, m->native->literals[i], m->map->literals[i], byte);
    return added;
}

static void add_code(struct places *places, enum object_kind kind, uint32_t module, uint32_t index, const void *address)
{
    if (address)
        places->code[places->code_count++] =
            (struct place){.start = address, .end = address, .kind = kind, .module = module, .index = index};
}

static bool add_all_code(struct places *places, const struct program *program)
{
    size_t count = 0;
    for (uint32_t k = 0; k < program->module_count; k++)
        count += program->modules[k].map->callable_count + 2 * (size_t)program->modules[k].map->label_count;
    places->code = hlckpt_arena_calloc(count + 1, sizeof *places->code);
    for (uint32_t k = 0; places->code && k < program->module_count; k++) {
        const struct module *m = &program->modules[k];
        for (uint32_t i = 0; i < m->map->callable_count; i++)
            add_code(places, OBJECT_CALLABLE, k, i, m->native->callables[i]);
        for (uint32_t i = 0; i < m->map->label_count; i++) {
            add_code(places, OBJECT_LABEL, k, i, m->native->labels[i]);
            add_code(places, OBJECT_LABEL, k, i, m->native->twin_labels[i]);
        }
    }
    return places->code;
}

bool places_of_program(struct places *places, const struct program *program)
{
    *places = (struct places){0};
    for (uint32_t k = 0; k < program->module_count; k++)
        if (!add_module(places, &program->modules[k], k, program->own[OWN_CHAR]))
            return false;
    return add_all_code(places, program);
}

char *place_of_thread_local(const struct module *m, uint32_t index, uint32_t thread)
{
    char *mine = m->native->thread_locals[index] ? m->native->thread_locals[index]() : NULL;
    return mine ? mine + thread_local_offset(thread) : NULL;
}

bool places_of_thread(struct places *places, const struct program *program, uint32_t thread)
{
    for (uint32_t k = 0; k < program->module_count; k++) {
        const struct module *m = &program->modules[k];
        for (uint32_t i = 0; i < m->map->thread_local_count; i++) {
            const struct type *type = m->types[m->map->thread_locals[i].type];
            const char *address = place_of_thread_local(m, i, thread);
            if (!add_symbol(places, OBJECT_THREAD_LOCAL, k, i, thread, address, type->size, type))
                return false;
        }
    }
    return true;
}

// Of places with one start the last is looked at first: variables of inner frames come last, after those of outer ones
// and after symbols.
static int compare_places(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    if (p->start != q->start)
        return p->start < q->start ? -1 : 1;
    if ((p->kind == OBJECT_STACK) != (q->kind == OBJECT_STACK))
        return p->kind == OBJECT_STACK ? 1 : -1;
    if (p->kind == OBJECT_STACK && p->index != q->index)
        return p->index > q->index ? -1 : 1;
    if (p->module != q->module)
        return p->module > q->module ? -1 : 1;
    if (p->kind != q->kind)
        return p->kind > q->kind ? -1 : 1;
    if (p->kind == OBJECT_STACK)
        return p->variable > q->variable ? -1 : p->variable < q->variable;
    return p->index > q->index ? -1 : p->index < q->index;
}

void places_sort(struct places *places)
{
    sort(places->data, places->data_count, sizeof *places->data, compare_places);
    sort(places->code, places->code_count, sizeof *places->code, compare_places);
    const char *furthest = NULL;
    for (size_t i = 0; i < places->data_count; i++) {
        if (!furthest || places->data[i].end > furthest)
            furthest = places->data[i].end;
        places->data[i].furthest = furthest;
    }
}

// How many of the places start at or before `address`.
static size_t count_before(const struct place *places, size_t count, const char *address)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (places[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_inner(const struct place *a, const struct place *b)
{
    return a->kind == OBJECT_STACK && (b->kind != OBJECT_STACK || a->index < b->index);
}

static bool has_at_end(const struct place *place, const struct type *pointee)
{
    return type_ends(place->type, (uint64_t)(place->end - place->start), type_strip(pointee));
}

// Is the place one `pointee`, or an array of them? A pointer to the first part of something else is less likely than
// one past the end of an array.
static bool is_made_of(const struct place *place, const struct type *pointee)
{
    return type_begins(type_strip(place->type), 0, type_strip(pointee)) &&
           type_strip(place->type)->size == type_strip(pointee)->size && place->type->kind != HLCKPT_UNION;
}

struct place *places_find(const struct places *places, const char *address, const struct type *pointee)
{
    struct place *inside = NULL, *ended = NULL;
    for (size_t i = count_before(places->data, places->data_count, address); i-- > 0;) {
        struct place *p = &places->data[i];
        if (p->furthest < address)
            break;
        if ((address < p->end || p->start == p->end) && (!inside || is_inner(p, inside)))
            inside = p;
        else if (address == p->end && (!ended || is_inner(p, ended)))
            ended = p;
    }
    if (inside && ended && inside->start == address && pointee && has_at_end(ended, pointee) &&
        !is_made_of(inside, pointee))
        return ended;
    if (inside || ended)
        return inside ? inside : ended;
    size_t n = count_before(places->code, places->code_count, address);
    return n && places->code[n - 1].start == address ? &places->code[n - 1] : NULL;
}

struct place *places_exact(const struct places *places, const char *address, enum object_kind kind, uint32_t module,
                           uint32_t index, uint32_t variable)
{
    for (size_t i = count_before(places->data, places->data_count, address); i-- > 0;) {
        struct place *p = &places->data[i];
        if (p->start != address)
            return NULL;
        if (p->kind == kind && p->module == module && p->index == index && p->variable == variable)
            return p;
    }
    return NULL;
}
