#define _GNU_SOURCE
#include "sample.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"

// The arena as malloc: see lit.local.cfg.
void *hlckpt_arena_malloc(size_t size)
{
    return malloc(size);
}

void *hlckpt_arena_calloc(size_t count, size_t size)
{
    return calloc(count, size);
}

void *hlckpt_arena_realloc(void *address, size_t size)
{
    return realloc(address, size);
}

void hlckpt_arena_free(void *address)
{
    free(address);
}

static void write_filler(msgpack_packer *p, size_t filler)
{
    unsigned char *bytes = malloc(filler + 1);
    for (size_t i = 0; i < filler; i++)
        bytes[i] = (unsigned char)(i * i >> 7);
    write_bin(p, bytes, filler);
    free(bytes);
}

static void write_objects(msgpack_packer *p, size_t filler)
{
    write_array(p, 6);
    write_uint(p, UINT64_MAX);
    write_int(p, INT64_MIN);
    write_bool(p, true);
    write_nil(p);
    msgpack_pack_double(p, -0.125);
    write_filler(p, filler);
}

uint64_t sample_write(const char *folder, const char *compress, unsigned keep, size_t filler)
{
    struct failure f = {0};
    uint64_t sequence = 0, size = 0;
    struct image_writer *w = image_writer_open(folder, compress, &f);
    CHECK(w, "cannot open a writer: %s", f.text);
    image_write_meta(w);
    msgpack_packer *p = image_section_begin(w, SECTION_TYPES);
    write_nil(p);
    image_section_end(w);
    p = image_section_begin(w, SECTION_FRAMES);
    write_map(p, 2);
    write_key(p, "function");
    write_str(p, "relax");
    write_key(p, "point");
    write_uint(p, 12);
    image_section_end(w);
    p = image_section_begin(w, SECTION_OBJECTS);
    write_objects(p, filler);
    image_section_end(w);
    CHECK(image_writer_commit(w, keep, &sequence, &size, &f), "cannot commit: %s", f.text);
    return sequence;
}

static void verify_frames(const struct image *image, struct failure *f)
{
    uint32_t size;
    struct reader r = read_map(image_section(image, SECTION_FRAMES, f), "frames", f);
    read_key(&r, "function");
    const char *function = read_str(&r, &size);
    CHECK(size == 5 && memcmp(function, "relax", 5) == 0, "another function");
    read_key(&r, "point");
    CHECK(read_uint(&r, 12) == 12, "another point");
    read_end(&r);
}

static void verify_objects(const struct image *image, size_t filler, struct failure *f)
{
    uint32_t size;
    struct reader r = read_array(image_section(image, SECTION_OBJECTS, f), "objects", f);
    CHECK(read_uint(&r, UINT64_MAX) == UINT64_MAX, "another unsigned");
    CHECK(read_int(&r) == INT64_MIN, "another integer");
    CHECK(read_bool(&r), "another boolean");
    CHECK(read_any(&r)->type == MSGPACK_OBJECT_NIL, "no nil");
    CHECK(read_double(&r) == -0.125, "another double");
    const unsigned char *bytes = read_bin(&r, &size);
    CHECK(size == filler, "%u bytes", size);
    for (size_t i = 0; i < filler; i++)
        CHECK(bytes[i] == (unsigned char)(i * i >> 7), "byte %zu is another", i);
    read_end(&r);
}

void sample_verify(const struct image *image, size_t filler)
{
    struct failure f = {0};
    verify_frames(image, &f);
    verify_objects(image, filler, &f);
    CHECK(image_section(image, SECTION_META, &f), "%s", f.text);
    CHECK(!f.failed, "%s", f.text);
    CHECK(!image_section(image, "none-such", &f) && f.failed, "a section that is not there");
}

struct bytes file_read(const char *path)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    CHECK(file && fstat(fileno(file), &status) == 0, "cannot open %s", path);
    struct bytes b = {malloc((size_t)status.st_size + 1), (size_t)status.st_size};
    CHECK(fread(b.data, 1, b.size, file) == b.size, "cannot read %s", path);
    fclose(file);
    return b;
}

const char *refusal(const char *path)
{
    static struct failure f;
    f = (struct failure){0};
    struct image *image = image_open(path, &f);
    if (image)
        image_close(image);
    CHECK(!image, "%s is taken for an image", path);
    CHECK(f.failed && *f.text, "%s is refused without a reason", path);
    return f.text;
}

const char *memory_file(const void *data, size_t size)
{
    static int memory = -1;
    static char path[64];
    if (memory < 0)
        memory = memfd_create("candidate", MFD_CLOEXEC);
    CHECK(ftruncate(memory, 0) == 0 && pwrite(memory, data, size, 0) == (ssize_t)size, "no room for a candidate");
    snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
    return path;
}

const char *refusal_of(const void *data, size_t size)
{
    return refusal(memory_file(data, size));
}

char *join(const char *folder, const char *name)
{
    static char paths[8][4096];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof *paths, "%s/%s", folder, name);
    return path;
}
