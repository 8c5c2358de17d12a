/* Numbers so large that a sum with one of them leaves the nearest integer in the low bits of the
 * significand, 1.5 2^23 and a bit: what more they hold makes of those bits what lanes_words.h builds
 * powers of two from. They are the same on every ISA, for their parity decides ties. */
#ifndef SV_LANES_MAGIC_H
#define SV_LANES_MAGIC_H

#define V16_MAGIC      0x1.8001fcp23f /* and 254: half of k + 254 is a biased exponent */
#define V16_MAGIC_DOWN 0x1.80012ep23f /* and 151: k + 151 is the biased exponent of 2^(k + 24) */

#endif
