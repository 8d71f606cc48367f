#include "headers.h"

__u64 packets;

SEC("xdp")
int ipv4_counter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) <= data_end && eth->h_proto == bpf_htons(ETH_P_IP))
		__sync_fetch_and_add(&packets, 1);
	return XDP_PASS;
}
