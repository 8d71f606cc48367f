#include "headers.h"

SEC("xdp")
int ttl(struct xdp_md *ctx)
{
	struct iphdr *ip = find_ipv4(ctx);

	if (!ip)
		return XDP_PASS;
	if (ip->ttl <= 1)
		return XDP_DROP;
	decrease_ttl(ip);
	return XDP_TX;
}
