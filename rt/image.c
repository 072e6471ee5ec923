// Reads an image: maps the file, and checks all of it before anything of it is used. The mirror image of writer.c.
//
// I1  Every byte lies under a checksum: a section's own bytes under the section's, everything before the end map under
//     the file's; the end map itself must be byte for byte the one that the writer makes for what was read.
// I2  No length in the file is believed: an object is measured within the bytes there are (check.h) before it is
//     parsed, and a section is decoded into no more than what it says, which is bounded too.
// I3  Bytes and strings of an unencoded section are used where they lie in the mapped file.
//
// Not handled: a file that is made shorter while it is mapped. Writers never change an image, they only replace it.
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define XXH_INLINE_ALL
#include "xxhash.h"

#include "arena.h"
#include "check.h"
#include "container.h"

struct section {
    char name[SECTION_NAME_MOST + 1];
    bool compressed;
    const unsigned char *stored; // in the mapped file
    size_t stored_size;
    const unsigned char *data; // decoded; the same as `stored` when not compressed
    size_t size;
    size_t elements;
    uint64_t checksum;
    msgpack_zone *zone; // NULL until the section is asked for
    msgpack_object root;
};

struct image {
    const unsigned char *bytes;
    size_t size, at;
    struct section sections[SECTIONS_MOST];
    size_t count;
    msgpack_zone *framing; // of the map of the container that was read last
    struct failure *failure;
};

// ---- the file

static bool map_file(struct image *image, int fd)
{
    struct stat status;
    if (fstat(fd, &status))
        return fail(image->failure, "cannot read: %s", strerrordesc_np(errno));
    if (!S_ISREG(status.st_mode))
        return fail(image->failure, "not a file");
    if (status.st_size == 0)
        return fail(image->failure, "truncated at byte 0: the file is empty");
    if ((uint64_t)status.st_size > SIZE_MAX / 2)
        return fail(image->failure, "%" PRIu64 " bytes do not fit in the address space here", (uint64_t)status.st_size);
    image->size = (size_t)status.st_size;
    void *bytes = mmap(NULL, image->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return fail(image->failure, "cannot map %zu bytes: %s", image->size, strerrordesc_np(errno));
    image->bytes = bytes;
    madvise(bytes, image->size, MADV_WILLNEED);
    return true;
}

// ---- maps of the container

// Parses the map at the cursor, which may have no more than a few elements, and moves on.
static struct reader read_framing(struct image *image, const char *where)
{
    struct checked checked = {0};
    struct reader none = {.where = where, .failure = image->failure};
    msgpack_object o;
    if (image->failure->failed ||
        !check_object(image->bytes + image->at, image->size - image->at, image->at, &checked, image->failure))
        return none;
    if (checked.elements > 16) {
        fail(image->failure, "at byte %zu: %zu objects where %s is expected", image->at, checked.elements, where);
        return none;
    }
    msgpack_zone_clear(image->framing);
    if (msgpack_unpack((const char *)image->bytes + image->at, checked.length, NULL, image->framing, &o) !=
        MSGPACK_UNPACK_SUCCESS) {
        fail(image->failure, "at byte %zu: %s cannot be parsed", image->at, where);
        return none;
    }
    image->at += checked.length;
    msgpack_object *kept = msgpack_zone_malloc(image->framing, sizeof o);
    if (!kept) {
        fail(image->failure, "no memory to read an image");
        return none;
    }
    *kept = o;
    return read_map(kept, where, image->failure);
}

static void expect_str(struct reader *r, const char *key, const char *expected)
{
    uint32_t size;
    const char *s = read_str(r, &size);
    if (!r->failure->failed && (size != strlen(expected) || memcmp(s, expected, size)))
        fail(r->failure, "%s: '%s' is not what every image says; was the file changed on its way?", r->where, key);
}

static void expect(struct reader *r, const char *key, bool as_expected)
{
    if (!r->failure->failed && !as_expected)
        fail(r->failure, "%s: '%s' is not what every image says", r->where, key);
}

static void read_header(struct image *image)
{
    static const unsigned char start[] = {0x86, 0xa6, 'f', 'o', 'r', 'm', 'a', 't'};
    size_t there = image->size < sizeof start ? image->size : sizeof start;
    if (memcmp(image->bytes, start, there)) {
        fail(image->failure, "not an image: its first bytes are none of an image's");
        return;
    }
    struct reader r = read_framing(image, "header");
    read_key(&r, "format");
    expect_str(&r, "format", FORMAT_NAME);
    read_key(&r, "version");
    uint64_t version = read_uint(&r, UINT64_MAX);
    if (!r.failure->failed && version != FORMAT_VERSION)
        fail(r.failure, "header: version %" PRIu64 " where %d is expected", version, FORMAT_VERSION);
    read_key(&r, "integer");
    expect(&r, "integer", read_uint(&r, UINT64_MAX) == KNOWN_INTEGER);
    read_key(&r, "negative");
    expect(&r, "negative", read_int(&r) == KNOWN_NEGATIVE);
    read_key(&r, "float");
    expect(&r, "float", read_double(&r) == KNOWN_FLOAT);
    read_key(&r, "string");
    expect_str(&r, "string", KNOWN_STRING);
    read_end(&r);
}

// ---- decoding

static uint64_t most_decoded(uint64_t stored)
{
    return stored * ZSTD_RATIO_MOST + ZSTD_BLOCK_MOST;
}

// Walks over the bins of a compressed section, without looking into them.
static bool skip_bins(struct image *image, struct section *s)
{
    size_t start = image->at;
    while (image->at < image->size && image->bytes[image->at] >= 0xc4 && image->bytes[image->at] <= 0xc6) {
        struct checked checked;
        if (!check_object(image->bytes + image->at, image->size - image->at, image->at, &checked, image->failure))
            return false;
        image->at += checked.length;
    }
    s->stored = image->bytes + start;
    s->stored_size = image->at - start;
    return true;
}

// The bytes of the bin at *at, which skip_bins has checked.
static ZSTD_inBuffer next_bin(const struct section *s, size_t *at)
{
    unsigned width = 1u << (s->stored[*at] - 0xc4);
    size_t length = 0;
    for (unsigned i = 1; i <= width; i++)
        length = length << 8 | s->stored[*at + i];
    const unsigned char *bytes = s->stored + *at + 1 + width;
    *at += 1 + width + length;
    return (ZSTD_inBuffer){bytes, length, 0};
}

static bool decompress_bins(struct section *s, ZSTD_DCtx *zstd, unsigned char *data, struct failure *f)
{
    ZSTD_outBuffer out = {data, s->size, 0};
    size_t left = 1;
    for (size_t at = 0; at < s->stored_size;) {
        ZSTD_inBuffer in = next_bin(s, &at);
        while (in.pos < in.size) {
            size_t in_before = in.pos, out_before = out.pos;
            if (left == 0)
                return fail(f, "section '%s': compressed bytes go on after their end", s->name);
            left = ZSTD_decompressStream(zstd, &out, &in);
            if (ZSTD_isError(left))
                return fail(f, "section '%s': cannot be decompressed: %s", s->name, ZSTD_getErrorName(left));
            if (in.pos == in_before && out.pos == out_before)
                return fail(f, "section '%s': decompresses to more than its %zu bytes", s->name, s->size);
        }
    }
    if (left != 0 || out.pos != s->size)
        return fail(f, "section '%s': decompresses to %zu bytes where %zu are expected", s->name, out.pos, s->size);
    return true;
}

static bool decompress(struct section *s, uint64_t size, struct failure *f)
{
    if (size == 0 || size > most_decoded(s->stored_size) || size > SECTION_SIZE_MOST || size > SIZE_MAX / 2)
        return fail(f, "section '%s': claims %" PRIu64 " bytes, which its %zu compressed bytes cannot be", s->name,
                    size, s->stored_size);
    s->size = (size_t)size;
    void *data = mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED)
        return fail(f, "section '%s': no memory for %zu bytes", s->name, s->size);
    s->data = data;
    ZSTD_DCtx *zstd = ZSTD_createDCtx();
    if (!zstd)
        return fail(f, "section '%s': no memory to decompress", s->name);
    ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MOST);
    bool done = decompress_bins(s, zstd, data, f);
    ZSTD_freeDCtx(zstd);
    return done;
}

// ---- sections

static bool read_name(struct image *image, struct section *s, struct reader *r)
{
    uint32_t size;
    const char *name = read_str(r, &size);
    if (image->failure->failed)
        return false;
    if (size == 0 || size > SECTION_NAME_MOST)
        return fail(image->failure, "at byte %zu: a section's name of %" PRIu32 " bytes", image->at, size);
    for (uint32_t i = 0; i < size; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || name[i] == '-'))
            return fail(image->failure, "at byte %zu: a section's name that is none", image->at);
    memcpy(s->name, name, size);
    for (size_t i = 0; i < image->count; i++)
        if (strcmp(image->sections[i].name, s->name) == 0)
            return fail(image->failure, "at byte %zu: a second section '%s'", image->at, s->name);
    return true;
}

static bool read_encoding(struct image *image, struct section *s, struct reader *r)
{
    uint32_t size;
    const char *encoding = read_str(r, &size);
    if (image->failure->failed)
        return false;
    s->compressed = size == strlen(ENCODING_ZSTD) && memcmp(encoding, ENCODING_ZSTD, size) == 0;
    if (!s->compressed && (size != strlen(ENCODING_NONE) || memcmp(encoding, ENCODING_NONE, size)))
        return fail(image->failure, "section '%s': encoding is neither none nor zstd", s->name);
    return true;
}

// Measures the section's one object: in the file, or once it is decoded.
static bool measure(struct image *image, struct section *s, const unsigned char *data, size_t size, size_t base)
{
    struct checked checked;
    struct failure why = {0};
    if (!check_object(data, size, base, &checked, &why))
        return fail(image->failure, "section '%s': %s", s->name, why.text);
    s->elements = checked.elements;
    if (s->compressed && checked.length != s->size)
        return fail(image->failure, "section '%s': %zu bytes after its object", s->name, s->size - checked.length);
    s->data = data;
    s->size = checked.length;
    return true;
}

static bool find_content(struct image *image, struct section *s)
{
    if (s->compressed)
        return skip_bins(image, s);
    if (!measure(image, s, image->bytes + image->at, image->size - image->at, image->at))
        return false;
    s->stored = s->data;
    s->stored_size = s->size;
    image->at += s->size;
    return true;
}

static bool check_content(struct image *image, struct section *s, uint64_t size, uint64_t expected)
{
    if (s->compressed && !decompress(s, size, image->failure))
        return false;
    if (size != s->size)
        return fail(image->failure, "section '%s': %zu bytes where it says %" PRIu64, s->name, s->size, size);
    s->checksum = XXH3_64bits(s->data, s->size);
    if (s->checksum != expected)
        return fail(image->failure,
                    "section '%s': its %zu bytes have the checksum %016" PRIx64 " where %016" PRIx64 " is expected",
                    s->name, s->size, s->checksum, expected);
    return !s->compressed || measure(image, s, s->data, s->size, 0);
}

// A section whose first map is in `r`.
static bool read_section(struct image *image, struct reader *r)
{
    if (image->count == SECTIONS_MOST)
        return fail(image->failure, "at byte %zu: more than %d sections", image->at, SECTIONS_MOST);
    struct section *s = &image->sections[image->count];
    read_key(r, "section");
    if (!read_name(image, s, r))
        return false;
    read_key(r, "encoding");
    if (!read_encoding(image, s, r))
        return false;
    read_end(r);
    image->count++;
    if (image->failure->failed || !find_content(image, s))
        return false;

    struct reader after = read_framing(image, "the map after a section");
    read_key(&after, "size");
    uint64_t size = read_uint(&after, UINT64_MAX);
    read_key(&after, "checksum");
    uint64_t checksum = read_uint(&after, UINT64_MAX);
    read_end(&after);
    return !image->failure->failed && check_content(image, s, size, checksum);
}

// ---- the end

static int append(void *to, const char *data, size_t size)
{
    unsigned char *end = to;
    memcpy(end + 1 + end[0], data, size);
    end[0] = (unsigned char)(end[0] + size);
    return 0;
}

// What the writer puts at the end of a file whose first `size` bytes are these: its length, then its bytes.
static void make_end(unsigned char end[static 64], uint64_t sections, uint64_t size, uint64_t checksum)
{
    msgpack_packer p;
    end[0] = 0;
    msgpack_packer_init(&p, end, append);
    write_map(&p, 3);
    write_key(&p, "end");
    write_uint(&p, sections);
    write_key(&p, "size");
    write_uint(&p, size);
    write_key(&p, "checksum");
    write_uint(&p, checksum);
}

// The end map, which is in `r` and began at `start`.
static bool read_end_map(struct image *image, struct reader *r, size_t start)
{
    unsigned char end[64];
    read_key(r, "end");
    uint64_t sections = read_uint(r, UINT64_MAX);
    read_key(r, "size");
    uint64_t size = read_uint(r, UINT64_MAX);
    read_key(r, "checksum");
    uint64_t expected = read_uint(r, UINT64_MAX);
    read_end(r);
    if (image->failure->failed)
        return false;
    if (sections != image->count)
        return fail(image->failure, "end: %zu sections where it says %" PRIu64, image->count, sections);
    if (size != start)
        return fail(image->failure, "end: %zu bytes before it where it says %" PRIu64, start, size);
    uint64_t checksum = XXH3_64bits(image->bytes, start);
    if (checksum != expected)
        return fail(image->failure,
                    "end: the file's %zu bytes have the checksum %016" PRIx64 " where %016" PRIx64 " is expected",
                    start, checksum, expected);
    make_end(end, sections, size, checksum);
    if (image->at - start != end[0] || memcmp(image->bytes + start, end + 1, end[0]))
        return fail(image->failure, "end: at byte %zu, not the bytes that end an image", start);
    if (image->at != image->size)
        return fail(image->failure, "end: %zu bytes after the image", image->size - image->at);
    return true;
}

static bool read_image(struct image *image)
{
    read_header(image);
    while (!image->failure->failed) {
        size_t start = image->at;
        struct reader r = read_framing(image, "the map before a section");
        const msgpack_object *key = read_any(&r);
        r.next = 0;
        if (key && key->type == MSGPACK_OBJECT_STR && key->via.str.size == 3)
            return read_end_map(image, &r, start);
        read_section(image, &r);
    }
    return false;
}

// ---- the interface

static bool open_and_read(struct image *image, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(image->failure, "cannot open: %s", strerrordesc_np(errno));
    bool mapped = map_file(image, fd);
    close(fd);
    return mapped && read_image(image);
}

struct image *image_open(const char *path, struct failure *f)
{
    struct image *image = hlckpt_arena_calloc(1, sizeof *image);
    if (!image || !(image->framing = msgpack_zone_new(1024))) {
        hlckpt_arena_free(image);
        fail(f, "no memory to read an image");
        return NULL;
    }
    image->failure = f;
    if (!open_and_read(image, path)) {
        image_close(image);
        return NULL;
    }
    image->failure = NULL; // the caller's need not live as long
    return image;
}

void image_close(struct image *image)
{
    for (size_t i = 0; i < image->count; i++) {
        struct section *s = &image->sections[i];
        msgpack_zone_free(s->zone);
        if (s->compressed && s->data)
            munmap((void *)s->data, s->size);
    }
    if (image->bytes)
        munmap((void *)image->bytes, image->size);
    msgpack_zone_free(image->framing);
    hlckpt_arena_free(image);
}

// Parses a section, whose elements are counted, into one allocation.
static bool unpack_section(struct section *s, struct failure *f)
{
    if (s->elements > SIZE_MAX / 2 / sizeof(msgpack_object) ||
        !(s->zone = msgpack_zone_new(s->elements * sizeof(msgpack_object) + 64)))
        return fail(f, "section '%s': no memory for %zu elements", s->name, s->elements);
    if (msgpack_unpack((const char *)s->data, s->size, NULL, s->zone, &s->root) == MSGPACK_UNPACK_SUCCESS)
        return true;
    msgpack_zone_free(s->zone);
    s->zone = NULL;
    return fail(f, "section '%s': cannot be parsed", s->name);
}

const msgpack_object *image_section(const struct image *image, const char *name, struct failure *f)
{
    for (size_t i = 0; i < image->count; i++) {
        struct section *s = (struct section *)&image->sections[i];
        if (strcmp(s->name, name) == 0)
            return s->zone || unpack_section(s, f) ? &s->root : NULL;
    }
    fail(f, "the image has no section '%s'", name);
    return NULL;
}

static void put_little_endian(unsigned char bytes[static 8], uint64_t n)
{
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(n >> 8 * i);
}

uint64_t image_digest(const struct image *image)
{
    unsigned char record[SECTION_NAME_MOST + 1 + 16];
    uint64_t digest = 0;
    for (size_t i = 0; i < image->count; i++) {
        const struct section *s = &image->sections[i];
        if (strcmp(s->name, SECTION_META) == 0)
            continue;
        memset(record, 0, sizeof record);
        memcpy(record, s->name, strlen(s->name));
        put_little_endian(record + SECTION_NAME_MOST + 1, s->size);
        put_little_endian(record + SECTION_NAME_MOST + 9, s->checksum);
        digest = XXH3_64bits_withSeed(record, sizeof record, digest);
    }
    return digest;
}

size_t image_section_count(const struct image *image)
{
    return image->count;
}

struct image_section_info image_section_info(const struct image *image, size_t index)
{
    const struct section *s = &image->sections[index];
    return (struct image_section_info){s->name, s->compressed ? ENCODING_ZSTD : ENCODING_NONE, s->size, s->stored_size,
                                       s->checksum};
}
