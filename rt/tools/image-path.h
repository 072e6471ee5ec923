// How the tools understand the path of an image: a folder stands for its `latest`.
#ifndef TOOLS_IMAGE_PATH_H
#define TOOLS_IMAGE_PATH_H

#include <limits.h>
#include <stdbool.h>

bool is_folder(const char *path);
// The image's path, free of links, so that a link that moves meanwhile does no harm. False with errno.
bool resolve_image(const char *given, char path[static PATH_MAX]);

#endif
