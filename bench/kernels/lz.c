// An LZ77 compressor with hash chains and its decompressor: short loops that end early.

#include "kernel.h"

enum {
    LENGTH = 1 << 18,
    WINDOW = 1 << 15,
    HASHES = 1 << 14,
    CHAIN = 16,
    MIN_MATCH = 4,
    MAX_MATCH = 255,
};

static uint8_t text[LENGTH], packed[2 * LENGTH], unpacked[LENGTH];
static int32_t head[HASHES], previous[LENGTH];

static uint32_t hash_at(const uint8_t *p)
{
    uint32_t word = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    return word * 2654435761u >> 18;
}

static int match_length(const uint8_t *a, const uint8_t *b, int limit)
{
    int length = 0;
    while (length < limit && a[length] == b[length])
        length++;
    return length;
}

static int longest_match(int at, int end, int *from)
{
    int best = 0, limit = end - at < MAX_MATCH ? end - at : MAX_MATCH;
    int candidate = head[hash_at(text + at)];

    for (int i = 0; i < CHAIN && candidate >= 0 && at - candidate < WINDOW; i++) {
        int length = match_length(text + candidate, text + at, limit);
        if (length > best) {
            best = length;
            *from = candidate;
        }
        candidate = previous[candidate];
    }
    return best;
}

static void remember(int at)
{
    uint32_t hash = hash_at(text + at);
    previous[at] = head[hash];
    head[hash] = at;
}

// Tokens: 0 and a byte, or a length and a two-byte distance.
static int compress(int end)
{
    int out = 0;

    for (int i = 0; i < HASHES; i++)
        head[i] = -1;
    for (int at = 0; at < end;) {
        int from = 0, length = at + MIN_MATCH < end ? longest_match(at, end, &from) : 0;
        if (length < MIN_MATCH) {
            packed[out++] = 0;
            packed[out++] = text[at];
            length = 1;
        } else {
            packed[out++] = (uint8_t)length;
            packed[out++] = (uint8_t)((at - from) & 0xff);
            packed[out++] = (uint8_t)((at - from) >> 8);
        }
        for (int next = at + length; at < next; at++)
            if (at + MIN_MATCH < end)
                remember(at);
    }
    return out;
}

static int decompress(int end)
{
    int out = 0;

    for (int at = 0; at < end;) {
        int length = packed[at++];
        if (length == 0) {
            unpacked[out++] = packed[at++];
            continue;
        }
        int distance = packed[at] | packed[at + 1] << 8;
        at += 2;
        for (int i = 0; i < length; i++, out++)
            unpacked[out] = unpacked[out - distance];
    }
    return out;
}

static void make_text(uint32_t seed)
{
    uint32_t random = seed;
    for (int i = 0; i < LENGTH;) {
        uint32_t word = next_random(&random) % 700;
        for (uint32_t j = 0; j <= word % 7 && i < LENGTH; j++)
            text[i++] = (uint8_t)('a' + (word * (j + 3)) % 23);
        if (i < LENGTH)
            text[i++] = ' ';
    }
}

int main(int argc, char **argv)
{
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 60);

    for (long i = 0; i < rounds; i++) {
        make_text((uint32_t)i + 1);
        int size = compress(LENGTH);
        if (decompress(size) != LENGTH || memcmp(text, unpacked, LENGTH))
            printf("lz round %ld differs\n", i);
        sum = mix(sum, (uint64_t)size);
    }
    print_sum("lz", sum);
}
