#include "headers.h"

__u64 packets;

SEC("xdp")
int ipv4_counter(struct xdp_md *ctx)
{
	if (find_ipv4(ctx))
		__sync_fetch_and_add(&packets, 1);
	return XDP_PASS;
}
