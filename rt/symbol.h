// The names of functions, for messages.
#ifndef RT_SYMBOL_H
#define RT_SYMBOL_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

// "qsort_r", or "libfoo.so+0x1234" when the object file has no symbol there. Slow: reads the symbol table of the file.
void symbol_describe(uintptr_t code, char *buffer, size_t size);

#pragma GCC visibility pop
#endif
