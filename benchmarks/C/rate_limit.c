#include "headers.h"

#define NANOSECONDS_A_BYTE 1000000000ull
#define BURST 1000000000000ull /* in nanoseconds */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, __be32);
	__type(value, __u64);
	__uint(max_entries, 4096);
} arrivals SEC(".maps");

/* The generic cell rate algorithm (ITU-T I.371): a source is late if it sends faster than its rate. */
SEC("xdp")
int rate_limit(struct xdp_md *ctx)
{
	struct iphdr *ip = find_ipv4(ctx);
	__u64 length = ctx->data_end - ctx->data;
	__u64 now, expected, *arrival;
	__be32 source;

	if (!ip)
		return XDP_PASS;
	source = ip->saddr;
	now = bpf_ktime_get_ns();
	arrival = bpf_map_lookup_elem(&arrivals, &source);
	expected = arrival && *arrival > now ? *arrival : now;
	expected += length * NANOSECONDS_A_BYTE;
	if (expected - now > BURST)
		return XDP_DROP;
	if (arrival)
		*arrival = expected;
	else
		bpf_map_update_elem(&arrivals, &source, &expected, BPF_ANY);
	return XDP_PASS;
}
