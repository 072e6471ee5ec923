// The image file: a sequence of named, checksummed sections in MessagePack. What a section holds is its writer's
// business (state.c, process.c ...). docs/image-format.md describes every byte.
#ifndef RT_IMAGE_H
#define RT_IMAGE_H

#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

#pragma GCC visibility push(hidden)

// Names of sections, in the order of the file. All but the first are the state: they are what a digest is made of.
#define SECTION_META      "meta" // where, when and from what the image was made: image_write_meta
#define SECTION_TYPES     "types"
#define SECTION_FRAMES    "frames"
#define SECTION_OBJECTS   "objects"
#define SECTION_RESOURCES "resources"
#define SECTION_PROCESS   "process"

// ---- writing: everything goes through one msgpack_packer a section; memory comes from the arena.
struct image_writer;
// Begins a temporary file in `folder`, which is made if it is absent; `compress` is NULL, "" or "none", or
// "zstd[:LEVEL]".
struct image_writer *image_writer_open(const char *folder, const char *compress, struct failure *f);
// Exactly one MessagePack object is to be packed between the two. Failures are kept, and told by image_writer_commit.
msgpack_packer *image_section_begin(struct image_writer *w, const char *name);
void image_section_end(struct image_writer *w);
// fsync, rename to the next sequence number, `latest` moved, folder fsynced, all but the newest `keep` removed. Returns
// the number in *sequence and bytes in *size. Frees the writer, also when it fails.
bool image_writer_commit(struct image_writer *w, unsigned keep, uint64_t *sequence, uint64_t *size, struct failure *f);
void image_writer_abandon(struct image_writer *w); // removes the temporary file
void image_write_meta(struct image_writer *w);     // the whole of SECTION_META: program, ISA, host, time

// ---- reading: the whole file is checked (framing, every checksum, every section well formed) before image_open
// returns.
struct image;
struct image *image_open(const char *path, struct failure *f); // NULL on failure
const msgpack_object *image_section(const struct image *image, const char *name, struct failure *f);
uint64_t image_digest(const struct image *image); // of the uncompressed bytes of all sections but SECTION_META
struct image_section_info {
    const char *name, *encoding;
    uint64_t size, stored; // bytes of the section itself, and of its encoded form in the file
    uint64_t checksum;
};
size_t image_section_count(const struct image *image);
struct image_section_info image_section_info(const struct image *image, size_t index);
void image_close(struct image *image);

// ---- reading a MessagePack object with a sticky failure: each call checks type and bounds, and names `where` in its
// message. A reader is a cursor over one array or map; after a failure every call returns 0/NULL/empty and does
// nothing.
struct reader {
    const msgpack_object *object; // array or map
    uint32_t next;                // index of the next element
    const char *where;            // e.g. "frame 3" ; owned by the caller
    struct failure *failure;
};
struct reader read_array(const msgpack_object *o, const char *where, struct failure *f); // any length
struct reader read_map(const msgpack_object *o, const char *where, struct failure *f);
const msgpack_object *read_any(struct reader *r);    // the next element
void read_key(struct reader *r, const char *key);    // the next key of a map must be this one
uint64_t read_uint(struct reader *r, uint64_t most); // bounded: "where: 17 where at most 4 can be"
int64_t read_int(struct reader *r);
double read_double(struct reader *r);
bool read_bool(struct reader *r);
const char *read_str(struct reader *r, uint32_t *size); // not NUL-terminated; *size bytes
const void *read_bin(struct reader *r, uint32_t *size);
struct reader read_nested_array(struct reader *r, const char *where);
struct reader read_nested_map(struct reader *r, const char *where);
uint32_t read_left(const struct reader *r); // elements not read yet
void read_end(struct reader *r);            // fails if any element is left
char *read_copy_str(struct reader *r);      // NUL-terminated copy in the arena; embedded NUL refused

// The mirror image of the above for writing.
void write_str(msgpack_packer *p, const char *s);
void write_key(msgpack_packer *p, const char *key);
void write_bin(msgpack_packer *p, const void *data, size_t size);
#define write_uint(p, n)  msgpack_pack_uint64((p), (n))
#define write_int(p, n)   msgpack_pack_int64((p), (n))
#define write_bool(p, b)  ((b) ? msgpack_pack_true(p) : msgpack_pack_false(p))
#define write_array(p, n) msgpack_pack_array((p), (n))
#define write_map(p, n)   msgpack_pack_map((p), (n))
#define write_nil(p)      msgpack_pack_nil(p)

#pragma GCC visibility pop

#endif
