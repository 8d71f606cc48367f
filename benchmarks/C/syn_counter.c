#include "headers.h"

__u64 syns;

SEC("xdp")
int syn_counter(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct tcphdr *tcp;
	__u8 protocol;

	tcp = find_transport(ctx, &protocol);
	if (!tcp || protocol != IPPROTO_TCP || (void *)(tcp + 1) > data_end)
		return XDP_PASS;
	if ((tcp->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		__sync_fetch_and_add(&syns, 1);
	return XDP_PASS;
}
