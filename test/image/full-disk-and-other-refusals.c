// RUN: %image-test %s -o %t && rm -rf %t.dir && %t %t.dir
//
// Where an image cannot be written, the writer says why, the images that are there stay, and nothing half-written does.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sample.h"

static int count_files(const char *folder)
{
    int count = 0;
    DIR *directory = opendir(folder);
    CHECK(directory, "cannot list %s", folder);
    for (struct dirent *entry; (entry = readdir(directory));)
        count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(directory);
    return count;
}

// Tries to write an image of more than `size` bytes, and returns why that failed.
static const char *try_writing(const char *folder, const char *compress, size_t size)
{
    static struct failure f;
    uint64_t sequence, bytes, seed = 1;
    f = (struct failure){0};
    struct image_writer *w = image_writer_open(folder, compress, &f);
    if (!w)
        return f.text;
    msgpack_packer *p = image_section_begin(w, "objects");
    write_array(p, (uint32_t)(size / 8));
    for (size_t i = 0; i < size / 8; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        write_uint(p, seed);
    }
    image_section_end(w);
    image_write_meta(w);
    CHECK(!image_writer_commit(w, 2, &sequence, &bytes, &f), "an image is written where it cannot be");
    return f.text;
}

static void expect_failure(const char *folder, size_t size, const char *expected)
{
    static const char *const encodings[] = {"none", "zstd"};
    for (int i = 0; i < 2; i++) {
        const char *why = try_writing(folder, encodings[i], size);
        CHECK(strstr(why, expected), "%s: %s, where '%s' is expected", encodings[i], why, expected);
    }
}

static void try_size_limit(const char *folder)
{
    struct rlimit before, limit = {100000, RLIM_INFINITY};
    sample_write(folder, NULL, 2, 10);
    getrlimit(RLIMIT_FSIZE, &before);
    limit.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0, "no limit can be set");
    expect_failure(folder, 1 << 20, "File too large");
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK(count_files(folder) == 2, "%d files where an image and `latest` are expected", count_files(folder));
    CHECK(sample_write(folder, NULL, 2, 10) == 2, "the next image");
}

// In a mount namespace of its own; not every machine lets us.
static void try_full_disk(const char *folder)
{
    if (fork() == 0) {
        if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
            mount("none", folder, "tmpfs", 0, "size=256k"))
            _exit(0);
        sample_write(folder, NULL, 2, 10);
        expect_failure(folder, 1 << 20, "No space left");
        CHECK(count_files(folder) == 2, "%d files on the full disk", count_files(folder));
        CHECK(sample_write(folder, NULL, 2, 10) == 2, "the next image");
        _exit(0);
    }
    int status;
    wait(&status);
    CHECK(status == 0, "on a full disk");
}

static void try_unwritable(const char *folder)
{
    CHECK(chmod(folder, 0555) == 0, "chmod");
    if (fork() == 0) {
        if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
            _exit(0);
        const char *why = try_writing(folder, NULL, 100);
        CHECK(strstr(why, "Permission denied"), "%s", why);
        _exit(0);
    }
    int status;
    wait(&status);
    CHECK(status == 0, "in a folder that may not be written");
    chmod(folder, 0755);
    CHECK(strstr(try_writing(join(folder, "latest"), NULL, 100), "Not a directory"),
          "a file where a folder is expected");
    CHECK(strstr(try_writing("", NULL, 100), "no name"), "no folder");
    CHECK(strstr(try_writing("/proc/none/such", NULL, 100), "No such file"), "a folder that cannot be made");
}

int main(int argc, char **argv)
{
    const char *folder = argv[argc - 1];
    try_size_limit(folder);
    try_full_disk(folder);
    try_unwritable(folder);
}
