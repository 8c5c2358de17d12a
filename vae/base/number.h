/* The only parser of numbers in text: the whole text must be the number. */
#ifndef VAE_NUMBER_H
#define VAE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Decimal digits and nothing else; false above `max`. */
bool vae_number_u64(const char *text, uint64_t max, uint64_t *out);

/* JSON's number syntax; also accepted are a leading +, leading zeros, and no digits on one side of
 * the point. No space, no hexadecimal, no "inf" or "nan". Rounds to nearest; false on overflow. */
bool vae_number_f32(const char *text, float *out);
bool vae_number_f64(const char *text, double *out);

/* The shortest decimal that reads back as the same float, or double: "0.01". */
enum { NUMBER_TEXT = 32 };
void vae_number_write_f32(float x, char text[NUMBER_TEXT]);
void vae_number_write_f64(double x, char text[NUMBER_TEXT]);

#endif
