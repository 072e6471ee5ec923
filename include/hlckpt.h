// hlckpt: what a program may say to the checkpoint/restart system. Nothing here is needed to be captured.
#ifndef HLCKPT_H
#define HLCKPT_H

#ifdef __cplusplus
extern "C" {
#endif

// Captures the calling program now. Returns 0 when it goes on, 1 when it has just been resumed from that image, and -1
// when the capture failed or was put off (the reason is in the log). To be called by the main thread, in code that is
// compiled with the pass.
int hlckpt_checkpoint(void);

// Declares that `constructor` returns handles of a library whose inside hlckpt cannot see: the call is recorded, and
// made again at restore. See resource.h for the signature string.
#include "hlckpt/resource.h"

#ifdef __cplusplus
}
#endif
#endif
