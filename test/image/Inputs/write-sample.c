// Writes an image: write-sample FOLDER [ENCODING]
#include "sample.h"

int main(int argc, char **argv)
{
    sample_write(argv[1], argc > 2 ? argv[2] : NULL, 10, 1000);
}
