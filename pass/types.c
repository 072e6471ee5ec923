// Source types as the map describes them: in terms of C, so that a type has the same description on every target, with
// its layout on this target beside it.
//
// Two rules make descriptions equal where headers differ between targets:
//   - the width on the wire is the widest that the C type has anywhere: `long` has 64 bits, and so have size_t,
//   ptrdiff_t and intptr_t, which are
//     `unsigned` or `int` on 32-bit targets and are therefore known by the name of their typedef;
//   - qualifiers and typedefs disappear, `enum` becomes its integer type; but mutexes, threads and their kin
//     (hlckpt/sync.h) are types of their own, known by the name of their typedef.
//
// Derived types are found again by what they are made of, basic types and typedefs by their debug node: `int64_t` is
// `long` on one target and `long long` on another, and the table must have the same entries in the same order on both.
#include <llvm-c/Target.h>
#include <string.h>

#include "hlckpt/sync.h"
#include "pass.h"

static const char *const WORD_TYPEDEFS[] = {
    "size_t",     "ssize_t",           "__ssize_t",         "ptrdiff_t",    "intptr_t",      "__intptr_t",
    "uintptr_t",  "__swblk_t",         "int_fast16_t",      "int_fast32_t", "uint_fast16_t", "uint_fast32_t",
    "__fsword_t", "nlink_t",           "__nlink_t",         "blksize_t",    "__blksize_t",   "greg_t",
    "rlim_t",     "__syscall_slong_t", "__syscall_ulong_t",
};

// Handles of libc: what they point to is not the program's, and differs between versions.
static const char *const OPAQUE_TAGS[] = {"_IO_FILE", "__dirstream", "__locale_struct"};

static bool is_listed(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, list[i]) == 0)
            return true;
    return false;
}

#define IS_LISTED(name, list) is_listed(name, list, sizeof(list) / sizeof *(list))

// ---- the table

static bool is_derived(enum hlckpt_kind kind)
{
    return kind == HLCKPT_VOID || kind == HLCKPT_POINTER || kind == HLCKPT_ARRAY || kind == HLCKPT_FUNCTION ||
           kind == HLCKPT_INCOMPLETE || kind == HLCKPT_VA_LIST || kind == HLCKPT_SYNC;
}

static bool same_type(const struct type *a, const struct type *b)
{
    return a->kind == b->kind && a->base == b->base && a->count == b->count &&
           (a->kind != HLCKPT_SYNC || a->bits == b->bits) && strcmp(a->name, b->name) == 0;
}

static uint32_t add_type(struct types *t, struct type type)
{
    if (!type.name)
        type.name = "";
    for (size_t i = 0; is_derived(type.kind) && i < t->list.count; i++)
        if (same_type(&t->list.items[i], &type))
            return (uint32_t)i;
    vector_push(&t->list, type);
    return (uint32_t)t->list.count - 1;
}

static uint64_t pointer_size(const struct types *t)
{
    return LLVMPointerSize(LLVMGetModuleDataLayout(t->module));
}

uint32_t type_pointer_to(struct types *t, uint32_t base)
{
    return add_type(t, (struct type){.kind = HLCKPT_POINTER, .base = base, .size = pointer_size(t)});
}

static uint32_t type_void(struct types *t)
{
    return add_type(t, (struct type){.kind = HLCKPT_VOID});
}

bool type_is_scalar(const struct types *t, uint32_t type)
{
    switch (t->list.items[type].kind) {
    case HLCKPT_BOOL:
    case HLCKPT_CHAR:
    case HLCKPT_INT:
    case HLCKPT_FLOAT:
    case HLCKPT_POINTER:
        return true;
    case HLCKPT_SYNC: // a handle
        return t->list.items[type].bits == HLCKPT_SYNC_THREAD || t->list.items[type].bits == HLCKPT_SYNC_KEY;
    default:
        return false;
    }
}

// ---- from debug information

static enum hlckpt_float_format format_of_bits(const struct types *t, uint64_t bits, bool is_long_double)
{
    if (is_long_double)
        return (enum hlckpt_float_format)extra_long_double_format(t->module);
    return bits == 16   ? HLCKPT_IEEE_HALF
           : bits == 32 ? HLCKPT_IEEE_SINGLE
           : bits == 64 ? HLCKPT_IEEE_DOUBLE
                        : HLCKPT_IEEE_QUAD;
}

static struct type float_type(const struct types *t, uint64_t bits, bool is_long_double)
{
    return (struct type){.kind = HLCKPT_FLOAT,
                         .bits = is_long_double || bits > 64 ? 128 : (uint32_t)bits,
                         .size = bits / 8,
                         .format = format_of_bits(t, bits, is_long_double)};
}

static struct type basic_type(const struct types *t, struct extra_type d)
{
    bool is_long_double = strcmp(d.name, "long double") == 0;
    switch (d.encoding) {
    case EXTRA_BOOLEAN:
        return (struct type){.kind = HLCKPT_BOOL, .size = d.bits / 8};
    case EXTRA_CHAR:
        return (struct type){.kind = HLCKPT_CHAR, .size = 1};
    case EXTRA_SIGNED:
    case EXTRA_UNSIGNED: {
        bool is_long = strcmp(d.name, "long") == 0 || strcmp(d.name, "unsigned long") == 0;
        return (struct type){.kind = HLCKPT_INT,
                             .is_signed = d.encoding == EXTRA_SIGNED,
                             .bits = is_long ? 64 : (uint32_t)d.bits,
                             .size = d.bits / 8};
    }
    case EXTRA_FLOATING:
        return float_type(t, d.bits, is_long_double);
    case EXTRA_COMPLEX_FLOATING: {
        uint64_t part = d.bits / 2;
        struct type type = float_type(t, part, part > 64);
        type.kind = HLCKPT_COMPLEX;
        type.size = d.bits / 8;
        return type;
    }
    default:
        return (struct type){.kind = HLCKPT_INCOMPLETE, .name = d.name};
    }
}

LLVMMetadataRef type_element_of_array(LLVMMetadataRef source)
{
    struct extra_type d = extra_describe_type(source);
    while (d.kind == EXTRA_TYPEDEF || d.kind == EXTRA_QUALIFIER || d.kind == EXTRA_ARRAY) {
        source = d.base;
        d = extra_describe_type(source);
    }
    return source;
}

// int a[2][3] is an array of 2 arrays of 3. Where an inner extent is not a constant, the array is one of elements.
static uint32_t array_type(struct types *t, LLVMMetadataRef source, struct extra_type d)
{
    uint32_t type = type_of_source(t, d.base);
    for (size_t i = d.elements; i-- > 0;) {
        int64_t count = extra_dimension(source, i);
        if (count < 0 && i > 0) {
            type = type_of_source(t, type_element_of_array(d.base));
            return add_type(t, (struct type){.kind = HLCKPT_ARRAY, .base = type});
        }
        uint64_t known = count > 0 ? (uint64_t)count : 0;
        type = add_type(
            t, (struct type){
                   .kind = HLCKPT_ARRAY, .base = type, .count = known, .size = known * t->list.items[type].size});
    }
    return type;
}

static void remember(struct types *t, LLVMMetadataRef source, uint32_t type)
{
    vector_push(&t->known, ((struct known_type){source, type}));
}

static uint32_t record_type(struct types *t, LLVMMetadataRef source, struct extra_type d)
{
    if (IS_LISTED(d.name, OPAQUE_TAGS))
        return add_type(t, (struct type){.kind = HLCKPT_INCOMPLETE, .name = d.name});
    enum hlckpt_kind kind = d.kind == EXTRA_UNION ? HLCKPT_UNION : HLCKPT_STRUCT;
    uint32_t type = add_type(t, (struct type){.kind = kind, .name = d.name, .size = d.bits / 8, .source = source});
    remember(t, source, type); // before its fields: they may point back
    for (size_t i = 0; i < d.elements; i++) {
        struct extra_member member = extra_member(source, i);
        struct field field = {member.name, type_of_source(t, member.type), member.bit_width, member.bit_offset};
        vector_push(&t->list.items[type].fields, field);
    }
    return type;
}

uint32_t type_va_list(struct types *t)
{
    return add_type(t, (struct type){.kind = HLCKPT_VA_LIST, .size = pointer_size(t)});
}

static uint32_t pointer_type(struct types *t, struct extra_type d)
{
    struct extra_type target = extra_describe_type(d.base);
    if (strcmp(target.name, "__va_list_tag") == 0) // a va_list parameter, decayed
        return type_va_list(t);
    uint32_t base = type_of_source(t, d.base);
    while (t->list.items[base].kind == HLCKPT_ARRAY && t->list.items[base].count == 0)
        base = t->list.items[base].base; // a pointer to rows of variable length
    return type_pointer_to(t, base);
}

// The basic type behind typedefs and qualifiers, or NULL.
static LLVMMetadataRef basic_behind(LLVMMetadataRef source, bool *is_word)
{
    struct extra_type d = extra_describe_type(source);
    while (d.kind == EXTRA_TYPEDEF || d.kind == EXTRA_QUALIFIER) {
        *is_word |= IS_LISTED(d.name, WORD_TYPEDEFS);
        source = d.base;
        d = extra_describe_type(source);
    }
    return d.kind == EXTRA_BASIC ? source : NULL;
}

// A type of hlckpt/sync.h: the name of the typedef, if it is of what the C library makes it of.
static bool is_sync(const char *name, enum extra_type_kind kind, enum hlckpt_sync *which)
{
    static const struct {
        enum hlckpt_sync which;
        const char *name;
        char of;
    } list[] = {
#define SYNC_TYPEDEF(which, name, of) {HLCKPT_SYNC_##which, name, of},
        HLCKPT_SYNC_TYPEDEFS(SYNC_TYPEDEF)
#undef SYNC_TYPEDEF
    };
    char of = kind == EXTRA_BASIC ? 'B' : kind == EXTRA_STRUCT ? 'S' : kind == EXTRA_UNION ? 'U' : 0;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i].of == of && strcmp(list[i].name, name) == 0) {
            *which = list[i].which;
            return true;
        }
    return false;
}

static struct extra_type behind_typedefs(struct extra_type d)
{
    while (d.kind == EXTRA_TYPEDEF || d.kind == EXTRA_QUALIFIER)
        d = extra_describe_type(d.base);
    return d;
}

static uint32_t typedef_type(struct types *t, LLVMMetadataRef source, struct extra_type d)
{
    if (strcmp(d.name, "__builtin_va_list") == 0)
        return type_va_list(t);
    enum hlckpt_sync which;
    struct extra_type behind = behind_typedefs(d);
    if (is_sync(d.name, behind.kind, &which))
        return add_type(t, (struct type){.kind = HLCKPT_SYNC, .bits = which, .size = behind.bits / 8});
    bool is_word = false;
    LLVMMetadataRef basic = basic_behind(source, &is_word);
    struct type type = basic ? basic_type(t, extra_describe_type(basic)) : (struct type){0};
    if (!basic || type.kind != HLCKPT_INT)
        return type_of_source(t, d.base);
    if (is_word)
        type.bits = 64;
    if (strcmp(d.name, "wchar_t") == 0)
        type.is_signed = true;
    return add_type(t, type);
}

static uint32_t describe(struct types *t, LLVMMetadataRef source)
{
    struct extra_type d = extra_describe_type(source);
    switch (d.kind) {
    case EXTRA_NONE:
        return type_void(t);
    case EXTRA_BASIC:
        return add_type(t, basic_type(t, d));
    case EXTRA_TYPEDEF:
        return typedef_type(t, source, d);
    case EXTRA_QUALIFIER:
        return type_of_source(t, d.base);
    case EXTRA_ENUM:
        return d.base ? type_of_source(t, d.base)
                      : add_type(t, (struct type){.kind = HLCKPT_INT, .bits = 32, .size = d.bits / 8});
    case EXTRA_POINTER:
        return pointer_type(t, d);
    case EXTRA_ARRAY:
        return array_type(t, source, d);
    case EXTRA_STRUCT:
    case EXTRA_UNION:
        return record_type(t, source, d);
    case EXTRA_SUBROUTINE:
        return add_type(t, (struct type){.kind = HLCKPT_FUNCTION});
    case EXTRA_DECLARATION:
        return add_type(t, (struct type){.kind = HLCKPT_INCOMPLETE, .name = d.name});
    }
    return type_void(t);
}

uint32_t type_of_source(struct types *t, LLVMMetadataRef source)
{
    for (size_t i = 0; source && i < t->known.count; i++)
        if (t->known.items[i].source == source)
            return t->known.items[i].type;
    uint32_t type = describe(t, source);
    if (source)
        remember(t, source, type);
    return type;
}

// ---- temporaries: the source has no name for these, and their type is that of a class of values

static uint64_t allocated_size(const struct types *t, LLVMTypeRef type)
{
    return LLVMABISizeOfType(LLVMGetModuleDataLayout(t->module), type);
}

static uint32_t type_of_tagged_struct(struct types *t, LLVMTypeRef type)
{
    const char *name = LLVMGetStructName(type);
    if (!name)
        return UINT32_MAX;
    bool is_union = strncmp(name, "union.", 6) == 0;
    if (!is_union && strncmp(name, "struct.", 7) != 0)
        return UINT32_MAX;
    LLVMMetadataRef source = extra_find_composite(t->module, strchr(name, '.') + 1, is_union);
    return source ? type_of_source(t, source) : UINT32_MAX;
}

static uint32_t type_of_struct(struct types *t, LLVMTypeRef type)
{
    uint32_t tagged = type_of_tagged_struct(t, type);
    if (tagged != UINT32_MAX)
        return tagged;
    uint32_t index = add_type(t, (struct type){.kind = HLCKPT_STRUCT, .name = "", .size = allocated_size(t, type)});
    for (unsigned i = 0; i < LLVMCountStructElementTypes(type); i++) {
        uint64_t offset = LLVMOffsetOfElement(LLVMGetModuleDataLayout(t->module), type, i) * 8;
        struct field field = {"", type_of_value(t, LLVMStructGetTypeAtIndex(type, i)), 0, offset};
        vector_push(&t->list.items[index].fields, field);
    }
    return index;
}

static struct type type_of_integer(LLVMTypeRef type)
{
    unsigned width = LLVMGetIntTypeWidth(type);
    return (struct type){.kind = HLCKPT_INT, .is_signed = true, .bits = width > 64 ? 128 : 64, .size = (width + 7) / 8};
}

static struct type type_of_float(const struct types *t, LLVMTypeRef type, enum hlckpt_float_format format)
{
    return (struct type){.kind = HLCKPT_FLOAT, .bits = 128, .size = allocated_size(t, type), .format = format};
}

uint32_t type_of_value(struct types *t, LLVMTypeRef type)
{
    switch (LLVMGetTypeKind(type)) {
    case LLVMIntegerTypeKind:
        return add_type(t, type_of_integer(type));
    case LLVMHalfTypeKind:
        return add_type(t, type_of_float(t, type, HLCKPT_IEEE_HALF));
    case LLVMFloatTypeKind:
        return add_type(t, type_of_float(t, type, HLCKPT_IEEE_SINGLE));
    case LLVMDoubleTypeKind:
        return add_type(t, type_of_float(t, type, HLCKPT_IEEE_DOUBLE));
    case LLVMX86_FP80TypeKind:
        return add_type(t, type_of_float(t, type, HLCKPT_X87));
    case LLVMFP128TypeKind:
        return add_type(t, type_of_float(t, type, HLCKPT_IEEE_QUAD));
    case LLVMPPC_FP128TypeKind:
        return add_type(t, type_of_float(t, type, HLCKPT_DOUBLE_DOUBLE));
    case LLVMPointerTypeKind:
        return type_pointer_to(t, type_void(t));
    case LLVMStructTypeKind:
        return type_of_struct(t, type);
    case LLVMArrayTypeKind:
    case LLVMVectorTypeKind: {
        uint64_t count =
            LLVMGetTypeKind(type) == LLVMArrayTypeKind ? LLVMGetArrayLength2(type) : LLVMGetVectorSize(type);
        uint32_t base = type_of_value(t, LLVMGetElementType(type));
        return add_type(
            t, (struct type){.kind = HLCKPT_ARRAY, .base = base, .count = count, .size = allocated_size(t, type)});
    }
    default:
        return add_type(t, (struct type){.kind = HLCKPT_INCOMPLETE, .name = "unknown"});
    }
}

// struct hlckpt_scope { struct hlckpt_scope *next; void *block; }
uint32_t type_scope_list(struct types *t)
{
    static const char TAG[] = "hlckpt_scope";
    for (size_t i = 0; i < t->list.count; i++)
        if (t->list.items[i].kind == HLCKPT_STRUCT && strcmp(t->list.items[i].name, TAG) == 0)
            return type_pointer_to(t, (uint32_t)i);
    uint64_t word = pointer_size(t);
    uint32_t node = add_type(t, (struct type){.kind = HLCKPT_STRUCT, .name = TAG, .size = 2 * word});
    uint32_t head = type_pointer_to(t, node);
    struct field next = {"next", head, 0, 0}, block = {"block", type_pointer_to(t, type_void(t)), 0, word * 8};
    vector_push(&t->list.items[node].fields, next);
    vector_push(&t->list.items[node].fields, block);
    return head;
}
