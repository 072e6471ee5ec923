#include "inspect.h"
bool print_state(const struct image *image, bool objects, struct failure *f)
{
    (void)image, (void)objects, (void)f;
    return true;
}
