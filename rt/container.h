// What writer and reader of an image must agree on. docs/image-format.md tells the whole.
//
// An image is a stream of MessagePack objects:
//
//     {"format": FORMAT_NAME, "version": 1, "integer": .., "negative": .., "float": .., "string": ..}     known values
//     {"section": "frames", "encoding": "none"}
//         the section: one object, as it is;  or, with encoding "zstd", bins that together are one zstd frame of it
//     {"size": bytes of the section, "checksum": XXH3-64 of them}
//     ... more sections ...
//     {"end": number of sections, "size": bytes before this map, "checksum": XXH3-64 of them}
//
// So it can be written in one go, with nothing to be filled in later, and a section without encoding is used where it
// lies in the file, whatever its size.
#ifndef RT_CONTAINER_H
#define RT_CONTAINER_H

#include <stdint.h>

// The line ends and the end-of-file character tell what a careless transfer did to the file.
#define FORMAT_NAME    "hlckpt\r\n\x1a\n"
#define FORMAT_VERSION 1

// Any program that reads these rightly reads the rest rightly.
#define KNOWN_INTEGER  UINT64_C(0x123456789abcdef0)
#define KNOWN_NEGATIVE INT64_C(-123456789)
#define KNOWN_FLOAT    370.5
#define KNOWN_STRING   "checkpoint"

#define ENCODING_NONE "none"
#define ENCODING_ZSTD "zstd"

#define SECTIONS_MOST     64
#define SECTION_NAME_MOST 32
#define SECTION_SIZE_MOST (UINT64_C(1) << 36) // decoded, where the file itself is no bound
// zstd's smallest block is 4 bytes and makes at most 128 KiB; what claims more is not decoded.
#define ZSTD_RATIO_MOST      (UINT64_C(1) << 15)
#define ZSTD_BLOCK_MOST      (UINT64_C(1) << 17)
#define ZSTD_WINDOW_LOG_MOST 27

#endif
