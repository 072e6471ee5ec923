// Shows what an image, or the maps of a program, hold.
//
//     hlckpt-inspect ckpt/latest               summary and backtrace, with the values of variables
//     hlckpt-inspect --objects ckpt/latest     the objects too
//     hlckpt-inspect --digest ckpt/latest      16 digits that are equal for equal states
//     hlckpt-inspect --map app                 what the compiler said about app
//
// An image explains itself: the program is not needed.
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emit.h"
#include "hlckpt/env.h"
#include "image-path.h"
#include "inspect.h"

extern const char hlckpt_version[];

struct request {
    const char *path;
    bool json, digest, objects, map, neutral, raw;
    uint64_t limit;
};

static void print_help(FILE *to)
{
    fputs("usage: hlckpt-inspect [OPTION...] IMAGE\n"
          "       hlckpt-inspect --map [--neutral] [--json] PROGRAM\n"
          "Shows what IMAGE, or the newest image of a folder, holds: where it was made, the frames with their "
          "variables, the objects.\n\n"
          "  -o, --objects  the objects too\n"
          "  -j, --json     everything, as JSON\n"
          "  -e, --elements N\n"
          "                 how many elements of an array are shown (default 10; 0: all)\n"
          "  -r, --raw      the sections as they are, as JSON\n"
          "  -d, --digest   16 hexadecimal digits of the state, without where and when it was captured\n"
          "  -m, --map      the maps of a program: its functions, migration points, variables and types\n"
          "  -n, --neutral  with --map: only what is the same for every target\n"
          "  -h, --help     print this and leave\n"
          "      --version  print the version and leave\n",
          to);
}

// ---- meta

struct meta {
    char *program, *isa, *host, *hlckpt;
    uint64_t pid, time; // microseconds since 1970
};

static struct meta read_meta(const struct image *image, struct failure *f)
{
    struct meta m = {0};
    struct reader r = read_map(image_section(image, SECTION_META, f), "meta", f);
    read_key(&r, "program");
    m.program = read_copy_str(&r);
    read_key(&r, "isa");
    m.isa = read_copy_str(&r);
    read_key(&r, "host");
    m.host = read_copy_str(&r);
    read_key(&r, "pid");
    m.pid = read_uint(&r, UINT64_MAX);
    read_key(&r, "time");
    m.time = read_uint(&r, INT64_MAX);
    read_key(&r, "hlckpt");
    m.hlckpt = read_copy_str(&r);
    read_end(&r);
    return m;
}

static void print_meta(const struct meta *m)
{
    char when[64] = "?";
    time_t seconds = (time_t)(m->time / 1000000);
    struct tm utc;
    if (gmtime_r(&seconds, &utc))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &utc);
    printf("program   %s\n", m->program);
    printf("captured  %s.%06" PRIu64 " UTC on %s (%s), process %" PRIu64 ", hlckpt %s\n", when, m->time % 1000000,
           m->host, m->isa, m->pid, m->hlckpt);
}

// ---- the whole image

static void print_sections(const struct image *image)
{
    for (size_t i = 0; i < image_section_count(image); i++) {
        struct image_section_info s = image_section_info(image, i);
        printf("section   %-10s %12" PRIu64 " bytes", s.name, s.size);
        if (s.stored != s.size)
            printf(", %" PRIu64 " as %s", s.stored, s.encoding);
        putchar('\n');
    }
}

static bool print_image(const struct image *image, const struct request *request, struct failure *f)
{
    struct meta m = read_meta(image, f);
    if (f->failed)
        return false;
    print_meta(&m);
    printf("digest    %016" PRIx64 "\n", image_digest(image));
    print_sections(image);
    return print_state(image, request->objects, request->limit, f);
}

static bool emit_section(const struct image *image, const char *name, struct failure *f)
{
    const msgpack_object *o = image_section(image, name, f);
    if (!o)
        return false;
    emit_key(name);
    emit_msgpack(o);
    return true;
}

static bool print_raw(const struct image *image, struct failure *f)
{
    emit_begin_object();
    for (size_t i = 0; i < image_section_count(image); i++)
        if (!emit_section(image, image_section_info(image, i).name, f))
            return false;
    emit_end_object();
    emit_line_end();
    return true;
}

static void emit_sections(const struct image *image)
{
    char hex[17];
    snprintf(hex, sizeof hex, "%016" PRIx64, image_digest(image));
    emit_key("digest");
    emit_text(hex);
    emit_key("sections");
    emit_begin_object();
    for (size_t i = 0; i < image_section_count(image); i++) {
        struct image_section_info s = image_section_info(image, i);
        emit_key(s.name);
        emit_begin_object();
        emit_key("size");
        emit_unsigned(s.size);
        emit_key("stored");
        emit_unsigned(s.stored);
        emit_key("encoding");
        emit_text(s.encoding);
        emit_end_object();
    }
    emit_end_object();
}

static bool print_json(const struct image *image, uint64_t limit, struct failure *f)
{
    emit_begin_object();
    emit_sections(image);
    if (!emit_section(image, SECTION_META, f) || !emit_state(image, limit, f) ||
        !emit_section(image, SECTION_RESOURCES, f) || !emit_section(image, SECTION_PROCESS, f))
        return false;
    emit_end_object();
    emit_line_end();
    return true;
}

static bool inspect_image(const struct request *request, struct failure *f)
{
    char path[PATH_MAX];
    if (!resolve_image(request->path, path))
        return fail(f, "%s", strerror(errno));
    struct image *image = image_open(path, f);
    if (!image)
        return false;
    bool done = true;
    if (request->digest)
        printf("%016" PRIx64 "\n", image_digest(image));
    else if (request->raw)
        done = print_raw(image, f);
    else if (request->json)
        done = print_json(image, request->limit, f);
    else
        done = print_image(image, request, f);
    image_close(image);
    return done;
}

// ---- the command line

static bool read_limit(const char *text, uint64_t *limit)
{
    char *end;
    *limit = strtoull(text, &end, 10);
    if (end == text || *end || *text == '-')
        return false;
    if (!*limit)
        *limit = UINT64_MAX;
    return true;
}

static bool read_options(int argc, char **argv, struct request *request)
{
    static const struct option options[] = {
        {"objects", no_argument, NULL, 'o'}, {"json", no_argument, NULL, 'j'},
        {"digest", no_argument, NULL, 'd'},  {"map", no_argument, NULL, 'm'},
        {"neutral", no_argument, NULL, 'n'}, {"help", no_argument, NULL, 'h'},
        {"raw", no_argument, NULL, 'r'},     {"elements", required_argument, NULL, 'e'},
        {"version", no_argument, NULL, 'v'}, {0},
    };
    for (int option; (option = getopt_long(argc, argv, "oje:rdmnh", options, NULL)) != -1;) {
        switch (option) {
        case 'o':
            request->objects = true;
            break;
        case 'j':
            request->json = true;
            break;
        case 'd':
            request->digest = true;
            break;
        case 'm':
            request->map = true;
            break;
        case 'n':
            request->neutral = true;
            break;
        case 'r':
            request->raw = true;
            break;
        case 'e':
            if (!read_limit(optarg, &request->limit))
                return false;
            break;
        case 'h':
            print_help(stdout);
            exit(0);
        case 'v':
            printf("hlckpt-inspect %s\n", hlckpt_version);
            exit(0);
        default:
            return false;
        }
    }
    request->path = argv[optind];
    return optind + 1 == argc;
}

int main(int argc, char **argv)
{
    struct request request = {.limit = 10};
    struct failure f = {0};
    if (!read_options(argc, argv, &request)) {
        print_help(stderr);
        return HLCKPT_STATUS_REFUSED;
    }
    bool done = request.map ? print_maps(request.path, request.json, request.neutral, &f) : inspect_image(&request, &f);
    if (done && fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    fflush(stdout);
    fprintf(stderr, "hlckpt-inspect: %s: %s\n", request.path, done ? "cannot write what was found" : f.text);
    return HLCKPT_STATUS_REFUSED;
}
