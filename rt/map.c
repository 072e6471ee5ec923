// Parses a module's map. The functions follow the order of the table in hlckpt/map.h, key by key.
#include "map-reader.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "check.h"
#include "hlckpt/sync.h"
#include "image.h"

#define NO_MEMORY "out of memory for a module's map"
#define BITS_MOST 128

static void *allocate(struct reader *r, uint32_t count, size_t size)
{
    void *memory = hlckpt_arena_calloc(count ? count : 1, size);
    if (!memory)
        fail(r->failure, NO_MEMORY);
    return memory;
}

// The elements of the array that is next, in an array of C structures of `size` bytes.
#define READ_ARRAY(r, where, array, count, nested)                                                                     \
    struct reader nested = read_nested_array(r, where);                                                                \
    (count) = read_left(&nested);                                                                                      \
    (array) = allocate(&nested, (count), sizeof *(array));                                                             \
    if (!(array))                                                                                                      \
        (count) = 0;

// An index into an array of `count` elements, of which there may be none.
static uint32_t read_index(struct reader *r, uint32_t count)
{
    if (!count)
        fail(r->failure, "%s: an index into an empty table", r->where);
    return (uint32_t)read_uint(r, count ? count - 1 : 0);
}

static void read_fields(struct reader *r, struct map_type *type)
{
    READ_ARRAY(r, "map: fields", type->fields, type->field_count, fields);
    for (uint32_t i = 0; i < type->field_count; i++) {
        struct reader field = read_nested_array(&fields, "map: field");
        type->fields[i].name = read_copy_str(&field);
        type->fields[i].type = (uint32_t)read_uint(&field, UINT32_MAX);
        type->fields[i].width = (uint32_t)read_uint(&field, BITS_MOST);
        read_end(&field);
    }
}

static void read_type(struct reader *r, struct map_type *type)
{
    type->kind = (enum hlckpt_kind)read_uint(r, HLCKPT_SYNC);
    switch (type->kind) {
    case HLCKPT_INT:
        type->is_signed = read_bool(r);
        type->bits = (uint32_t)read_uint(r, BITS_MOST);
        break;
    case HLCKPT_FLOAT:
    case HLCKPT_COMPLEX:
        type->bits = (uint32_t)read_uint(r, BITS_MOST);
        break;
    case HLCKPT_SYNC:
        type->bits = (uint32_t)read_uint(r, HLCKPT_SYNC_COUNT - 1);
        break;
    case HLCKPT_POINTER:
        type->element = (uint32_t)read_uint(r, UINT32_MAX);
        break;
    case HLCKPT_ARRAY:
        type->element = (uint32_t)read_uint(r, UINT32_MAX);
        type->count = read_uint(r, UINT64_MAX);
        break;
    case HLCKPT_STRUCT:
    case HLCKPT_UNION:
        type->name = read_copy_str(r);
        read_fields(r, type);
        break;
    case HLCKPT_INCOMPLETE:
        type->name = read_copy_str(r);
        break;
    default:
        break;
    }
    read_end(r);
}

static void read_types(struct reader *r, struct map *map)
{
    read_key(r, "types");
    READ_ARRAY(r, "map: types", map->types, map->type_count, types);
    for (uint32_t i = 0; i < map->type_count; i++) {
        struct reader type = read_nested_array(&types, "map: type");
        read_type(&type, &map->types[i]);
    }
}

static void read_variables(struct reader *r, const struct map *map, struct map_function *function)
{
    READ_ARRAY(r, "map: variables", function->variables, function->variable_count, variables);
    for (uint32_t i = 0; i < function->variable_count; i++) {
        struct reader v = read_nested_array(&variables, "map: variable");
        function->variables[i].name = read_copy_str(&v);
        function->variables[i].storage = (enum hlckpt_storage)read_uint(&v, HLCKPT_OBJECT);
        function->variables[i].type = read_index(&v, map->type_count);
        function->variables[i].line = (uint32_t)read_uint(&v, UINT32_MAX);
        read_end(&v);
    }
}

static void read_point(struct reader *r, const struct map_function *function, struct map_point *point)
{
    point->kind = (enum hlckpt_point_kind)read_uint(r, HLCKPT_CALL);
    point->line = (uint32_t)read_uint(r, UINT32_MAX);
    point->column = (uint32_t)read_uint(r, UINT32_MAX);
    point->callee = read_copy_str(r);
    point->result = "";
    READ_ARRAY(r, "map: live variables", point->variables, point->count, live);
    for (uint32_t i = 0; i < point->count; i++)
        point->variables[i] = read_index(&live, function->variable_count);
    read_end(r);
}

static void read_points(struct reader *r, struct map_function *function)
{
    READ_ARRAY(r, "map: points", function->points, function->point_count, points);
    for (uint32_t i = 0; i < function->point_count; i++) {
        struct reader point = read_nested_array(&points, "map: point");
        read_point(&point, function, &function->points[i]);
    }
}

static void read_functions(struct reader *r, struct map *map)
{
    read_key(r, "functions");
    READ_ARRAY(r, "map: functions", map->functions, map->function_count, functions);
    for (uint32_t i = 0; i < map->function_count; i++) {
        struct map_function *function = &map->functions[i];
        struct reader one = read_nested_array(&functions, "map: function");
        function->name = read_copy_str(&one);
        function->line = (uint32_t)read_uint(&one, UINT32_MAX);
        function->result_type = read_index(&one, map->type_count);
        function->result = "";
        read_variables(&one, map, function);
        read_points(&one, function);
        read_end(&one);
    }
}

static void read_symbols(struct reader *r, const struct map *map, const char *key, struct map_symbol **symbols,
                         uint32_t *count)
{
    read_key(r, key);
    READ_ARRAY(r, "map: symbols", *symbols, *count, list);
    for (uint32_t i = 0; i < *count; i++) {
        struct reader symbol = read_nested_array(&list, "map: symbol");
        (*symbols)[i].name = read_copy_str(&symbol);
        (*symbols)[i].type = read_index(&symbol, map->type_count);
        (*symbols)[i].line = (uint32_t)read_uint(&symbol, UINT32_MAX);
        (*symbols)[i].flags = (uint32_t)read_uint(&symbol, UINT32_MAX);
        read_end(&symbol);
    }
}

static void read_callables(struct reader *r, struct map *map)
{
    read_key(r, "callables");
    READ_ARRAY(r, "map: callables", map->callables, map->callable_count, callables);
    for (uint32_t i = 0; i < map->callable_count; i++) {
        struct reader callable = read_nested_array(&callables, "map: callable");
        map->callables[i].name = read_copy_str(&callable);
        map->callables[i].flags = (uint32_t)read_uint(&callable, UINT32_MAX);
        read_end(&callable);
    }
}

static void read_literals(struct reader *r, struct map *map)
{
    read_key(r, "literals");
    READ_ARRAY(r, "map: literals", map->literals, map->literal_count, literals);
    for (uint32_t i = 0; i < map->literal_count; i++)
        map->literals[i] = read_uint(&literals, SIZE_MAX / 2);
}

static void read_labels(struct reader *r, struct map *map)
{
    read_key(r, "labels");
    READ_ARRAY(r, "map: labels", map->labels, map->label_count, labels);
    for (uint32_t i = 0; i < map->label_count; i++) {
        struct reader label = read_nested_array(&labels, "map: label");
        map->labels[i].function = read_index(&label, map->function_count);
        map->labels[i].ordinal = (uint32_t)read_uint(&label, UINT32_MAX);
        read_end(&label);
    }
}

static void read_layout(struct reader *r, struct map_type *type)
{
    type->size = read_uint(r, SIZE_MAX / 2);
    if (type->kind == HLCKPT_FLOAT || type->kind == HLCKPT_COMPLEX)
        type->format = (enum hlckpt_float_format)read_uint(r, HLCKPT_DOUBLE_DOUBLE);
    if (type->kind == HLCKPT_STRUCT || type->kind == HLCKPT_UNION) {
        struct reader offsets = read_nested_array(r, "map: offsets");
        for (uint32_t i = 0; i < type->field_count; i++)
            type->fields[i].bit_offset = read_uint(&offsets, type->size * 8);
        read_end(&offsets);
    }
    read_end(r);
}

static void read_layouts(struct reader *r, struct map *map)
{
    read_key(r, "layouts");
    struct reader layouts = read_nested_array(r, "map: layouts");
    for (uint32_t i = 0; i < map->type_count; i++) {
        struct reader layout = read_nested_array(&layouts, "map: layout");
        read_layout(&layout, &map->types[i]);
    }
    read_end(&layouts);
}

static void read_results(struct reader *r, struct map *map)
{
    read_key(r, "results");
    struct reader results = read_nested_array(r, "map: results");
    for (uint32_t i = 0; i < map->function_count; i++) {
        struct map_function *function = &map->functions[i];
        struct reader result = read_nested_array(&results, "map: result");
        function->result = read_copy_str(&result);
        struct reader calls = read_nested_array(&result, "map: results of calls");
        for (uint32_t k = 0; k < function->point_count; k++)
            function->points[k].result = read_copy_str(&calls);
        read_end(&calls);
        read_end(&result);
    }
    read_end(&results);
}

static bool is_width(uint32_t bits, bool floating)
{
    return bits == 16 || bits == 32 || bits == 64 || bits == 128 || (bits == 8 && !floating);
}

// What a size must be at least for the kind: the converters of encode.c and decode.c rely on it.
static bool check_scalar(const struct map_type *type, struct failure *f)
{
    static const uint8_t format_size[] = {2, 4, 8, 16, 10, 16};
    switch (type->kind) {
    case HLCKPT_BOOL:
    case HLCKPT_CHAR:
        return type->size == 1 || fail(f, "map: a byte of %u bytes", (unsigned)type->size);
    case HLCKPT_INT:
        return (is_width(type->bits, false) && is_width((uint32_t)type->size * 8, false) && type->size <= 16) ||
               fail(f, "map: an integer of %u bits in %u bytes", type->bits, (unsigned)type->size);
    case HLCKPT_FLOAT:
        return (is_width(type->bits, true) && type->size >= format_size[type->format] && type->size <= 16) ||
               fail(f, "map: a floating value of %u bits in %u bytes", type->bits, (unsigned)type->size);
    case HLCKPT_COMPLEX:
        return (is_width(type->bits, true) && type->size / 2 >= format_size[type->format] && type->size <= 32) ||
               fail(f, "map: a complex value of %u bits in %u bytes", type->bits, (unsigned)type->size);
    case HLCKPT_POINTER:
        return type->size == 4 || type->size == 8 || fail(f, "map: a pointer of %u bytes", (unsigned)type->size);
    default:
        return true;
    }
}

static bool check_array(const struct map *map, const struct map_type *type, struct failure *f)
{
    uint64_t bytes;
    bool fits = !__builtin_mul_overflow(type->count, map->types[type->element].size, &bytes) && bytes <= type->size;
    return fits || fail(f, "map: an array does not fit its %llu bytes", (unsigned long long)type->size);
}

static bool check_field(const struct map *map, const struct map_type *type, const struct map_field *field,
                        struct failure *f)
{
    const struct map_type *inner = &map->types[field->type];
    uint64_t end = field->bit_offset + (field->width ? field->width : inner->size * 8);
    bool is_integer = inner->kind == HLCKPT_INT || inner->kind == HLCKPT_BOOL || inner->kind == HLCKPT_CHAR;
    bool right = end <= type->size * 8 && (field->width ? is_integer && field->width <= 64 &&
                                                              (inner->kind != HLCKPT_INT || field->width <= inner->bits)
                                                        : field->bit_offset % 8 == 0);
    return right || fail(f, "map: field '%s' of '%s' does not fit", field->name, type->name);
}

// M1 and M2: state[i] is 1 while type i is being looked at, 2 after. Nesting is as deep as the source's own.
#define NESTING_MOST 128
static bool check_type(const struct map *map, uint32_t i, unsigned char *state, unsigned depth, struct failure *f)
{
    const struct map_type *type = &map->types[i];
    if (state[i] == 2)
        return true;
    if (state[i] == 1 || depth > NESTING_MOST)
        return fail(f, "map: type %u contains itself", i);
    state[i] = 1;
    if (type->kind == HLCKPT_POINTER || type->kind == HLCKPT_ARRAY) {
        if (type->element >= map->type_count)
            return fail(f, "map: type %u of %u", type->element, map->type_count);
        if (type->kind == HLCKPT_ARRAY &&
            !(check_type(map, type->element, state, depth + 1, f) && check_array(map, type, f)))
            return false;
    }
    for (uint32_t k = 0; k < type->field_count; k++) {
        if (type->fields[k].type >= map->type_count)
            return fail(f, "map: type %u of %u", type->fields[k].type, map->type_count);
        if (!check_type(map, type->fields[k].type, state, depth + 1, f) || !check_field(map, type, &type->fields[k], f))
            return false;
    }
    state[i] = 2;
    return check_scalar(type, f);
}

static bool check_types(const struct map *map, struct failure *f)
{
    unsigned char *state = hlckpt_arena_calloc(map->type_count + 1, 1);
    bool right = state || fail(f, NO_MEMORY);
    for (uint32_t i = 0; right && i < map->type_count; i++)
        right = check_type(map, i, state, 0, f);
    hlckpt_arena_free(state);
    return right;
}

static void read_sections(struct reader *r, struct map *map)
{
    read_key(r, "version");
    uint64_t version = read_uint(r, UINT32_MAX);
    if (version != HLCKPT_MAP_VERSION)
        fail(r->failure, "map: version %u where %d is expected", (unsigned)version, HLCKPT_MAP_VERSION);
    read_key(r, "file");
    map->file = read_copy_str(r);
    read_types(r, map);
    read_functions(r, map);
    read_symbols(r, map, "globals", &map->globals, &map->global_count);
    read_symbols(r, map, "thread_locals", &map->thread_locals, &map->thread_local_count);
    read_callables(r, map);
    read_literals(r, map);
    read_labels(r, map);
    read_layouts(r, map);
    read_results(r, map);
    read_end(r);
}

struct map *map_read(const void *bytes, size_t size, size_t *used, struct failure *f)
{
    struct checked checked;
    if (!check_object(bytes, size, 0, &checked, f))
        return NULL;
    struct map *map = hlckpt_arena_calloc(1, sizeof *map);
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    *used = 0;
    if (!map || msgpack_unpack_next(&unpacked, bytes, checked.length, used) != MSGPACK_UNPACK_SUCCESS) {
        fail(f, map ? "map: not MessagePack" : NO_MEMORY);
    } else {
        struct reader r = read_map(&unpacked.data, "map", f);
        read_sections(&r, map);
    }
    msgpack_unpacked_destroy(&unpacked);
    return !f->failed && check_types(map, f) ? map : NULL;
}
