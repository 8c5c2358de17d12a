/* Round-to-integer constants: 1.5 2^23 plus a bias. The low bits of x + magic hold the nearest
 * integer k plus that bias, from which lanes_words.h builds powers of two. Every ISA uses the same
 * constants, because their parity decides ties. */
#ifndef SV_LANES_MAGIC_H
#define SV_LANES_MAGIC_H

#define V16_MAGIC      0x1.8001fcp23f /* bias 254: k + 254 is the sum of two biased exponents */
#define V16_MAGIC_DOWN 0x1.80012ep23f /* bias 151: k + 151 is the biased exponent of 2^(k + 24) */

#endif
