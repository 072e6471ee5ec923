// RUN: %image-test %s -o %t && rm -rf %t.dir && %t %t.dir/made/on/the/way
//
// Numbers go up and are never given twice; `latest` follows; the newest `keep` stay, and what is not an image is left
// alone.
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sample.h"

static const char *folder;

static bool exists(const char *name)
{
    return access(join(folder, name), F_OK) == 0;
}

static void expect_latest(const char *name)
{
    char target[64] = "";
    CHECK(readlink(join(folder, "latest"), target, sizeof target - 1) > 0, "no link");
    CHECK(strcmp(target, name) == 0, "latest is %s where %s is expected", target, name);
}

static void touch(const char *name)
{
    int fd = open(join(folder, name), O_WRONLY | O_CREAT, 0666);
    CHECK(fd >= 0 && write(fd, "x", 1) == 1, "cannot make %s", name);
    close(fd);
}

static void try_numbers(void)
{
    CHECK(sample_write(folder, NULL, 2, 10) == 1, "the first");
    expect_latest("00000001.hlckpt");
    CHECK(sample_write(folder, NULL, 2, 10) == 2, "the second");
    CHECK(exists("00000001.hlckpt"), "the first of two is kept");
    CHECK(sample_write(folder, NULL, 2, 10) == 3, "the third");
    CHECK(!exists("00000001.hlckpt") && exists("00000002.hlckpt"), "two of three are kept");
    expect_latest("00000003.hlckpt");
    CHECK(sample_write(folder, NULL, 0, 10) == 4, "the fourth");
    CHECK(!exists("00000003.hlckpt") && exists("00000004.hlckpt"), "one at least is kept");
    touch("00000120.hlckpt");
    touch("99.hlckpt");
    touch("00000001.hlckpt.bak");
    touch("notes");
    CHECK(sample_write(folder, NULL, 3, 10) == 121, "one more than the greatest");
    CHECK(exists("00000004.hlckpt") && exists("00000120.hlckpt"), "three are kept");
    CHECK(sample_write(folder, NULL, 1, 10) == 122, "the next");
    CHECK(!exists("00000120.hlckpt") && !exists("00000121.hlckpt"), "one is kept");
    CHECK(exists("99.hlckpt") && exists("00000001.hlckpt.bak") && exists("notes"), "other files are left alone");
    touch("123456789.hlckpt");
    CHECK(sample_write(folder, NULL, 1, 10) == 123456790, "more than eight digits");
    expect_latest("123456790.hlckpt");
}

static void try_temporaries(void)
{
    struct failure f = {0};
    uint64_t sequence, size;
    touch(".writing-1-0");
    struct image_writer *one = image_writer_open(folder, NULL, &f), *other = image_writer_open(folder, NULL, &f);
    CHECK(one && other, "two writers: %s", f.text);
    CHECK(!exists(".writing-1-0"), "a dead writer's file is removed");
    image_writer_abandon(other);
    image_write_meta(one);
    CHECK(image_writer_commit(one, 1, &sequence, &size, &f), "beside another writer: %s", f.text);
    struct stat status;
    CHECK(stat(join(folder, "latest"), &status) == 0 && (uint64_t)status.st_size == size, "%llu bytes",
          (unsigned long long)size);
}

// Writers in several processes: no number twice, each image whole.
static void try_many_writers(void)
{
    enum { WRITERS = 4, EACH = 10 };
    for (int i = 0; i < WRITERS; i++)
        if (fork() == 0) {
            for (int n = 0; n < EACH; n++)
                sample_write(folder, NULL, 1000, 5000);
            _exit(0);
        }
    for (int status; wait(&status) > 0;)
        CHECK(status == 0, "a writer failed");
    for (uint64_t i = 1; i <= WRITERS * EACH; i++) {
        char name[32];
        struct failure f = {0};
        snprintf(name, sizeof name, "%llu.hlckpt", (unsigned long long)(123456791 + i));
        struct image *image = image_open(join(folder, name), &f);
        CHECK(image, "%s: %s", name, f.text);
        sample_verify(image, 5000);
        image_close(image);
    }
}

int main(int argc, char **argv)
{
    folder = argv[argc - 1];
    try_numbers();
    try_temporaries();
    try_many_writers();
}
