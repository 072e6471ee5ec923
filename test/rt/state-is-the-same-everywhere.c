// The same state gives the same bytes on every target, whatever its byte order, word size, padding and long double; and
// each target restores them.
//
// REQUIRES: target-s390x, target-armhf, target-i386, target-powerpc, target-ppc64el
//
// DEFINE: %{sources} = %s %S/Inputs/state-stubs.c %top/rt/state.c %top/rt/restore.c %top/rt/restore-types.c %top/rt/restore-frames.c %top/rt/restore-objects.c %top/rt/restore-check.c %top/rt/encode.c %top/rt/decode.c %top/rt/source.c %top/rt/adapt.c %top/rt/object.c %top/rt/place.c %top/rt/extent.c %top/rt/type.c %top/rt/layout.c %top/rt/shape.c %top/rt/names.c %top/rt/sort.c %top/rt/float.c %top/rt/stale.c %top/rt/sync.c %top/rt/map.c %top/rt/check.c %top/rt/reader.c %top/rt/failure.c
// DEFINE: %{flags} = -std=gnu17 -g -I%top/include -I%top/rt -I%S/Inputs
// DEFINE: %{foreign} = %clang %{flags} -O1 %{sources}
//
// RUN: %clang -fsanitize=address,undefined -fno-sanitize-recover=undefined -Wall -Wextra -Werror %{flags} %{sources} -isystem %build/deps/x86_64/include %build/deps/x86_64/lib/libmsgpackc.a -o %t
// RUN: env ASAN_OPTIONS=detect_leaks=0 %t capture %t.image && env ASAN_OPTIONS=detect_leaks=0 %t restore %t.image
// RUN: %{foreign} --target=s390x-linux-gnu -isystem %build/deps/s390x/include %build/deps/s390x/lib/libmsgpackc.a -o %t.s390x
// RUN: %qemu-s390x %t.s390x capture %t.s390x.image && cmp %t.image %t.s390x.image && %qemu-s390x %t.s390x restore %t.image
// RUN: %{foreign} --target=arm-linux-gnueabihf -isystem %build/deps/armhf/include %build/deps/armhf/lib/libmsgpackc.a -o %t.armhf
// RUN: %qemu-armhf %t.armhf capture %t.armhf.image && cmp %t.image %t.armhf.image && %qemu-armhf %t.armhf restore %t.image
// RUN: %{foreign} --target=i386-linux-gnu -isystem %build/deps/i386/include %build/deps/i386/lib/libmsgpackc.a -o %t.i386
// RUN: %qemu-i386 %t.i386 capture %t.i386.image && cmp %t.image %t.i386.image && %qemu-i386 %t.i386 restore %t.image
// RUN: %{foreign} --target=powerpc-linux-gnu -fno-pie -no-pie -L/usr/powerpc-linux-gnu/lib -isystem %build/deps/powerpc/include %build/deps/powerpc/lib/libmsgpackc.a -o %t.powerpc
// RUN: %qemu-powerpc %t.powerpc capture %t.powerpc.image && cmp %t.image %t.powerpc.image && %qemu-powerpc %t.powerpc restore %t.image
// RUN: %{foreign} --target=powerpc64le-linux-gnu -isystem %build/deps/ppc64el/include %build/deps/ppc64el/lib/libmsgpackc.a -o %t.ppc64el
// RUN: %qemu-ppc64el %t.ppc64el capture %t.ppc64el.image && cmp %t.image %t.ppc64el.image && %qemu-ppc64el %t.ppc64el restore %t.image
#include "state-model.h"

static int capture(const char *path)
{
    struct failure f = {0};
    struct image_writer *w = memory_writer();
    make_state();
    if (!capture_model(w, &f)) {
        fprintf(stderr, "%s\n", f.text);
        return 1;
    }
    FILE *file = fopen(path, "wb");
    for (size_t i = 0; i < SECTIONS; i++) {
        struct bytes b = memory_section(w, i);
        fprintf(file, "%zu\n", b.size);
        fwrite(b.data, 1, b.size, file);
    }
    return fclose(file);
}

static int restore(const char *path)
{
    struct failure f = {0};
    struct bytes sections[SECTIONS];
    FILE *file = fopen(path, "rb");
    for (size_t i = 0; i < SECTIONS; i++) {
        CHECK(fscanf(file, "%zu", &sections[i].size) == 1 && fgetc(file) == '\n');
        sections[i].data = malloc(sections[i].size);
        CHECK(fread(sections[i].data, 1, sections[i].size, file) == sections[i].size);
    }
    fclose(file);
    struct state *s = state_read(memory_image(sections), &f);
    if (!s) {
        fprintf(stderr, "%s\n", f.text);
        return 1;
    }
    forget_state();
    rebuild(s);
    check_state();
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    make_model();
    return strcmp(argv[1], "capture") == 0 ? capture(argv[2]) : restore(argv[2]);
}
