// Handles by number: streams first, oldest first, then the results of declared constructors in the order of the calls.
// A number is the same on every machine; it stands for the handle wherever the state holds it.
#ifndef RT_HANDLE_H
#define RT_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

void handles_clear(void);
uint64_t handles_add(void *pointer); // the next number; NULL takes a number that nothing has
uint64_t handles_count(void);

bool handle_number(const void *pointer, uint64_t *id);
void *handle_pointer(uint64_t id); // NULL: no such handle

#pragma GCC visibility pop
#endif
