// hop: small
// Structures that hold arrays of structures that hold pointers to their siblings, their owner and the heap.

#include <stdio.h>
#include <stdlib.h>

struct team;

struct player {
    struct team *team;
    struct player *rival;
    int *scores;
    int count;
};

struct team {
    char name[6];
    struct player players[4], *best;
    struct team *opponents[2];
};

struct league {
    struct team teams[3];
    struct player *leaders[3];
};

static struct league league;

static int total(const struct player *player)
{
    int sum = 0;
    for (int i = 0; i < player->count; i++)
        sum += player->scores[i];
    return sum;
}

static void set_up(struct league *l)
{
    for (int t = 0; t < 3; t++) {
        struct team *team = &l->teams[t];
        snprintf(team->name, sizeof team->name, "team%c", 'A' + t);
        team->opponents[0] = &l->teams[(t + 1) % 3];
        team->opponents[1] = &l->teams[(t + 2) % 3];
        for (int p = 0; p < 4; p++)
            team->players[p] = (struct player){team, &team->opponents[p % 2]->players[(p + 1) % 4], NULL, 0};
        team->best = team->players;
    }
}

static void score(struct player *player, int points)
{
    player->scores = realloc(player->scores, (size_t)(player->count + 1) * sizeof(int));
    player->scores[player->count++] = points;
    if (total(player) > total(player->team->best))
        player->team->best = player;
}

int main(void)
{
    struct league *copy = malloc(sizeof *copy);
    set_up(&league);
    struct player *current = &league.teams[0].players[0];
    for (int round = 0; round < 40; round++) {
        score(current, round * 7 % 11);
        current = round % 3 ? current->rival : &current->team->opponents[round % 2]->players[round % 4];
        league.leaders[round % 3] = current->team->best;
        *copy = league;
        if (round % 4 == 0)
            printf("%d %s %d %s %d\n", round, current->team->name, total(current), copy->leaders[round % 3]->team->name,
                   total(copy->teams[1].best));
    }
    for (int t = 0; t < 3; t++)
        for (int p = 0; p < 4; p++)
            free(league.teams[t].players[p].scores);
    free(copy);
    return 0;
}
