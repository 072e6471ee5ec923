// Reads the control variables. A value that means nothing is refused: a program that silently makes no images because
// of a misspelt interval is worse than one that does not start.
//
// Paths become absolute here, for the program may change its working directory later.
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "arena.h"
#include "options.h"

#define DEFAULT_DIR  "hlckpt-images"
#define DEFAULT_KEEP 2
#define DEFAULT_CUT_TIMEOUT UINT64_C(1000000000)

struct options options = {.dir = DEFAULT_DIR, .compress = "", .keep = DEFAULT_KEEP, .cut_timeout = DEFAULT_CUT_TIMEOUT};

static const char *value_of(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

// False: not a number that lies between `least` and `most`, with nothing but `*rest` behind it.
static bool parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *number, const char **rest)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    *rest = end;
    return errno == 0 && *number >= least && *number <= most;
}

static bool read_number(const char *name, uint64_t least, uint64_t most, uint64_t *number, struct failure *f)
{
    const char *text = value_of(name), *rest;
    if (!text || (parse_number(text, least, most, number, &rest) && *rest == '\0'))
        return true;
    return fail(f, "%s='%s': expected a number from %llu to %llu", name, text, (unsigned long long)least,
                (unsigned long long)most);
}

static bool read_duration(const char *name, uint64_t *nanoseconds, struct failure *f)
{
    static const struct {
        const char *name;
        uint64_t nanoseconds;
    } units[] = {{"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000}};
    const char *text = value_of(name), *rest;
    uint64_t number;
    if (!text)
        return true;
    if (parse_number(text, 1, 1000000, &number, &rest))
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (strcmp(rest, units[i].name) == 0) {
                *nanoseconds = number * units[i].nanoseconds;
                return true;
            }
    return fail(f, "%s='%s': expected a number from 1 to 1000000 with a unit: ms, s, m or h", name, text);
}

static int signal_number(const char *name)
{
    const char *rest;
    uint64_t number;
    if (parse_number(name, 1, (uint64_t)SIGRTMAX, &number, &rest) && *rest == '\0')
        return (int)number;
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (int i = 1; i < SIGRTMIN; i++) {
        const char *known = sigabbrev_np(i);
        if (known && strcasecmp(known, name) == 0)
            return i;
    }
    return 0;
}

static bool read_signal(struct failure *f)
{
    const char *name = value_of(ENV_SIGNAL);
    if (!name)
        return true;
    options.signal = signal_number(name);
    if (options.signal && options.signal != SIGKILL && options.signal != SIGSTOP)
        return true;
    return fail(f, "%s='%s': expected a signal that can be caught, such as USR1", ENV_SIGNAL, name);
}

static bool read_flag(const char *name, bool *flag, struct failure *f)
{
    uint64_t number = 0;
    if (!read_number(name, 0, 1, &number, f))
        return false;
    *flag = number != 0;
    return true;
}

static bool read_log(struct failure *f)
{
    static const char *const levels[] = {"error", "info", "debug"};
    options.log_level = value_of(ENV_LOG);
    if (!options.log_level)
        return true;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(options.log_level, levels[i]) == 0)
            return true;
    return fail(f, "%s='%s': expected error, info or debug", ENV_LOG, options.log_level);
}

static bool read_compress(struct failure *f)
{
    const char *text = value_of(ENV_COMPRESS), *rest;
    uint64_t level;
    if (!text)
        return true;
    options.compress = text;
    if (strcmp(text, "zstd") == 0)
        return true;
    if (strncmp(text, "zstd:", 5) == 0 && parse_number(text + 5, 1, 22, &level, &rest) && *rest == '\0')
        return true;
    return fail(f, "%s='%s': expected zstd or zstd:LEVEL with a level from 1 to 22", ENV_COMPRESS, text);
}

// `path` from the root of the file system, in the arena. As it is when there is no memory or no working directory.
static const char *absolute(const char *path)
{
    if (!path || *path == '/')
        return path;
    size_t room = 4096 + strlen(path) + 2;
    char *full = hlckpt_arena_malloc(room);
    if (!full || !getcwd(full, 4096))
        return path;
    strcat(strcat(full, "/"), path);
    return full;
}

bool options_read(struct failure *f)
{
    uint64_t keep = DEFAULT_KEEP;
    const char *dir = value_of(ENV_DIR);
    options.dir = absolute(dir ? dir : DEFAULT_DIR);
    options.stats = absolute(value_of(ENV_STATS));
    options.log_file = absolute(value_of(ENV_LOG_FILE));
    options.restore = value_of(ENV_RESTORE);
    options.count_polls = value_of(ENV_POLL) != NULL;
    bool good = read_log(f) && read_duration(ENV_INTERVAL, &options.interval, f) &&
                read_duration(ENV_CUT_TIMEOUT, &options.cut_timeout, f) && read_signal(f) && read_compress(f) &&
                read_flag(ENV_EXIT, &options.exit, f) && read_number(ENV_KEEP, 1, 1000000, &keep, f) &&
                read_number(ENV_POLL, 0, UINT64_MAX, &options.poll, f);
    options.keep = (unsigned)keep;
    return good;
}
