// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %hlckpt-cc -O1 %S/Inputs/graph.c -o graph -lm && (env HLCKPT_POLL=1 ./graph >out || test $? = 75)
// RUN: %image-test -I%top/rt/tools %top/rt/float.c %top/rt/tools/state-read.c %top/rt/tools/state-text.c \
// RUN:     %top/rt/tools/emit.c %top/rt/tools/sync-text.c %s -o test
// RUN: env ASAN_OPTIONS=detect_leaks=0 ./test hlckpt-images/latest 3000 >shown
//
// The frames and objects of an image are shown whatever was changed in its sections, resealed so that the change gets
// past the checksums.
#include "forge.h"
#include "inspect.h"

static uint64_t state = 88172645463325252u;

static size_t next_random(size_t below) // Marsaglia's xorshift64
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state % below);
}

// A number like those in images: small, or at a bound.
static unsigned char next_byte(unsigned char before)
{
    static const unsigned char bytes[] = {0x00, 0x01, 0x02, 0x7f, 0x80, 0x90, 0x91, 0xc0, 0xc2, 0xc4, 0xcf, 0xd3, 0xff};
    switch (next_random(4)) {
    case 0:
        return (unsigned char)next_random(256);
    case 1:
        return bytes[next_random(sizeof bytes)];
    case 2:
        return (unsigned char)(before + 1);
    default:
        return (unsigned char)(before - 1);
    }
}

struct section {
    const char *name;
    struct bytes bytes;
};

static struct section sections[] = {{.name = SECTION_TYPES}, {.name = SECTION_FRAMES}, {.name = SECTION_OBJECTS}};
#define SECTIONS 3

static void read_sections(const char *path)
{
    struct failure f = {0};
    struct image *image = image_open(path, &f);
    CHECK(image, "%s", f.text);
    for (int i = 0; i < SECTIONS; i++) {
        msgpack_sbuffer buffer;
        msgpack_sbuffer_init(&buffer);
        msgpack_packer p = {&buffer, msgpack_sbuffer_write};
        const msgpack_object *o = image_section(image, sections[i].name, &f);
        CHECK(o && msgpack_pack_object(&p, *o) == 0, "%s", f.text);
        sections[i].bytes = (struct bytes){(unsigned char *)buffer.data, buffer.size};
    }
    image_close(image);
}

static struct forge forge_image(void)
{
    struct forge f = {0};
    forge_header(&f);
    for (int i = 0; i < SECTIONS; i++)
        forge_plain_section(&f, sections[i].name, sections[i].bytes.data, sections[i].bytes.size);
    forge_end(&f);
    return f;
}

static bool show(bool text)
{
    struct failure f = {0};
    struct forge forge = forge_image();
    struct image *image = image_open(memory_file(forge.bytes.data, forge.bytes.size), &f);
    bool shown = image && (text ? print_state(image, true, 10, &f) : emit_state(image, UINT64_MAX, &f));
    if (image)
        image_close(image);
    forge_free(&forge);
    return shown;
}

int main(int argc, char **argv)
{
    unsigned long shown = 0, count = argc > 2 ? strtoul(argv[2], NULL, 10) : 100;
    read_sections(argv[1]);
    CHECK(show(true) && show(false), "the image as it is cannot be shown");
    for (unsigned long i = 0; i < count; i++) {
        struct bytes section = sections[next_random(SECTIONS)].bytes;
        size_t first = next_random(section.size), second = next_random(section.size);
        unsigned char before[] = {section.data[first], section.data[second]};
        section.data[first] = next_byte(before[0]);
        section.data[second] = next_byte(section.data[second]);
        shown += show(i % 2);
        section.data[second] = before[1];
        section.data[first] = before[0];
    }
    fprintf(stderr, "%lu of %lu shown\n", shown, count);
    CHECK(shown > 0 && shown < count, "the changes change nothing");
}
