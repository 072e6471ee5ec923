// RUN: %hlckpt-cc -O1 -c %s -DPROGRAM -o %t.program.o
// RUN: %image-test -I%build/generated -I%top/rt/tools %top/rt/map.c %top/rt/tools/elf-file.c \
// RUN:     %top/rt/tools/map-text.c %top/rt/tools/emit.c %s -o %t
// RUN: env ASAN_OPTIONS=detect_leaks=0 %t %t.program.o 5000 >/dev/null
//
// The maps of a program are shown whatever was changed in the file: in its headers, in its table of sections, in the
// maps.
#ifdef PROGRAM
#include <stdio.h>

struct node {
    struct node *next;
    union {
        double weight;
        unsigned flags : 3;
    };
    long double values[4];
};
static struct node *first;
_Thread_local int depth;

int main(int argc, char **argv)
{
    for (struct node *n = first; n; n = n->next)
        for (int i = 0; i < argc; i++)
            printf("%s %Lg\n", argv[i], n->values[i & 3]);
    return depth;
}
#else
#include <stdlib.h>
#include <string.h>

#include "elf-file.h"
#include "hlckpt/abi.h"
#include "inspect.h"
#include "sample.h"

static uint64_t state = 88172645463325252u;

static size_t next_random(size_t below) // Marsaglia's xorshift64
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state % below);
}

// Where a change is worth while: the file's header, its table of sections at the end, its maps.
static size_t next_place(struct bytes file, struct bytes map)
{
    switch (next_random(4)) {
    case 0:
        return next_random(64);
    case 1:
        return file.size - 1 - next_random(file.size < 2000 ? file.size : 2000);
    default:
        return (size_t)(map.data - file.data) + next_random(map.size);
    }
}

static struct bytes find_map(const char *program, struct bytes file)
{
    struct elf elf;
    struct failure f = {0};
    const unsigned char *map;
    size_t size;
    CHECK(elf_open(&elf, program, &f) && elf_section(&elf, HLCKPT_MAP_SECTION, &map, &size, &f), "%s", f.text);
    struct bytes found = {file.data + (map - elf.bytes), size};
    elf_close(&elf);
    return found;
}

int main(int argc, char **argv)
{
    struct failure f = {0};
    struct bytes pristine = file_read(argv[1]), file = file_read(argv[1]), map = find_map(argv[1], file);
    unsigned long shown = 0, count = argc > 2 ? strtoul(argv[2], NULL, 10) : 100;
    CHECK(print_maps(argv[1], false, false, &f), "%s", f.text);
    for (unsigned long i = 0; i < count; i++) {
        size_t at = next_place(file, map);
        unsigned char before = file.data[at];
        file.data[at] = (unsigned char)(next_random(2) ? before ^ 1u << next_random(8) : next_random(256));
        f = (struct failure){0};
        shown += print_maps(memory_file(file.data, file.size), i % 2, i % 4 == 0, &f);
        if (i % 8)
            file.data[at] = before; // some changes stay, for a while
        else if (i % 64 == 0)
            memcpy(file.data, pristine.data, file.size);
    }
    for (size_t size = 0; size < file.size; size += 7)
        print_maps(memory_file(file.data, size), false, true, &f);
    fprintf(stderr, "%lu of %lu shown\n", shown, count);
    CHECK(shown > 0 && shown < count, "the changes change nothing");
}
#endif
