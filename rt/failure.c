#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

bool fail(struct failure *f, const char *format, ...)
{
    if (f->failed)
        return false;
    f->failed = true;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(f->text, sizeof f->text, format, arguments);
    va_end(arguments);
    return false;
}
