#include "headers.h"

SEC("xdp")
int icmp_echo(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = find_ipv4(ctx);
	struct icmphdr *icmp;
	__be32 address;
	__u32 checksum;

	if (!ip)
		return XDP_PASS;
	if (ip->protocol != IPPROTO_ICMP || ip->frag_off & bpf_htons(IP_OFFSET))
		return XDP_PASS;
	if (ip->ihl < 5)
		return XDP_PASS;
	icmp = (void *)ip + ip->ihl * 4;
	if ((void *)(icmp + 1) > data_end)
		return XDP_PASS;
	if (icmp->type != ICMP_ECHO || icmp->code != 0)
		return XDP_PASS;

	swap_mac(data);
	address = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = address;
	icmp->type = ICMP_ECHOREPLY;
	checksum = icmp->checksum;
	checksum += bpf_htons(ICMP_ECHO << 8);
	icmp->checksum = checksum + (checksum >= 0xffff);
	return XDP_TX;
}
