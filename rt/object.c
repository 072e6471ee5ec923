#include "object.h"

#include <string.h>

#include "arena.h"
#include "heap.h"

#define ROUNDS_MOST 8
#define SCOPE_LIST  "hlckpt_scope"

// ---- the tables

static struct object *add_object(struct objects *os, struct object object)
{
    if (os->count == os->room) {
        uint32_t room = os->room ? os->room * 2 : 1024;
        struct object *larger = room > os->room ? hlckpt_arena_realloc(os->data, (size_t)room * sizeof *larger) : NULL;
        if (!larger) {
            os->no_memory = true;
            return NULL;
        }
        os->data = larger;
        os->room = room;
    }
    object.number = NUMBER_NONE;
    os->data[os->count] = object;
    return &os->data[os->count++];
}

static void give_number(struct objects *os, struct object *o)
{
    if (o->number != NUMBER_NONE)
        return;
    if (os->number_count == os->order_room) {
        uint32_t room = os->order_room ? os->order_room * 2 : 1024;
        uint32_t *larger = hlckpt_arena_realloc(os->order, (size_t)room * sizeof *larger);
        if (!larger) {
            os->no_memory = true;
            return;
        }
        os->order = larger;
        os->order_room = room;
    }
    o->number = os->number_count;
    os->order[os->number_count++] = (uint32_t)(o - os->data);
}

static struct object *object_of_place(struct objects *os, struct place *place)
{
    if (place->object)
        return &os->data[place->object - 1];
    struct object *o = add_object(os, (struct object){.address = place->start,
                                                      .memory = place->memory,
                                                      .size = (uint64_t)(place->end - place->start),
                                                      .type = place->type,
                                                      .kind = place->kind,
                                                      .place = place});
    if (o)
        place->object = os->count;
    return o;
}

static struct object *object_of_block(struct objects *os, const struct heap_block *block)
{
    if (*block->mark)
        return &os->data[*block->mark - 1];
    struct object *o = add_object(os, (struct object){.address = block->address,
                                                      .memory = block->address,
                                                      .size = block->size,
                                                      .type = os->program->own[OWN_CHAR],
                                                      .kind = OBJECT_HEAP});
    if (o)
        *block->mark = os->count;
    return o;
}

// ---- pointers

static struct target target_of(struct object *o, const char *address)
{
    if (!o)
        return (struct target){.kind = TARGET_NOWHERE};
    return (struct target){.kind = TARGET_OBJECT, .object = o, .offset = (uint64_t)(address - o->address)};
}

static struct target find(struct objects *os, const void *pointer, const struct type *pointee)
{
    intptr_t integer = (intptr_t)pointer;
    if (!pointer)
        return (struct target){.kind = TARGET_NULL};
    if (integer >= SMALL_LEAST && integer <= SMALL_MOST)
        return (struct target){.kind = TARGET_INTEGER, .integer = integer};
    struct target t = {.kind = TARGET_HANDLE};
    if (os->hooks->number && os->hooks->number(pointer, &t.handle))
        return t;
    struct heap_block block;
    if (heap_find(pointer, &block))
        return target_of(object_of_block(os, &block), pointer);
    struct place *place = places_find(&os->places, pointer, pointee);
    return target_of(place ? object_of_place(os, place) : NULL, pointer);
}

struct target objects_find(const struct objects *os, const void *pointer, const struct type *pointee)
{
    // After the search every object that can be reached has its entry: nothing is added.
    return find((struct objects *)os, pointer, pointee);
}

// ---- suggestions

static bool is_nothing(const struct type *type)
{
    return type->kind == HLCKPT_VOID || type->kind == HLCKPT_FUNCTION || type->kind == HLCKPT_INCOMPLETE ||
           type->kind == HLCKPT_VA_LIST || type->size == 0;
}

static bool is_character(const struct type *type)
{
    return type->kind == HLCKPT_CHAR || (type->kind == HLCKPT_INT && type->size == 1);
}

static bool is_aggregate(const struct type *type)
{
    return type->kind == HLCKPT_STRUCT || type->kind == HLCKPT_UNION;
}

static bool is_number(const struct type *type)
{
    return type->kind == HLCKPT_INT || type->kind == HLCKPT_FLOAT || type->kind == HLCKPT_COMPLEX;
}

static bool fits(const struct object *o, const struct type *type, uint64_t offset)
{
    if (type->flexible && offset == 0)
        return type->flexible_offset <= o->size;
    return offset == o->size || (offset <= o->size && type->size <= o->size - offset);
}

// Structs that end in an array are sometimes allocated shorter than they are declared.
static bool ends_in_array(const struct type *type)
{
    return type->kind == HLCKPT_STRUCT && type->field_count &&
           type->fields[type->field_count - 1].type->kind == HLCKPT_ARRAY;
}

static bool is_element_start(const struct type *type, uint64_t offset)
{
    return type->flexible ? offset == 0 : offset % type->size == 0;
}

// If the block is made of `type`, does a `part` begin at `offset`?
static bool has_part(const struct type *type, uint64_t offset, const struct type *part)
{
    return type_begins(type, type->flexible ? offset : offset % type->size, part);
}

static bool fills_block(const struct object *o, const struct type *type)
{
    return type->flexible || o->size % type->size == 0;
}

static void note_misfit(struct object *o, const struct type *type, uint64_t offset)
{
    if (o->misfit && is_aggregate(o->misfit) && !(o->suggested && has_part(o->suggested, o->misfit_offset, o->misfit)))
        return;
    o->misfit = type;
    o->misfit_offset = offset;
}

static void adopt(struct object *o, const struct type *type, uint64_t offset)
{
    if (o->suggested) // it must go together with what was there before
        note_misfit(o, o->suggested, o->suggested_offset);
    o->suggested = type;
    o->suggested_offset = offset;
}

// How well a type fits a block: as a whole, as one of several elements, or not.
static int fit_of(const struct object *o, const struct type *type)
{
    return type->size == o->size && !type->flexible ? 2 : fills_block(o, type);
}

// Two types of which neither contains the other, at one place: a struct that begins like another, or a pointer to what
// was in the block before.
static bool is_better(const struct object *o, const struct type *type, const struct type *than)
{
    if (is_aggregate(type) != is_aggregate(than))
        return is_aggregate(type);
    if (fit_of(o, type) != fit_of(o, than))
        return fit_of(o, type) > fit_of(o, than);
    return type->size > than->size;
}

static void suggest_another(struct object *o, const struct type *type, uint64_t offset)
{
    const struct type *now = o->suggested;
    bool starts = is_element_start(type, offset);
    if (is_number(type) && is_number(now) && type->size != now->size) {
        o->is_conflict = true; // halves of words, say: which order their bytes have, nobody knows
        return;
    }
    if (starts && has_part(type, o->suggested_offset, now)) {
        adopt(o, type, offset);
    } else if (is_aggregate(type) && is_aggregate(now) && offset != o->suggested_offset) {
        note_misfit(o, type, offset);
    } else if (starts && is_better(o, type, now)) {
        o->suggested = type;
        o->suggested_offset = offset;
    }
}

// A pointer to `pointee` points `offset` bytes into the heap block o.
static void suggest(struct object *o, const struct type *pointee, uint64_t offset)
{
    const struct type *type = type_strip(pointee);
    if (o->is_settled)
        return;
    if (is_nothing(type))
        o->reached_by_void = true;
    else if (is_character(type))
        o->reached_by_character = true;
    else if (!fits(o, type, offset) && ends_in_array(type))
        note_misfit(o, type, offset);
    else if (!fits(o, type, offset))
        return; // a pointer to what was here before
    else if (o->suggested && has_part(o->suggested, offset, type))
        return;
    else if (o->suggested)
        suggest_another(o, type, offset);
    else if (is_element_start(type, offset))
        adopt(o, type, offset);
    else
        note_misfit(o, type, offset);
}

// A pointer to a struct or pointer into the characters of a declared object: memory that is dealt out by hand.
static void suggest_in_place(struct object *o, const struct type *pointee, uint64_t offset)
{
    const struct type *type = type_strip(pointee);
    if (o->is_conflict || offset >= o->size || !(is_aggregate(type) || type->kind == HLCKPT_POINTER) ||
        !o->type->leaves)
        return;
    struct extent e;
    if (extent_of_one(&e, o->type) && offset < e.size) {
        struct leaf leaf = extent_leaf_at(&e, offset);
        o->is_conflict = leaf.run && leaf.run->is_character && !extent_begins(&e, offset, type);
    }
}

static uint32_t count_known_words(struct objects *os, const struct object *o)
{
    uint32_t count = 0;
    for (uint64_t at = 0; at + sizeof(void *) <= o->size; at += sizeof(void *)) {
        const void *word;
        struct heap_block block;
        memcpy(&word, o->memory + at, sizeof word);
        if ((intptr_t)word > SMALL_MOST || (intptr_t)word < SMALL_LEAST)
            count += heap_find(word, &block) || places_find(&os->places, word, NULL);
    }
    return count;
}

// ---- containers
//
// Where all pointers to a block lead to a struct inside it (a link of a list, a base class), none of them names the
// block's own type. It is the struct of the block's size that has such a part there, if the program has one.

struct plausibility {
    struct objects *os;
    const unsigned char *memory;
    uint32_t strange; // pointers that are neither null nor lead to anything
    uint32_t leading; // to objects
};

static void count_strange(void *context, const struct run *run, uint64_t offset)
{
    struct plausibility *p = context;
    const void *pointer;
    struct heap_block block;
    uint64_t handle;
    if (run->kind != RUN_POINTER)
        return;
    memcpy(&pointer, p->memory + offset, sizeof pointer);
    bool is_small = (intptr_t)pointer >= SMALL_LEAST && (intptr_t)pointer <= SMALL_MOST;
    bool is_handle = !is_small && p->os->hooks->number && p->os->hooks->number(pointer, &handle);
    bool is_leading =
        !is_small && !is_handle && (heap_find(pointer, &block) || places_find(&p->os->places, pointer, NULL));
    p->strange += !is_small && !is_handle && !is_leading;
    p->leading += is_leading;
}

static struct plausibility look_at(struct objects *os, const struct object *o, const struct type *type)
{
    struct plausibility p = {os, (const unsigned char *)o->memory, 0, 0};
    struct extent x;
    uint64_t count, tail;
    extent_divide(type, o->size, &count, &tail);
    if (extent_make(&x, type, count, tail, os->program->own[OWN_CHAR]) && x.references)
        extent_each_reference(&x, count_strange, &p);
    return p;
}

// How many pointers look wrong when the block is made of `type`.
static uint32_t strangeness(struct objects *os, const struct object *o, const struct type *type)
{
    return look_at(os, o, type).strange;
}

static size_t first_of_size(const struct program *program, uint64_t size)
{
    size_t low = 0, high = program->struct_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (program->structs[middle]->size < size)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool holds_parts(const struct object *o, const struct type *type)
{
    return (!o->suggested || type_begins(type, o->suggested_offset, o->suggested)) &&
           (!o->misfit || type_begins(type, o->misfit_offset, o->misfit));
}

// NULL when there is none, or several of different shape that are equally likely.
static const struct type *find_container(struct objects *os, const struct object *o)
{
    const struct program *program = os->program;
    const struct type *best = NULL;
    uint32_t least = 0;
    bool is_unique = true;
    for (size_t i = first_of_size(program, o->size); i < program->struct_count && program->structs[i]->size == o->size;
         i++) {
        const struct type *type = program->structs[i];
        if (type->flexible || !holds_parts(o, type))
            continue;
        uint32_t strange = strangeness(os, o, type);
        if (best && strange == least)
            is_unique = false;
        if (best && strange >= least)
            continue;
        is_unique = true;
        best = type;
        least = strange;
    }
    bool is_likelier =
        best && (!o->suggested || o->suggested->size == o->size || least <= strangeness(os, o, o->suggested));
    return is_unique && is_likelier ? best : NULL;
}

// A block that only void pointers reach may be a struct of the program nevertheless, if only one fits: it has the size,
// and the words that lead to known objects are exactly its pointers that are not null. At least one must be.
static const struct type *find_look_alike(struct objects *os, const struct object *o)
{
    const struct program *program = os->program;
    const struct type *found = NULL;
    size_t first = first_of_size(program, o->size);
    bool any = first < program->struct_count && program->structs[first]->size == o->size;
    uint32_t words = any ? count_known_words(os, o) : 0;
    for (size_t i = first; words && i < program->struct_count && program->structs[i]->size == o->size; i++) {
        const struct type *type = program->structs[i];
        if (type->flexible || type->references < words || strangeness(os, o, type) ||
            look_at(os, o, type).leading != words)
            continue;
        if (found && found->shape != type->shape)
            return NULL;
        found = type;
    }
    return found;
}

// Printable characters that fill the block, and one zero after them: what strdup makes.
static bool is_text(const struct object *o)
{
    const unsigned char *memory = (const unsigned char *)o->memory;
    for (uint64_t i = 0; i + 1 < o->size; i++)
        if (!(memory[i] >= ' ' && memory[i] <= '~') && !(memory[i] >= '\t' && memory[i] <= '\r'))
            return false;
    return o->size >= 2 && memory[o->size - 1] == 0;
}

struct verdict {
    const struct type *type;
    bool is_opaque, is_empty;
};

// May what the pointers name be a part of what the block is?
static bool is_part(const struct object *o)
{
    if (!o->suggested)
        return o->misfit;
    if (o->misfit && !has_part(o->suggested, o->misfit_offset, o->misfit))
        return true;
    return is_aggregate(o->suggested) && !o->suggested->flexible && o->suggested->size != o->size;
}

// What the suggestions so far make of a heap block.
static struct verdict judge(struct objects *os, const struct object *o)
{
    const struct type *byte = os->program->own[OWN_CHAR];
    struct verdict typed = {o->suggested, false, false}, opaque = {byte, true, false}, bytes = {byte, false, false};
    if (o->is_settled)
        return o->suggested ? typed : bytes;
    if (o->is_conflict)
        return opaque;
    if (is_part(o) && (typed.type = find_container(os, o)))
        return typed;
    typed.type = o->suggested;
    if (o->suggested)
        return o->misfit && !has_part(o->suggested, o->misfit_offset, o->misfit) && is_aggregate(o->misfit) ? opaque
                                                                                                            : typed;
    if (o->misfit)
        return opaque;
    if (!o->size || (o->reached_by_character && !(o->reached_by_void && count_known_words(os, o))))
        return bytes;
    if (!o->reached_by_void && !o->reached_by_character) // held by its scope alone, or by stale pointers
        return (struct verdict){byte, false, true};
    if (!o->reached_by_character && is_text(o))
        return bytes;
    if (!o->reached_by_character && (typed.type = find_look_alike(os, o)))
        return typed;
    return opaque;
}

// What a block is looked at as now: suggestions of this round may still be few, so those of the round before count too.
static struct verdict judge_early(struct objects *os, const struct object *o)
{
    struct verdict fresh = judge(os, o), known = {o->type, o->is_opaque, o->is_empty};
    if (!o->is_known || fresh.is_empty || o->is_settled)
        return fresh;
    if (!o->suggested || fresh.is_opaque)
        return known;
    if (known.is_opaque)
        return fresh;
    bool is_part = has_part(o->type, o->suggested_offset, o->suggested);
    return !is_part && (o->suggested_offset != 0 || is_better(o, o->suggested, o->type)) ? fresh : known;
}

// ---- following pointers

struct search {
    struct objects *os;
    const unsigned char *memory;
    bool is_scope_list;
};

static void reach(struct objects *os, const void *pointer, const struct type *pointee)
{
    struct target t = find(os, pointer, pointee);
    if (t.kind != TARGET_OBJECT)
        return;
    struct object *o = (struct object *)t.object;
    give_number(os, o);
    if (!pointee)
        return;
    if (o->kind == OBJECT_HEAP)
        suggest(o, pointee, t.offset);
    else if (o->kind <= OBJECT_STACK)
        suggest_in_place(o, pointee, t.offset);
}

bool word_in_cell(const struct word *w, const struct run *run)
{
    return w->offset >= run->cell && w->offset + sizeof(void *) <= run->cell + run->native;
}

// Words of a union. A member may be current or not, so only a type on which all pointer members agree says something.
static void reach_words(struct objects *os, const struct run *run, const unsigned char *memory)
{
    const struct type *u = run->inner;
    for (uint32_t i = 0; i < u->word_count; i++) {
        const struct word *w = &u->words[i];
        const void *pointer;
        if (!word_in_cell(w, run))
            continue;
        memcpy(&pointer, memory + (w->offset - run->cell), sizeof pointer);
        struct target t = find(os, pointer, NULL);
        bool agree = t.kind == TARGET_OBJECT && t.offset == 0;
        for (uint32_t k = 0; agree && k < u->word_count; k++)
            agree = u->words[k].offset != w->offset || u->words[k].pointee == w->pointee;
        const struct type *type = type_strip(w->pointee);
        agree = agree && !is_nothing(type) && t.object->size % type->size == 0;
        reach(os, pointer, agree ? type : os->program->own[OWN_VOID]);
    }
}

static void reach_reference(void *context, const struct run *run, uint64_t offset)
{
    struct search *s = context;
    const unsigned char *memory = s->memory + offset;
    const void *pointer;
    if (run->kind == RUN_OPAQUE) {
        reach_words(s->os, run, memory);
        return;
    }
    memcpy(&pointer, memory, sizeof pointer);
    bool is_block = s->is_scope_list && run->inner->kind == HLCKPT_VOID;
    reach(s->os, pointer, is_block ? NULL : run->inner);
}

static void look_into_words(struct objects *os, const struct object *o)
{
    const char *memory = o->memory;
    uint64_t size = o->size;
    for (uint64_t at = 0; at + sizeof(void *) <= size; at += sizeof(void *)) {
        const void *word;
        memcpy(&word, memory + at, sizeof word);
        reach(os, word, os->program->own[OWN_VOID]);
    }
}

void object_extent(const struct objects *os, const struct object *o, struct extent *e)
{
    const struct type *byte = os->program->own[OWN_CHAR];
    const struct type *type = o->is_opaque ? byte : o->type;
    if (o->kind == OBJECT_HEAP || o->kind == OBJECT_LITERAL || o->is_opaque) {
        uint64_t count, tail;
        extent_divide(type, o->size, &count, &tail);
        extent_make(e, type, count, tail, byte);
    } else {
        extent_of_one(e, type);
    }
}

static void look_into(struct objects *os, uint32_t index)
{
    struct object *o = &os->data[index];
    if (o->is_empty || o->kind >= OBJECT_LITERAL)
        return;
    if (o->is_opaque) {
        look_into_words(os, o);
        return;
    }
    struct extent e;
    struct search s = {os, (const unsigned char *)o->memory,
                       o->type->kind == HLCKPT_STRUCT && strcmp(o->type->name, SCOPE_LIST) == 0};
    object_extent(os, o, &e);
    if (e.references)
        extent_each_reference(&e, reach_reference, &s);
}

static bool is_constant(const struct objects *os, const struct object *o)
{
    return o->kind == OBJECT_GLOBAL &&
           os->program->modules[o->place->module].map->globals[o->place->index].flags & HLCKPT_CONSTANT;
}

static bool is_owned(const struct objects *os, const struct object *o)
{
    return o->kind <= OBJECT_HEAP && os->hooks->owns && o->size && os->hooks->owns(o->address, o->size);
}

static void prepare(struct objects *os, uint32_t index)
{
    struct object *o = &os->data[index];
    if (o->kind == OBJECT_HEAP) {
        struct verdict v = judge_early(os, o);
        o->type = v.type;
        o->is_opaque = v.is_opaque;
        o->is_empty = v.is_empty;
    } else if (!o->is_known) {
        o->is_opaque = o->is_conflict;
    }
    if (is_constant(os, o) || is_owned(os, o))
        o->is_empty = true;
}

// ---- roots

static void reach_place(struct objects *os, struct place *place)
{
    struct object *o = place ? object_of_place(os, place) : NULL;
    if (o)
        give_number(os, o);
}

static void reach_value(struct objects *os, const struct type *type, const unsigned char *slot)
{
    struct extent e;
    struct search s = {os, slot, false};
    if (type->references && type->size <= HLCKPT_SLOT_SIZE && extent_of_one(&e, type))
        extent_each_reference(&e, reach_reference, &s);
}

static void reach_frame(struct objects *os, const struct frame *frame, uint32_t thread, uint32_t index)
{
    const struct module *m = program_module(os->program, frame->function->module);
    const struct map_function *function = &m->map->functions[frame->function->index];
    const struct map_point *point = &function->points[frame->point];
    for (uint32_t i = 0; i < frame->count; i++) {
        const struct map_variable *v = &function->variables[point->variables[i]];
        const unsigned char *slot = frame->slots + (size_t)i * HLCKPT_SLOT_SIZE;
        const char *address;
        memcpy(&address, slot, sizeof address);
        if (v->storage == HLCKPT_OBJECT)
            reach_place(os, places_exact(&os->places, address, OBJECT_STACK, thread, index, i));
        else
            reach_value(os, m->types[v->type], slot);
    }
}

static void reach_symbols(struct objects *os, uint32_t module, enum object_kind kind, uint32_t thread)
{
    const struct module *m = &os->program->modules[module];
    bool is_global = kind == OBJECT_GLOBAL;
    const struct map_symbol *symbols = is_global ? m->map->globals : m->map->thread_locals;
    uint32_t count = is_global ? m->map->global_count : m->map->thread_local_count;
    for (uint32_t i = 0; i < count; i++) {
        const char *address = is_global ? m->native->globals[i] : place_of_thread_local(m, i, thread);
        if (address && !(symbols[i].flags & HLCKPT_CONSTANT))
            reach_place(os, places_exact(&os->places, address, kind, module, i, thread));
    }
}

const struct type *root_pointee(const struct program *program, enum root_type type)
{
    static const enum own_type pointees[] = {[ROOT_POINTER_TO_STRINGS] = OWN_STRING,
                                             [ROOT_STRINGS] = OWN_STRING,
                                             [ROOT_FUNCTION_POINTER] = OWN_FUNCTION,
                                             [ROOT_POINTER] = OWN_VOID};
    return program->own[pointees[type]];
}

static struct object *settle(struct objects *os, const void *pointer, const struct type *type)
{
    struct target t = find(os, pointer, NULL);
    struct object *o = (struct object *)t.object;
    if (t.kind != TARGET_OBJECT || o->kind != OBJECT_HEAP || t.offset != 0)
        return NULL;
    o->is_settled = true;
    o->suggested = type;
    o->suggested_offset = 0;
    return o;
}

// An array of strings that the runtime itself has made, for the environment say, is one whatever a variable that was
// never set happens to hold.
static void settle_strings(struct objects *os, const void *pointer, bool with_strings)
{
    const struct object *array = settle(os, pointer, os->program->own[OWN_STRING]);
    uint64_t size = array && with_strings ? array->size : 0;
    for (uint64_t at = 0; at + sizeof(char *) <= size; at += sizeof(char *)) {
        const void *string;
        memcpy(&string, (const char *)pointer + at, sizeof string); // in the heap: its memory is where it is
        struct target t = find(os, string, NULL);
        if (t.kind == TARGET_OBJECT && is_text(t.object))
            settle(os, string, NULL);
    }
}

static void settle_roots(struct objects *os, const struct roots *roots)
{
    for (size_t i = 0; i < roots->root_count; i++) {
        const void *pointer;
        memcpy(&pointer, roots->roots[i].address, sizeof pointer);
        if (roots->roots[i].type <= ROOT_STRINGS)
            settle_strings(os, pointer, roots->roots[i].type == ROOT_STRINGS);
    }
}

static void reach_roots(struct objects *os, const struct roots *roots)
{
    for (uint32_t t = 0; t < roots->stack_count; t++)
        for (size_t k = roots->stacks[t].count; k-- > 0;)
            reach_frame(os, &roots->stacks[t].frames[k], t, (uint32_t)k);
    for (uint32_t m = 0; m < os->program->module_count; m++)
        reach_symbols(os, m, OBJECT_GLOBAL, 0);
    for (uint32_t t = 0; t < roots->stack_count; t++)
        for (uint32_t m = 0; has_thread_locals(roots->stacks, t) && m < os->program->module_count; m++)
            reach_symbols(os, m, OBJECT_THREAD_LOCAL, t);
    for (size_t i = 0; i < roots->root_count; i++) {
        const void *pointer;
        memcpy(&pointer, roots->roots[i].address, sizeof pointer);
        reach(os, pointer, root_pointee(os->program, roots->roots[i].type));
    }
}

// ---- rounds

static void begin_round(struct objects *os)
{
    os->number_count = 0;
    for (uint32_t i = 0; i < os->count; i++) {
        struct object *o = &os->data[i];
        o->number = NUMBER_NONE;
        o->suggested = o->misfit = NULL;
        o->reached_by_void = o->reached_by_character = o->is_conflict = o->is_empty = o->is_settled = false;
    }
}

// Takes what all suggestions of the round say as known. Returns whether any object was looked at as something else.
static bool end_round(struct objects *os)
{
    bool changed = false;
    for (uint32_t n = 0; n < os->number_count; n++) {
        struct object *o = &os->data[os->order[n]];
        struct verdict v = {o->type, o->is_conflict, o->is_empty};
        if (o->kind == OBJECT_HEAP)
            v = judge(os, o);
        if (o->kind > OBJECT_HEAP || is_owned(os, o) ||
            (o->is_opaque == v.is_opaque && (o->type == v.type || v.is_opaque)))
            continue;
        changed = o->is_known = true;
        o->type = v.type;
        o->is_opaque = v.is_opaque;
    }
    return changed;
}

bool objects_search(struct objects *os, const struct roots *roots)
{
    for (int round = 0; round < ROUNDS_MOST && !os->no_memory; round++) {
        begin_round(os);
        settle_roots(os, roots);
        reach_roots(os, roots);
        for (uint32_t n = 0; n < os->number_count && !os->no_memory; n++) {
            prepare(os, os->order[n]);
            look_into(os, os->order[n]);
        }
        if (round == ROUNDS_MOST - 1 || !end_round(os))
            break;
    }
    return !os->no_memory;
}

const struct object *objects_variable(const struct objects *os, const char *address, uint32_t thread, uint32_t frame,
                                      uint32_t variable)
{
    const struct place *place = places_exact(&os->places, address, OBJECT_STACK, thread, frame, variable);
    return place && place->object ? &os->data[place->object - 1] : NULL;
}
