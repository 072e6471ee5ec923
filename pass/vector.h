// A growable array: { items, count, capacity }. Memory is that of the compiler process and lives as long as it does.
#ifndef PASS_VECTOR_H
#define PASS_VECTOR_H

#include <stdlib.h>

#define VECTOR(...)                                                                                                    \
    struct {                                                                                                           \
        __VA_ARGS__ *items;                                                                                            \
        size_t count, capacity;                                                                                        \
    }

// Appends a zeroed item, and yields its address.
#define vector_add(v)                                                                                                  \
    ((v)->items = vector_grow((v)->items, (v)->count, &(v)->capacity, sizeof *(v)->items), &(v)->items[(v)->count++])

#define vector_push(v, item) ((void)(*vector_add(v) = (item)))

void *vector_grow(void *items, size_t count, size_t *capacity, size_t item_size);

#endif
