#include "model/mpn.h"

#include <math.h>
#include <string.h>

const double mpn_bag_ml[MPN_COMPARTMENTS] = {10, 30, 56, 3, 1};

/* How much more the positive portions hold than the negative ones allow; falls as c grows. */
static double excess(const double *volumes_ml, const bool *positive, size_t n, double per_ml)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += positive[i] ? volumes_ml[i] / expm1(per_ml * volumes_ml[i]) : -volumes_ml[i];
	return sum;
}

double mpn_per_100ml(const double *volumes_ml, const bool *positive, size_t n)
{
	double least = 0, most = 1, middle;
	size_t i, grew = 0;

	if (n < 1 || n > MPN_PORTIONS)
		return NAN;
	for (i = 0; i < n; i++) {
		if (!(volumes_ml[i] >= 1e-9 && volumes_ml[i] <= 1e9))
			return NAN;
		grew += positive[i];
	}
	if (grew == 0)
		return 0;
	if (grew == n)
		return INFINITY;
	while (excess(volumes_ml, positive, n, most) > 0)
		most *= 2;
	/* Halving ends where no number lies between. */
	while ((middle = least + (most - least) / 2) > least && middle < most) {
		if (excess(volumes_ml, positive, n, middle) > 0)
			least = middle;
		else
			most = middle;
	}
	return 100 * most;
}

struct amount mpn_bag(const bool positive[MPN_COMPARTMENTS], double dilution)
{
	struct amount amount = {.kind = AMOUNT_EXACT, .dilution = dilution};

	amount.value = mpn_per_100ml(mpn_bag_ml, positive, MPN_COMPARTMENTS);
	if (amount.value > 0 && isfinite(amount.value))
		return amount;
	amount.kind = amount.value > 0 ? AMOUNT_ABOVE : AMOUNT_NOT_DETECTED;
	amount.value = amount.value > 0 ? 100 : 0;
	return amount;
}

bool mpn_read_bag(const char *key, bool positive[MPN_COMPARTMENTS])
{
	size_t i;

	if (strspn(key, "01") != MPN_COMPARTMENTS || key[MPN_COMPARTMENTS])
		return false;
	for (i = 0; i < MPN_COMPARTMENTS; i++)
		positive[i] = key[i] == '1';
	return true;
}
