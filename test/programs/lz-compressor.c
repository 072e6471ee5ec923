// An LZ77 compressor with hash chains and its decompressor, over text it makes itself.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 4096, SHORTEST = 4, LONGEST = 130 };

static int head[1024], previous[WINDOW];

static unsigned hash(const uint8_t *p)
{
    return (p[0] * 2654435761u + p[1] * 40503u + p[2] * 2246822519u + p[3] * 97u) >> 7 & 1023;
}

static int match_length(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
    int length = 0;
    while (b + length < end && length < LONGEST && a[length] == b[length])
        length++;
    return length;
}

static size_t compress(const uint8_t *in, size_t size, uint8_t *out)
{
    uint8_t *to = out, *literals = NULL;
    for (int i = 0; i < 1024; i++)
        head[i] = -1;
    for (size_t at = 0; at < size;) {
        int best = 0, distance = 0;
        if (at + SHORTEST <= size) {
            int tries = 16;
            for (int c = head[hash(in + at)]; c >= 0 && at - (size_t)c < WINDOW && tries--; c = previous[c % WINDOW]) {
                int length = match_length(in + c, in + at, in + size);
                if (length > best) {
                    best = length;
                    distance = (int)at - c;
                }
            }
        }
        int step = best >= SHORTEST ? best : 1;
        if (best >= SHORTEST) {
            *to++ = (uint8_t)(0x80 | (best - SHORTEST));
            *to++ = (uint8_t)(distance & 255);
            *to++ = (uint8_t)(distance >> 8);
            literals = NULL;
        } else {
            if (!literals || *literals == 127)
                *(literals = to++) = 0;
            ++*literals;
            *to++ = in[at];
        }
        for (; step--; at++)
            if (at + SHORTEST <= size) {
                previous[at % WINDOW] = head[hash(in + at)];
                head[hash(in + at)] = (int)at;
            }
    }
    return (size_t)(to - out);
}

static size_t expand(const uint8_t *in, size_t size, uint8_t *out)
{
    uint8_t *to = out;
    for (const uint8_t *end = in + size; in < end;) {
        int tag = *in++;
        if (tag & 0x80) {
            const uint8_t *from = to - (in[0] | in[1] << 8);
            in += 2;
            for (int i = 0; i < (tag & 0x7f) + SHORTEST; i++)
                *to++ = *from++;
        } else {
            while (tag--)
                *to++ = *in++;
        }
    }
    return (size_t)(to - out);
}

int main(void)
{
    static const char *const words[] = {"the ", "frame ",    "of ",       "a ",     "loop ",
                                        "is ",  "captured ", "restored ", "object "};
    uint8_t *text = malloc(20000), *packed = malloc(30000), *back = malloc(20000);
    size_t size = 0;
    unsigned seed = 5;
    while (size < 19000) {
        seed = seed * 1103515245u + 12345u;
        const char *word = words[(seed >> 16) % 9];
        memcpy(text + size, word, strlen(word));
        size += strlen(word);
    }
    for (size_t part = 1000; part <= size; part += 6000) {
        size_t packed_size = compress(text, part, packed), back_size = expand(packed, packed_size, back);
        unsigned sum = 0;
        for (size_t i = 0; i < packed_size; i++)
            sum = sum * 31 + packed[i];
        printf("%d %d %u %s\n", (int)part, (int)packed_size, sum,
               back_size == part && memcmp(back, text, part) == 0 ? "equal" : "DIFFERENT");
    }
    free(text);
    free(packed);
    free(back);
    return 0;
}
