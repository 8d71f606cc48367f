#include "headers.h"

#define INTERVAL 1000000000ull /* nanoseconds a token */
#define BURST 8

struct bucket {
	__u64 tokens;
	__u64 filled;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, __be32);
	__type(value, struct bucket);
	__uint(max_entries, 4096);
} buckets SEC(".maps");

SEC("xdp")
int token_bucket(struct xdp_md *ctx)
{
	struct iphdr *ip = find_ipv4(ctx);
	struct bucket *bucket;
	__u64 now, earned;
	__be32 source;

	if (!ip)
		return XDP_PASS;
	source = ip->saddr;
	bucket = bpf_map_lookup_elem(&buckets, &source);
	if (!bucket) {
		struct bucket empty = {};

		bpf_map_update_elem(&buckets, &source, &empty, BPF_NOEXIST);
		bucket = bpf_map_lookup_elem(&buckets, &source);
		if (!bucket)
			return XDP_DROP;
	}
	now = bpf_ktime_get_ns();
	earned = (now - bucket->filled) / INTERVAL;
	if (earned > 0) {
		__u64 tokens = bucket->tokens + earned;

		bucket->tokens = tokens < BURST ? tokens : BURST;
		bucket->filled = now;
	}
	if (bucket->tokens == 0)
		return XDP_DROP;
	__sync_fetch_and_add(&bucket->tokens, -1);
	return XDP_PASS;
}
