// Finds the function at an address in the symbol table of the object file it was loaded from. dladdr sees exported
// functions only, and what the program's own functions are called is in .symtab.
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "symbol.h"

struct object_file {
    uintptr_t code;   // in: looked for
    uintptr_t offset; // of the code, as the file's symbols count
    const char *path;
};

static int holds_code(struct dl_phdr_info *info, size_t size, void *argument)
{
    struct object_file *object = argument;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || object->code - info->dlpi_addr - segment->p_vaddr >= segment->p_memsz)
            continue;
        object->offset = object->code - info->dlpi_addr;
        object->path = info->dlpi_name && *info->dlpi_name ? info->dlpi_name : "/proc/self/exe";
        return 1;
    }
    return 0;
}

struct file_bytes {
    const char *at;
    size_t size;
};

static struct file_bytes map_file(const char *path)
{
    struct file_bytes bytes = {NULL, 0};
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return bytes;
    if (fstat(fd, &status) == 0 && status.st_size > 0) {
        void *at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at != MAP_FAILED)
            bytes = (struct file_bytes){at, (size_t)status.st_size};
    }
    close(fd);
    return bytes;
}

// `count` entries of `size` bytes at `offset` of the file; NULL when the file has no such bytes.
static const void *part(struct file_bytes file, size_t offset, size_t count, size_t size)
{
    if (offset > file.size || count > (file.size - offset) / size || offset % sizeof(ElfW(Word)))
        return NULL;
    return file.at + offset;
}

static bool name_in_table(struct file_bytes file, const ElfW(Shdr) * table, const ElfW(Shdr) * strings,
                          uintptr_t offset, char *buffer, size_t size)
{
    size_t count = table->sh_size / sizeof(ElfW(Sym));
    const ElfW(Sym) *symbols = part(file, table->sh_offset, count, sizeof(ElfW(Sym)));
    if (!symbols || strings->sh_offset > file.size || strings->sh_size > file.size - strings->sh_offset)
        return false;
    for (size_t i = 0; i < count; i++) {
        const ElfW(Sym) *s = &symbols[i];
        if (ELF32_ST_TYPE(s->st_info) != STT_FUNC || offset - s->st_value >= s->st_size ||
            s->st_name >= strings->sh_size)
            continue;
        const char *name = file.at + strings->sh_offset + s->st_name;
        size_t length = strnlen(name, strings->sh_size - s->st_name);
        const char *suffix = memchr(name, '.', length); // what the compiler or the pass adds, such as a twin's
        snprintf(buffer, size, "%.*s", (int)(suffix ? suffix - name : (ptrdiff_t)length), name);
        return true;
    }
    return false;
}

static bool name_in_file(struct file_bytes file, uintptr_t offset, char *buffer, size_t size)
{
    const ElfW(Ehdr) *header = part(file, 0, 1, sizeof *header);
    const ElfW(Shdr) *sections = header ? part(file, header->e_shoff, header->e_shnum, sizeof *sections) : NULL;
    for (unsigned i = 0; sections && i < header->e_shnum; i++) {
        const ElfW(Shdr) *s = &sections[i];
        if ((s->sh_type == SHT_SYMTAB || s->sh_type == SHT_DYNSYM) && s->sh_link < header->e_shnum &&
            name_in_table(file, s, &sections[s->sh_link], offset, buffer, size))
            return true;
    }
    return false;
}

void symbol_describe(uintptr_t code, char *buffer, size_t size)
{
    struct object_file object = {.code = code};
    if (!dl_iterate_phdr(holds_code, &object)) {
        snprintf(buffer, size, "0x%llx", (unsigned long long)code);
        return;
    }
    struct file_bytes file = map_file(object.path);
    if (!file.at || !name_in_file(file, object.offset, buffer, size)) {
        const char *slash = strrchr(object.path, '/');
        snprintf(buffer, size, "%s+0x%llx", slash ? slash + 1 : object.path, (unsigned long long)object.offset);
    }
    if (file.at)
        munmap((void *)(uintptr_t)file.at, file.size);
}
