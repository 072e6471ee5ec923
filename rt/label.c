// A label that the program keeps in a variable or a table is one of the function itself, whoever took it. A resumed
// frame runs the function's twin, which translates before each computed goto: a hash table from the labels of all
// functions to those of their twins, made once, since an interpreter that was resumed comes here at every instruction
// it executes.
#include <stdint.h>
#include <stdlib.h>

#include "arena.h"
#include "hlckpt/abi.h"
#include "label.h"
#include "type.h"

struct entry {
    void *label, *twin_label;
};

static struct entry *entries; // open addressing; an entry without a label is free
static size_t mask;           // number of entries - 1, a power of two

static size_t start_of(const void *label)
{
    return (size_t)((uint64_t)(uintptr_t)label * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;
}

static void add_label(void *label, void *twin_label)
{
    size_t i = start_of(label);
    while (entries[i].label)
        i = (i + 1) & mask;
    entries[i] = (struct entry){label, twin_label};
}

bool label_load(struct failure *f)
{
    const struct program *program = program_load(f);
    size_t count = 0, room = 1;
    if (!program)
        return false;
    for (size_t i = 0; i < program->module_count; i++)
        count += program->modules[i].map->label_count;
    while (room <= 2 * count)
        room *= 2;
    entries = hlckpt_arena_calloc(room, sizeof *entries);
    if (!entries)
        return fail(f, "no memory for %zu labels", count);
    mask = room - 1;
    for (size_t i = 0; i < program->module_count; i++)
        for (uint32_t j = 0; j < program->modules[i].map->label_count; j++)
            add_label(program->modules[i].native->labels[j], program->modules[i].native->twin_labels[j]);
    return true;
}

void *hlckpt_resume_label(void *label)
{
    for (size_t i = start_of(label); entries[i].label; i = (i + 1) & mask)
        if (entries[i].label == label)
            return entries[i].twin_label;
    return label;
}
