// Resumes a program from an image.
#ifndef RT_RESUME_H
#define RT_RESUME_H

#include "hlckpt/abi.h"

#pragma GCC visibility push(hidden)

// Reads and checks the image, and refuses it (the process ends with HLCKPT_STATUS_REFUSED) before anything has been
// done; then rebuilds the stack from main's resume twin on. Returns what main returns.
int resume_program(const char *image_path, const struct hlckpt_function *main_function, char *const *envp);

#pragma GCC visibility pop
#endif
