// Makes streams that a writer never would, with every checksum right: what is refused then is refused for what it says.
#ifndef FORGE_H
#define FORGE_H

#include <msgpack.h>
#include <stdint.h>
#include <string.h>

#define XXH_INLINE_ALL
#include "xxhash.h"

#include "sample.h"

struct forge {
    msgpack_sbuffer bytes;
    msgpack_packer packer;
    unsigned sections;
};

static inline void forge_raw(struct forge *f, const void *bytes, size_t size)
{
    msgpack_sbuffer_write(&f->bytes, bytes, size);
}

static inline msgpack_packer *forge_packer(struct forge *f)
{
    msgpack_packer_init(&f->packer, &f->bytes, msgpack_sbuffer_write);
    return &f->packer;
}

static inline void forge_header(struct forge *f)
{
    msgpack_packer *p = forge_packer(f);
    write_map(p, 6);
    write_key(p, "format");
    write_str(p, "hlckpt\r\n\x1a\n");
    write_key(p, "version");
    write_uint(p, 1);
    write_key(p, "integer");
    write_uint(p, UINT64_C(0x123456789abcdef0));
    write_key(p, "negative");
    write_int(p, -123456789);
    write_key(p, "float");
    msgpack_pack_double(p, 370.5);
    write_key(p, "string");
    write_str(p, "checkpoint");
}

// `stored` goes into the stream as it is; `size` and `checksum` are said of it.
static inline void forge_section(struct forge *f, const char *name, const char *encoding, const void *stored,
                                 size_t stored_size, uint64_t size, uint64_t checksum)
{
    msgpack_packer *p = forge_packer(f);
    write_map(p, 2);
    write_key(p, "section");
    write_str(p, name);
    write_key(p, "encoding");
    write_str(p, encoding);
    forge_raw(f, stored, stored_size);
    write_map(p, 2);
    write_key(p, "size");
    write_uint(p, size);
    write_key(p, "checksum");
    write_uint(p, checksum);
    f->sections++;
}

static inline void forge_plain_section(struct forge *f, const char *name, const void *object, size_t size)
{
    forge_section(f, name, "none", object, size, size, XXH3_64bits(object, size));
}

static inline void forge_end(struct forge *f)
{
    msgpack_packer *p = forge_packer(f);
    uint64_t size = f->bytes.size, checksum = XXH3_64bits(f->bytes.data, f->bytes.size);
    write_map(p, 3);
    write_key(p, "end");
    write_uint(p, f->sections);
    write_key(p, "size");
    write_uint(p, size);
    write_key(p, "checksum");
    write_uint(p, checksum);
}

static inline void forge_free(struct forge *f)
{
    msgpack_sbuffer_destroy(&f->bytes);
}

#endif
