// One write(2) a line, to a file opened for appending or to standard error.
//
// L1  No descriptor of the program is ever written to: when descriptor 2 is no longer the file that it was at the
// start,
//     nothing is reported on it.
// L2  The log file's own descriptor stays out of the range from which the program's descriptors are taken.
// L3  Nothing is allocated and no stream is used: lines come from the helper thread and from the capturing process too.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

#define LINE_SIZE       1024
#define HIGH_DESCRIPTOR 1000

static enum log_level enabled = LOG_ERROR;
static int log_descriptor = -1; // of the log file
static struct stat standard_error;
static bool standard_error_known;

static int move_up(int fd)
{
    struct rlimit limit;
    int least = HIGH_DESCRIPTOR;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur <= HIGH_DESCRIPTOR)
        least = (int)limit.rlim_cur - 1;
    int high = fcntl(fd, F_DUPFD_CLOEXEC, least);
    if (high < 0)
        return fd;
    close(fd);
    return high;
}

static enum log_level level_named(const char *name)
{
    if (name && strcmp(name, "info") == 0)
        return LOG_INFO;
    return name && strcmp(name, "debug") == 0 ? LOG_DEBUG : LOG_ERROR;
}

void log_open(const char *level, const char *file)
{
    enabled = level_named(level);
    standard_error_known = fstat(STDERR_FILENO, &standard_error) == 0;
    if (!file)
        return;
    int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        log_line(LOG_ERROR, "cannot write the log file '%s': %s", file, strerror(errno));
    else
        log_descriptor = move_up(fd);
}

bool log_owns(int fd)
{
    return fd >= 0 && fd == log_descriptor;
}

static int destination(void)
{
    struct stat now;
    if (log_descriptor >= 0)
        return log_descriptor;
    if (standard_error_known &&
        (fstat(STDERR_FILENO, &now) != 0 || now.st_dev != standard_error.st_dev || now.st_ino != standard_error.st_ino))
        return -1; // L1
    return STDERR_FILENO;
}

static void write_line(int fd, const char *format, va_list arguments)
{
    char line[LINE_SIZE];
    int size = snprintf(line, sizeof line, "hlckpt: ");
    int more = vsnprintf(line + size, sizeof line - (size_t)size, format, arguments);
    size += more < 0 ? 0 : more;
    if (size > LINE_SIZE - 1)
        size = LINE_SIZE - 1;
    line[size++] = '\n';
    while (write(fd, line, (size_t)size) < 0 && errno == EINTR)
        continue;
}

void log_line(enum log_level level, const char *format, ...)
{
    if (level > enabled)
        return;
    int saved = errno, fd = destination();
    if (fd >= 0) {
        va_list arguments;
        va_start(arguments, format);
        write_line(fd, format, arguments);
        va_end(arguments);
    }
    errno = saved;
}

void log_refusal(const char *what, const char *subject, const char *reason)
{
    log_line(LOG_ERROR, "%s%s: %s", what, subject, reason);
    if (log_descriptor < 0)
        return;
    log_descriptor = -1;
    log_line(LOG_ERROR, "%s%s: %s", what, subject, reason);
}
