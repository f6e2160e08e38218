#include "base/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Powers of ten that a double holds exactly; 10^22 is the largest. */
static const double pow10_exact[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17};
enum { MOST_PLACES = sizeof(pow10_exact) / sizeof(pow10_exact[0]) - 1 };
#define LARGEST_EXACT 9007199254740992.0 /* 2^53: integers up to here are exact in a double */

static size_t put_digits(char *to, uint64_t v, unsigned places, bool negative)
{
	char digits[24];
	size_t n = 0, len = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v || n <= places);
	if (negative)
		to[len++] = '-';
	while (n) {
		to[len++] = digits[--n];
		if (n == places && n)
			to[len++] = '.';
	}
	to[len] = '\0';
	return len;
}

/*
 * r / 10^k with both exact in a double is the correctly rounded quotient, and so exactly what a reader
 * makes of the text with k places: one division proves a candidate, without printing and parsing it.
 */
static size_t put_shortest(char *to, double value, bool as_f32)
{
	double magnitude = fabs(value);
	float narrow = (float)magnitude;
	unsigned places;
	int precision;

	for (places = 0; places <= MOST_PLACES; places++) {
		double scaled = magnitude * pow10_exact[places], whole = nearbyint(scaled), back;

		if (whole >= LARGEST_EXACT)
			break;
		back = whole / pow10_exact[places];
		if (as_f32 ? (float)back == narrow : back == magnitude)
			return put_digits(to, (uint64_t)whole, places, value < 0 && whole > 0);
	}
	/* Very large, very small, or all 17 digits needed. */
	for (precision = as_f32 ? 6 : 15; precision < (as_f32 ? 9 : 17); precision++) {
		snprintf(to, NUMBER_TEXT, "%.*g", precision, value);
		if (as_f32 ? (float)strtod(to, NULL) == (float)value : strtod(to, NULL) == value)
			return strlen(to);
	}
	return (size_t)snprintf(to, NUMBER_TEXT, "%.*g", precision, value);
}

size_t number_put_f32(char *to, double value)
{
	return put_shortest(to, value, true);
}

size_t number_put_f64(char *to, double value)
{
	return put_shortest(to, value, false);
}

size_t number_put_decimal(char *to, double value, unsigned decimals)
{
	double scaled = fabs(value) * pow10_exact[decimals];

	if (scaled >= LARGEST_EXACT)
		return put_shortest(to, value, false);
	scaled = round(scaled);
	return put_digits(to, (uint64_t)scaled, decimals, value < 0 && scaled > 0);
}
