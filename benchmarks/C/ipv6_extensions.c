#include "headers.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 256);
} protocols SEC(".maps");

SEC("xdp")
int ipv6_extensions(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	struct ipv6_opt_hdr *extension = (void *)(ip6 + 1);
	__u64 *packets;
	__u32 next;

	if ((void *)(ip6 + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IPV6))
		return XDP_PASS;
	next = ip6->nexthdr;
#pragma clang loop unroll(disable)
	for (int i = 0; i < 8; i++) {
		__u32 length;

		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_FRAGMENT &&
		    next != IPPROTO_AH && next != IPPROTO_DSTOPTS)
			break;
		if ((void *)(extension + 1) > data_end)
			return XDP_PASS;
		if (next == IPPROTO_FRAGMENT)
			length = 8;
		else if (next == IPPROTO_AH)
			length = (extension->hdrlen + 2) * 4;
		else
			length = (extension->hdrlen + 1) * 8;
		next = extension->nexthdr;
		extension = (void *)extension + length;
	}
	packets = bpf_map_lookup_elem(&protocols, &next);
	if (packets)
		__sync_fetch_and_add(packets, 1);
	return XDP_PASS;
}
