#include "policy.h"

#include <string.h>

bool policy_is_public(const struct policy *policy, const char *source_type)
{
	const char *at = policy->public_sources;
	size_t len, wanted = strlen(source_type);

	for (; *(at += strspn(at, " ,")); at += len) {
		len = strcspn(at, " ,");
		if (len == wanted && !memcmp(at, source_type, len))
			return true;
	}
	return false;
}
