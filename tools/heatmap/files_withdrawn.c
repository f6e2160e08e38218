/* Rows of an earlier version that hold no more: who copies the results drops them. */
#include "changes.h"
#include "files.h"

static void csv_gone(void *ctx, const struct csv_field told[CHANGES_TOLD], int64_t withdrawn_ms)
{
	struct put *put = ctx;
	size_t i;

	for (i = 0; i < CHANGES_TOLD; i++)
		csv_field(put, told[i].at, told[i].len);
	csv_time(put, withdrawn_ms);
	csv_whole(put, FILES_SCHEMA);
	csv_end(put);
}

int files_put_withdrawn(const struct picture *picture, struct file_list *list, struct text *why)
{
	struct put put;
	int err;

	put_open(&put, list->folder, "withdrawn.csv");
	csv_line(&put,
		"lab,spool,sample,parameter,method,replicate,sampled,withdrawn,schema_version");
	err = changes_each_gone(picture->changes, csv_gone, &put);
	if (files_close(list, &put, "withdrawn.csv",
		    "results of earlier versions that hold no more", why))
		return ERR_IO;
	return err;
}
