#include "bpf.h"

#define MAX_BYTES 1500
#define MARK 0x7f

__u64 found;

SEC("xdp")
int byte_search(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;

#pragma clang loop unroll(disable)
	for (int i = 0; i < MAX_BYTES; i++) {
		if ((void *)(data + i + 1) > data_end)
			return XDP_PASS;
		if (data[i] == MARK) {
			__sync_fetch_and_add(&found, 1);
			return XDP_DROP;
		}
	}
	return XDP_PASS;
}
