#include "stale.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "arena.h"
#include "byte-order.h"

#define LOWEST (UINT64_C(1) << 32) // what fits 32 bits does no harm

struct range {
    uint64_t start, end;
};

static struct range *ranges; // rising, as the kernel lists them
static size_t range_count, range_room;

static void add_range(struct range range)
{
    if (range.start < LOWEST)
        return;
    if (range_count && ranges[range_count - 1].end == range.start) {
        ranges[range_count - 1].end = range.end;
        return;
    }
    if (range_count == range_room) {
        size_t room = range_room ? range_room * 2 : 64;
        struct range *larger = hlckpt_arena_realloc(ranges, room * sizeof *larger);
        if (!larger)
            return;
        ranges = larger;
        range_room = room;
    }
    ranges[range_count++] = range;
}

// Reads "start-end ...\n" in hexadecimal, a character at a time.
struct parser {
    struct range range;
    int field; // 0 start, 1 end, 2 the rest of the line
};

static void parse(struct parser *p, char c)
{
    uint64_t *number = p->field == 0 ? &p->range.start : &p->range.end;
    if (c == '\n') {
        add_range(p->range);
        *p = (struct parser){0};
    } else if (p->field < 2 && c >= '0' && c <= '9') {
        *number = *number << 4 | (uint64_t)(c - '0');
    } else if (p->field < 2 && c >= 'a' && c <= 'f') {
        *number = *number << 4 | (uint64_t)(c - 'a' + 10);
    } else if (p->field < 2) {
        p->field++;
    }
}

void stale_load(void)
{
    struct parser parser = {0};
    char buffer[4096];
    range_count = 0;
    int fd = sizeof(void *) == 8 ? open("/proc/self/maps", O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
        for (ssize_t i = 0; i < n; i++)
            parse(&parser, buffer[i]);
    close(fd);
}

static bool is_mapped(uint64_t address)
{
    size_t low = 0, high = range_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < range_count && ranges[low].start <= address;
}

void stale_clear(unsigned char *wire, size_t size)
{
    if (!range_count)
        return;
    uint64_t start = ranges[0].start, length = ranges[range_count - 1].end - start;
    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint64_t value = load_little(wire + i, 8);
        if (value - start < length && is_mapped(value))
            store_little(wire + i, 0, 8);
    }
}
