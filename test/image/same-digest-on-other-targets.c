// REQUIRES: target-s390x, target-powerpc, target-armhf
// RUN: rm -rf %t.dir && %image-test %s -o %t && %t %t.dir
// RUN: %foreign-image-test-s390x %s -o %t.s390x && %qemu-s390x %t.s390x %t.dir
// RUN: %foreign-image-test-powerpc %s -o %t.powerpc && %qemu-powerpc %t.powerpc %t.dir
// RUN: %foreign-image-test-armhf %s -o %t.armhf && %qemu-armhf %t.armhf %t.dir
// RUN: %t %t.dir && cat %t.dir/digests && test $(sort -u %t.dir/digests | wc -l) = 1
//
// Each machine reads what the one before it wrote, byte order and word size notwithstanding, and finds the digest it
// would have made itself.
#include <unistd.h>

#include "sample.h"

#define FILLER 100000

static uint64_t read_latest(const char *folder)
{
    struct failure f = {0};
    struct image *image = image_open(join(folder, "latest"), &f);
    CHECK(image, "%s", f.text);
    sample_verify(image, FILLER);
    uint64_t digest = image_digest(image);
    image_close(image);
    return digest;
}

static void note(const char *folder, uint64_t digest)
{
    FILE *file = fopen(join(folder, "digests"), "a");
    CHECK(file && fprintf(file, "%016llx\n", (unsigned long long)digest) > 0 && fclose(file) == 0, "cannot write");
}

int main(int argc, char **argv)
{
    const char *folder = argv[argc - 1];
    if (access(join(folder, "latest"), F_OK) == 0)
        note(folder, read_latest(folder));
    sample_write(folder, NULL, 2, FILLER);
    note(folder, read_latest(folder));
    sample_write(folder, "zstd", 2, FILLER);
    note(folder, read_latest(folder));
}
