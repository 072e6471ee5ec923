// Prints the maps that an executable file carries, one module after another as the linker laid them.
//
// The neutral form is the same for every target of one source: comparing it tells where two builds disagree.
#include "inspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "elf-file.h"
#include "hlckpt/abi.h"
#include "hlckpt/sync.h"
#include "emit.h"
#include "map-reader.h"

#define TYPE_TEXT_SIZE 160

// ---- types as C writes them, inside out: "int64 *[4]"

struct type_text {
    char text[TYPE_TEXT_SIZE];
};

static const char *scalar_text(const struct map_type *t, char buffer[static 32])
{
    static const char *const names[] = {
        [HLCKPT_VOID] = "void",           [HLCKPT_BOOL] = "bool",       [HLCKPT_CHAR] = "char",
        [HLCKPT_FUNCTION] = "function()", [HLCKPT_VA_LIST] = "va_list",
    };
    switch (t->kind) {
    case HLCKPT_INT:
        snprintf(buffer, 32, "%sint%" PRIu32, t->is_signed ? "" : "u", t->bits);
        return buffer;
    case HLCKPT_FLOAT:
        snprintf(buffer, 32, "float%" PRIu32, t->bits);
        return buffer;
    case HLCKPT_COMPLEX:
        snprintf(buffer, 32, "complex%" PRIu32, t->bits);
        return buffer;
    case HLCKPT_SYNC:
        return hlckpt_sync_name((enum hlckpt_sync)t->bits);
    default:
        return names[t->kind];
    }
}

// `suffix` is what stands after the type: "*[4]". Chains of pointers may be of any length, the text is not.
static struct type_text describe_type(const struct map *map, uint32_t index, const char *suffix)
{
    struct type_text result, longer;
    char scalar[32];
    const struct map_type *t = &map->types[index];
    bool full = strlen(suffix) > TYPE_TEXT_SIZE / 2;
    if (t->kind == HLCKPT_POINTER && !full) {
        bool to_array = map->types[t->element].kind == HLCKPT_ARRAY;
        snprintf(longer.text, sizeof longer.text, to_array ? "(*%s)" : "*%s", suffix);
        return describe_type(map, t->element, longer.text);
    }
    if (t->kind == HLCKPT_ARRAY && !full) {
        snprintf(longer.text, sizeof longer.text, t->count ? "%s[%" PRIu64 "]" : "%s[]", suffix, t->count);
        return describe_type(map, t->element, longer.text);
    }
    if (t->kind == HLCKPT_STRUCT || t->kind == HLCKPT_UNION || t->kind == HLCKPT_INCOMPLETE)
        snprintf(result.text, sizeof result.text, "%s %s%s%s", t->kind == HLCKPT_UNION ? "union" : "struct",
                 *t->name ? t->name : "{}", *suffix ? " " : "", suffix);
    else if (full)
        snprintf(result.text, sizeof result.text, "type %" PRIu32 " %s", index, suffix);
    else
        snprintf(result.text, sizeof result.text, "%s%s%s", scalar_text(t, scalar), *suffix ? " " : "", suffix);
    return result;
}

#define TYPE(map, index) describe_type(map, index, "").text

// ---- the parts of a map

static void print_fields(const struct map *map, const struct map_type *t, bool neutral)
{
    for (uint32_t i = 0; i < t->field_count; i++) {
        const struct map_field *field = &t->fields[i];
        printf("        %s %s", TYPE(map, field->type), field->name);
        if (field->width)
            printf(" : %" PRIu32, field->width);
        if (!neutral && field->width)
            printf("  at bit %" PRIu64, field->bit_offset);
        else if (!neutral)
            printf("  at %" PRIu64, field->bit_offset / 8);
        putchar('\n');
    }
}

static void print_types(const struct map *map, bool neutral)
{
    puts("  types");
    for (uint32_t i = 0; i < map->type_count; i++) {
        const struct map_type *t = &map->types[i];
        printf("    %" PRIu32 "  %s%s", i, TYPE(map, i), t->kind == HLCKPT_INCOMPLETE ? " (incomplete)" : "");
        if (!neutral)
            printf("  %" PRIu64 " bytes", t->size);
        putchar('\n');
        print_fields(map, t, neutral);
    }
}

static void print_variable_name(const struct map_function *function, uint32_t index)
{
    const struct map_variable *v = &function->variables[index];
    if (*v->name)
        printf(" %s%s", v->storage == HLCKPT_OBJECT ? "&" : "", v->name);
    else
        printf(" %s#%" PRIu32, v->storage == HLCKPT_OBJECT ? "&" : "", index);
}

static void print_point(const struct map_function *function, uint32_t index, bool neutral)
{
    const struct map_point *point = &function->points[index];
    printf("      %" PRIu32 "  %s at %" PRIu32 ":%" PRIu32, index, point->kind == HLCKPT_POLL ? "poll" : "call",
           point->line, point->column);
    if (point->kind == HLCKPT_CALL)
        printf(" of %s", *point->callee ? point->callee : "(indirect)");
    if (!neutral && *point->result)
        printf(" returns %s", point->result);
    if (point->count)
        fputs(" :", stdout);
    for (uint32_t i = 0; i < point->count; i++)
        print_variable_name(function, point->variables[i]);
    putchar('\n');
}

static void print_functions(const struct map *map, bool neutral)
{
    puts("  functions");
    for (uint32_t i = 0; i < map->function_count; i++) {
        const struct map_function *function = &map->functions[i];
        printf("    %s at %" PRIu32 ", %s", function->name, function->line, TYPE(map, function->result_type));
        if (!neutral && *function->result)
            printf(" returned as %s", function->result);
        putchar('\n');
        for (uint32_t k = 0; k < function->variable_count; k++) {
            const struct map_variable *v = &function->variables[k];
            fputs("      variable", stdout);
            print_variable_name(function, k);
            printf(" at %" PRIu32 ", %s\n", v->line, TYPE(map, v->type));
        }
        for (uint32_t k = 0; k < function->point_count; k++)
            print_point(function, k, neutral);
    }
}

static void print_symbols(const struct map *map, const char *title, const struct map_symbol *symbols, uint32_t count,
                          bool typed)
{
    printf("  %s\n", title);
    for (uint32_t i = 0; i < count; i++) {
        printf("    %s", symbols[i].name);
        if (typed)
            printf(" at %" PRIu32 ", %s", symbols[i].line, TYPE(map, symbols[i].type));
        if (symbols[i].flags & HLCKPT_STATIC)
            fputs(", static", stdout);
        if (symbols[i].flags & HLCKPT_CONSTANT)
            fputs(", constant", stdout);
        if (symbols[i].flags & HLCKPT_DEFINED)
            fputs(", defined here", stdout);
        putchar('\n');
    }
}

static void print_map(const struct map *map, bool neutral)
{
    printf("module %s\n", map->file);
    print_types(map, neutral);
    print_functions(map, neutral);
    print_symbols(map, "globals", map->globals, map->global_count, true);
    print_symbols(map, "thread_locals", map->thread_locals, map->thread_local_count, true);
    print_symbols(map, "callables", map->callables, map->callable_count, false);
    puts("  literals");
    for (uint32_t i = 0; i < map->literal_count; i++)
        printf("    %" PRIu64 " bytes\n", map->literals[i]);
    puts("  labels");
    for (uint32_t i = 0; i < map->label_count; i++)
        printf("    %s, label %" PRIu32 "\n", map->functions[map->labels[i].function].name, map->labels[i].ordinal);
}

// ---- JSON: the MessagePack as it is

static bool is_of_target(const msgpack_object *key)
{
    static const char *const keys[] = {"layouts", "results"};
    for (size_t i = 0; i < 2; i++)
        if (key->via.str.size == strlen(keys[i]) && memcmp(key->via.str.ptr, keys[i], strlen(keys[i])) == 0)
            return true;
    return false;
}

static bool print_map_json(const unsigned char *bytes, size_t size, bool neutral, struct failure *f)
{
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    if (msgpack_unpack_next(&unpacked, (const char *)bytes, size, NULL) != MSGPACK_UNPACK_SUCCESS)
        return fail(f, "no memory for a map of %zu bytes", size);
    msgpack_object_map *map = &unpacked.data.via.map;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < map->size; i++) // map_read found every key to be a string
        if (!neutral || !is_of_target(&map->ptr[i].key))
            map->ptr[kept++] = map->ptr[i];
    map->size = kept;
    emit_msgpack(&unpacked.data);
    msgpack_unpacked_destroy(&unpacked);
    return true;
}

// ---- all maps of a program

static bool print_all(const unsigned char *bytes, size_t size, bool json, bool neutral, struct failure *f)
{
    for (size_t at = 0; at < size;) {
        size_t used = 0;
        if (!bytes[at]) { // padding
            at++;
            continue;
        }
        struct failure why = {0};
        struct map *map = map_read(bytes + at, size - at, &used, &why);
        if (!map)
            return fail(f, "the map at byte %zu: %s", at, why.text);
        if (!json)
            print_map(map, neutral);
        else if (!print_map_json(bytes + at, used, neutral, f))
            return false;
        at += used;
    }
    return true;
}

bool print_maps(const char *program, bool json, bool neutral, struct failure *f)
{
    struct elf elf;
    const unsigned char *bytes;
    size_t size;
    if (!elf_open(&elf, program, f))
        return false;
    bool found = elf_section(&elf, HLCKPT_MAP_SECTION, &bytes, &size, f);
    if (found && json)
        emit_begin_array();
    found = found && print_all(bytes, size, json, neutral, f);
    if (found && json) {
        emit_end_array();
        emit_line_end();
    }
    elf_close(&elf);
    return found;
}
