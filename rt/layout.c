// Compiles types into runs. The parts of a type are compiled before it.
//
// A struct takes over the runs of its fields, moved; neighbours that continue each other become one. An array of a type
// with one run is that run, longer. Everything else is a nested run. So the number of runs is bounded by the text of
// the declaration, never by the lengths of its arrays.
//
// A union is cut into *cells*: groups of its members' scalars that overlap, directly or through others.
#include "type.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "byte-order.h"
#include "sort.h"
#include "sync.h"

#define INLINE_RUNS_MOST 16         // a field with more runs stays nested
#define PIECES_MOST      (1u << 16) // scalars of a union that are looked at one by one
#define PADDED_CELLS     "n16"      // of a mutex that is padded
#define NO_MEMORY        "out of memory for the layout of a type"

struct run_list {
    struct run *runs;
    uint32_t count, room;
    bool failed;
};

static bool is_one_pattern(const struct run *a, const struct run *b)
{
    return a->kind == b->kind && (a->kind <= RUN_LONG || a->kind == RUN_POINTER || a->kind == RUN_SYNC) &&
           a->wire == b->wire && a->native == b->native && a->format == b->format && a->is_signed == b->is_signed &&
           a->is_character == b->is_character && a->is_word == b->is_word && a->inner == b->inner;
}

static bool continues(const struct run *a, const struct run *b)
{
    return is_one_pattern(a, b) && a->stride == a->native && b->stride == b->native &&
           a->offset + a->count * a->stride == b->offset;
}

static void add_run(struct run_list *list, struct run run)
{
    if (list->count && continues(&list->runs[list->count - 1], &run)) {
        list->runs[list->count - 1].count += run.count;
        return;
    }
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 4;
        struct run *larger = hlckpt_arena_realloc(list->runs, list->room * sizeof *larger);
        if (!larger) {
            list->failed = true;
            list->room = list->count;
            return;
        }
        list->runs = larger;
    }
    list->runs[list->count++] = run;
}

// ---- scalars

static struct run floating_run(const struct map_type *m, uint64_t size)
{
    bool is_long = m->bits == 128 && m->format != HLCKPT_IEEE_QUAD;
    return (struct run){.kind = is_long ? RUN_LONG : RUN_BYTES,
                        .format = (uint8_t)m->format,
                        .wire = m->bits / 8,
                        .native = size,
                        .count = 1,
                        .stride = size};
}

struct run layout_scalar(const struct map_type *m, const struct type *pointee)
{
    struct run run = {.kind = RUN_BYTES, .wire = 1, .native = m->size, .count = 1, .stride = m->size};
    switch (m->kind) {
    case HLCKPT_BOOL:
        run.kind = RUN_BOOL;
        return run;
    case HLCKPT_CHAR:
        run.is_character = true;
        return run;
    case HLCKPT_INT:
        run.wire = m->bits / 8;
        run.kind = run.wire == run.native ? RUN_BYTES : RUN_INT;
        run.is_signed = run.kind == RUN_INT && m->is_signed;
        run.is_character = run.wire == 1;
        run.is_word = run.wire == 8 && run.native == 8 && sizeof(void *) == 8;
        return run;
    case HLCKPT_FLOAT:
        return floating_run(m, m->size);
    case HLCKPT_COMPLEX:
        run = floating_run(m, m->size / 2);
        run.count = 2;
        return run;
    case HLCKPT_POINTER:
        run.kind = RUN_POINTER;
        run.wire = 0;
        run.inner = pointee;
        return run;
    case HLCKPT_SYNC:
        run.kind = RUN_SYNC;
        run.format = (uint8_t)m->bits;
        run.wire = HLCKPT_SYNC_WIRE;
        return run;
    default: // no value: void, functions, unknown structs; or none that can be kept: va_list
        run.count = 0;
        return run;
    }
}

// ---- arrays and structs

static void add_array(struct run_list *list, const struct type *element, uint64_t count)
{
    if (!count || !element->run_count)
        return;
    struct run run = element->runs[0];
    bool is_whole = run.count * run.stride == element->size && run.offset == 0;
    if (element->run_count == 1 && run.kind != RUN_BITS && run.kind != RUN_OPAQUE && (run.count == 1 || is_whole)) {
        if (run.count == 1)
            run.stride = element->size;
        run.count *= count;
    } else {
        run = (struct run){
            .kind = RUN_NESTED, .native = element->size, .count = count, .stride = element->size, .inner = element};
    }
    add_run(list, run);
}

static void add_moved(struct run_list *list, const struct type *type, uint64_t offset)
{
    if (type->run_count > INLINE_RUNS_MOST) {
        add_run(list, (struct run){.kind = RUN_NESTED,
                                   .native = type->size,
                                   .offset = offset,
                                   .count = 1,
                                   .stride = type->size,
                                   .inner = type});
        return;
    }
    for (uint32_t i = 0; i < type->run_count; i++) {
        struct run run = type->runs[i];
        run.offset += offset;
        add_run(list, run);
    }
}

struct run layout_bit_field(const struct field *field)
{
    unsigned shift = (unsigned)(field->offset % 8);
    return (struct run){.kind = RUN_BITS,
                        .is_signed = field->type->kind == HLCKPT_INT && field->type->is_signed,
                        .width = (uint8_t)field->width,
                        .shift = (uint8_t)shift,
                        .wire = field->type->kind == HLCKPT_INT ? field->type->bits / 8 : 1,
                        .native = (shift + field->width + 7) / 8,
                        .offset = field->offset / 8,
                        .count = 1,
                        .stride = 1};
}

static void add_field(struct run_list *list, const struct field *field)
{
    if (field->width)
        add_run(list, layout_bit_field(field));
    else
        add_moved(list, field->type, field->offset / 8);
}

static void add_struct(struct run_list *list, struct type *type)
{
    for (uint32_t i = 0; i < type->field_count; i++)
        add_field(list, &type->fields[i]);
    if (!type->field_count)
        return;
    const struct field *last = &type->fields[type->field_count - 1];
    if (last->type->kind == HLCKPT_ARRAY && !last->type->element_count && last->type->element->size) {
        type->flexible = last->type->element;
        type->flexible_offset = last->offset / 8;
    } else if (last->type->flexible && last->type->kind == HLCKPT_STRUCT) {
        type->flexible = last->type->flexible;
        type->flexible_offset = last->offset / 8 + last->type->flexible_offset;
    }
}

// ---- unions

struct piece {           // one scalar of one member
    uint64_t start, end; // bits
    uint32_t order;
    struct run run;
};

struct pieces {
    struct piece *pieces;
    uint32_t count;
    bool too_many;
};

static void add_pieces(struct pieces *list, const struct type *type, uint64_t offset);

static void add_piece(struct pieces *list, const struct run *run, uint64_t offset)
{
    struct piece piece = {.run = *run, .order = list->count};
    piece.run.offset = offset;
    piece.run.count = 1;
    piece.run.stride = run->native;
    piece.start = offset * 8 + (run->kind == RUN_BITS ? run->shift : 0);
    piece.end = piece.start + (run->kind == RUN_BITS ? run->width : run->native * 8);
    list->pieces[list->count++] = piece;
}

static void add_run_pieces(struct pieces *list, const struct run *run, uint64_t offset)
{
    for (uint64_t i = 0; i < run->count && !list->too_many; i++) {
        uint64_t at = offset + run->offset + i * run->stride;
        if (run->kind == RUN_NESTED)
            add_pieces(list, run->inner, at);
        else if (list->count < PIECES_MOST)
            add_piece(list, run, at);
        else
            list->too_many = true;
    }
}

static void add_pieces(struct pieces *list, const struct type *type, uint64_t offset)
{
    for (uint32_t i = 0; i < type->run_count && !list->too_many; i++)
        add_run_pieces(list, &type->runs[i], offset);
}

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *p = a, *q = b;
    if (p->start != q->start)
        return p->start < q->start ? -1 : 1;
    return p->order < q->order ? -1 : p->order > q->order;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t compute_signature(const struct pieces *list, uint64_t size)
{
    uint64_t hash = mix(mix(is_little_endian(), sizeof(void *)), size);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct piece *p = &list->pieces[i];
        hash = mix(mix(hash, p->start), p->end);
        hash = mix(mix(hash, p->run.kind), p->run.wire << 8 | p->run.format);
    }
    return hash | 1;
}

// Do all members that have something here agree on what it is?
static bool is_clean(const struct piece *pieces, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct run *a = &pieces[0].run, *b = &pieces[i].run;
        bool same = a->kind == b->kind && a->wire == b->wire && a->native == b->native && a->width == b->width &&
                    ((a->kind != RUN_LONG && a->kind != RUN_SYNC) || a->format == b->format);
        bool bytes = a->kind <= RUN_BOOL && b->kind <= RUN_BOOL && a->native == 1 && b->native == 1;
        if (pieces[i].start != pieces[0].start || pieces[i].end != pieces[0].end || a->kind == RUN_OPAQUE ||
            !(same || bytes))
            return false;
    }
    return true;
}

static struct run merge_pieces(const struct piece *pieces, uint32_t count, const struct type *void_type)
{
    struct run run = pieces[0].run;
    for (uint32_t i = 1; i < count; i++) {
        if (pieces[i].run.kind != run.kind)
            run.kind = RUN_BYTES;
        run.is_character |= pieces[i].run.is_character;
        run.is_word &= pieces[i].run.is_word;
        if (run.kind == RUN_POINTER && pieces[i].run.inner != run.inner)
            run.inner = void_type;
    }
    return run;
}

static void append_cell(char *cells, const struct run *run)
{
    char *end = cells + strlen(cells);
    if (run->kind == RUN_POINTER || run->kind == RUN_OPAQUE)
        strcpy(end, run->kind == RUN_POINTER ? "p" : "?");
    else if (run->kind == RUN_BITS)
        sprintf(end, "f%u/%u", run->width, run->wire);
    else
        sprintf(end, "n%u", run->wire);
}

// The group of pieces from `first` on that hang together; its end in bits goes to *end.
static uint32_t group_length(const struct pieces *list, uint32_t first, uint64_t *end)
{
    uint32_t n = 1;
    *end = list->pieces[first].end;
    for (; first + n < list->count && list->pieces[first + n].start < *end; n++)
        if (list->pieces[first + n].end > *end)
            *end = list->pieces[first + n].end;
    return n;
}

static const struct type no_type = {.kind = HLCKPT_VOID, .name = "", .cells = ""};

static void add_cells(struct run_list *list, struct type *type, const struct pieces *pieces, char *cells)
{
    for (uint32_t i = 0, n; i < pieces->count; i += n) {
        uint64_t end;
        n = group_length(pieces, i, &end);
        struct run run;
        if (is_clean(&pieces->pieces[i], n)) {
            run = merge_pieces(&pieces->pieces[i], n, &no_type);
        } else {
            uint64_t start = pieces->pieces[i].start / 8;
            run = (struct run){.kind = RUN_OPAQUE,
                               .offset = start,
                               .cell = start,
                               .native = (end + 7) / 8 - start,
                               .count = 1,
                               .stride = (end + 7) / 8 - start,
                               .inner = type};
            type->signature = 1;
        }
        append_cell(cells, &run);
        add_run(list, run);
    }
}

static void add_words(struct type *type, const struct pieces *list)
{
    for (uint32_t i = 0; type->words && i < list->count; i++)
        if (list->pieces[i].run.kind == RUN_POINTER)
            type->words[type->word_count++] = (struct word){list->pieces[i].run.offset, list->pieces[i].run.inner};
}

// A union too large to look at: any word of it may be a pointer.
static void add_all_words(struct run_list *list, struct type *type)
{
    add_run(list,
            (struct run){.kind = RUN_OPAQUE, .native = type->size, .count = 1, .stride = type->size, .inner = type});
    type->signature = mix(mix(is_little_endian(), sizeof(void *)), type->size) | 1;
    type->words = hlckpt_arena_calloc(type->size / sizeof(void *) + 1, sizeof *type->words);
    for (uint64_t at = 0; type->words && at + sizeof(void *) <= type->size; at += sizeof(void *))
        type->words[type->word_count++] = (struct word){at, &no_type};
    type->cells = "?";
}

// A mutex or its like beside arrays of characters, which are there to fill a cache line. Its field; NULL: no such
// union.
static const struct field *find_padded(const struct type *type)
{
    const struct field *found = NULL;
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct type *part = type->fields[i].type, *element = type_strip(part);
        if (part->kind == HLCKPT_SYNC && (!found || part == found->type))
            found = &type->fields[i];
        else if (part->kind != HLCKPT_ARRAY || !element->run_count || !element->runs[0].is_character)
            return NULL;
    }
    return found;
}

static void add_union(struct run_list *list, struct type *type)
{
    const struct field *padded = find_padded(type);
    if (padded) {
        add_field(list, padded);
        type->cells = PADDED_CELLS;
        return;
    }
    struct pieces pieces = {.pieces = hlckpt_arena_malloc((size_t)PIECES_MOST * sizeof(struct piece))};
    if (!pieces.pieces) {
        list->failed = true;
        return;
    }
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        if (field->width) {
            struct run run = layout_bit_field(field);
            add_piece(&pieces, &run, run.offset);
        } else {
            add_pieces(&pieces, field->type, field->offset / 8);
        }
    }
    char *cells = hlckpt_arena_calloc(pieces.count + 1, 8);
    if (pieces.too_many) {
        add_all_words(list, type);
    } else if (cells) {
        uint64_t signature = compute_signature(&pieces, type->size);
        sort(pieces.pieces, pieces.count, sizeof pieces.pieces[0], compare_pieces);
        type->cells = cells;
        add_cells(list, type, &pieces, cells);
        if (type->signature) {
            type->signature = signature;
            type->words = hlckpt_arena_calloc(pieces.count + 1, sizeof *type->words);
            add_words(type, &pieces);
        }
    }
    list->failed |= !cells;
    hlckpt_arena_free(pieces.pieces);
}

// ---- all of them

static void add_up(struct type *type)
{
    for (uint32_t i = 0; i < type->run_count; i++) {
        struct run *run = &type->runs[i];
        bool is_nested = run->kind == RUN_NESTED, is_reference = run->kind == RUN_POINTER || run->kind == RUN_OPAQUE;
        run->first_leaf = type->leaves;
        type->has_checks |= is_nested ? run->inner->has_checks
                                      : run->kind == RUN_SYNC || (run->kind == RUN_INT && run->native < run->wire);
        type->leaves += run->count * (is_nested ? run->inner->leaves : 1);
        type->wire += run->count * (is_nested ? run->inner->wire : run->wire);
        type->references += run->count * (is_nested ? run->inner->references : is_reference);
    }
}

static uint32_t compute_shape(const struct type *type)
{
    if (type->kind == HLCKPT_ARRAY)
        return shape_of_array(type->element->shape, type->element_count);
    if (type->kind != HLCKPT_STRUCT && type->kind != HLCKPT_UNION)
        return shape_of_scalar(type->kind, type->is_signed, type->bits);
    struct shape_field *fields = hlckpt_arena_calloc(type->field_count + 1, sizeof *fields);
    if (!fields)
        return SHAPE_NONE;
    for (uint32_t i = 0; i < type->field_count; i++)
        fields[i] = (struct shape_field){type->fields[i].name, type->fields[i].type->shape, type->fields[i].width};
    uint32_t shape = shape_of_aggregate(type->kind, type->name, fields, type->field_count, type->cells);
    hlckpt_arena_free(fields);
    return shape;
}

bool layout_compile(struct type *type, const struct map_type *m, struct failure *f)
{
    struct run_list list = {0};
    if (type->kind == HLCKPT_SYNC && type->size != sync_size((enum hlckpt_sync)type->bits))
        return fail(f, "map: a %s of %u bytes, which here has %u", hlckpt_sync_name((enum hlckpt_sync)type->bits),
                    (unsigned)type->size, (unsigned)sync_size((enum hlckpt_sync)type->bits));
    if (type->kind == HLCKPT_ARRAY)
        add_array(&list, type->element, type->element_count);
    else if (type->kind == HLCKPT_STRUCT)
        add_struct(&list, type);
    else if (type->kind == HLCKPT_UNION)
        add_union(&list, type);
    else if (layout_scalar(m, type->element).count)
        add_run(&list, layout_scalar(m, type->element));
    type->runs = list.runs;
    type->run_count = list.count;
    add_up(type);
    type->shape = compute_shape(type);
    return (!list.failed && type->shape != SHAPE_NONE) || fail(f, NO_MEMORY);
}
