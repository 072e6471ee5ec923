// The parts that decode.c and adapt.c are made of.
#ifndef RT_DECODE_PARTS_H
#define RT_DECODE_PARTS_H

#include "decode.h"
#include "float.h"

// The stream of an object's data: one bin, several, or zeros.
struct source {
    const msgpack_object *next; // bins to come
    uint32_t count;
    const unsigned char *at; // NULL: all is zero
    uint64_t left;           // bytes of the current bin
};

bool source_check(const msgpack_object *o, uint64_t size, const char *name, struct failure *f);
struct source source_open(const msgpack_object *o); // checked
void source_skip(struct source *s, uint64_t size);
void source_copy(struct source *s, unsigned char *to, uint64_t size);
// The next leaf; `scratch` holds it when it crosses from one bin to the next.
const unsigned char *source_take(struct source *s, uint32_t size, unsigned char scratch[QUAD_SIZE]);

void get_leaf(const struct run *run, const unsigned char *wire, unsigned char *memory);
void get_values(struct source *s, const struct type *type, uint64_t count, unsigned char *memory);

// Does the leaf fit its native width? `either`: as a signed or as an unsigned integer.
bool leaf_fits(const struct run *run, const unsigned char *wire, bool either);
bool refuse_leaf(const struct run *run, const unsigned char *wire, const char *name, const char *path,
                 struct failure *f);

// The references of an object, one after the other.
struct references {
    const msgpack_object *next; // NULL: all are null
    const struct extent *extent;
    unsigned char *memory;
    const struct resolver *resolver;
    const char *name;
    struct failure *f;
    pointer_visitor *visit;
    void *context;
};
const msgpack_object *first_reference(const struct content *c);
const msgpack_object *next_reference(struct references *r);
void check_reference(void *context, const struct run *run, uint64_t offset);
void fill_reference(void *context, const struct run *run, uint64_t offset);

bool check_pointer(const msgpack_object *o, const struct type *pointee, const char *name, const struct resolver *r,
                   struct failure *f);
void fill_pointer(const msgpack_object *o, unsigned char *memory, const struct resolver *r);

#endif
