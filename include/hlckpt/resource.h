// Resources: handles of libraries (files, streams, compiled expressions, converters) that mean nothing on another
// machine. The pass records each call of a resource's constructor, the runtime puts the calls that are still open into
// the image and makes them again, through libffi, at restore.
//
//     HLCKPT_RESOURCE(iconv_open, "p(ss)", iconv_close)              iconv_t iconv_open(const char *, const char *)
//     HLCKPT_RESOURCE_OF(regex_t, regcomp, "i(osi)", regfree)        int regcomp(regex_t *, const char *, int)
//
// The signature is the result's letter and, in parentheses, the parameters':
//     i  int                 l  long                d  double               z  size_t            v  no result
//     s  string, copied      p  opaque pointer: the handle when it is the result
//     h  handle of another resource, or NULL
//     o  pointer to memory of the program that the constructor fills: it is the handle
// A constructor that returns NULL or (void *)-1, or not 0 where the handle is a parameter, has failed.
#ifndef HLCKPT_RESOURCE_H
#define HLCKPT_RESOURCE_H

#include <stddef.h>

struct hlckpt_resource {
    const char *constructor; // its name
    const char *signature;
    const char *destructor;
    void (*construct)(void);
    void (*destroy)(void);
};

// All that a program declares, in a section of their own: a restore finds them there by the constructor's name.
struct hlckpt_declared {
    const struct hlckpt_resource *resource;
    size_t memory; // bytes that the constructor fills through "o"; 0: not told
};

#define HLCKPT_RESOURCE(constructor, signature, destructor)                                                            \
    HLCKPT_DECLARE_RESOURCE(constructor, signature, destructor, 0)

// The same for a constructor that fills an object of this type. Where the object is a variable or a heap block of its
// own it is left out of the image, whatever pointers are in it, so that the image restores on any target.
#define HLCKPT_RESOURCE_OF(type, constructor, signature, destructor)                                                   \
    HLCKPT_DECLARE_RESOURCE(constructor, signature, destructor, sizeof(type))

// The descriptor of a constructor is the variable hlckpt_resource_<constructor>: that is how the pass finds it.
#define HLCKPT_DECLARE_RESOURCE(constructor, signature, destructor, memory)                                            \
    __attribute__((used)) static const struct hlckpt_resource hlckpt_resource_##constructor = {                        \
        #constructor, signature, #destructor, (void (*)(void))constructor, (void (*)(void))destructor};                \
    HLCKPT_LISTED static const struct hlckpt_declared hlckpt_declared_##constructor = {&hlckpt_resource_##constructor, \
                                                                                       memory};
#define HLCKPT_LISTED __attribute__((used, retain, section("hlckpt_resources")))

// Constructors and destructors that the runtime itself describes (rt/resource-table.c): calls of these in instrumented
// modules are reported after they return, as hlckpt_resource_opened(&hlckpt_resource_NAME, result, arguments...) with
// variadic promotion, an integer result converted to a pointer.
#define HLCKPT_BUILTIN_CONSTRUCTORS(V)                                                                                 \
    V(fopen) V(fdopen) V(freopen) V(tmpfile) V(open) V(creat) V(openat) V(dup) V(dup2) V(dup3) V(setvbuf)
// Destructors of these are reported before they run, as hlckpt_resource_closed(&hlckpt_resource_NAME, first argument).
#define HLCKPT_BUILTIN_DESTRUCTORS(V) V(fclose) V(close)

#endif
