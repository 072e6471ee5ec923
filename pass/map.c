// Writes the map of a module in MessagePack, field for field as include/hlckpt/map.h describes it.
#include <llvm-c/Target.h>
#include <msgpack.h>
#include <stdio.h>
#include <string.h>

#include "pass.h"

static void write_str(msgpack_packer *p, const char *s)
{
    size_t size = strlen(s);
    msgpack_pack_str(p, size);
    msgpack_pack_str_body(p, s, size);
}

static void write_bool(msgpack_packer *p, bool value)
{
    if (value)
        msgpack_pack_true(p);
    else
        msgpack_pack_false(p);
}

#define write_array msgpack_pack_array
#define write_uint  msgpack_pack_uint64

// ---- types

static void write_fields(msgpack_packer *p, const struct type *t)
{
    write_array(p, t->fields.count);
    for (size_t i = 0; i < t->fields.count; i++) {
        write_array(p, 3);
        write_str(p, t->fields.items[i].name);
        write_uint(p, t->fields.items[i].type);
        write_uint(p, t->fields.items[i].bit_width);
    }
}

static unsigned type_length(enum hlckpt_kind kind)
{
    switch (kind) {
    case HLCKPT_INT:
    case HLCKPT_ARRAY:
    case HLCKPT_STRUCT:
    case HLCKPT_UNION:
        return 3;
    case HLCKPT_FLOAT:
    case HLCKPT_COMPLEX:
    case HLCKPT_POINTER:
    case HLCKPT_INCOMPLETE:
    case HLCKPT_SYNC:
        return 2;
    default:
        return 1;
    }
}

static void write_type(msgpack_packer *p, const struct type *t)
{
    write_array(p, type_length(t->kind));
    write_uint(p, t->kind);
    switch (t->kind) {
    case HLCKPT_INT:
        write_bool(p, t->is_signed);
        write_uint(p, t->bits);
        break;
    case HLCKPT_FLOAT:
    case HLCKPT_COMPLEX:
    case HLCKPT_SYNC:
        write_uint(p, t->bits);
        break;
    case HLCKPT_POINTER:
        write_uint(p, t->base);
        break;
    case HLCKPT_ARRAY:
        write_uint(p, t->base);
        write_uint(p, t->count);
        break;
    case HLCKPT_STRUCT:
    case HLCKPT_UNION:
        write_str(p, t->name);
        write_fields(p, t);
        break;
    case HLCKPT_INCOMPLETE:
        write_str(p, t->name);
        break;
    default:
        break;
    }
}

static void write_layout(msgpack_packer *p, const struct type *t)
{
    bool has_format = t->kind == HLCKPT_FLOAT || t->kind == HLCKPT_COMPLEX,
         has_fields = t->kind == HLCKPT_STRUCT || t->kind == HLCKPT_UNION;
    write_array(p, has_format || has_fields ? 2 : 1);
    write_uint(p, t->size);
    if (has_format)
        write_uint(p, t->format);
    if (!has_fields)
        return;
    write_array(p, t->fields.count);
    for (size_t i = 0; i < t->fields.count; i++)
        write_uint(p, t->fields.items[i].bit_offset);
}

// ---- functions

static void write_variables(msgpack_packer *p, const struct function *f)
{
    write_array(p, f->variables.count);
    for (size_t i = 0; i < f->variables.count; i++) {
        const struct variable *v = &f->variables.items[i];
        write_array(p, 4);
        write_str(p, v->name);
        write_uint(p, v->storage);
        write_uint(p, v->type);
        write_uint(p, v->line);
    }
}

static void write_points(msgpack_packer *p, const struct function *f)
{
    write_array(p, f->points.count);
    for (size_t i = 0; i < f->points.count; i++) {
        const struct point *point = &f->points.items[i];
        write_array(p, 5);
        write_uint(p, point->kind);
        write_uint(p, point->line);
        write_uint(p, point->column);
        write_str(p, point->callee);
        write_array(p, point->live.count);
        for (size_t j = 0; j < point->live.count; j++)
            write_uint(p, point->live.items[j]);
    }
}

static void write_function(struct module *m, msgpack_packer *p, const struct function *f)
{
    bool known;
    write_array(p, 5);
    write_str(p, f->name);
    write_uint(p, extra_function_line(f->value));
    write_uint(p, type_of_source(&m->types, extra_result_type(f->value, &known)));
    write_variables(p, f);
    write_points(p, f);
}

// How a result comes back: its IR type, how it is extended, or that it is returned in memory.
static void write_convention(msgpack_packer *p, LLVMTypeRef type, bool in_memory, bool sign_extended,
                             bool zero_extended)
{
    char text[200], *printed = LLVMPrintTypeToString(type);
    snprintf(text, sizeof text, "%s%s%s%s", in_memory ? "memory " : "", sign_extended ? "signext " : "",
             zero_extended ? "zeroext " : "", printed);
    LLVMDisposeMessage(printed);
    write_str(p, text);
}

static void write_result(msgpack_packer *p, const struct function *f)
{
    LLVMTypeRef type = LLVMGetReturnType(LLVMGlobalGetValueType(f->value));
    write_array(p, 2);
    write_convention(p, type, LLVMCountParams(f->value) && has_attribute(f->value, 1, "sret"),
                     has_attribute(f->value, LLVMAttributeReturnIndex, "signext"),
                     has_attribute(f->value, LLVMAttributeReturnIndex, "zeroext"));
    write_array(p, f->points.count);
    for (size_t i = 0; i < f->points.count; i++) {
        LLVMValueRef call = f->points.items[i].call;
        if (f->points.items[i].kind == HLCKPT_POLL)
            write_str(p, "");
        else
            write_convention(p, LLVMTypeOf(call), call_has_attribute(call, 1, "sret"),
                             call_has_attribute(call, LLVMAttributeReturnIndex, "signext"),
                             call_has_attribute(call, LLVMAttributeReturnIndex, "zeroext"));
    }
}

// ---- globals and the rest

static bool is_static(LLVMValueRef global)
{
    LLVMLinkage linkage = LLVMGetLinkage(global);
    return linkage == LLVMInternalLinkage || linkage == LLVMPrivateLinkage;
}

static uint32_t global_type(struct module *m, LLVMValueRef global, unsigned *line)
{
    *line = 0;
    LLVMMetadataRef source = extra_global_type(global, line);
    return source ? type_of_source(&m->types, source) : type_of_value(&m->types, LLVMGlobalGetValueType(global));
}

static void write_globals(struct module *m, msgpack_packer *p, LLVMValueRef *globals, size_t count)
{
    write_array(p, count);
    for (size_t i = 0; i < count; i++) {
        unsigned line, flags = (is_static(globals[i]) ? HLCKPT_STATIC : 0) |
                               (LLVMIsGlobalConstant(globals[i]) ? HLCKPT_CONSTANT : 0);
        uint32_t type = global_type(m, globals[i], &line);
        write_array(p, 4);
        write_str(p, value_name(globals[i]));
        write_uint(p, type);
        write_uint(p, line);
        write_uint(p, flags);
    }
}

static void write_callables(struct module *m, msgpack_packer *p, const struct entities *e)
{
    write_array(p, e->callables.count);
    for (size_t i = 0; i < e->callables.count; i++) {
        LLVMValueRef f = e->callables.items[i];
        struct function *own = function_of(m, f);
        write_array(p, 2);
        write_str(p, own ? own->name : value_name(f));
        write_uint(p, (is_static(f) && strcmp(own ? own->name : "", "main") != 0 ? HLCKPT_STATIC : 0) |
                          (LLVMIsDeclaration(f) ? 0 : HLCKPT_DEFINED));
    }
}

static void write_literals(struct module *m, msgpack_packer *p, const struct entities *e)
{
    write_array(p, e->literals.count);
    for (size_t i = 0; i < e->literals.count; i++)
        write_uint(p, LLVMABISizeOfType(LLVMGetModuleDataLayout(m->ir), LLVMGlobalGetValueType(e->literals.items[i])));
}

static void write_labels(struct module *m, msgpack_packer *p)
{
    size_t count = 0, function = 0;
    for (size_t i = 0; i < m->functions.count; i++)
        count += m->functions.items[i].labels.count;
    write_array(p, count);
    for (size_t i = 0; i < m->functions.count; i++) {
        struct function *f = &m->functions.items[i];
        for (size_t j = 0; j < f->labels.count; j++) {
            write_array(p, 2);
            write_uint(p, function);
            write_uint(p, j);
        }
        function += f->may_be_captured;
    }
}

// ---- the map; what others refer to by index is described before it is written

static void write_captured(struct module *m, msgpack_packer *p, bool results)
{
    size_t count = 0;
    for (size_t i = 0; i < m->functions.count; i++)
        count += m->functions.items[i].may_be_captured;
    write_array(p, count);
    for (size_t i = 0; i < m->functions.count; i++)
        if (m->functions.items[i].may_be_captured) {
            if (results)
                write_result(p, &m->functions.items[i]);
            else
                write_function(m, p, &m->functions.items[i]);
        }
}

char *pack_map(struct module *m, const struct entities *e, size_t *size)
{
    msgpack_sbuffer body, whole;
    msgpack_packer p;
    // Everything that names types is written first, so that the table of types is complete when its turn comes.
    msgpack_sbuffer_init(&body);
    msgpack_packer_init(&p, &body, msgpack_sbuffer_write);
    write_str(&p, "functions");
    write_captured(m, &p, false);
    write_str(&p, "globals");
    write_globals(m, &p, e->globals.items, e->globals.count);
    write_str(&p, "thread_locals");
    write_globals(m, &p, e->thread_locals.items, e->thread_locals.count);
    write_str(&p, "callables");
    write_callables(m, &p, e);
    write_str(&p, "literals");
    write_literals(m, &p, e);
    write_str(&p, "labels");
    write_labels(m, &p);

    msgpack_sbuffer_init(&whole);
    msgpack_packer_init(&p, &whole, msgpack_sbuffer_write);
    msgpack_pack_map(&p, 11);
    write_str(&p, "version");
    write_uint(&p, HLCKPT_MAP_VERSION);
    write_str(&p, "file");
    size_t length;
    write_str(&p, LLVMGetSourceFileName(m->ir, &length));
    write_str(&p, "types");
    write_array(&p, m->types.list.count);
    for (size_t i = 0; i < m->types.list.count; i++)
        write_type(&p, &m->types.list.items[i]);
    msgpack_sbuffer_write(&whole, body.data, body.size);
    write_str(&p, "layouts");
    write_array(&p, m->types.list.count);
    for (size_t i = 0; i < m->types.list.count; i++)
        write_layout(&p, &m->types.list.items[i]);
    write_str(&p, "results");
    write_captured(m, &p, true);
    msgpack_sbuffer_destroy(&body);
    *size = whole.size;
    return msgpack_sbuffer_release(&whole);
}
