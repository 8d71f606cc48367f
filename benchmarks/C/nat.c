#include "headers.h"

struct service {
	__be32 address;
	__be16 port;
	__u16 protocol;
};

struct target {
	__be32 address;
	__be16 port;
	__u16 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct service);
	__type(value, struct target);
	__uint(max_entries, 1024);
} services SEC(".maps");

/* The words of a number, added up until the sum has 16 bits. */
static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return sum + (sum >> 16);
}

SEC("xdp")
int nat(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = find_ipv4(ctx);
	struct service service;
	struct target *target;
	void *transport;
	__u8 protocol;
	__u32 added;

	if (!ip || ip->frag_off & bpf_htons(IP_OFFSET) || ip->ihl < 5)
		return XDP_PASS;
	transport = (void *)ip + ip->ihl * 4;
	service.address = ip->daddr;
	protocol = ip->protocol;
	if (protocol == IPPROTO_TCP) {
		if (transport + sizeof(struct tcphdr) > data_end)
			return XDP_PASS;
	} else if (protocol == IPPROTO_UDP) {
		if (transport + sizeof(struct udphdr) > data_end)
			return XDP_PASS;
	} else {
		return XDP_PASS;
	}
	service.protocol = protocol;
	service.port = ((struct udphdr *)transport)->dest;
	target = bpf_map_lookup_elem(&services, &service);
	if (!target)
		return XDP_PASS;

	/* RFC 1624: the complement of the old words and the new words are added to the complement of the checksum. */
	added = (__u16)~service.address + (__u16)(~service.address >> 16) +
		(target->address & 0xffff) + (target->address >> 16);
	ip->daddr = target->address;
	ip->check = ~fold((__u16)~ip->check + added);
	added += (__u16)~service.port + target->port;
	((struct udphdr *)transport)->dest = target->port;
	if (protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = transport;

		tcp->check = ~fold((__u16)~tcp->check + added);
	} else {
		struct udphdr *udp = transport;

		/* Without complements the sum is never 0, which would mean that there is no checksum. */
		if (udp->check)
			udp->check = fold(udp->check + 6 * 0xffff - added);
	}
	return XDP_TX;
}
