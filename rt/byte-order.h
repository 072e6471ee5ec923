// The byte order of this machine, and integers of any width in either order.
#ifndef RT_BYTE_ORDER_H
#define RT_BYTE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool is_little_endian(void)
{
    return *(const unsigned char *)&(const uint16_t){1} == 1;
}

// Copies `size` bytes from the machine's order to little-endian, or back.
static inline void copy_ordered(void *to, const void *from, size_t size)
{
    if (is_little_endian()) {
        memcpy(to, from, size);
        return;
    }
    unsigned char swapped[16]; // so that `to` may be `from`
    for (size_t i = 0; i < size; i++)
        swapped[i] = ((const unsigned char *)from)[size - 1 - i];
    memcpy(to, swapped, size);
}

static inline uint64_t load_little(const unsigned char *p, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;)
        value = value << 8 | p[i];
    return value;
}

static inline void store_little(unsigned char *p, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++, value >>= 8)
        p[i] = (unsigned char)value;
}

#endif
