#include "image-path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool resolve_image(const char *given, char path[static PATH_MAX])
{
    char latest[PATH_MAX];
    if (snprintf(latest, sizeof latest, is_folder(given) ? "%s/latest" : "%s", given) < PATH_MAX)
        return realpath(latest, path);
    errno = ENAMETOOLONG;
    return false;
}
