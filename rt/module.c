// The list of modules. The constructor of each translation unit adds its own; nothing of a map is read here.
#include <stdlib.h>

#include "log.h"
#include "module.h"
#include "state.h"

struct hlckpt_module *hlckpt_modules;
static struct hlckpt_module **last = &hlckpt_modules;

void hlckpt_register(struct hlckpt_module *module)
{
    if (module->abi != HLCKPT_ABI) {
        log_line(LOG_ERROR,
                 "a module was compiled for version %u of the runtime's interface, this runtime has version %u",
                 (unsigned)module->abi, HLCKPT_ABI);
        abort();
    }
    module->next = NULL;
    *last = module;
    last = &module->next;
}

bool module_has_code(uintptr_t address)
{
    for (const struct hlckpt_module *m = hlckpt_modules; m; m = m->next)
        if (address - (uintptr_t)m->text_begin < (uintptr_t)(m->text_end - m->text_begin) ||
            address - (uintptr_t)m->twin_begin < (uintptr_t)(m->twin_end - m->twin_begin))
            return true;
    return false;
}
