#include "headers.h"

#define OFFSET 14

struct bits {
	__u8 class;
	__u8 notification;
	__u8 version;
	__u8 words;
	__u32 flow;
};

struct bits last;

SEC("xdp")
int bit_fields(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u32 word;

	if ((void *)(data + OFFSET + sizeof(word)) > data_end)
		return XDP_PASS;
	word = __builtin_bswap32(*(__u32 *)(data + OFFSET));
	last.version = word >> 28;
	last.words = word >> 24 & 0xf;
	last.class = word >> 22 & 0x3f;
	last.notification = word >> 20 & 3;
	last.flow = word & 0xfffff;
	return last.version == 4 ? XDP_PASS : XDP_DROP;
}
