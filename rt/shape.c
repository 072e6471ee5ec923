// Shapes are interned: a shape is written out as bytes, in which parts are named by their own numbers, and the table
// holds each such text once.
#include "type.h"

#include <string.h>

#include "arena.h"

struct text {
    unsigned char *bytes;
    size_t size, room;
    bool failed;
};

struct entry {
    unsigned char *bytes;
    size_t size;
    uint64_t hash;
    const struct type *types;
};

static struct {
    struct entry *entries;
    uint32_t count, room;
    uint32_t *slots; // number + 1, open addressing
    uint32_t slot_count;
} table;

static void append(struct text *text, const void *bytes, size_t size)
{
    if (text->size + size > text->room) {
        size_t room = (text->size + size) * 2;
        unsigned char *larger = hlckpt_arena_realloc(text->bytes, room);
        if (!larger) {
            text->failed = true;
            return;
        }
        text->bytes = larger;
        text->room = room;
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
}

static void append_number(struct text *text, uint64_t number)
{
    append(text, &number, sizeof number);
}

static void append_string(struct text *text, const char *s)
{
    append(text, s, strlen(s) + 1);
}

static uint64_t hash_bytes(const unsigned char *bytes, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); // FNV-1a
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

// The slot that holds the text, or the free one where it belongs.
static uint32_t find_slot(const unsigned char *bytes, size_t size, uint64_t hash)
{
    uint32_t slot = (uint32_t)hash & (table.slot_count - 1);
    for (; table.slots[slot]; slot = (slot + 1) & (table.slot_count - 1)) {
        const struct entry *e = &table.entries[table.slots[slot] - 1];
        if (e->hash == hash && e->size == size && memcmp(e->bytes, bytes, size) == 0)
            break;
    }
    return slot;
}

static bool make_room(void)
{
    if (table.count < table.room)
        return true;
    uint32_t room = table.room ? table.room * 2 : 256;
    struct entry *entries = hlckpt_arena_realloc(table.entries, room * sizeof *entries);
    uint32_t *slots = hlckpt_arena_calloc((size_t)room * 2, sizeof *slots);
    if (entries)
        table.entries = entries;
    if (!entries || !slots)
        return false;
    hlckpt_arena_free(table.slots);
    table.slots = slots;
    table.slot_count = room * 2;
    table.room = room;
    for (uint32_t i = 0; i < table.count; i++)
        table.slots[find_slot(entries[i].bytes, entries[i].size, entries[i].hash)] = i + 1;
    return true;
}

static uint32_t intern(struct text *text)
{
    uint32_t number = SHAPE_NONE;
    if (!text->failed && make_room()) {
        uint64_t hash = hash_bytes(text->bytes, text->size);
        uint32_t slot = find_slot(text->bytes, text->size, hash);
        if (!table.slots[slot]) {
            table.entries[table.count] = (struct entry){text->bytes, text->size, hash, NULL};
            text->bytes = NULL;
            table.slots[slot] = ++table.count;
        }
        number = table.slots[slot] - 1;
    }
    hlckpt_arena_free(text->bytes);
    return number;
}

uint32_t shape_of_scalar(enum hlckpt_kind kind, bool is_signed, uint32_t bits)
{
    struct text text = {0};
    append_number(&text, kind);
    append_number(&text, is_signed);
    append_number(&text, bits);
    return intern(&text);
}

uint32_t shape_of_array(uint32_t element, uint64_t count)
{
    struct text text = {0};
    append_number(&text, HLCKPT_ARRAY);
    append_number(&text, element);
    append_number(&text, count);
    return intern(&text);
}

uint32_t shape_of_aggregate(enum hlckpt_kind kind, const char *name, const struct shape_field *fields, uint32_t count,
                            const char *cells)
{
    struct text text = {0};
    append_number(&text, kind);
    append_string(&text, name);
    append_number(&text, count);
    for (uint32_t i = 0; i < count; i++) {
        append_string(&text, fields[i].name);
        append_number(&text, fields[i].shape);
        append_number(&text, fields[i].width);
    }
    append_string(&text, cells);
    return intern(&text);
}

const struct type *type_of_shape(uint32_t shape)
{
    return shape < table.count ? table.entries[shape].types : NULL;
}

void shape_add_type(struct type *type)
{
    if (type->shape >= table.count)
        return;
    type->next_of_shape = table.entries[type->shape].types;
    table.entries[type->shape].types = type;
}

void shape_forget(void)
{
    for (uint32_t i = 0; i < table.count; i++)
        hlckpt_arena_free(table.entries[i].bytes);
    hlckpt_arena_free(table.entries);
    hlckpt_arena_free(table.slots);
    memset(&table, 0, sizeof table);
}
