// Finds a section in an ELF file (System V ABI, "Object Files"), whatever its word size and byte order.
//
// E1  Every offset is looked at against the file's size before it is used; field() is the only place that reads
// numbers.
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "elf-file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "targets.h"

// The two forms of a field: where it is in a 32-bit and in a 64-bit file, and how wide.
struct place {
    size_t narrow_at, narrow_size, wide_at, wide_size;
};
#define PLACE(header, name)                                                                                            \
    (struct place)                                                                                                     \
    {                                                                                                                  \
        offsetof(Elf32_##header, name), sizeof((Elf32_##header *)0)->name, offsetof(Elf64_##header, name),             \
            sizeof((Elf64_##header *)0)->name                                                                          \
    }

// The field at `place` of the header that begins at `base`; SIZE_MAX-like when it is not in the file.
static uint64_t field(const struct elf *elf, uint64_t base, struct place place)
{
    size_t at = elf->wide ? place.wide_at : place.narrow_at, size = elf->wide ? place.wide_size : place.narrow_size;
    if (base > elf->size || at + size > elf->size - base)
        return UINT64_MAX;
    const unsigned char *bytes = elf->bytes + base + at;
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[elf->big ? i : size - 1 - i];
    return value;
}

static bool map_file(struct elf *elf, int fd, const char *path, struct failure *f)
{
    struct stat status;
    if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_size < EI_NIDENT)
        return fail(f, "'%s' is not an ELF file", path);
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return fail(f, "'%s': %s", path, strerror(errno));
    elf->bytes = bytes;
    elf->size = (size_t)status.st_size;
    return true;
}

bool elf_open(struct elf *elf, const char *path, struct failure *f)
{
    *elf = (struct elf){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(f, "'%s': %s", path, strerror(errno));
    bool mapped = map_file(elf, fd, path, f);
    close(fd);
    if (!mapped)
        return false;
    elf->wide = elf->bytes[EI_CLASS] == ELFCLASS64;
    elf->big = elf->bytes[EI_DATA] == ELFDATA2MSB;
    if (memcmp(elf->bytes, ELFMAG, SELFMAG) == 0)
        return true;
    elf_close(elf);
    return fail(f, "'%s' is not an ELF file", path);
}

void elf_close(struct elf *elf)
{
    if (elf->bytes)
        munmap((void *)elf->bytes, elf->size);
    elf->bytes = NULL;
}

// ---- sections

struct sections {
    uint64_t at, each, count, names_at, names_size;
};

static uint64_t section_at(const struct sections *s, uint64_t index)
{
    return s->at + index * s->each;
}

static bool read_sections(const struct elf *elf, struct sections *s)
{
    s->at = field(elf, 0, PLACE(Ehdr, e_shoff));
    s->each = field(elf, 0, PLACE(Ehdr, e_shentsize));
    s->count = field(elf, 0, PLACE(Ehdr, e_shnum));
    uint64_t names = field(elf, 0, PLACE(Ehdr, e_shstrndx));
    if (s->at > elf->size || s->each > UINT16_MAX || s->count > UINT16_MAX || names >= s->count)
        return false;
    s->names_at = field(elf, section_at(s, names), PLACE(Shdr, sh_offset));
    s->names_size = field(elf, section_at(s, names), PLACE(Shdr, sh_size));
    return s->names_at <= elf->size && s->names_size <= elf->size - s->names_at;
}

static bool has_name(const struct elf *elf, const struct sections *s, uint64_t section, const char *name)
{
    uint64_t at = field(elf, section, PLACE(Shdr, sh_name));
    size_t size = strlen(name) + 1;
    return at <= s->names_size && size <= s->names_size - at && memcmp(elf->bytes + s->names_at + at, name, size) == 0;
}

bool elf_section(const struct elf *elf, const char *name, const unsigned char **data, size_t *size, struct failure *f)
{
    struct sections s;
    if (!read_sections(elf, &s))
        return fail(f, "no table of sections");
    for (uint64_t i = 0; i < s.count; i++) {
        uint64_t section = section_at(&s, i);
        if (!has_name(elf, &s, section, name))
            continue;
        uint64_t at = field(elf, section, PLACE(Shdr, sh_offset)), length = field(elf, section, PLACE(Shdr, sh_size));
        if (at > elf->size || length > elf->size - at)
            return fail(f, "section '%s' lies outside the file", name);
        *data = elf->bytes + at;
        *size = (size_t)length;
        return true;
    }
    return fail(f, "no section '%s'", name);
}

// ---- targets

const struct target *elf_target(const struct elf *elf)
{
#define ROW(name, qemu, root, class, order, machine)                                                                   \
    {name, qemu, root, {class, order}, {(machine) >> 8, (machine) & 0xff}},
    static const struct target targets[] = {HLCKPT_TARGETS(ROW)};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (elf->size >= 20 && memcmp(elf->bytes + EI_CLASS, targets[i].ident, 2) == 0 &&
            memcmp(elf->bytes + offsetof(Elf64_Ehdr, e_machine), targets[i].machine, 2) == 0)
            return &targets[i];
    return NULL;
}
