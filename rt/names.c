#include "names.h"

#include <string.h>

#include "arena.h"
#include "sort.h"

struct literal {
    const void *content;
    uint64_t size;
};

static int compare_keys(enum name_kind kind, const char *name, const struct name *n)
{
    if (kind != n->kind)
        return kind < n->kind ? -1 : 1;
    return strcmp(name, n->name);
}

static int compare_names(const void *a, const void *b)
{
    const struct name *p = a, *q = b;
    int order = compare_keys(p->kind, p->name, q);
    if (!order)
        order = strcmp(p->file, q->file);
    if (order)
        return order;
    if (p->module != q->module)
        return p->module < q->module ? -1 : 1;
    return p->index < q->index ? -1 : p->index > q->index;
}

static int compare_content(const void *a, uint64_t a_size, const struct literal *b)
{
    if (a_size != b->size)
        return a_size < b->size ? -1 : 1;
    return memcmp(a, b->content, a_size);
}

static int compare_literals(const void *a, const void *b)
{
    const struct literal *p = a, *q = b;
    int order = compare_content(p->content, p->size, q);
    return order ? order : p->content < q->content ? -1 : p->content > q->content;
}

static void add(struct names *names, enum name_kind kind, const char *name, const char *file, uint32_t module,
                uint32_t i)
{
    names->names[names->count++] = (struct name){kind, name, file, module, i};
}

static void add_symbols(struct names *names, enum name_kind kind, uint32_t number, const struct map_symbol *symbols,
                        uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        add(names, kind, symbols[i].name,
            symbols[i].flags & HLCKPT_STATIC ? names->program->modules[number].map->file : "", number, i);
}

static void add_module(struct names *names, uint32_t number)
{
    const struct module *m = &names->program->modules[number];
    for (uint32_t i = 0; i < m->map->function_count; i++)
        add(names, NAME_FUNCTION, m->map->functions[i].name, m->map->file, number, i);
    add_symbols(names, NAME_GLOBAL, number, m->map->globals, m->map->global_count);
    add_symbols(names, NAME_THREAD_LOCAL, number, m->map->thread_locals, m->map->thread_local_count);
    add_symbols(names, NAME_CALLABLE, number, m->map->callables, m->map->callable_count);
    for (uint32_t i = 0; i < m->map->literal_count; i++)
        if (m->native->literals[i])
            names->literals[names->literal_count++] = (struct literal){m->native->literals[i], m->map->literals[i]};
}

bool names_of_program(struct names *names, const struct program *program)
{
    size_t count = 0, literals = 0;
    *names = (struct names){.program = program};
    for (size_t k = 0; k < program->module_count; k++) {
        const struct map *map = program->modules[k].map;
        count += (size_t)map->function_count + map->global_count + map->thread_local_count + map->callable_count;
        literals += map->literal_count;
    }
    names->names = hlckpt_arena_calloc(count + 1, sizeof *names->names);
    names->literals = hlckpt_arena_calloc(literals + 1, sizeof *names->literals);
    if (!names->names || !names->literals)
        return false;
    for (uint32_t k = 0; k < program->module_count; k++)
        add_module(names, k);
    sort(names->names, names->count, sizeof *names->names, compare_names);
    sort(names->literals, names->literal_count, sizeof *names->literals, compare_literals);
    return true;
}

static bool is_defined(const struct names *names, const struct name *n)
{
    const struct module *m = &names->program->modules[n->module];
    switch (n->kind) {
    case NAME_GLOBAL:
        return m->native->globals[n->index];
    case NAME_THREAD_LOCAL:
        return m->native->thread_locals[n->index];
    case NAME_CALLABLE:
        return m->native->callables[n->index];
    default:
        return m->native->functions[n->index];
    }
}

const struct name *names_find(const struct names *names, enum name_kind kind, const char *name, const char *file)
{
    size_t low = 0, high = names->count, found = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(kind, name, &names->names[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct name *only = NULL;
    for (; low < names->count && compare_keys(kind, name, &names->names[low]) == 0; low++) {
        const struct name *n = &names->names[low];
        if (!is_defined(names, n))
            continue;
        if (strcmp(n->file, file) == 0)
            return n;
        if (n->file[0] && file[0]) {
            only = n;
            found++;
        }
    }
    return found == 1 ? only : NULL;
}

const void *names_literal(const struct names *names, const void *content, uint64_t size)
{
    size_t low = 0, high = names->literal_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_content(content, size, &names->literals[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool same = low < names->literal_count && compare_content(content, size, &names->literals[low]) == 0;
    return same ? names->literals[low].content : NULL;
}
