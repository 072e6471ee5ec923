// The wire to native memory: the mirror image of encode.c. Everything is checked first, then filled in, and filling
// cannot fail.
#ifndef RT_DECODE_H
#define RT_DECODE_H

#include <msgpack.h>
#include <stdbool.h>

#include "extent.h"
#include "failure.h"

// How the restorer sees objects.
struct pointer {
    enum { POINTER_NULL, POINTER_INTEGER, POINTER_HANDLE, POINTER_OBJECT, POINTER_NOWHERE } kind;
    int64_t integer;
    uint64_t handle, leaf;
    int64_t residue;
    uint32_t object;
};

// False when it has none of the forms of a pointer (encode.h).
bool decode_pointer(const msgpack_object *o, struct pointer *out);

// What gives pointers a meaning: checks one, or makes it an address.
struct resolver {
    void *context;
    bool (*check)(void *context, const struct pointer *p, const struct type *pointee, const char *where,
                  struct failure *f);
    void *(*address)(void *context, const struct pointer *p);
    // Opaque memory: has a union the layout that it had? Called for each place that cannot be restored on this machine.
    bool (*is_same_union)(void *context, const struct type *u);
    void (*note_foreign)(void *context, const char *place, const char *why);
    uint32_t threads; // of the image
};

// Content of an object; `name` is for messages.
struct content {
    const msgpack_object *data, *references;
};
bool check_content(const struct content *c, const struct extent *x, const char *name, const struct resolver *r,
                   struct failure *f);
void fill_content(const struct content *c, const struct extent *x, unsigned char *memory, const struct resolver *r);

// An opaque object has a map where references are.
bool is_opaque_content(const struct content *c);

// The pointers in a checked content, in order.
typedef void pointer_visitor(void *context, const struct pointer *p, const struct type *pointee);
void each_pointer(const struct content *c, const struct extent *x, pointer_visitor *visit, void *context);

// The value of a variable. `is_temporary`: its signedness is not known.
bool check_value(const msgpack_object *o, const struct type *type, bool is_temporary, const char *name,
                 const struct resolver *r, struct failure *f);
void fill_value(const msgpack_object *o, const struct type *type, unsigned char *memory, const struct resolver *r);

#endif
