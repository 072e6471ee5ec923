// An array by number, and an open-addressed hash table of the pointers: a capture asks about every pointer it meets.
#include "handle.h"

#include <stddef.h>
#include <string.h>

#include "arena.h"

static void **pointers;
static uint64_t count, capacity;
static uint64_t *table; // number + 1, 0 for empty; a power of two, at most half full
static uint64_t table_size;

static uint64_t slot_of(const void *pointer)
{
    uint64_t slot = ((uint64_t)(uintptr_t)pointer * 0x9e3779b97f4a7c15u) >> 32 & (table_size - 1);
    while (table[slot] && pointers[table[slot] - 1] != pointer)
        slot = (slot + 1) & (table_size - 1);
    return slot;
}

static bool enlarge(void)
{
    uint64_t larger = capacity ? 2 * capacity : 16;
    void **p = hlckpt_arena_realloc(pointers, (size_t)larger * sizeof *p);
    if (p)
        pointers = p;
    uint64_t *t = p ? hlckpt_arena_calloc((size_t)larger * 2, sizeof *t) : NULL;
    if (!t)
        return false;
    hlckpt_arena_free(table);
    table = t;
    table_size = larger * 2;
    capacity = larger;
    for (uint64_t i = 0; i < count; i++)
        if (pointers[i])
            table[slot_of(pointers[i])] = i + 1;
    return true;
}

void handles_clear(void)
{
    count = 0;
    if (table)
        memset(table, 0, (size_t)table_size * sizeof *table);
}

uint64_t handles_add(void *pointer)
{
    if (count == capacity && !enlarge())
        return UINT64_MAX;
    pointers[count++] = pointer;
    if (pointer)
        table[slot_of(pointer)] = count;
    return count - 1;
}

uint64_t handles_count(void)
{
    return count;
}

bool handle_number(const void *pointer, uint64_t *id)
{
    if (!pointer || !table_size)
        return false;
    uint64_t found = table[slot_of(pointer)];
    *id = found - 1;
    return found != 0;
}

void *handle_pointer(uint64_t id)
{
    return id < count ? pointers[id] : NULL;
}
