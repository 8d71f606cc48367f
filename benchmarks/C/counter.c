#include "bpf.h"

__u64 packets;

SEC("xdp")
int counter(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&packets, 1);
	return XDP_PASS;
}
