// Resumes a program from an image: checks the image, finds the program built for this machine, and becomes it.
//
//     hlckpt-restore ckpt/latest                              the program recorded in the image, or PROGRAM.ISA beside
//     it hlckpt-restore --exe app.aarch64 ckpt/latest            another build of it hlckpt-restore --qemu --exe
//     app.s390x ckpt/latest       under the emulator of its instruction set
//
// What is checked here is the image as a file; the program itself compares it with its own maps before anything runs.
// `latest` is a link that a running program moves: it is followed once, so that what was checked is what is resumed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf-file.h"
#include "folder.h"
#include "hlckpt/abi.h"
#include "hlckpt/env.h"
#include "image-path.h"
#include "image.h"

extern const char hlckpt_version[];

struct request {
    const char *image; // as it was given
    const char *exe;   // NULL: look for it
    char **assignments;
    bool qemu, check, newest;
};

// The image that is looked at; closed however the tool ends.
static struct image *opened;

static void close_opened(void)
{
    if (opened)
        image_close(opened);
    opened = NULL;
}

static void print_help(FILE *to)
{
    fputs("usage: hlckpt-restore [OPTION...] IMAGE [-- NAME=VALUE...]\n"
          "Resumes a program from IMAGE; from the newest image when IMAGE is a folder of images.\n\n"
          "  -e, --exe PROGRAM  the program, built for the machine that is to run it (default: the one recorded in\n"
          "                     the image with ." HLCKPT_ISA " after its name, or that one itself)\n"
          "  -q, --qemu         run it under qemu-user\n"
          "  -n, --newest       the newest image of the folder that is not damaged\n"
          "  -c, --check        check the image, and do nothing more\n"
          "  -h, --help         print this and leave\n"
          "      --version      print the version and leave\n"
          "  NAME=VALUE         set in the environment that controls the resumed program:\n\n",
          to);
#define VARIABLE(id, name, value, meaning) fprintf(to, "  %-16s %-16s %s\n", name, value, meaning);
    HLCKPT_ENVIRONMENT(VARIABLE)
    fprintf(to, "\nThe exit status is the program's; %d when the image was refused and nothing ran.\n",
            HLCKPT_STATUS_REFUSED);
}

static _Noreturn void refuse(const char *subject, const char *why)
{
    fprintf(stderr, "hlckpt-restore: %s: %s\n", subject, why);
    exit(HLCKPT_STATUS_REFUSED);
}

// ---- the image

// The folder that `image` lies in, or is.
static const char *folder_of(const char *image)
{
    static char folder[PATH_MAX];
    const char *slash = strrchr(image, '/');
    if (is_folder(image))
        return image;
    if (!slash)
        return ".";
    snprintf(folder, sizeof folder, "%.*s", slash == image ? 1 : (int)(slash - image), image);
    return folder;
}

// The newest image in `folder` that can be opened, in `path`.
static struct image *open_newest(const char *folder, char path[static PATH_MAX])
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct image *image = NULL;
    uint64_t sequence = UINT64_MAX;
    while (fd >= 0 && !image && (sequence = folder_newest_below(fd, sequence))) {
        struct failure f = {0};
        char name[FOLDER_NAME_SIZE], joined[PATH_MAX];
        folder_image_name(name, sequence);
        if (snprintf(joined, sizeof joined, "%s/%s", folder, name) < PATH_MAX && realpath(joined, path))
            image = image_open(path, &f);
    }
    if (fd >= 0)
        close(fd);
    return image;
}

static _Noreturn void refuse_image(const struct request *request, const char *path, const char *why)
{
    char newest[PATH_MAX];
    if (strcmp(path, request->image) == 0)
        fprintf(stderr, "hlckpt-restore: %s: %s\n", path, why);
    else
        fprintf(stderr, "hlckpt-restore: %s (%s): %s\n", request->image, path, why);
    if ((opened = open_newest(folder_of(request->image), newest)))
        fprintf(stderr, "hlckpt-restore: the newest image there that is whole is %s; --newest takes it\n", newest);
    exit(HLCKPT_STATUS_REFUSED);
}

// Opens the image that was asked for; its path, free of links, goes to `path`.
static struct image *open_image(const struct request *request, char path[static PATH_MAX])
{
    struct failure f = {0};
    if (request->newest) {
        struct image *image = open_newest(folder_of(request->image), path);
        if (!image)
            refuse(folder_of(request->image), "there is no image here that is whole");
        return image;
    }
    if (!resolve_image(request->image, path))
        refuse_image(request, request->image, strerror(errno));
    struct image *image = image_open(path, &f);
    if (!image)
        refuse_image(request, path, f.text);
    return image;
}

static int report_check(const struct image *image, const char *path)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < image_section_count(image); i++)
        bytes += image_section_info(image, i).size;
    printf("%s: whole, %zu sections of %" PRIu64 " bytes, digest %016" PRIx64 "\n", path, image_section_count(image),
           bytes, image_digest(image));
    return 0;
}

// ---- the program

// The program's path as recorded in the image; never freed.
static const char *recorded_program(const struct image *image, struct failure *f)
{
    struct reader r = read_map(image_section(image, SECTION_META, f), "meta", f);
    read_key(&r, "program");
    return read_copy_str(&r);
}

// Is this a program for the machine that runs this very tool?
static bool fits_here(const char *program)
{
    struct failure f = {0};
    struct elf own, other;
    if (!elf_open(&own, "/proc/self/exe", &f))
        return false;
    bool fits = elf_open(&other, program, &f) && elf_target(&other) == elf_target(&own);
    if (!f.failed)
        elf_close(&other);
    elf_close(&own);
    return fits;
}

static const char *find_program(const struct request *request, const struct image *image, struct failure *f)
{
    static char beside[PATH_MAX];
    if (request->exe)
        return request->exe;
    const char *recorded = recorded_program(image, f);
    if (f->failed)
        return NULL;
    snprintf(beside, sizeof beside, "%s." HLCKPT_ISA, recorded);
    if (fits_here(beside))
        return beside;
    if (request->qemu || fits_here(recorded))
        return recorded;
    fail(f, "neither '%s' nor '%s' is a program for this machine (" HLCKPT_ISA "); --exe names it", beside, recorded);
    return NULL;
}

// A program without maps would not resume, but start from its beginning.
static const struct target *check_program(const char *program, struct failure *f)
{
    struct elf elf;
    const unsigned char *map;
    size_t size;
    struct failure why = {0};
    if (!elf_open(&elf, program, f))
        return NULL;
    const struct target *target = elf_target(&elf);
    if (!target)
        fail(f, "'%s' is for a machine that is not known here", program);
    else if (!elf_section(&elf, HLCKPT_MAP_SECTION, &map, &size, &why))
        fail(f, "'%s' was not compiled with hlckpt: %s", program, why.text);
    elf_close(&elf);
    return target;
}

static _Noreturn void execute(const char *program, const struct target *target, bool qemu)
{
    char emulator[64], library_path[PATH_MAX];
    snprintf(emulator, sizeof emulator, "qemu-%s-static", target->qemu);
    snprintf(library_path, sizeof library_path, "LD_LIBRARY_PATH=%s/lib", target->root);
    if (!qemu)
        execl(program, program, (char *)NULL);
    else if (strcmp(target->root, "/") == 0)
        execlp(emulator, emulator, program, (char *)NULL);
    else
        execlp(emulator, emulator, "-L", target->root, "-E", library_path, program, (char *)NULL);
    int cause = errno;
    if (!qemu && cause == ENOEXEC)
        fprintf(stderr, "hlckpt-restore: '%s' is a program for %s; --qemu emulates that\n", program, target->name);
    else
        fprintf(stderr, "hlckpt-restore: cannot run '%s': %s\n", qemu ? emulator : program, strerror(cause));
    exit(HLCKPT_STATUS_REFUSED);
}

// ---- the command line

static bool read_options(int argc, char **argv, struct request *request)
{
    static const struct option options[] = {
        {"exe", required_argument, NULL, 'e'},
        {"qemu", no_argument, NULL, 'q'},
        {"newest", no_argument, NULL, 'n'},
        {"check", no_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {0},
    };
    for (int option; (option = getopt_long(argc, argv, "e:qnch", options, NULL)) != -1;) {
        switch (option) {
        case 'e':
            request->exe = optarg;
            break;
        case 'q':
            request->qemu = true;
            break;
        case 'n':
            request->newest = true;
            break;
        case 'c':
            request->check = true;
            break;
        case 'h':
            print_help(stdout);
            exit(0);
        case 'v':
            printf("hlckpt-restore %s\n", hlckpt_version);
            exit(0);
        default:
            return false;
        }
    }
    if (optind == argc)
        return false;
    request->image = argv[optind];
    request->assignments = argv + optind + 1;
    for (char **a = request->assignments; *a; a++)
        if (**a == '=' || !strchr(*a, '='))
            refuse(*a, "NAME=VALUE is expected here");
    return true;
}

static void set_environment(char **assignments, const char *image)
{
    for (; *assignments; assignments++)
        putenv(*assignments);
    setenv("HLCKPT_RESTORE", image, 1);
}

int main(int argc, char **argv)
{
    struct request request = {0};
    char path[PATH_MAX];
    struct failure f = {0};
    if (!read_options(argc, argv, &request)) {
        print_help(stderr);
        return HLCKPT_STATUS_REFUSED;
    }
    atexit(close_opened);
    opened = open_image(&request, path);
    if (request.check)
        return report_check(opened, path);
    const char *program = find_program(&request, opened, &f);
    const struct target *target = program ? check_program(program, &f) : NULL;
    if (f.failed)
        refuse(request.image, f.text);
    close_opened();
    set_environment(request.assignments, path);
    execute(program, target, request.qemu);
}
