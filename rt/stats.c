// Appends one line at exit. With O_APPEND, processes that end together do not write over each other.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "log.h"
#include "options.h"
#include "stats.h"

struct stats stats;
static bool disabled;

void stats_disable(void)
{
    disabled = true;
}

__attribute__((destructor)) void stats_write(void)
{
    char line[200];
    if (!options.stats || disabled)
        return;
    disabled = true;
    int size = snprintf(line, sizeof line, "polls=%llu captures=%llu deferred=%llu pause_us=%llu image_bytes=%llu\n",
                        (unsigned long long)stats.polls, (unsigned long long)stats.captures,
                        (unsigned long long)stats.deferred, (unsigned long long)(stats.pause / 1000),
                        (unsigned long long)stats.image_bytes);
    int fd = open(options.stats, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 || write(fd, line, (size_t)size) != size)
        log_line(LOG_ERROR, "cannot write %s='%s'", ENV_STATS, options.stats);
    if (fd >= 0)
        close(fd);
}
