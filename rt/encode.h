// Native memory to the wire: values, pointers, contents of objects. decode.c is the mirror image.
//
// content  = data, references
// data     = nil (all zero) | bin | [bin...]                 the leaves that are no references, packed
// references = nil (all null) | [reference...]               in the order of their leaves
//            | {"class": str, "words": [[offset, pointer]...]}     of opaque objects, whose data is their memory
// reference = pointer | nil (all zero) | [bin, [[offset, pointer]...]]      the latter two for opaque parts of unions
// pointer  = nil                          null
//          | [number]                     a small number
//          | [object, leaf]               leaf = leaves of the object: just past its end
//          | [object, leaf, residue]      bytes from the start of the leaf; -1: just past the end of the leaf
//          | ["handle", number]           see resources
//          | false                        nowhere
#ifndef RT_ENCODE_H
#define RT_ENCODE_H

#include <msgpack.h>

#include "hlckpt/sync.h"
#include "object.h"

#define HANDLE_TAG "handle"
#define DATA_CHUNK (UINT32_C(1) << 30) // bytes of one bin at most
#define PAST_LEAF  (-1)

struct encoder {
    msgpack_packer *p;
    const struct objects *os;
    bool no_memory;
    // Why what was encoded last cannot be captured now, or NULL.
    const char *problem;
    enum hlckpt_sync problem_kind;
};

void encode_value(struct encoder *e, const struct type *type, const unsigned char *memory); // of a variable in a slot
void encode_pointer(struct encoder *e, const void *pointer, const struct type *pointee);
void encode_content(struct encoder *e, const struct object *o);

#endif
