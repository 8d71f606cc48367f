/* Protocol headers (RFC 791, 8200, 4302, 6275, 9293, 768, 792; IEEE 802.1Q), for a little-endian processor. */
#pragma once

#include "bpf.h"

#define ETH_ALEN 6
#define ETH_P_IP 0x0800
#define ETH_P_TEB 0x6558
#define ETH_P_IPV6 0x86dd
#define ETH_P_8021Q 0x8100
#define ETH_P_8021AD 0x88a8

#define IPPROTO_HOPOPTS 0
#define IPPROTO_ICMP 1
#define IPPROTO_IPIP 4
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_IPV6 41
#define IPPROTO_ROUTING 43
#define IPPROTO_FRAGMENT 44
#define IPPROTO_GRE 47
#define IPPROTO_AH 51
#define IPPROTO_DSTOPTS 60
#define IPPROTO_SCTP 132
#define IPPROTO_MH 135

#define IP_OFFSET 0x1fff
#define IP6_OFFSET 0xfff8

#define MAX_TAGS 2
#define MAX_EXTENSIONS 8

#define TCP_SYN 0x02
#define TCP_ACK 0x10

#define ICMP_ECHOREPLY 0
#define ICMP_ECHO 8

struct ethhdr {
	__u8 h_dest[ETH_ALEN];
	__u8 h_source[ETH_ALEN];
	__be16 h_proto;
};

struct vlan_hdr {
	__be16 tci;
	__be16 h_proto;
};

struct in6_addr {
	__be32 addr32[4];
};

struct iphdr {
	__u8 ihl : 4, version : 4;
	__u8 tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag_off;
	__u8 ttl;
	__u8 protocol;
	__sum16 check;
	__be32 saddr;
	__be32 daddr;
};

struct ipv6hdr {
	__u8 priority : 4, version : 4;
	__u8 flow_lbl[3];
	__be16 payload_len;
	__u8 nexthdr;
	__u8 hop_limit;
	struct in6_addr saddr;
	struct in6_addr daddr;
};

struct ipv6_opt_hdr {
	__u8 nexthdr;
	__u8 hdrlen;
};

struct frag_hdr {
	__u8 nexthdr;
	__u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

struct tcphdr {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack_seq;
	__u8 doff;
	__u8 flags;
	__be16 window;
	__sum16 check;
	__be16 urg_ptr;
};

struct udphdr {
	__be16 source;
	__be16 dest;
	__be16 len;
	__sum16 check;
};

struct icmphdr {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be16 id;
	__be16 sequence;
};

/* An address as an IPv6 one: IPv4 is mapped into it. */
static __always_inline struct in6_addr map_address(__be32 address)
{
	return (struct in6_addr){ { 0, 0, 0xffff0000, address } };
}

static __always_inline int is_vlan(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

/* The header behind an Ethernet header and up to two VLAN tags, not checked against the packet's end; or NULL. */
static __always_inline void *skip_ethernet(struct ethhdr *eth, void *data_end, __be16 *type)
{
	struct vlan_hdr *vlan = (void *)(eth + 1);

	if ((void *)(eth + 1) > data_end)
		return NULL;
	*type = eth->h_proto;
#pragma unroll
	for (int i = 0; i < MAX_TAGS; i++) {
		if (!is_vlan(*type))
			break;
		if ((void *)(vlan + 1) > data_end)
			return NULL;
		*type = vlan->h_proto;
		vlan++;
	}
	return vlan;
}

/* The header behind the first Ethernet header. */
static __always_inline void *find_network(struct xdp_md *ctx, __be16 *type)
{
	return skip_ethernet((void *)(long)ctx->data, (void *)(long)ctx->data_end, type);
}

/*
 * A program with many paths defines this, so that the verifier forgets how far a loop has come, and follows what is
 * behind it once.
 */
#ifndef MANY_PATHS
#define MANY_PATHS 0
#endif

/* The same pointer, of which the verifier knows only that it is behind the packet's start. */
static __always_inline void *forget(void *pointer, void *data)
{
	__u64 offset = pointer - data;

	asm volatile("" : "+r"(offset));
	return offset < 0x8000 ? data + offset : NULL;
}

/* The header behind up to eight extension headers, not checked against the packet's end; NULL in later fragments. */
static __always_inline void *skip_extensions(void *header, struct xdp_md *ctx, __u8 *next)
{
	void *data_end = (void *)(long)ctx->data_end;

#pragma clang loop unroll(disable)
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		struct ipv6_opt_hdr *extension = header;
		struct frag_hdr *fragment = header;
		__u32 length;

		if (*next != IPPROTO_HOPOPTS && *next != IPPROTO_ROUTING && *next != IPPROTO_FRAGMENT &&
		    *next != IPPROTO_AH && *next != IPPROTO_DSTOPTS && *next != IPPROTO_MH)
			break;
		if (header + 8 > data_end)
			return NULL;
		if (*next == IPPROTO_FRAGMENT) {
			if (fragment->frag_off & bpf_htons(IP6_OFFSET))
				return NULL;
			length = 8;
		} else if (*next == IPPROTO_AH) {
			length = (extension->hdrlen + 2) * 4;
		} else {
			length = (extension->hdrlen + 1) * 8;
		}
		*next = extension->nexthdr;
		header += length;
		if (MANY_PATHS) {
			header = forget(header, (void *)(long)ctx->data);
			if (!header)
				return NULL;
		}
	}
	return header;
}

/* What follows IPv4 or IPv6, not checked against the packet's end; NULL in later fragments. */
static __always_inline void *skip_network(void *network, __u32 type, struct xdp_md *ctx, __u8 *protocol)
{
	void *data_end = (void *)(long)ctx->data_end;

	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = network;

		if ((void *)(ip + 1) > data_end || ip->frag_off & bpf_htons(IP_OFFSET) || ip->ihl < 5)
			return NULL;
		*protocol = ip->protocol;
		return (void *)ip + ip->ihl * 4;
	}
	if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip6 = network;

		if ((void *)(ip6 + 1) > data_end)
			return NULL;
		*protocol = ip6->nexthdr;
		return skip_extensions(ip6 + 1, ctx, protocol);
	}
	return NULL;
}

/* The transport header behind IPv4 or IPv6, not checked against the packet's end; NULL in later fragments. */
static __always_inline void *find_transport(struct xdp_md *ctx, __u8 *protocol)
{
	__be16 type;
	void *network = find_network(ctx, &type);

	return network ? skip_network(network, type, ctx, protocol) : NULL;
}

/* The IPv4 header, checked against the packet's end; or NULL. */
static __always_inline struct iphdr *find_ipv4(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip;
	__be16 type;

	ip = find_network(ctx, &type);
	if (!ip || type != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > data_end)
		return NULL;
	return ip;
}

/* RFC 1624, as the kernel does it in its function of this name. */
static __always_inline void decrease_ttl(struct iphdr *ip)
{
	__u32 check = ip->check;

	check += bpf_htons(0x0100);
	ip->check = check + (check >= 0xffff);
	ip->ttl--;
}

/* By two bytes at a time: clang copies arrays of bytes byte by byte. */
static __always_inline void swap_mac(void *eth)
{
	__u16 *mac = eth;
	__u16 destination[3] = { mac[0], mac[1], mac[2] };

	mac[0] = mac[3];
	mac[1] = mac[4];
	mac[2] = mac[5];
	mac[3] = destination[0];
	mac[4] = destination[1];
	mac[5] = destination[2];
}
