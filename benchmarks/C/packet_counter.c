#include "headers.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u8);
	__type(value, __u64);
	__uint(max_entries, 256);
} protocols SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct in6_addr);
	__type(value, __u64);
	__uint(max_entries, 4096);
} sources SEC(".maps");

SEC("xdp")
int packet_counter(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	void *network;
	__be16 type;
	struct in6_addr source;
	__u8 protocol;

	network = find_network(ctx, &type);
	if (!network)
		return XDP_PASS;
	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = network;

		if ((void *)(ip + 1) > data_end)
			return XDP_PASS;
		protocol = ip->protocol;
		source = map_address(ip->saddr);
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip6 = network;

		if ((void *)(ip6 + 1) > data_end)
			return XDP_PASS;
		protocol = ip6->nexthdr;
		source = ip6->saddr;
	} else {
		return XDP_PASS;
	}
	count(&protocols, &protocol);
	count(&sources, &source);
	return XDP_PASS;
}
