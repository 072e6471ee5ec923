// Floating values in all forms in which a target stores them, to IEEE binary128 and back.
//
// Every form but the double-double of PowerPC fits binary128 exactly; a double-double whose parts lie far apart is
// rounded to 113 bits. On the way back a value is rounded to nearest, ties to even, and becomes infinite where the
// form's range ends. No floating instruction is used: the result is the same on every machine.
#ifndef RT_FLOAT_H
#define RT_FLOAT_H

#include <stddef.h>

#include "hlckpt/map.h"

#define QUAD_SIZE 16

void float_to_quad(unsigned char *quad, const void *native, enum hlckpt_float_format format); // little-endian
void float_from_quad(void *native, size_t size, enum hlckpt_float_format format,
                     const unsigned char *quad); // padding gets 0

#endif
