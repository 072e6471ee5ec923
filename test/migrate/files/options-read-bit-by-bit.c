// getopt in the middle of the arguments, strtok in the middle of a string, the environment, and on_exit.
// RUN: %hop --targets x86_64,s390x,armhf --opt=-O0 --every-point --max-points 12 %s
// hop: args='-a -n 5 --name=first -v --name second rest of it'
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void at_exit(int status, void *what)
{
    printf("%s, status %d\n", (const char *)what, status);
}

int main(int argc, char **argv)
{
    static const struct option longer[] = {{"name", required_argument, NULL, 'N'}, {NULL, 0, NULL, 0}};
    char numbers[] = "1,2,3,4,5,6,7,8", *token = strtok(numbers, ",");
    static char farewell[] = "good-bye";
    on_exit(at_exit, farewell);
    setenv("COLOUR", "green", 1);
    for (int option; (option = getopt_long(argc, argv, "an:v", longer, NULL)) != -1; token = strtok(NULL, ",")) {
        int sum = 0;
        for (int i = 0; i < 3; i++)
            sum += i * optind;
        printf("%c %s %d %s %s\n", option, optarg ? optarg : "-", sum, token, getenv("COLOUR"));
    }
    for (int i = optind; i < argc; i++)
        printf("[%s]\n", argv[i]);
    return 7;
}
