// RUN: %image-test %s -o %t && %t
//
// Streams made to do harm, with every checksum right: nesting, lengths beyond the file, names, counts, compression
// bombs.
#include <sys/resource.h>
#include <zstd.h>

#include "forge.h"

#define KIB 1024u

// An image of one section of these bytes must be refused with `expected` among the reasons.
static void refuse_object(const void *object, size_t size, const char *expected)
{
    struct forge f = {0};
    forge_header(&f);
    forge_plain_section(&f, "objects", object, size);
    forge_end(&f);
    const char *why = refusal_of(f.bytes.data, f.bytes.size);
    CHECK(strstr(why, expected), "%s, where '%s' is expected", why, expected);
    forge_free(&f);
}

static void refuse_objects(void)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *why;
    } objects[] = {
        {"\xdd\xff\xff\xff\xff", 5, "container of 4294967295"}, // array 32
        {"\xdf\xff\xff\xff\xff", 5, "container of 8589934590"}, // map 32
        {"\xdf\x80\x00\x00\x00", 5, "container of 4294967296"}, // twice that does not fit in 32 bits
        {"\xdc\xff\xff", 3, "container of 65535"},
        {"\xc6\xff\xff\xff\xff", 5, "truncated"}, // bin 32
        {"\xdb\xff\xff\xff\xff", 5, "truncated"}, // str 32
        {"\xc1", 1, "0xc1"},                      // no object begins so
        {"\xc7\x01\x05\x00", 4, "0xc7"},          // extension
        {"\xd4\x05\x00", 3, "0xd4"},
        {"\xc9\xff\xff\xff\xff\x05", 6, "0xc9"},
        {"\x93\x01\x02\xc1", 4, "0xc1"},
    };
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        refuse_object(objects[i].bytes, objects[i].size, objects[i].why);
}

static void try_nesting(void)
{
    char deep[40];
    memset(deep, 0x91, sizeof deep);
    for (size_t depth = 1; depth <= 39; depth++) {
        deep[depth] = 0x01;
        if (depth > 32) {
            refuse_object(deep, depth + 1, "nested deeper than 32");
        } else {
            struct forge f = {0};
            struct failure failure = {0};
            forge_header(&f);
            forge_plain_section(&f, "objects", deep, depth + 1);
            forge_end(&f);
            struct image *image = image_open(memory_file(f.bytes.data, f.bytes.size), &failure);
            CHECK(image && image_section(image, "objects", &failure), "depth %zu: %s", depth, failure.text);
            image_close(image);
            forge_free(&f);
        }
        deep[depth] = (char)0x91;
    }
}

static void refuse_containers(void)
{
    struct forge f = {0};
    forge_header(&f);
    forge_plain_section(&f, "types", "\xc0", 1);
    forge_plain_section(&f, "types", "\xc0", 1);
    forge_end(&f);
    CHECK(strstr(refusal_of(f.bytes.data, f.bytes.size), "second section 'types'"), "two sections of a name");
    forge_free(&f);

    f = (struct forge){0};
    forge_header(&f);
    forge_section(&f, "types", "lzma", "\xc0", 1, 1, XXH3_64bits("\xc0", 1));
    CHECK(strstr(refusal_of(f.bytes.data, f.bytes.size), "neither none nor zstd"), "an encoding");
    forge_free(&f);

    static const char *const names[] = {"", "a section with spaces", "../x",
                                        "0123456789012345678901234567890123456789"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        f = (struct forge){0};
        forge_header(&f);
        forge_plain_section(&f, names[i], "\xc0", 1);
        CHECK(strstr(refusal_of(f.bytes.data, f.bytes.size), "name"), "the name '%s'", names[i]);
        forge_free(&f);
    }

    f = (struct forge){0};
    forge_header(&f);
    for (int i = 0; i < 65; i++) {
        char name[8];
        snprintf(name, sizeof name, "s%d", i);
        forge_plain_section(&f, name, "\xc0", 1);
    }
    forge_end(&f);
    CHECK(strstr(refusal_of(f.bytes.data, f.bytes.size), "more than 64"), "65 sections");
    forge_free(&f);

    f = (struct forge){0};
    forge_header(&f);
    forge_plain_section(&f, "types", "\xc0", 1);
    f.sections = 2;
    forge_end(&f);
    CHECK(strstr(refusal_of(f.bytes.data, f.bytes.size), "1 sections where it says 2"), "a wrong count");
    forge_free(&f);

    f = (struct forge){0};
    forge_header(&f);
    forge_section(&f, "types", "none", "\x92\xc0\xc0", 3, 2, XXH3_64bits("\x92\xc0\xc0", 3));
    CHECK(strstr(refusal_of(f.bytes.data, f.bytes.size), "3 bytes where it says 2"), "a wrong size");
    forge_free(&f);
}

// ---- compression

// A section of `size` raw bytes, compressed, of which `claimed` are said; NULL: accepted.
static void try_compressed(const void *raw, size_t size, uint64_t claimed, const char *trailing, const char *expected)
{
    struct forge f = {0};
    struct failure failure = {0};
    msgpack_sbuffer stored;
    msgpack_sbuffer_init(&stored);
    msgpack_packer p = {&stored, msgpack_sbuffer_write};
    size_t bound = ZSTD_compressBound(size);
    unsigned char *frame = malloc(bound);
    size_t frame_size = ZSTD_compress(frame, bound, raw, size, 3);
    for (size_t at = 0; at < frame_size; at += 100)
        write_bin(&p, frame + at, frame_size - at < 100 ? frame_size - at : 100);
    if (trailing)
        write_bin(&p, trailing, strlen(trailing));
    forge_header(&f);
    forge_section(&f, "objects", "zstd", stored.data, stored.size, claimed, XXH3_64bits(raw, size));
    forge_end(&f);
    struct image *image = image_open(memory_file(f.bytes.data, f.bytes.size), &failure);
    CHECK(!image == !!expected, "%zu bytes as %llu: %s", size, (unsigned long long)claimed, failure.text);
    CHECK(!expected || strstr(failure.text, expected), "%s, where '%s' is expected", failure.text,
          expected ? expected : "");
    if (image)
        image_close(image);
    free(frame);
    msgpack_sbuffer_destroy(&stored);
    forge_free(&f);
}

static void try_compression(void)
{
    size_t size = 64u * KIB * KIB;
    unsigned char *zeros = calloc(size, 1);
    memcpy(zeros, "\xc6\x03\xff\xff\xfb", 5); // one bin that fills it
    try_compressed(zeros, size, size, NULL, NULL);
    try_compressed(zeros, size, size - 1, NULL, "decompresses to more");
    try_compressed(zeros, size, 1, NULL, "decompresses to more");
    try_compressed(zeros, size, size + 1, NULL, "decompresses to 67108864 bytes");
    try_compressed(zeros, size, UINT64_C(1) << 36, NULL, "claims");
    try_compressed(zeros, size, UINT64_MAX, NULL, "claims");
    try_compressed(zeros, size, 0, NULL, "claims");
    try_compressed(zeros, size, size, "more", "after their end");
    try_compressed("\xc0\xc0", 2, 2, NULL, "1 bytes after its object");
    try_compressed("\x91", 1, 1, NULL, "truncated");
    free(zeros);

    struct forge f = {0};
    forge_header(&f);
    forge_section(&f, "objects", "zstd", "\xc4\x04none", 6, 1, 0);
    CHECK(strstr(refusal_of(f.bytes.data, f.bytes.size), "cannot be decompressed"), "bytes that are not zstd's");
    forge_free(&f);
    f = (struct forge){0};
    forge_header(&f);
    forge_section(&f, "objects", "zstd", "", 0, 1, 0);
    CHECK(strstr(refusal_of(f.bytes.data, f.bytes.size), "0 bytes where 1"), "no bins");
    forge_free(&f);
}

int main(void)
{
    refuse_objects();
    try_nesting();
    refuse_containers();
    try_compression();
    CHECK(strstr(refusal("/"), "not a file"), "a folder");
    CHECK(strstr(refusal("/dev/zero"), "not a file"), "a device");
    CHECK(strstr(refusal("/none/such"), "No such file"), "no file");
    CHECK(strstr(refusal_of("#!/bin/sh\n", 10), "not an image"), "a script");

    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    CHECK(usage.ru_maxrss < 1024 * 1024, "took %ld KiB", usage.ru_maxrss);
}
