#include "sync-text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "byte-order.h"

struct sink {
    char *text;
    size_t size;
};

static void say(struct sink *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct sink *s, const char *format, ...)
{
    size_t length = strlen(s->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(s->text + length, s->size - length, format, arguments);
    va_end(arguments);
}

static void say_mutex(struct sink *s, const uint32_t *words)
{
    static const char *const types[] = {"", "recursive ", "error-checking ", "adaptive "};
    say(s, "%s%s%smutex, ", words[0] & HLCKPT_MUTEX_ROBUST ? "robust " : "",
        words[0] & HLCKPT_MUTEX_INHERIT ? "priority-inheriting " : "", types[words[0] & HLCKPT_MUTEX_TYPE]);
    if (!words[3])
        say(s, "free");
    else if (!words[1])
        say(s, "held by a thread that ended");
    else
        say(s, "held by thread %" PRIu32, words[1] - 1);
    if (words[2] > 1)
        say(s, ", %" PRIu32 " times", words[2]);
}

static void say_rwlock(struct sink *s, const uint32_t *words)
{
    say(s, "read-write lock, ");
    if (words[3] && words[1])
        say(s, "held for writing by thread %" PRIu32, words[1] - 1);
    else if (words[3])
        say(s, "held for writing by a thread that ended");
    else if (words[2])
        say(s, "held for reading %" PRIu32 " times", words[2]);
    else
        say(s, "free");
}

static void say_number(struct sink *s, const char *name, uint32_t word)
{
    if (!word)
        say(s, "no %s", name);
    else if (word == HLCKPT_SYNC_NONE)
        say(s, "a %s that is no more", name);
    else
        say(s, "%s %" PRIu32, name, word - 1);
}

const char *sync_text(enum hlckpt_sync which, const unsigned char wire[HLCKPT_SYNC_WIRE], char *buffer, size_t size)
{
    struct sink s = {buffer, size};
    uint32_t words[HLCKPT_SYNC_WORDS];
    const char *name = hlckpt_sync_name(which);
    for (size_t i = 0; i < HLCKPT_SYNC_WORDS; i++)
        words[i] = (uint32_t)load_little(wire + 4 * i, 4);
    buffer[0] = 0;
    switch (which) {
    case HLCKPT_SYNC_MUTEX:
        say_mutex(&s, words);
        break;
    case HLCKPT_SYNC_COND:
        say(&s, "%s%s", name, words[0] ? ", monotonic clock" : "");
        break;
    case HLCKPT_SYNC_RWLOCK:
        say_rwlock(&s, words);
        break;
    case HLCKPT_SYNC_BARRIER:
        say(&s, "%s of %" PRIu32 " threads", name, words[0]);
        break;
    case HLCKPT_SYNC_SEMAPHORE:
        say(&s, "%s at %" PRIu32, name, words[0]);
        break;
    case HLCKPT_SYNC_SPIN:
        say(&s, "%s, %s", name, words[0] ? "held" : "free");
        break;
    case HLCKPT_SYNC_ONCE:
        say(&s, "%s, %s", name, words[0] ? "done" : "not done");
        break;
    case HLCKPT_SYNC_THREAD:
    case HLCKPT_SYNC_KEY:
        say_number(&s, name, words[0]);
        break;
    default:
        say(&s, "%s", name);
    }
    return buffer;
}
