// RUN: %image-test %s -o %t && rm -rf %t.dir && %t %t.dir
//
// For every n smaller than an image, its first n bytes are refused, and the reason tells that the end is missing.
#include <string.h>

#include "sample.h"

static void try_prefixes(const char *folder, const char *compress)
{
    sample_write(folder, compress, 2, 700);
    struct bytes whole = file_read(join(folder, "latest"));
    for (size_t n = 0; n < whole.size; n++) {
        const char *why = refusal_of(whole.data, n);
        CHECK(strstr(why, "truncated"), "%zu of %zu bytes: %s", n, whole.size, why);
    }
    free(whole.data);
}

int main(int argc, char **argv)
{
    try_prefixes(argv[argc - 1], NULL);
    try_prefixes(argv[argc - 1], "zstd");
}
