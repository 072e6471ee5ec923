// Reads /proc/self/maps with system calls alone. A line is "start-end rwxp ...", of which the head is looked at.
#include "memory-map.h"

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

struct line {
    uint64_t start, end;
    char permissions[3];
    int field, position; // 0 start, 1 end, 2 permissions, 3 the rest
};

static void take(struct line *l, char c)
{
    if (l->field == 2 && l->position < 3)
        l->permissions[l->position] = c;
    else if (l->field < 2)
        *(l->field ? &l->end : &l->start) =
            (l->field ? l->end : l->start) * 16 + (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    l->position++;
}

// True when `l` is complete.
static bool advance(struct line *l, char c)
{
    bool delimiter = (l->field == 0 && c == '-') || (l->field < 3 && l->field > 0 && c == ' ');
    if (delimiter) {
        l->field++;
        l->position = 0;
    } else if (c != '\n' && l->field < 3) {
        take(l, c);
    }
    return c == '\n';
}

bool memory_allows(const void *address, enum permission permission)
{
    int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (maps < 0)
        return true; // nothing is known
    struct line line = {0};
    char buffer[4096];
    bool allows = false;
    for (ssize_t size; (size = read(maps, buffer, sizeof buffer)) > 0;)
        for (ssize_t i = 0; i < size; i++)
            if (advance(&line, buffer[i])) {
                uint64_t wanted = (uintptr_t)address;
                if (wanted >= line.start && wanted < line.end)
                    allows = line.permissions[permission] == "rwx"[permission];
                line = (struct line){0};
            }
    close(maps);
    return allows;
}
