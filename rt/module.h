// The code that belongs to registered modules. The list itself is hlckpt_modules, see state.h.
#ifndef RT_MODULE_H
#define RT_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "hlckpt/abi.h"

#pragma GCC visibility push(hidden)

// Does the instruction at `address` belong to instrumented code, a function or a resume twin?
bool module_has_code(uintptr_t address);

#pragma GCC visibility pop
#endif
