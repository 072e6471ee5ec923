// Heapsort, in place: the C library's qsort may allocate from the program's heap.
#ifndef RT_SORT_H
#define RT_SORT_H

#include <stddef.h>

void sort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));

#endif
