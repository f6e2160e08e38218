/*
 * gazetteer.h - the built-in list of districts and tehsils with a point each (config/places.csv): names to
 * choose from by hand, the division a district belongs to, and the nearest place as a hint.  The nearest
 * place is a hint and nothing more: by area it is the wrong district for 17 % of Khyber Pakhtunkhwa and
 * Gilgit-Baltistan, for 39 % of Gilgit.
 */
#ifndef DISTRICT_GAZETTEER_H
#define DISTRICT_GAZETTEER_H

#include <stddef.h>

#include "base/err.h"
#include "base/text.h"
#include "district/area.h"

struct gazetteer_place {
	struct area area; /* a district's own row has no tehsil */
	double lat, lon;
};

struct gazetteer;

/* ERR_ABSENT, ERR_CONF with FILE:LINE and words, ERR_IO, ERR_MEMORY. */
int gazetteer_open(struct gazetteer **out, const char *path, struct text *why) MUST_USE;
void gazetteer_free(struct gazetteer *gazetteer);

size_t gazetteer_count(const struct gazetteer *gazetteer);
/* Sorted by province, district code, tehsil code; a district's own row comes before its tehsils. */
const struct gazetteer_place *gazetteer_at(const struct gazetteer *gazetteer, size_t i);
/* The nearest row and its distance in metres; NULL when the gazetteer is empty. */
const struct gazetteer_place *gazetteer_nearest(
	const struct gazetteer *gazetteer, double lon, double lat, double *metres);
/* The row of that district (and tehsil, when not ""), by code or by name in any case,
 * with or without its blanks and points; NULL: none. */
const struct gazetteer_place *gazetteer_find(
	const struct gazetteer *gazetteer, const char *district, const char *tehsil);
/* Division and province, where the area says neither and the gazetteer knows its district's code. */
void gazetteer_complete(const struct gazetteer *gazetteer, struct area *area);

#endif
