#include "headers.h"

#define IP_MF_OR_OFFSET 0x3fff

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, __be32);
	__type(value, __u64);
	__uint(max_entries, 4096);
} sources SEC(".maps");

SEC("xdp")
int fragments(struct xdp_md *ctx)
{
	struct iphdr *ip = find_ipv4(ctx);

	if (ip && ip->frag_off & bpf_htons(IP_MF_OR_OFFSET)) {
		__be32 source = ip->saddr;

		count(&sources, &source);
	}
	return XDP_PASS;
}
