// An ELF file of any target, read without believing any of its numbers.
#ifndef TOOLS_ELF_FILE_H
#define TOOLS_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

struct elf {
    const unsigned char *bytes;
    size_t size;
    bool wide, big; // 64-bit; most significant byte first
};

// A row of cmake/targets.
struct target {
    const char *name, *qemu, *root;
    unsigned char ident[2], machine[2];
};

bool elf_open(struct elf *elf, const char *path, struct failure *f) __attribute__((warn_unused_result));
void elf_close(struct elf *elf);
// The content of a section; false when there is none of that name.
bool elf_section(const struct elf *elf, const char *name, const unsigned char **data, size_t *size, struct failure *f)
    __attribute__((warn_unused_result));
// The target whose programs look like this one; NULL for none.
const struct target *elf_target(const struct elf *elf);

#endif
