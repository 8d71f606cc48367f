#include "headers.h"

struct prefix4 {
	__u32 length;
	__be32 address;
};

struct prefix6 {
	__u32 length;
	struct in6_addr address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct prefix4);
	__type(value, __u32);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} blocked4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct prefix6);
	__type(value, __u32);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} blocked6 SEC(".maps");

SEC("xdp")
int lpm_drop(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	void *network;
	__be16 type;

	network = find_network(ctx, &type);
	if (!network)
		return XDP_PASS;
	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = network;
		struct prefix4 source;

		if ((void *)(ip + 1) > data_end)
			return XDP_PASS;
		source.length = 32;
		source.address = ip->saddr;
		if (bpf_map_lookup_elem(&blocked4, &source))
			return XDP_DROP;
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip6 = network;
		struct prefix6 source;

		if ((void *)(ip6 + 1) > data_end)
			return XDP_PASS;
		source.length = 128;
		source.address = ip6->saddr;
		if (bpf_map_lookup_elem(&blocked6, &source))
			return XDP_DROP;
	}
	return XDP_PASS;
}
