// RUN: %image-test %s -o %t && rm -rf %t.dir && %t %t.dir
//
// What is written is read again: with and without compression, in place and across buffers; the digest does not depend
// on the encoding.
#include <string.h>

#include "sample.h"

static uint64_t digest_of(const char *path, size_t filler)
{
    struct failure f = {0};
    struct image *image = image_open(path, &f);
    CHECK(image, "%s: %s", path, f.text);
    sample_verify(image, filler);
    uint64_t digest = image_digest(image);
    image_close(image);
    return digest;
}

int main(int argc, char **argv)
{
    static const size_t fillers[] = {0, 1, 255, 256, 65535, 65536, 65537, 300000, 3 << 20};
    const char *folder = argv[argc - 1];
    char *latest = join(folder, "latest");
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++) {
        sample_write(folder, NULL, 2, fillers[i]);
        uint64_t digest = digest_of(latest, fillers[i]);
        sample_write(folder, "zstd", 2, fillers[i]);
        CHECK(digest_of(latest, fillers[i]) == digest, "zstd changes the digest");
        sample_write(folder, "zstd:-5", 2, fillers[i]);
        CHECK(digest_of(latest, fillers[i]) == digest, "zstd:-5 changes the digest");
    }
    struct failure f = {0};
    CHECK(!image_writer_open(folder, "zstd:99", &f) && strstr(f.text, "zstd:99"), "level 99: %s", f.text);
    f.failed = false;
    CHECK(!image_writer_open(folder, "gzip", &f) && strstr(f.text, "gzip"), "gzip: %s", f.text);
}
