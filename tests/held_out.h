/* A run with validation images, as several suites begin one. */
#ifndef HELD_OUT_H
#define HELD_OUT_H

/* 100 images, 70 left to train on: four steps an epoch. The validation bound goes up and down from early on. */
#define HELD_OUT                                                                                   \
    "--batch 20 --hidden 11 --latent 3 --optimizer adam --lr 0.05 --quiet --validation 30 "
#define TRAIN "train --data plain " HELD_OUT
enum { TRAINED = 70 };

#endif
