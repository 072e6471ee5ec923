// The program's types: equal ones of all modules found, compiled, and asked about.
//
// Which types are equal is computed by refinement: every type starts with a hash of what can be seen of it alone, and
// takes in those of its parts round by round, until a round tells no more types apart than the one before.
#include "type.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "byte-order.h"
#include "hlckpt/sync.h"
#include "state.h"
#include "sort.h"

#define NO_MEMORY "out of memory for the types of the program"

// ---- the runtime's own types, as a map

static struct map_type own_types[OWN_TYPES] = {
    [OWN_CHAR] = {.kind = HLCKPT_CHAR, .size = 1},
    [OWN_VOID] = {.kind = HLCKPT_VOID},
    [OWN_STRING] = {.kind = HLCKPT_POINTER, .element = OWN_CHAR, .size = sizeof(char *)},
    [OWN_FUNCTION] = {.kind = HLCKPT_FUNCTION},
    [OWN_FUNCTION_POINTER] = {.kind = HLCKPT_POINTER, .element = OWN_FUNCTION, .size = sizeof(void (*)(void))},
    [OWN_VOID_POINTER] = {.kind = HLCKPT_POINTER, .element = OWN_VOID, .size = sizeof(void *)},
};
static struct map own_map = {.file = "", .type_count = OWN_TYPES, .types = own_types};

static struct program program;
static bool is_loaded;

// ---- modules

static int compare_modules(const void *a, const void *b)
{
    const struct module *p = a, *q = b;
    int order = strcmp(p->map->file, q->map->file);
    if (order)
        return order;
    for (const struct hlckpt_module *m = p->native; m; m = m->next) // equal names: in link order
        if (m == q->native)
            return -1;
    return p->native == q->native ? 0 : 1;
}

static bool load_modules(struct failure *f)
{
    size_t count = 0, used;
    for (const struct hlckpt_module *m = hlckpt_modules; m; m = m->next)
        count++;
    program.modules = hlckpt_arena_calloc(count + 1, sizeof *program.modules);
    if (!program.modules)
        return fail(f, NO_MEMORY);
    for (const struct hlckpt_module *m = hlckpt_modules; m; m = m->next) {
        struct map *map = map_read(m->map, m->map_size, &used, f);
        if (!map)
            return false;
        program.modules[program.module_count++] = (struct module){.native = m, .map = map};
    }
    sort(program.modules, count, sizeof program.modules[0], compare_modules);
    program.modules[count] = (struct module){.map = &own_map};
    return true;
}

// ---- equal types

// All types of all modules in one row.
struct node {
    const struct map_type *type;
    uint32_t module_start; // of its module's types in the row
    uint64_t seen;         // hash of what can be seen of it alone
    uint64_t hash, next_hash;
    struct type *class;
};

struct row {
    struct node *nodes;
    uint32_t count;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static uint64_t mix_string(uint64_t hash, const char *s)
{
    for (; *s; s++)
        hash = mix(hash, (unsigned char)*s);
    return mix(hash, 0x100);
}

static uint64_t hash_alone(const struct map_type *t)
{
    uint64_t hash = mix(mix(mix(mix(1, t->kind), t->is_signed), t->bits), t->count);
    hash = mix(mix(mix_string(hash, t->name ? t->name : ""), t->size), t->format);
    for (uint32_t i = 0; i < t->field_count; i++)
        hash = mix(mix(mix_string(hash, t->fields[i].name), t->fields[i].width), t->fields[i].bit_offset);
    return hash;
}

static uint64_t hash_with_parts(const struct row *row, const struct node *n)
{
    const struct node *parts = &row->nodes[n->module_start];
    uint64_t hash = mix(mix(1, n->hash), n->seen); // at first both are the same
    if (n->type->kind == HLCKPT_POINTER || n->type->kind == HLCKPT_ARRAY)
        hash = mix(hash, parts[n->type->element].hash);
    for (uint32_t i = 0; i < n->type->field_count; i++)
        hash = mix(hash, parts[n->type->fields[i].type].hash);
    return hash;
}

static bool is_aggregate(enum hlckpt_kind kind)
{
    return kind == HLCKPT_STRUCT || kind == HLCKPT_UNION;
}

struct tag {
    const char *name;
    uint32_t index;
};

static int compare_tags(const void *a, const void *b)
{
    const struct tag *p = a, *q = b;
    int order = strcmp(p->name, q->name);
    return order ? order : p->index < q->index ? -1 : p->index > q->index;
}

// A struct that is known by name alone becomes the first complete one of that name: the row's node is redirected.
static bool complete_types(struct row *row)
{
    struct tag *tags = hlckpt_arena_calloc(row->count + 1, sizeof *tags);
    uint32_t count = 0;
    if (!tags)
        return false;
    for (uint32_t i = 0; i < row->count; i++)
        if (is_aggregate(row->nodes[i].type->kind) && row->nodes[i].type->name[0])
            tags[count++] = (struct tag){row->nodes[i].type->name, i};
    sort(tags, count, sizeof *tags, compare_tags);
    for (uint32_t i = 0; i < row->count; i++) {
        if (row->nodes[i].type->kind != HLCKPT_INCOMPLETE)
            continue;
        uint32_t low = 0, high = count;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (strcmp(tags[middle].name, row->nodes[i].type->name) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < count && strcmp(tags[low].name, row->nodes[i].type->name) == 0) {
            const struct node *complete = &row->nodes[tags[low].index];
            row->nodes[i].type = complete->type;
            row->nodes[i].module_start = complete->module_start;
        }
    }
    hlckpt_arena_free(tags);
    return true;
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;
    return p < q ? -1 : p > q;
}

static uint32_t count_distinct(const struct row *row, uint64_t *scratch)
{
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < row->count; i++)
        scratch[i] = row->nodes[i].hash;
    sort(scratch, row->count, sizeof *scratch, compare_hashes);
    for (uint32_t i = 0; i < row->count; i++)
        distinct += i == 0 || scratch[i] != scratch[i - 1];
    return distinct;
}

static bool refine(struct row *row)
{
    uint64_t *scratch = hlckpt_arena_calloc(row->count + 1, sizeof *scratch);
    if (!scratch)
        return false;
    for (uint32_t i = 0; i < row->count; i++)
        row->nodes[i].hash = row->nodes[i].seen = hash_alone(row->nodes[i].type);
    for (uint32_t before = 0, now; (now = count_distinct(row, scratch)) != before; before = now) {
        for (uint32_t i = 0; i < row->count; i++)
            row->nodes[i].next_hash = hash_with_parts(row, &row->nodes[i]);
        for (uint32_t i = 0; i < row->count; i++)
            row->nodes[i].hash = row->nodes[i].next_hash;
    }
    hlckpt_arena_free(scratch);
    return true;
}

static int compare_nodes(const void *a, const void *b)
{
    const struct node *p = *(struct node *const *)a, *q = *(struct node *const *)b;
    if (p->hash != q->hash)
        return p->hash < q->hash ? -1 : 1;
    return p < q ? -1 : p > q;
}

static bool make_classes(struct row *row)
{
    struct node **sorted = hlckpt_arena_calloc(row->count + 1, sizeof *sorted);
    if (!sorted)
        return false;
    for (uint32_t i = 0; i < row->count; i++)
        sorted[i] = &row->nodes[i];
    sort(sorted, row->count, sizeof *sorted, compare_nodes);
    for (uint32_t i = 0; i < row->count; i++) {
        bool is_new = i == 0 || sorted[i]->hash != sorted[i - 1]->hash;
        sorted[i]->class = is_new ? hlckpt_arena_calloc(1, sizeof(struct type)) : sorted[i - 1]->class;
        if (!sorted[i]->class)
            return false;
    }
    hlckpt_arena_free(sorted);
    return true;
}

// ---- filling classes in

static bool fill_class(const struct row *row, const struct node *n)
{
    struct type *type = n->class;
    const struct map_type *m = n->type;
    const struct node *parts = &row->nodes[n->module_start];
    *type = (struct type){.kind = m->kind,
                          .is_signed = m->is_signed,
                          .bits = m->bits,
                          .name = m->name ? m->name : "",
                          .cells = "",
                          .element_count = m->count,
                          .field_count = m->field_count,
                          .size = m->size,
                          .has_va_list = m->kind == HLCKPT_VA_LIST};
    if (m->kind == HLCKPT_POINTER || m->kind == HLCKPT_ARRAY)
        type->element = parts[m->element].class;
    type->fields = hlckpt_arena_calloc(m->field_count + 1, sizeof *type->fields);
    for (uint32_t i = 0; type->fields && i < m->field_count; i++)
        type->fields[i] = (struct field){m->fields[i].name, parts[m->fields[i].type].class, m->fields[i].bit_offset,
                                         m->fields[i].width};
    return type->fields;
}

// Parts first; the map's check has bounded the depth.
static bool lay_out(const struct row *row, const struct node *n, struct failure *f)
{
    struct type *type = n->class;
    if (type->is_laid_out)
        return true;
    const struct node *parts = &row->nodes[n->module_start];
    if (n->type->kind == HLCKPT_ARRAY) {
        if (!lay_out(row, &parts[n->type->element], f))
            return false;
        type->has_va_list = type->element->has_va_list;
    }
    for (uint32_t i = 0; i < n->type->field_count; i++) {
        if (!lay_out(row, &parts[n->type->fields[i].type], f))
            return false;
        type->has_va_list |= type->fields[i].type->has_va_list;
    }
    type->is_laid_out = true;
    return layout_compile(type, n->type, f);
}

static bool fill_classes(const struct row *row, struct failure *f)
{
    for (uint32_t i = 0; i < row->count; i++)
        if (!row->nodes[i].class->fields && !fill_class(row, &row->nodes[i]))
            return fail(f, NO_MEMORY);
    for (uint32_t i = 0; i < row->count; i++)
        if (!lay_out(row, &row->nodes[i], f))
            return false;
    for (uint32_t i = row->count; i-- > 0;) {
        struct type *type = row->nodes[i].class;
        if (!type->is_listed)
            shape_add_type(type);
        type->is_listed = true;
    }
    return true;
}

static int compare_sizes(const void *a, const void *b)
{
    const struct type *p = *(const struct type *const *)a, *q = *(const struct type *const *)b;
    if (p->size != q->size)
        return p->size < q->size ? -1 : 1;
    int order = strcmp(p->name, q->name);
    return order ? order : p->shape < q->shape ? -1 : p->shape > q->shape;
}

static bool list_structs(const struct row *row)
{
    program.structs = hlckpt_arena_calloc(row->count + 1, sizeof *program.structs);
    if (!program.structs)
        return false;
    for (uint32_t i = 0; i < row->count; i++)
        if (row->nodes[i].type->kind == HLCKPT_STRUCT)
            program.structs[program.struct_count++] = row->nodes[i].class;
    sort(program.structs, program.struct_count, sizeof *program.structs, compare_sizes);
    size_t kept = 0;
    for (size_t i = 0; i < program.struct_count; i++)
        if (!kept || program.structs[i] != program.structs[kept - 1])
            program.structs[kept++] = program.structs[i];
    program.struct_count = kept;
    return true;
}

static bool make_row(struct row *row)
{
    for (size_t i = 0; i <= program.module_count; i++)
        row->count += program.modules[i].map->type_count;
    row->nodes = hlckpt_arena_calloc(row->count, sizeof *row->nodes);
    if (!row->nodes)
        return false;
    for (uint32_t i = 0, next = 0; i <= program.module_count; i++) {
        const struct map *map = program.modules[i].map;
        uint32_t start = next;
        for (uint32_t k = 0; k < map->type_count; k++)
            row->nodes[next++] = (struct node){.type = &map->types[k], .module_start = start};
    }
    return true;
}

static bool hand_out(const struct row *row)
{
    const struct node *node = row->nodes;
    for (size_t i = 0; i <= program.module_count; i++) {
        struct module *module = &program.modules[i];
        module->types = hlckpt_arena_calloc(module->map->type_count + 1, sizeof *module->types);
        if (!module->types)
            return false;
        for (uint32_t k = 0; k < module->map->type_count; k++)
            module->types[k] = (node++)->class;
    }
    for (uint32_t k = 0; k < OWN_TYPES; k++)
        program.own[k] = program.modules[program.module_count].types[k];
    return true;
}

const struct program *program_load(struct failure *f)
{
    if (is_loaded)
        return &program;
    program_forget();
    struct row row = {0};
    if (!load_modules(f))
        return NULL;
    if (!make_row(&row) || !complete_types(&row) || !refine(&row) || !make_classes(&row))
        fail(f, NO_MEMORY);
    else if (fill_classes(&row, f) && !(hand_out(&row) && list_structs(&row)))
        fail(f, NO_MEMORY);
    hlckpt_arena_free(row.nodes);
    is_loaded = !f->failed;
    return is_loaded ? &program : NULL;
}

const struct module *program_module(const struct program *p, const struct hlckpt_module *native)
{
    static size_t last; // frames of one module follow each other
    if (last < p->module_count && p->modules[last].native == native)
        return &p->modules[last];
    for (size_t i = 0; i < p->module_count; i++)
        if (p->modules[i].native == native)
            return &p->modules[last = i];
    return NULL;
}

void program_forget(void)
{
    shape_forget();
    program = (struct program){0};
    is_loaded = false;
}

// ---- leaves

static const struct run *run_of_leaf(const struct type *type, uint64_t index)
{
    uint32_t low = 0, high = type->run_count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        if (type->runs[middle].first_leaf <= index)
            low = middle;
        else
            high = middle - 1;
    }
    return &type->runs[low];
}

struct leaf type_leaf(const struct type *type, uint64_t index)
{
    uint64_t offset = 0, left = index;
    for (;;) {
        const struct run *run = run_of_leaf(type, left);
        uint64_t each = run->kind == RUN_NESTED ? run->inner->leaves : 1;
        uint64_t k = each ? (left - run->first_leaf) / each : 0;
        offset += run->offset + k * run->stride;
        if (run->kind != RUN_NESTED)
            return (struct leaf){index, offset, run->native, run};
        left = left - run->first_leaf - k * each;
        type = run->inner;
    }
}

static const struct run *run_at(const struct type *type, uint64_t offset)
{
    uint32_t low = 0, high = type->run_count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        if (type->runs[middle].offset <= offset)
            low = middle;
        else
            high = middle - 1;
    }
    return &type->runs[low];
}

struct leaf type_leaf_at(const struct type *type, uint64_t offset)
{
    uint64_t base = 0, index = 0;
    for (;;) {
        const struct run *run = run_at(type, offset - base);
        uint64_t into = offset - base >= run->offset ? offset - base - run->offset : 0;
        uint64_t k = into / run->stride < run->count ? into / run->stride : run->count - 1;
        base += run->offset + k * run->stride;
        index += run->first_leaf + k * (run->kind == RUN_NESTED ? run->inner->leaves : 1);
        if (run->kind != RUN_NESTED)
            return (struct leaf){index, base, run->native, run};
        type = run->inner;
    }
}

// ---- parts

static bool is_alike(const struct type *a, const struct type *b)
{
    if (a == b || (a->kind == HLCKPT_POINTER && b->kind == HLCKPT_POINTER))
        return true;
    bool integers =
        (a->kind == HLCKPT_INT || a->kind == HLCKPT_CHAR) && (b->kind == HLCKPT_INT || b->kind == HLCKPT_CHAR);
    return integers && a->size == b->size;
}

// Looks into the field, or the array's element, where `offset` lies.
typedef bool part_test(const struct type *, uint64_t offset, const struct type *part);

static bool any_field(const struct type *type, uint64_t offset, const struct type *part, bool is_end, part_test *test)
{
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        uint64_t start = field->offset / 8, end = start + field->type->size;
        bool is_inside = is_end ? offset > start && offset <= end : offset >= start && offset < end;
        if (!field->width && is_inside && test(field->type, offset - start, part))
            return true;
    }
    return false;
}

bool type_begins(const struct type *type, uint64_t offset, const struct type *part)
{
    if (offset == 0 && is_alike(type, part))
        return true;
    if (type->kind == HLCKPT_ARRAY)
        return type->element->size && type_begins(type->element, offset % type->element->size, part);
    if (!is_aggregate(type->kind))
        return type->kind == HLCKPT_COMPLEX && part->kind == HLCKPT_FLOAT && offset % (type->size / 2) == 0;
    if (type->flexible && offset >= type->flexible_offset &&
        type_begins(type->flexible, (offset - type->flexible_offset) % type->flexible->size, part))
        return true;
    return any_field(type, offset, part, false, type_begins);
}

bool type_ends(const struct type *type, uint64_t offset, const struct type *part)
{
    if (offset == type->size && is_alike(type, part))
        return true;
    if (type->kind == HLCKPT_ARRAY && type->element->size) {
        uint64_t rest = offset % type->element->size;
        return type_ends(type->element, rest ? rest : type->element->size, part);
    }
    return is_aggregate(type->kind) && any_field(type, offset, part, true, type_ends);
}

const struct type *type_strip(const struct type *type)
{
    while (type->kind == HLCKPT_ARRAY)
        type = type->element;
    return type;
}

const char *type_describe(const struct type *type, char *buffer, size_t size)
{
    static const char *const names[] = {"void",  "bool",   "char",  "",         "",           "",       "pointer",
                                        "array", "struct", "union", "function", "incomplete", "va_list"};
    if (type->kind == HLCKPT_SYNC) {
        snprintf(buffer, size, "%s", hlckpt_sync_name((enum hlckpt_sync)type->bits));
        return buffer;
    }
    if (type->kind == HLCKPT_INT)
        snprintf(buffer, size, "%sint%" PRIu32, type->is_signed ? "" : "u", type->bits);
    else if (type->kind == HLCKPT_FLOAT || type->kind == HLCKPT_COMPLEX)
        snprintf(buffer, size, "%s%" PRIu32, type->kind == HLCKPT_FLOAT ? "float" : "complex", type->bits);
    else if (type->kind == HLCKPT_ARRAY)
        snprintf(buffer, size, "array of %" PRIu64, type->element_count);
    else
        snprintf(buffer, size, "%s%s%s", names[type->kind], type->name[0] ? " " : "", type->name);
    return buffer;
}

const char *layout_class(void)
{
    struct probe {
        char first;
        long long second;
    };
    bool is_wide = sizeof(void *) == 8, is_packed = offsetof(struct probe, second) == 4;
    if (is_little_endian())
        return is_wide ? "64-bit little-endian" : is_packed ? "32-bit little-endian, packed" : "32-bit little-endian";
    return is_wide ? "64-bit big-endian" : "32-bit big-endian";
}
