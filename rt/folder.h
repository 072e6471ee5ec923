// The folder of images: 00000001.hlckpt, 00000002.hlckpt ..., and `latest`, a symbolic link to the newest.
#ifndef RT_FOLDER_H
#define RT_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"

#pragma GCC visibility push(hidden)

#define FOLDER_NAME_SIZE 48 // of the names below, with their NUL

// All functions of this file take the folder as a descriptor.
int folder_open(const char *path, struct failure *f); // made, with its parents, if it is absent; -1 on failure
void folder_image_name(char name[static FOLDER_NAME_SIZE], uint64_t sequence);
// The greatest sequence number below `limit`; 0 when there is none (numbers begin at 1).
uint64_t folder_newest_below(int folder, uint64_t limit);

// A new file, open for writing and locked for as long as the descriptor is; removes those that dead writers left. -1 on
// failure.
int folder_temporary(int folder, char name[static FOLDER_NAME_SIZE], struct failure *f);
// Gives a complete temporary file the next number, and moves `latest` to it. Durable when this returns true.
bool folder_publish(int folder, const char *temporary, uint64_t *sequence, struct failure *f)
    __attribute__((warn_unused_result));
// Removes images older than `sequence`, so that `keep` are left with that one (at least that one).
void folder_prune(int folder, uint64_t sequence, unsigned keep);

#pragma GCC visibility pop

#endif
