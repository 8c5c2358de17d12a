/* Philox streams, one per use, so that no two draws share an address. */
#ifndef VAE_STREAMS_H
#define VAE_STREAMS_H

enum vae_stream {
    STREAM_INIT,                /* step: 0, 2, 4, 6 by role, + 8 depth; normal or uniform draws */
    STREAM_SHUFFLE,             /* step: epoch */
    STREAM_EPS,                 /* step: training step; row: row of the minibatch */
    STREAM_EPS_TEST,            /* row: test image */
    STREAM_BINARIZE,            /* as EPS */
    STREAM_BINARIZE_TEST,       /* as EPS_TEST */
    STREAM_SAMPLE,              /* row: image drawn */
    STREAM_SYNTHETIC,           /* row: digit drawn */
    STREAM_EPS_POINTS,          /* row: training image, evaluated outside training */
    STREAM_BINARIZE_POINTS,     /* as EPS_POINTS */
    STREAM_FIXED_TRAIN,         /* row: training image; fixed binarisation */
    STREAM_FIXED_TEST,          /* row: test image; fixed binarisation */
    STREAM_EPS_VALIDATION,      /* row: validation image */
    STREAM_BINARIZE_VALIDATION, /* as EPS_VALIDATION */
    STREAM_FIXED_VALIDATION,    /* row: validation image; fixed binarisation */
    STREAM_EPS_IS,              /* step: draw; row: test image */
    STREAM_EPS_IS_POINTS,       /* step: draw; row: training image */
    STREAM_EPS_IS_VALIDATION,   /* step: draw; row: validation image */
    STREAM_EPS_LOCAL,        /* step: 16 of the bounds, then Adam's; row: test image * 8 + draw */
    STREAM_EPS_LOCAL_POINTS, /* the same; training image */
    STREAM_EPS_LOCAL_VALIDATION, /* the same; validation image */
    STREAM_PRIOR, /* z of the sleep phase; step: training step; row: of the minibatch */
    STREAM_DREAM, /* its pixels; the same; column: pixel */
    STREAM_CHAIN, /* starts of a chain; step: 2 l of draw l, 2 l + 1 of its pick; row: image */
    STREAM_CHAIN_POINTS,        /* the same; training image */
    STREAM_CHAIN_VALIDATION,    /* the same; validation image */
    STREAM_MOMENTUM,            /* step: move; row: test image */
    STREAM_MOMENTUM_POINTS,     /* the same; training image */
    STREAM_MOMENTUM_VALIDATION, /* the same; validation image */
    STREAM_ACCEPT,              /* as MOMENTUM */
    STREAM_ACCEPT_POINTS,       /* as MOMENTUM_POINTS */
    STREAM_ACCEPT_VALIDATION,   /* as MOMENTUM_VALIDATION */
    STREAM_MCEM_CHAIN,          /* first z of a chain; row: training image */
    STREAM_MCEM_MOMENTUM,       /* step: cycle; row: training image */
    STREAM_MCEM_ACCEPT,         /* the same */
    STREAM_THETA,         /* draws of weights; step: training step; row: cache line of the arena */
    STREAM_DREAM_UNIFORM, /* as DREAM: of a mixture, which pixels are uniform, and their values */
    STREAM_PAIRS,         /* of images to interpolate between; row: pair */
    STREAM_MASK,          /* of missing pixels; step: split; row: image; column: pixel */
    STREAM_CORRUPT,       /* of noise put on pixels; the same */
    STREAM_RESTORE_EPS,   /* z of a chain over missing pixels; step: 4 move + split; row: image */
    STREAM_RESTORE,       /* its pixels; the same */
    STREAM_RESTORE_UNIFORM, /* as RESTORE: of a mixture, which pixels are uniform, and their values */
    STREAM_COUNT
};
_Static_assert(STREAM_COUNT <= 256, "sv_rng_at");

#endif
