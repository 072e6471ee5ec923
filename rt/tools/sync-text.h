// What a value of a type of hlckpt/sync.h says: "locked by thread 2".
#ifndef TOOLS_SYNC_TEXT_H
#define TOOLS_SYNC_TEXT_H

#include <stddef.h>

#include "hlckpt/sync.h"

const char *sync_text(enum hlckpt_sync which, const unsigned char wire[HLCKPT_SYNC_WIRE], char *buffer, size_t size);

#endif
