#include "cli/scan_drivers.h"

#include "bus/profile.h"

static bool is_read(const struct port_ask *ask)
{
	return ask->kind == ASK_PDU && ask->len == 5 && ask->function >= 1 && ask->function <= 4;
}

bool scan_driver_knows(const struct wl_driver *driver, uint8_t unit,
	int (*ask)(void *ctx, struct port_ask *ask, const struct port_reply **reply), void *ctx)
{
	static struct codec codec;
	static struct wl_out out;
	const struct wl_exchange *exchange;
	const struct port_reply *reply;
	unsigned answered = 0;
	int err;

	codec_init(&codec, driver, unit);
	codec_begin(&codec, false);
	while ((exchange = codec_now(&codec)) && exchange->identity && answered < CODEC_AGAIN) {
		struct port_ask question = {.unit = unit};

		codec_question(&codec, &question);
		if (!is_read(&question))
			return false;
		err = ask(ctx, &question, &reply);
		if (err == ERR_EXCEPTION && exchange->optional) {
			(void)codec_take(&codec, NULL, 0, &out);
			continue; /* that it lacks a register tells nothing */
		}
		if (err || codec_take(&codec, reply->pdu, reply->len, &out) != CODEC_ON)
			return false;
		answered++;
	}
	return answered > 0 && answered < CODEC_AGAIN;
}
