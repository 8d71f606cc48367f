#include "headers.h"

SEC("xdp")
int ttl(struct xdp_md *ctx)
{
	struct iphdr *ip = find_ipv4(ctx);
	__u32 check;

	if (!ip)
		return XDP_PASS;
	if (ip->ttl <= 1)
		return XDP_DROP;
	/* RFC 1624, as the kernel does it in ip_decrease_ttl(). */
	check = ip->check;
	check += bpf_htons(0x0100);
	ip->check = check + (check >= 0xffff);
	ip->ttl--;
	return XDP_TX;
}
