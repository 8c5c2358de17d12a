/* A training run with validation images, shared by several suites. */
#ifndef HELD_OUT_H
#define HELD_OUT_H

/* 30 validation images of 100; 70 remain for training, four steps an epoch. The validation
 * bound rises and falls from early on. */
#define HELD_OUT                                                                                   \
    "--batch 20 --hidden 11 --latent 3 --optimizer adam --lr 0.05 --quiet --validation 30 "
#define TRAIN "train --data plain " HELD_OUT
enum { TRAINED = 70 };

#endif
