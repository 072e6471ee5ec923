// Every value of the sections "resources" and "process" replaced by others, of its own type and of every other: reading
// succeeds or fails with a reason, and touches nothing that is not there.
// RUN: %process-test %s -o %t && rm -rf %t.dir && mkdir -p %t.dir && cd %t.dir
// RUN: sh -c "%t capture .; test \$? = 75" && %t run
#define _GNU_SOURCE
#include <fcntl.h>
#include <iconv.h>
#include <regex.h>

#include "descriptor.h"
#include "hlckpt.h"
#include "hlckpt/abi.h"
#include "program.h"
#include "resource.h"
#include "settings.h"
#include "stream.h"

HLCKPT_RESOURCE(iconv_open, "p(ss)", iconv_close)
HLCKPT_RESOURCE_OF(regex_t, regcomp, "i(osi)", regfree)

static const struct image *image;
static int failures, successes;

static void before(void)
{
    pointers[0] = fopen("written", "w");
    pointers[1] = tmpfile();
    fputs("waiting", pointers[0]);
    fputs("waiting", pointers[1]);
    int ends[2];
    CHECK(pipe(ends) == 0 && dup(ends[1]) >= 0);
    static regex_t expression;
    CHECK(regcomp(&expression, "a*", 0) == 0);
    hlckpt_resource_opened(&hlckpt_resource_regcomp, NULL, &expression, "a*", 0);
    hlckpt_resource_opened(&hlckpt_resource_iconv_open, iconv_open("UTF-8", "UTF-8"), "UTF-8", "UTF-8");
}

static void read_both(void)
{
    struct failure f = {0};
    struct descriptor_table files;
    const msgpack_object *resources = image_section(image, SECTION_RESOURCES, &f);
    settings_read(image_section(image, SECTION_PROCESS, &f), &f);
    struct failure g = {0};
    struct reader r = read_map(resources, "resources", &g);
    bool good = descriptors_read(&r, &files) && streams_read(&r, &g) && resources_read(&r, streams_count(), &g);
    if (good)
        descriptors_check(&files, &g);
    CHECK(!f.failed || f.text[0]);
    CHECK(!g.failed || g.text[0]);
    failures += f.failed || g.failed;
    successes += !f.failed && !g.failed;
    descriptors_free(&files);
}

static void try_values(msgpack_object *o)
{
    static const uint64_t numbers[] = {0, 1, 2, 3, 7, 63, 64, 65, 255, 1 << 20, UINT32_MAX, INT64_MAX, UINT64_MAX};
    const msgpack_object original = *o;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        *o = (msgpack_object){.type = MSGPACK_OBJECT_POSITIVE_INTEGER, .via.u64 = numbers[i]};
        read_both();
        *o = (msgpack_object){.type = MSGPACK_OBJECT_NEGATIVE_INTEGER, .via.i64 = -(int64_t)(numbers[i] / 2) - 1};
        read_both();
    }
    *o = (msgpack_object){.type = MSGPACK_OBJECT_NIL};
    read_both();
    *o = (msgpack_object){.type = MSGPACK_OBJECT_BOOLEAN, .via.boolean = true};
    read_both();
    *o = (msgpack_object){.type = MSGPACK_OBJECT_STR, .via.str = {3, "a\0b"}};
    read_both();
    *o = (msgpack_object){.type = MSGPACK_OBJECT_STR, .via.str = {0, ""}};
    read_both();
    *o = (msgpack_object){.type = MSGPACK_OBJECT_BIN, .via.bin = {0, ""}};
    read_both();
    *o = (msgpack_object){.type = MSGPACK_OBJECT_ARRAY, .via.array = {0, NULL}};
    read_both();
    *o = (msgpack_object){.type = MSGPACK_OBJECT_MAP, .via.map = {0, NULL}};
    read_both();
    *o = original;
}

static void try_shorter(msgpack_object_array *array)
{
    uint32_t whole = array->size;
    for (array->size = 0; array->size < whole; array->size++)
        read_both();
}

static void mutate(msgpack_object *o)
{
    try_values(o);
    if (o->type == MSGPACK_OBJECT_ARRAY) {
        try_shorter(&o->via.array);
        for (uint32_t i = 0; i < o->via.array.size; i++)
            mutate(&o->via.array.ptr[i]);
    }
    for (uint32_t i = 0; o->type == MSGPACK_OBJECT_MAP && i < o->via.map.size; i++)
        mutate(&o->via.map.ptr[i].val);
}

static void after(void)
{
    struct failure f = {0};
    image = image_open("latest", &f);
    CHECK(image);
    read_both();
    CHECK(successes == 1);
    mutate((msgpack_object *)image_section(image, SECTION_RESOURCES, &f));
    mutate((msgpack_object *)image_section(image, SECTION_PROCESS, &f));
    CHECK(failures > 1000);
}
