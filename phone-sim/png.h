/*
 * png.h - a small picture, as a camera would leave it: pixels that do not
 * shrink.
 */
#ifndef PNG_H
#define PNG_H

#include <stddef.h>
#include <stdint.h>

#define PNG_SIDE 16
#define PNG_MAX 1024

/* A PNG (ISO/IEC 15948) of PNG_SIDE pixels square, grey; returns its octets. */
size_t png_picture(uint64_t seed, uint8_t out[static PNG_MAX]);

#endif
