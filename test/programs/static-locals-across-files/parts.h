#ifndef PARTS_H
#define PARTS_H

struct part {
    const char *name;
    int uses;
    struct part *peer;
};

extern int shared_total;

int left_step(int by);
const int *left_counter(void);
struct part *left_part(void);
int right_step(int by);
struct part *right_part(void);

#endif
