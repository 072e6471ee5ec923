// RUN: %image-test %s -o %t && rm -rf %t.dir && %t %t.dir
//
// Any one byte changed: in each of its bits, to 0, to 0xff, and to what it is not. And one byte more at the end.
#include <string.h>

#include "sample.h"

static void try_byte(struct bytes *image, size_t at, unsigned char value)
{
    unsigned char before = image->data[at];
    if (value == before)
        return;
    image->data[at] = value;
    refusal_of(image->data, image->size);
    image->data[at] = before;
}

static void try_bytes(const char *folder, const char *compress, size_t filler, size_t step)
{
    sample_write(folder, compress, 2, filler);
    struct bytes image = file_read(join(folder, "latest"));
    for (size_t at = 0; at < image.size; at += step) {
        for (unsigned bit = 0; bit < 8; bit++)
            try_byte(&image, at, image.data[at] ^ (unsigned char)(1u << bit));
        try_byte(&image, at, 0);
        try_byte(&image, at, 0xff);
        try_byte(&image, at, (unsigned char)~image.data[at]);
    }
    image.data[image.size] = 0; // file_read left room
    CHECK(strstr(refusal_of(image.data, image.size + 1), "after the image"), "a byte more");
    free(image.data);
}

int main(int argc, char **argv)
{
    try_bytes(argv[argc - 1], NULL, 100, 1);
    try_bytes(argv[argc - 1], "zstd", 100, 1);
    try_bytes(argv[argc - 1], NULL, 200000, 4099);
    try_bytes(argv[argc - 1], "zstd", 2000000, 4099);
}
