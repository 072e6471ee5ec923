// A value is taken apart into sign, exponent and a significand of 128 bits whose highest bit is set, and put together
// again in the other form. 128 bits hold the significand of every form, with 15 to spare for rounding.
#include "float.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "byte-order.h"

struct bits {
    uint64_t high, low;
};

// value = significand / 2^127 * 2^exponent; `rest` stands for nonzero bits below the lowest.
struct number {
    enum { ZERO, FINITE, INFINITE, NOT_A_NUMBER } kind;
    bool negative, rest;
    int exponent;
    struct bits significand;
};

// Exponent and fraction widths of the IEEE forms.
struct ieee {
    int exponent_bits, fraction_bits;
};
static const struct ieee HALF = {5, 10}, SINGLE = {8, 23}, DOUBLE = {11, 52}, QUAD = {15, 112};

static struct bits shift_left(struct bits b, int n)
{
    if (n >= 128)
        return (struct bits){0, 0};
    if (n >= 64)
        return (struct bits){b.low << (n - 64), 0};
    return n ? (struct bits){b.high << n | b.low >> (64 - n), b.low << n} : b;
}

static struct bits shift_right(struct bits b, int n)
{
    if (n >= 128)
        return (struct bits){0, 0};
    if (n >= 64)
        return (struct bits){0, b.high >> (n - 64)};
    return n ? (struct bits){b.high >> n, b.low >> n | b.high << (64 - n)} : b;
}

static bool is_zero(struct bits b)
{
    return !(b.high | b.low);
}

static struct bits add(struct bits a, struct bits b)
{
    uint64_t low = a.low + b.low;
    return (struct bits){a.high + b.high + (low < a.low), low};
}

static struct bits subtract(struct bits a, struct bits b)
{
    return (struct bits){a.high - b.high - (a.low < b.low), a.low - b.low};
}

static bool less(struct bits a, struct bits b)
{
    return a.high < b.high || (a.high == b.high && a.low < b.low);
}

static void normalize(struct number *n)
{
    if (is_zero(n->significand)) {
        n->kind = ZERO;
        return;
    }
    int zeros = n->significand.high ? __builtin_clzll(n->significand.high) : 64 + __builtin_clzll(n->significand.low);
    n->significand = shift_left(n->significand, zeros);
    n->exponent -= zeros;
}

static struct number unpack_ieee(struct bits raw, struct ieee form)
{
    int bias = (1 << (form.exponent_bits - 1)) - 1;
    int exponent = (int)(shift_right(raw, form.fraction_bits).low & (uint64_t)(2 * bias + 1));
    struct number n = {.kind = FINITE, .negative = shift_right(raw, form.fraction_bits + form.exponent_bits).low & 1};
    struct bits fraction =
        shift_right(shift_left(raw, 128 - form.fraction_bits), 1); // the point is after the highest bit
    struct bits one = {UINT64_C(1) << 63, 0};
    if (exponent == 2 * bias + 1) {
        n.kind = is_zero(fraction) ? INFINITE : NOT_A_NUMBER;
        n.significand = add(fraction, one);
    } else if (exponent) {
        n.significand = add(fraction, one);
        n.exponent = exponent - bias;
    } else {
        n.significand = fraction;
        n.exponent = 1 - bias;
        normalize(&n);
    }
    return n;
}

// Rounds the significand to its highest `keep` bits, 0 <= keep < 128, and returns them as an integer.
static struct bits round_to(const struct number *n, int keep)
{
    struct bits kept = shift_right(n->significand, 128 - keep);
    struct bits dropped = shift_left(n->significand, keep);
    struct bits half = {UINT64_C(1) << 63, 0};
    bool above = less(half, dropped) || (n->rest && !less(dropped, half));
    bool tie = !n->rest && !less(half, dropped) && !less(dropped, half);
    return above || (tie && (kept.low & 1)) ? add(kept, (struct bits){0, 1}) : kept;
}

// How many bits of the significand a form with `precision` bits and the least exponent `least` keeps of n; may be < 0.
static int kept_bits(const struct number *n, int precision, int least)
{
    return n->exponent >= least ? precision : precision - (least - n->exponent);
}

static struct bits pack_ieee(const struct number *n, struct ieee form)
{
    int bias = (1 << (form.exponent_bits - 1)) - 1, precision = form.fraction_bits + 1;
    struct bits infinity = shift_left((struct bits){0, (uint64_t)(2 * bias + 1)}, form.fraction_bits), raw = {0, 0};
    if (n->kind == INFINITE) {
        raw = infinity;
    } else if (n->kind == NOT_A_NUMBER) {
        struct bits fraction = shift_right(shift_left(n->significand, 1), 128 - form.fraction_bits);
        raw = add(infinity, is_zero(fraction) ? shift_left((struct bits){0, 1}, form.fraction_bits - 1) : fraction);
    } else if (n->kind == FINITE) {
        int keep = kept_bits(n, precision, 1 - bias);
        if (keep >= 0)
            raw = round_to(n, keep);
        if (keep == precision) // the leading one adds 1 to the exponent; so does a carry out of rounding
            raw = add(raw, shift_left((struct bits){0, (uint64_t)(n->exponent + bias - 1)}, form.fraction_bits));
        if (n->exponent > bias || !less(raw, infinity))
            raw = infinity;
    }
    return n->negative ? add(raw, shift_left((struct bits){0, 1}, form.fraction_bits + form.exponent_bits)) : raw;
}

#define X87_BIAS 16383

static struct number unpack_x87(const unsigned char *p)
{
    unsigned top = (unsigned)load_little(p + 8, 2);
    struct number n = {.kind = FINITE, .negative = top >> 15, .significand = {load_little(p, 8), 0}};
    int exponent = (int)(top & 0x7fff);
    if (exponent == 0x7fff) {
        n.kind = n.significand.high << 1 ? NOT_A_NUMBER : INFINITE;
        n.significand.high |= UINT64_C(1) << 63;
        return n;
    }
    n.exponent = (exponent ? exponent : 1) - X87_BIAS;
    normalize(&n);
    return n;
}

static void pack_x87(unsigned char *p, const struct number *n)
{
    uint64_t significand = 0;
    unsigned exponent = 0;
    if (n->kind == INFINITE || n->kind == NOT_A_NUMBER || (n->kind == FINITE && n->exponent > X87_BIAS)) {
        exponent = 0x7fff;
        significand = n->kind == NOT_A_NUMBER ? n->significand.high | UINT64_C(3) << 62 : UINT64_C(1) << 63;
    } else if (n->kind == FINITE) {
        int keep = kept_bits(n, 64, 1 - X87_BIAS);
        struct bits rounded = keep >= 0 ? round_to(n, keep) : (struct bits){0, 0};
        exponent = keep == 64 ? (unsigned)(n->exponent + X87_BIAS) : 0;
        significand = rounded.low;
        if (rounded.high || (!exponent && significand >> 63)) { // a carry: the next power of two
            significand = UINT64_C(1) << 63;
            exponent++;
        }
    }
    store_little(p, significand, 8);
    store_little(p + 8, exponent | (unsigned)n->negative << 15, 2);
}

// a + b, where b is not larger than a in magnitude.
static struct number sum(struct number a, struct number b)
{
    if (a.kind != FINITE || b.kind != FINITE)
        return a;
    // One bit of room for a carry; what falls off the end of b is the rest.
    int distance = a.exponent - b.exponent + 1;
    struct bits large = shift_right(a.significand, 1), small = shift_right(b.significand, distance);
    bool rest = distance >= 128 || !is_zero(shift_left(b.significand, 128 - distance));
    struct number n = {.kind = FINITE, .exponent = a.exponent + 1, .rest = rest, .negative = a.negative};
    if (a.negative == b.negative) {
        n.significand = add(large, small);
    } else {
        if (rest)
            small = add(small, (struct bits){0, 1});
        n.negative ^= less(large, small);
        n.significand = less(large, small) ? subtract(small, large) : subtract(large, small);
    }
    normalize(&n);
    return n;
}

static uint64_t load_native(const unsigned char *p, size_t size)
{
    unsigned char little[8];
    copy_ordered(little, p, size);
    return load_little(little, size);
}

static void store_native(unsigned char *p, uint64_t value, size_t size)
{
    unsigned char little[8];
    store_little(little, value, size);
    copy_ordered(p, little, size);
}

static struct number unpack_double(const unsigned char *p)
{
    return unpack_ieee((struct bits){0, load_native(p, 8)}, DOUBLE);
}

static struct number unpack_double_double(const unsigned char *p)
{
    return sum(unpack_double(p), unpack_double(p + 8));
}

static void pack_double_double(unsigned char *p, const struct number *n)
{
    struct bits high = pack_ieee(n, DOUBLE), low = {0, 0};
    struct number first = unpack_ieee(high, DOUBLE);
    if (n->kind == FINITE && first.kind == FINITE) {
        struct number minus = first;
        minus.negative = !minus.negative;
        struct number remainder = first.exponent > n->exponent ? sum(minus, *n) : sum(*n, minus);
        low = pack_ieee(&remainder, DOUBLE);
    }
    store_native(p, high.low, 8);
    store_native(p + 8, low.low, 8);
}

static struct number unpack(const unsigned char *p, enum hlckpt_float_format format)
{
    switch (format) {
    case HLCKPT_IEEE_HALF:
        return unpack_ieee((struct bits){0, load_native(p, 2)}, HALF);
    case HLCKPT_IEEE_SINGLE:
        return unpack_ieee((struct bits){0, load_native(p, 4)}, SINGLE);
    case HLCKPT_X87:
        return unpack_x87(p);
    case HLCKPT_DOUBLE_DOUBLE:
        return unpack_double_double(p);
    default:
        return unpack_double(p);
    }
}

static void pack(unsigned char *p, enum hlckpt_float_format format, const struct number *n)
{
    switch (format) {
    case HLCKPT_IEEE_HALF:
        store_native(p, pack_ieee(n, HALF).low, 2);
        break;
    case HLCKPT_IEEE_SINGLE:
        store_native(p, pack_ieee(n, SINGLE).low, 4);
        break;
    case HLCKPT_X87:
        pack_x87(p, n);
        break;
    case HLCKPT_DOUBLE_DOUBLE:
        pack_double_double(p, n);
        break;
    default:
        store_native(p, pack_ieee(n, DOUBLE).low, 8);
        break;
    }
}

void float_to_quad(unsigned char *quad, const void *native, enum hlckpt_float_format format)
{
    if (format == HLCKPT_IEEE_QUAD) {
        copy_ordered(quad, native, QUAD_SIZE);
        return;
    }
    struct number n = unpack(native, format);
    struct bits raw = pack_ieee(&n, QUAD);
    store_little(quad, raw.low, 8);
    store_little(quad + 8, raw.high, 8);
}

void float_from_quad(void *native, size_t size, enum hlckpt_float_format format, const unsigned char *quad)
{
    if (format == HLCKPT_IEEE_QUAD) {
        copy_ordered(native, quad, QUAD_SIZE);
        return;
    }
    struct number n = unpack_ieee((struct bits){load_little(quad + 8, 8), load_little(quad, 8)}, QUAD);
    memset(native, 0, size);
    pack(native, format, &n);
}
