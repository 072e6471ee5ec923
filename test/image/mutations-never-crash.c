// RUN: %image-test %s -o %t && %t 20000
//
// Random changes, resealed so that they get past the checksums at three depths: of the file, of the end map, of the
// section too. What is still accepted is read from end to end. The seed is fixed; a number on the command line is how
// many.
#include "forge.h"

static uint64_t state = 88172645463325252u;

static uint64_t next_random(uint64_t below) // Marsaglia's xorshift64
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static void pack_something(msgpack_packer *p, int depth)
{
    unsigned count = (unsigned)next_random(6);
    switch (next_random(depth ? 10 : 7)) {
    case 0:
        write_uint(p, next_random(3) ? next_random(300) : next_random(UINT64_MAX));
        break;
    case 1:
        write_int(p, -(int64_t)next_random(1 << 20));
        break;
    case 2:
        write_bin(p, "some bytes of an object", next_random(23));
        break;
    case 3:
        write_str(p, next_random(2) ? "name" : "");
        break;
    case 4:
        msgpack_pack_double(p, (double)next_random(1000));
        break;
    case 5:
        write_nil(p);
        break;
    case 6:
        write_bool(p, next_random(2));
        break;
    case 7:
        write_map(p, count);
        for (unsigned i = 0; i < 2 * count; i++)
            pack_something(p, depth - 1);
        break;
    default:
        write_array(p, count);
        for (unsigned i = 0; i < count; i++)
            pack_something(p, depth - 1);
    }
}

static void mutate(unsigned char *bytes, size_t size)
{
    static const unsigned char heads[] = {0xc0, 0xc1, 0xc4, 0xc6, 0xc7, 0xcf, 0xd9, 0xdb,
                                          0xdc, 0xdd, 0xde, 0xdf, 0x8f, 0x9f, 0xff};
    for (uint64_t times = 1 + next_random(4); times && size; times--) {
        size_t at = next_random(size);
        bytes[at] = next_random(2) ? heads[next_random(sizeof heads)] : (unsigned char)next_random(256);
    }
}

// Touches every byte that the reader gives out.
static uint64_t visit(const msgpack_object *o)
{
    uint64_t sum = 0;
    struct failure f = {0};
    if (o->type == MSGPACK_OBJECT_ARRAY || o->type == MSGPACK_OBJECT_MAP) {
        bool is_array = o->type == MSGPACK_OBJECT_ARRAY;
        struct reader r = is_array ? read_array(o, "array", &f) : read_map(o, "map", &f);
        while (read_left(&r))
            sum += visit(read_any(&r));
        read_any(&r);
        CHECK(f.failed, "an element after the last");
    } else if (o->type == MSGPACK_OBJECT_STR || o->type == MSGPACK_OBJECT_BIN) {
        for (uint32_t i = 0; i < o->via.bin.size; i++)
            sum += (unsigned char)o->via.bin.ptr[i];
    }
    return sum;
}

static bool open_and_visit(const struct forge *forge)
{
    struct failure f = {0};
    struct image *image = image_open(memory_file(forge->bytes.data, forge->bytes.size), &f);
    if (!image)
        return false;
    for (size_t i = 0; i < image_section_count(image); i++) {
        const msgpack_object *o = image_section(image, image_section_info(image, i).name, &f);
        CHECK(o, "%s", f.text);
        visit(o);
    }
    image_close(image);
    return true;
}

// `*changed` is whether the finished image is not the one its checksums were made for.
static struct forge make(unsigned depth, bool *changed)
{
    struct forge f = {0};
    msgpack_sbuffer section;
    forge_header(&f);
    for (unsigned i = 0; i < 3; i++) {
        static const char *const names[] = {"meta", "frames", "objects"};
        msgpack_sbuffer_init(&section);
        msgpack_packer p = {&section, msgpack_sbuffer_write};
        pack_something(&p, 6);
        if (depth == 2)
            mutate((unsigned char *)section.data, section.size);
        forge_plain_section(&f, names[i], section.data, section.size);
        msgpack_sbuffer_destroy(&section);
    }
    if (depth == 1)
        mutate((unsigned char *)f.bytes.data, f.bytes.size);
    forge_end(&f);
    uint64_t whole = XXH3_64bits(f.bytes.data, f.bytes.size);
    if (depth == 0)
        mutate((unsigned char *)f.bytes.data, f.bytes.size);
    *changed = XXH3_64bits(f.bytes.data, f.bytes.size) != whole;
    return f;
}

int main(int argc, char **argv)
{
    unsigned long accepted[4] = {0}, count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    for (unsigned long i = 0; i < count; i++) {
        bool changed;
        struct forge f = make(i % 4, &changed);
        bool opened = open_and_visit(&f);
        CHECK(!(changed && opened), "image %lu is accepted though it was changed", i);
        accepted[i % 4] += opened;
        forge_free(&f);
    }
    printf("accepted of %lu: %lu %lu %lu, unchanged %lu\n", count / 4, accepted[0], accepted[1], accepted[2],
           accepted[3]);
    CHECK(accepted[3] == count / 4, "an unchanged image is refused");
    CHECK(accepted[2] > 0 && accepted[2] < count / 4, "changes within sections are not tried");
}
