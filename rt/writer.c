// Writes an image: container.h's stream, into a temporary file that becomes an image when it is complete (folder.h).
//
// Bytes run through three stages, each with a buffer; what is larger than a buffer goes past it, so big objects are
// written from where they lie:
//
//     packer of a section -> raw -> section's checksum -> [zstd -> bins] -> framed -> file's checksum -> write
//     packer of the container -----------------------------------------------^
//
// The first failure is kept, and makes everything after it do nothing; image_writer_commit tells it.
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "image.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define XXH_INLINE_ALL
#include "xxhash.h"

#include "arena.h"
#include "container.h"
#include "folder.h"
#include "hlckpt/isa.h"

extern const char hlckpt_version[];

struct buffer {
    size_t used;
    unsigned char bytes[64 << 10];
};

struct image_writer {
    XXH3_state_t file_hash, section_hash; // first: they want an alignment of 64
    struct buffer raw, framed;
    void *allocation;
    struct failure failure;

    int folder, file;
    char temporary[FOLDER_NAME_SIZE];
    uint64_t offset; // bytes of the file so far, those in `framed` included

    msgpack_packer container, section;
    unsigned sections;
    uint64_t section_size;
    bool in_section;

    ZSTD_CCtx *zstd; // NULL: sections are written as they are
    unsigned char bin[256 << 10];
    size_t bin_used;
};

// ---- framed bytes: the file

static void write_all(struct image_writer *w, const unsigned char *data, size_t size)
{
    XXH3_64bits_update(&w->file_hash, data, size);
    while (size && !w->failure.failed) {
        ssize_t written = write(w->file, data, size < (1u << 30) ? size : 1u << 30);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            fail(&w->failure, "cannot write the image after %llu bytes: %s", (unsigned long long)w->offset,
                 written ? strerrordesc_np(errno) : "nothing more is taken");
            return;
        }
        data += written;
        size -= (size_t)written;
    }
}

static void flush_framed(struct image_writer *w)
{
    write_all(w, w->framed.bytes, w->framed.used);
    w->framed.used = 0;
}

static int put_framed(void *writer, const char *data, size_t size)
{
    struct image_writer *w = writer;
    if (w->failure.failed)
        return 0;
    w->offset += size;
    if (size > sizeof w->framed.bytes - w->framed.used)
        flush_framed(w);
    if (size > sizeof w->framed.bytes) {
        write_all(w, (const unsigned char *)data, size);
        return 0;
    }
    memcpy(w->framed.bytes + w->framed.used, data, size);
    w->framed.used += size;
    return 0;
}

// ---- compressed bytes: bins of the zstd frame

static void flush_bin(struct image_writer *w)
{
    if (w->bin_used)
        write_bin(&w->container, w->bin, w->bin_used);
    w->bin_used = 0;
}

static void compress_bytes(struct image_writer *w, const void *data, size_t size, ZSTD_EndDirective directive)
{
    ZSTD_inBuffer in = {data, size, 0};
    size_t left;
    do {
        ZSTD_outBuffer out = {w->bin, sizeof w->bin, w->bin_used};
        left = ZSTD_compressStream2(w->zstd, &out, &in, directive);
        if (ZSTD_isError(left)) {
            fail(&w->failure, "cannot compress: %s", ZSTD_getErrorName(left));
            return;
        }
        w->bin_used = out.pos;
        if (w->bin_used == sizeof w->bin)
            flush_bin(w);
    } while (directive == ZSTD_e_end ? left != 0 : in.pos < in.size);
}

// ---- raw bytes: what a section's packer makes

static void encode_raw(struct image_writer *w, const void *data, size_t size)
{
    w->section_size += size;
    XXH3_64bits_update(&w->section_hash, data, size);
    if (w->zstd)
        compress_bytes(w, data, size, ZSTD_e_continue);
    else
        put_framed(w, data, size);
}

static void flush_raw(struct image_writer *w)
{
    encode_raw(w, w->raw.bytes, w->raw.used);
    w->raw.used = 0;
}

static int put_raw(void *writer, const char *data, size_t size)
{
    struct image_writer *w = writer;
    if (w->failure.failed)
        return 0;
    if (size > sizeof w->raw.bytes - w->raw.used)
        flush_raw(w);
    if (size > sizeof w->raw.bytes) {
        encode_raw(w, data, size);
        return 0;
    }
    memcpy(w->raw.bytes + w->raw.used, data, size);
    w->raw.used += size;
    return 0;
}

// ---- opening and ending

static bool open_zstd(struct image_writer *w, const char *level, struct failure *f)
{
    int number = ZSTD_CLEVEL_DEFAULT;
    if (*level) {
        char *end;
        number = (int)strtol(level + 1, &end, 10);
        if (*level != ':' || end == level + 1 || *end || number < -20 || number > 19)
            return fail(f, "compression 'zstd%s', where zstd or zstd:LEVEL with a level of -20 to 19 is expected",
                        level);
    }
    w->zstd = ZSTD_createCCtx();
    if (!w->zstd)
        return fail(f, "no memory to compress");
    ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, number);
    ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 0); // the container has its own
    return true;
}

static bool open_encoding(struct image_writer *w, const char *compress, struct failure *f)
{
    if (!compress || !*compress || strcmp(compress, ENCODING_NONE) == 0)
        return true;
    if (strncmp(compress, ENCODING_ZSTD, strlen(ENCODING_ZSTD)) == 0)
        return open_zstd(w, compress + strlen(ENCODING_ZSTD), f);
    return fail(f, "compression '%s', where none, zstd or zstd:LEVEL is expected", compress);
}

static struct image_writer *allocate_writer(void)
{
    size_t alignment = _Alignof(struct image_writer);
    void *allocation = hlckpt_arena_malloc(sizeof(struct image_writer) + alignment);
    if (!allocation)
        return NULL;
    struct image_writer *w = (void *)(((uintptr_t)allocation + alignment - 1) / alignment * alignment);
    memset(w, 0, sizeof *w);
    w->allocation = allocation;
    w->folder = w->file = -1;
    return w;
}

static void free_writer(struct image_writer *w)
{
    ZSTD_freeCCtx(w->zstd);
    if (w->file >= 0)
        close(w->file);
    if (w->folder >= 0)
        close(w->folder);
    hlckpt_arena_free(w->allocation);
}

static void write_header(struct image_writer *w)
{
    msgpack_packer *p = &w->container;
    write_map(p, 6);
    write_key(p, "format");
    write_str(p, FORMAT_NAME);
    write_key(p, "version");
    write_uint(p, FORMAT_VERSION);
    write_key(p, "integer");
    write_uint(p, KNOWN_INTEGER);
    write_key(p, "negative");
    write_int(p, KNOWN_NEGATIVE);
    write_key(p, "float");
    msgpack_pack_double(p, KNOWN_FLOAT);
    write_key(p, "string");
    write_str(p, KNOWN_STRING);
}

struct image_writer *image_writer_open(const char *folder, const char *compress, struct failure *f)
{
    struct image_writer *w = allocate_writer();
    if (!w) {
        fail(f, "no memory to write an image");
        return NULL;
    }
    if (!open_encoding(w, compress, f) || (w->folder = folder_open(folder, f)) < 0 ||
        (w->file = folder_temporary(w->folder, w->temporary, f)) < 0) {
        free_writer(w);
        return NULL;
    }
    XXH3_64bits_reset(&w->file_hash);
    msgpack_packer_init(&w->container, w, put_framed);
    msgpack_packer_init(&w->section, w, put_raw);
    write_header(w);
    return w;
}

static void write_end(struct image_writer *w)
{
    msgpack_packer *p = &w->container;
    uint64_t size = w->offset;
    flush_framed(w);
    uint64_t checksum = XXH3_64bits_digest(&w->file_hash);
    write_map(p, 3);
    write_key(p, "end");
    write_uint(p, w->sections);
    write_key(p, "size");
    write_uint(p, size);
    write_key(p, "checksum");
    write_uint(p, checksum);
    flush_framed(w);
}

static bool finish_file(struct image_writer *w, struct failure *f)
{
    assert(!w->in_section);
    write_end(w);
    if (!w->failure.failed && fsync(w->file) && errno != EINVAL) // EINVAL: a file system without such a thing
        fail(&w->failure, "cannot make the image durable: %s", strerrordesc_np(errno));
    return !w->failure.failed || fail(f, "%s", w->failure.text);
}

bool image_writer_commit(struct image_writer *w, unsigned keep, uint64_t *sequence, uint64_t *size, struct failure *f)
{
    if (!finish_file(w, f)) {
        image_writer_abandon(w);
        return false;
    }
    bool published = folder_publish(w->folder, w->temporary, sequence, f);
    if (published)
        folder_prune(w->folder, *sequence, keep);
    *size = w->offset;
    image_writer_abandon(w);
    return published;
}

void image_writer_abandon(struct image_writer *w)
{
    unlinkat(w->folder, w->temporary, 0); // has no such name any more when it was published
    free_writer(w);
}

// ---- sections

msgpack_packer *image_section_begin(struct image_writer *w, const char *name)
{
    assert(!w->in_section && strlen(name) <= SECTION_NAME_MOST && w->sections < SECTIONS_MOST);
    msgpack_packer *p = &w->container;
    write_map(p, 2);
    write_key(p, "section");
    write_str(p, name);
    write_key(p, "encoding");
    write_str(p, w->zstd ? ENCODING_ZSTD : ENCODING_NONE);
    XXH3_64bits_reset(&w->section_hash);
    w->section_size = 0;
    w->in_section = true;
    return &w->section;
}

void image_section_end(struct image_writer *w)
{
    assert(w->in_section);
    flush_raw(w);
    if (w->zstd && !w->failure.failed) {
        compress_bytes(w, NULL, 0, ZSTD_e_end);
        flush_bin(w);
    }
    msgpack_packer *p = &w->container;
    write_map(p, 2);
    write_key(p, "size");
    write_uint(p, w->section_size);
    write_key(p, "checksum");
    write_uint(p, XXH3_64bits_digest(&w->section_hash));
    w->sections++;
    w->in_section = false;
}

void image_write_meta(struct image_writer *w)
{
    struct utsname host;
    struct timespec now;
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length < 0 ? 0 : length] = 0;
    if (uname(&host))
        *host.nodename = 0;
    clock_gettime(CLOCK_REALTIME, &now);

    msgpack_packer *p = image_section_begin(w, SECTION_META);
    write_map(p, 6);
    write_key(p, "program");
    write_str(p, program);
    write_key(p, "isa");
    write_str(p, HLCKPT_ISA);
    write_key(p, "host");
    write_str(p, host.nodename);
    write_key(p, "pid");
    write_uint(p, (uint64_t)getpid());
    write_key(p, "time"); // microseconds since 1970
    write_uint(p, (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
    write_key(p, "hlckpt");
    write_str(p, hlckpt_version);
    image_section_end(w);
}

// ---- objects; the mirror image of reader.c

void write_str(msgpack_packer *p, const char *s)
{
    size_t size = strlen(s);
    assert(size <= UINT32_MAX);
    msgpack_pack_str(p, size);
    msgpack_pack_str_body(p, s, size);
}

void write_key(msgpack_packer *p, const char *key)
{
    write_str(p, key);
}

void write_bin(msgpack_packer *p, const void *data, size_t size)
{
    assert(size <= UINT32_MAX);
    msgpack_pack_bin(p, size);
    msgpack_pack_bin_body(p, data, size);
}
