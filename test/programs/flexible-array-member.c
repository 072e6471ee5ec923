// hop: small
// Structures that end in an array of a length known only at run time, of scalars, of structures and of pointers.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    int length;
    char bytes[];
};

struct entry {
    long key;
    double weight;
};

struct table {
    size_t count;
    struct text *name;
    struct entry entries[];
};

struct shelf {
    unsigned count;
    struct table *tables[];
};

static struct text *new_text(const char *bytes)
{
    int length = (int)strlen(bytes);
    struct text *text = malloc(sizeof *text + (size_t)length + 1);
    text->length = length;
    strcpy(text->bytes, bytes);
    return text;
}

static struct table *new_table(const char *name, size_t count)
{
    struct table *table = malloc(sizeof *table + count * sizeof table->entries[0]);
    table->count = count;
    table->name = new_text(name);
    for (size_t i = 0; i < count; i++)
        table->entries[i] = (struct entry){(long)(count * 10 + i), (double)i / 4};
    return table;
}

static double total(const struct table *table)
{
    double sum = 0;
    for (size_t i = 0; i < table->count; i++)
        sum += (double)table->entries[i].key * table->entries[i].weight;
    return sum;
}

int main(void)
{
    struct shelf *shelf = calloc(1, sizeof *shelf + 8 * sizeof(struct table *));
    for (int round = 0; round < 24; round++) {
        char name[16];
        snprintf(name, sizeof name, "table-%d", round);
        struct table **place = &shelf->tables[round * 5 % 8];
        if (*place)
            free((*place)->name), free(*place);
        else
            shelf->count++;
        *place = new_table(name, (size_t)round + 1);
        (*place)->entries[round / 2].weight += 100;
        printf("%u %s %d %.2f\n", shelf->count, (*place)->name->bytes, (*place)->name->length, total(*place));
    }
    for (unsigned i = 0; i < shelf->count; i++) {
        free(shelf->tables[i]->name);
        free(shelf->tables[i]);
    }
    free(shelf);
    return 0;
}
