// Resources: handles of libraries (files, streams, compiled expressions, converters) that mean nothing on another
// machine. The pass records each call of a resource's constructor, the runtime puts the calls that are still open into
// the image and makes them again, through libffi, at restore.
//
//     HLCKPT_RESOURCE(iconv_open, "p(ss)", iconv_close)      iconv_t iconv_open(const char *, const char *)
//     HLCKPT_RESOURCE(regcomp,    "i(osi)", regfree)         int regcomp(regex_t *, const char *, int)
//
// The signature is the result's letter and, in parentheses, the parameters':
//     i int   l long   z size_t   d double   s string (NUL-terminated, copied)   p opaque pointer: the handle when it
//     is the result o pointer to memory of the program that the constructor fills: the handle when it is a parameter;
//     that memory is not captured h handle of another resource
#ifndef HLCKPT_RESOURCE_H
#define HLCKPT_RESOURCE_H

struct hlckpt_resource {
    const char *constructor; // its name
    const char *signature;
    const char *destructor;
    void (*construct)(void);
    void (*destroy)(void);
};

// The descriptor of a constructor is the variable hlckpt_resource_<constructor>: that is how the pass finds it. The
// section lists a program's descriptors: that is how a restore finds them, by the constructor's name.
#define HLCKPT_RESOURCE(constructor, signature, destructor)                                                            \
    __attribute__((used)) static const struct hlckpt_resource hlckpt_resource_##constructor = {                        \
        #constructor, signature, #destructor, (void (*)(void))constructor, (void (*)(void))destructor};                \
    __attribute__((                                                                                                    \
        used, retain,                                                                                                  \
        section("hlckpt_resources"))) static const struct hlckpt_resource *const hlckpt_declared_##constructor =       \
        &hlckpt_resource_##constructor;

// Constructors and destructors that the runtime itself describes (rt/resource-table.c): calls of these in instrumented
// modules are reported after they return, as hlckpt_resource_opened(&hlckpt_resource_NAME, result, arguments...) with
// variadic promotion, an integer result converted to a pointer.
#define HLCKPT_BUILTIN_CONSTRUCTORS(V)                                                                                 \
    V(fopen) V(fdopen) V(freopen) V(tmpfile) V(open) V(creat) V(openat) V(dup) V(dup2) V(dup3) V(setvbuf)
// Destructors of these are reported before they run, as hlckpt_resource_closed(&hlckpt_resource_NAME, first argument).
#define HLCKPT_BUILTIN_DESTRUCTORS(V) V(fclose) V(close)

#endif
