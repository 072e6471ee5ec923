// A program whose structs are declared a little differently takes objects over field by field: what has another name is
// zero, what is narrower must fit, pointers lead to the fields they led to.
//
// RUN: %clang -fsanitize=address,undefined -fno-sanitize-recover=undefined %cflags -I%S/Inputs %s %S/Inputs/state-stubs.c %top/rt/state.c %top/rt/restore.c %top/rt/restore-types.c %top/rt/restore-frames.c %top/rt/restore-objects.c %top/rt/restore-check.c %top/rt/encode.c %top/rt/decode.c %top/rt/source.c %top/rt/adapt.c %top/rt/object.c %top/rt/place.c %top/rt/extent.c %top/rt/type.c %top/rt/layout.c %top/rt/shape.c %top/rt/names.c %top/rt/sort.c %top/rt/float.c %top/rt/stale.c %top/rt/sync.c %top/rt/map.c %top/rt/check.c %top/rt/reader.c %top/rt/failure.c %build/deps/x86_64/lib/libmsgpackc.a -o %t
// RUN: env ASAN_OPTIONS=detect_leaks=0 %t
#include "state-model.h"

#include "type.h"

static struct state *capture_and_read(struct failure *f)
{
    struct image_writer *w = memory_writer();
    struct bytes sections[SECTIONS];
    CHECK(capture_model(w, f));
    for (size_t i = 0; i < SECTIONS; i++)
        sections[i] = memory_section(w, i);
    program_forget();
    is_other_version = true;
    make_model();
    return state_read(memory_image(sections), f);
}

int main(int argc, char **argv)
{
    (void)argv;
    struct failure f = {0};
    make_model();
    make_state();
    if (argc > 1) { // never: keeps the whole model in use
        check_state();
        return 1;
    }
    first->big = 1L << 20;
    struct state *s = capture_and_read(&f);
    if (!s)
        fprintf(stderr, "%s\n", f.text);
    CHECK(s);
    forget_state();
    rebuild(s);
    CHECK(first->weight == 0 && (int)first->big == 1 << 20 && first->value == -19 && first->next->value == -18);
    CHECK(GET(0, "words", char *) == first->name + 5 && strcmp(first->name, "node 19") == 0);
    CHECK(first->corner == &first->grid[0][0] + 6 && first->next->corner == &first->next->grid[1][1]);
    CHECK(counts[2] == 2 * 0x01020304 && counts[3] == 0);
    CHECK(past == counts + 3);
    return 0;
}
