#include "headers.h"

struct prefix {
	__u32 length;
	__be32 address;
};

struct hop {
	__u32 port;
	__u16 destination[3];
	__u16 source[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct prefix);
	__type(value, struct hop);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} routes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 64);
} ports SEC(".maps");

SEC("xdp")
int redirect(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	__u16 *mac = data;
	struct iphdr *ip = find_ipv4(ctx);
	struct prefix destination;
	struct hop *hop;

	if (!ip || ip->ttl <= 1)
		return XDP_PASS;
	destination.length = 32;
	destination.address = ip->daddr;
	hop = bpf_map_lookup_elem(&routes, &destination);
	if (!hop)
		return XDP_PASS;
	mac[0] = hop->destination[0];
	mac[1] = hop->destination[1];
	mac[2] = hop->destination[2];
	mac[3] = hop->source[0];
	mac[4] = hop->source[1];
	mac[5] = hop->source[2];
	decrease_ttl(ip);
	return bpf_redirect_map(&ports, hop->port, XDP_PASS);
}
