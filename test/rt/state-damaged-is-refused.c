// Sections with changed bytes are refused with a reason, or restore something: they never make the restorer read or
// write where it should not. What is accepted is restored, in a process of its own.
//
// RUN: %clang -fsanitize=address,undefined -fno-sanitize-recover=undefined %cflags -I%S/Inputs %s %S/Inputs/state-stubs.c %top/rt/state.c %top/rt/restore.c %top/rt/restore-types.c %top/rt/restore-frames.c %top/rt/restore-objects.c %top/rt/restore-check.c %top/rt/encode.c %top/rt/decode.c %top/rt/source.c %top/rt/adapt.c %top/rt/object.c %top/rt/place.c %top/rt/extent.c %top/rt/type.c %top/rt/layout.c %top/rt/shape.c %top/rt/names.c %top/rt/sort.c %top/rt/float.c %top/rt/stale.c %top/rt/sync.c %top/rt/map.c %top/rt/check.c %top/rt/reader.c %top/rt/failure.c %build/deps/x86_64/lib/libmsgpackc.a -o %t
// RUN: env QUIET=1 ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=256 %t 1500
#include "state-model.h"

#include <sys/wait.h>
#include <unistd.h>

static uint64_t seed = 88172645463325252U;

static uint32_t random_below(size_t limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed % limit);
}

// The bytes that matter most to a reader of MessagePack: lengths, types, and numbers at the edges of what they may be.
static char random_byte(void)
{
    static const unsigned char edges[] = {0, 1, 0x7f, 0x80, 0x90, 0x91, 0x92, 0x93, 0xc0, 0xc2, 0xc4, 0xcc, 0xcf, 0xd3, 0xff};
    return (char)(random_below(2) ? edges[random_below(sizeof edges)] : random_below(256));
}

static void damage(struct bytes *section)
{
    for (uint32_t n = 1 + random_below(3); n > 0; n--)
        section->data[random_below(section->size)] = random_byte();
}

static void restore_apart(struct state *s, bool is_whole)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        forget_state();
        rebuild(s);
        if (is_whole)
            check_state();
        _exit(0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 76));
}

int main(int argc, char **argv)
{
    long refused = 0, accepted = 0, malformed = 0;
    struct failure f = {0};
    struct image_writer *w = memory_writer();
    struct bytes whole[SECTIONS];
    make_model();
    make_state();
    CHECK(capture_model(w, &f));
    for (size_t i = 0; i < SECTIONS; i++)
        whole[i] = memory_section(w, i);
    for (long round = 0; round < (argc > 1 ? atol(argv[1]) : 1000); round++) {
        struct bytes sections[SECTIONS];
        for (size_t i = 0; i < SECTIONS; i++) {
            sections[i] = (struct bytes){malloc(whole[i].size), whole[i].size};
            memcpy(sections[i].data, whole[i].data, whole[i].size);
        }
        if (round)
            damage(&sections[random_below(SECTIONS)]);
        struct image *image = memory_image(sections);
        struct failure reason = {0};
        struct state *s = image ? state_read(image, &reason) : NULL;
        CHECK(round || s);
        CHECK(!image || !s == reason.failed);
        CHECK(!reason.failed || reason.text[0]);
        if (s)
            restore_apart(s, !round);
        malformed += !image;
        accepted += s != NULL;
        refused += image && !s;
        if (image)
            memory_image_free(image);
        for (size_t i = 0; i < SECTIONS; i++)
            free(sections[i].data);
    }
    printf("%ld not MessagePack, %ld refused, %ld restored\n", malformed, refused, accepted);
    return refused == 0 || accepted == 0;
}
