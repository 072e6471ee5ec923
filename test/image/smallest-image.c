// RUN: %image-test %s -o %t && %t
//
// The bytes that docs/image-format.md gives as an example are an image.
#define _DEFAULT_SOURCE
#include <endian.h>

#include "forge.h"

static unsigned char image[200];
static size_t size;

#define PUT(literal) put(literal, sizeof literal - 1)

static void put(const void *bytes, size_t count)
{
    memcpy(image + size, bytes, count);
    size += count;
}

static void put_checksum(const void *bytes, size_t count)
{
    uint64_t checksum = htobe64(XXH3_64bits(bytes, count));
    put(&checksum, 8);
}

int main(void)
{
    // clang-format off
    PUT("\x86");
    PUT("\xa6" "format" "\xaa" "hlckpt\x0d\x0a\x1a\x0a");
    PUT("\xa7" "version" "\x01");
    PUT("\xa7" "integer" "\xcf\x12\x34\x56\x78\x9a\xbc\xde\xf0");
    PUT("\xa8" "negative" "\xd2\xf8\xa4\x32\xeb");
    PUT("\xa5" "float" "\xcb\x40\x77\x28\x00\x00\x00\x00\x00");
    PUT("\xa6" "string" "\xaa" "checkpoint");
    PUT("\x82" "\xa7" "section" "\xa5" "types" "\xa8" "encoding" "\xa4" "none");
    PUT("\xc0");
    PUT("\x82" "\xa4" "size" "\x01" "\xa8" "checksum" "\xcf");
    put_checksum("\xc0", 1);
    CHECK(size == 0x93, "%zu bytes before the end map", size);
    PUT("\x83" "\xa3" "end" "\x01" "\xa4" "size" "\xcc\x93" "\xa8" "checksum" "\xcf");
    put_checksum(image, 0x93);
    // clang-format on

    struct failure f = {0};
    struct image *opened = image_open(memory_file(image, size), &f);
    CHECK(opened, "%s", f.text);
    CHECK(image_section(opened, "types", &f)->type == MSGPACK_OBJECT_NIL, "no nil");
    image_close(opened);
}
