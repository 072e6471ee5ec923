// Checks that bytes nobody vouches for are well-formed MessagePack, before anything is allocated for them.
#ifndef RT_CHECK_H
#define RT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

#pragma GCC visibility push(hidden)

// Containers in containers: as many as msgpack-c's own parser can hold.
#define CHECK_DEPTH 32

struct checked {
    size_t length;   // bytes of the object
    size_t elements; // MessagePack objects in it, itself included
};

// Measures the one object at the start of `data`. False, with the offset of the culprit from `base` on, when it is not
// there in whole or not well formed. `base` is only for the message: where `data` lies in the file.
bool check_object(const void *data, size_t size, size_t base, struct checked *out, struct failure *f)
    __attribute__((warn_unused_result));

#pragma GCC visibility pop

#endif
