// A hash table of strings with chains, which grows and moves its entries, and from which entries are removed.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct entry *next;
    char *key;
    long count;
    uint32_t hash;
};

struct table {
    struct entry **slots;
    size_t size, used;
};

static uint32_t hash_of(const char *key)
{
    uint32_t hash = 2166136261u;
    while (*key)
        hash = (hash ^ (unsigned char)*key++) * 16777619u;
    return hash;
}

static void grow(struct table *table)
{
    size_t size = table->size ? table->size * 2 : 4;
    struct entry **slots = calloc(size, sizeof *slots);
    for (size_t i = 0; i < table->size; i++)
        for (struct entry *entry = table->slots[i], *next; entry; entry = next) {
            next = entry->next;
            entry->next = slots[entry->hash % size];
            slots[entry->hash % size] = entry;
        }
    free(table->slots);
    table->slots = slots;
    table->size = size;
}

static struct entry **find(struct table *table, const char *key, uint32_t hash)
{
    struct entry **link = &table->slots[hash % table->size];
    while (*link && ((*link)->hash != hash || strcmp((*link)->key, key) != 0))
        link = &(*link)->next;
    return link;
}

static long count(struct table *table, const char *key)
{
    uint32_t hash = hash_of(key);
    if (table->used >= table->size)
        grow(table);
    struct entry **link = find(table, key, hash);
    if (!*link) {
        struct entry *entry = malloc(sizeof *entry);
        *entry = (struct entry){NULL, strdup(key), 0, hash};
        *link = entry;
        table->used++;
    }
    return ++(*link)->count;
}

static int take_out(struct table *table, const char *key)
{
    struct entry **link = find(table, key, hash_of(key)), *entry = *link;
    if (!entry)
        return 0;
    *link = entry->next;
    free(entry->key);
    free(entry);
    table->used--;
    return 1;
}

int main(void)
{
    struct table table = {0};
    long repeats = 0, removed = 0;
    char key[24];
    for (int i = 0; i < 2000; i++) {
        snprintf(key, sizeof key, "key-%d", i * i % 1013);
        repeats += count(&table, key) > 1;
        if (i % 4 == 3) {
            snprintf(key, sizeof key, "key-%d", i * 3 % 1013);
            removed += take_out(&table, key);
        }
        if (i % 200 == 0)
            printf("%d %d %d %ld %ld\n", i, (int)table.size, (int)table.used, repeats, removed);
    }
    uint32_t sum = 0;
    for (size_t i = 0; i < table.size; i++)
        while (table.slots[i]) {
            sum = sum * 7 + table.slots[i]->hash + (uint32_t)table.slots[i]->count;
            take_out(&table, table.slots[i]->key);
        }
    printf("%lu %d\n", (unsigned long)sum, (int)table.used);
    free(table.slots);
    return 0;
}
