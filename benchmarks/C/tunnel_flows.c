#define MANY_PATHS 1
#include "headers.h"

#define PORT_VXLAN 4789
#define PORT_VXLAN_LINUX 8472
#define PORT_GENEVE 6081

#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING 0x4000
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_VERSION 0x0007

struct gre_hdr {
	__be16 flags;
	__be16 protocol;
};

struct geneve_hdr {
	__u8 options : 6, version : 2;
	__u8 flags;
	__be16 protocol;
	__be32 vni;
};

struct flow {
	struct in6_addr source;
	struct in6_addr destination;
	__be16 source_port;
	__be16 destination_port;
	__u16 vlan;
	__u16 protocol;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__type(key, struct flow);
	__type(value, struct traffic);
	__uint(max_entries, 4096);
} flows SEC(".maps");

/* The IP header inside a tunnel, not checked against the packet's end; or NULL. */
static __always_inline void *find_inner(void *header, __u8 protocol, void *data_end, __be16 *type)
{
	struct udphdr *udp = header;

	switch (protocol) {
	case IPPROTO_IPIP:
		*type = bpf_htons(ETH_P_IP);
		return header;
	case IPPROTO_IPV6:
		*type = bpf_htons(ETH_P_IPV6);
		return header;
	case IPPROTO_GRE: {
		struct gre_hdr *gre = header;
		__u16 flags;

		if ((void *)(gre + 1) > data_end)
			return NULL;
		flags = gre->flags;
		if (flags & bpf_htons(GRE_ROUTING | GRE_VERSION))
			return NULL;
		*type = gre->protocol;
		header = gre + 1;
		if (flags & bpf_htons(GRE_CHECKSUM))
			header += 4;
		if (flags & bpf_htons(GRE_KEY))
			header += 4;
		if (flags & bpf_htons(GRE_SEQUENCE))
			header += 4;
		break;
	}
	case IPPROTO_UDP:
		if ((void *)(udp + 1) > data_end)
			return NULL;
		if (udp->dest == bpf_htons(PORT_VXLAN) || udp->dest == bpf_htons(PORT_VXLAN_LINUX)) {
			header = (void *)(udp + 1) + 8;
			if (header > data_end)
				return NULL;
			*type = bpf_htons(ETH_P_TEB);
		} else if (udp->dest == bpf_htons(PORT_GENEVE)) {
			struct geneve_hdr *geneve = (void *)(udp + 1);

			if ((void *)(geneve + 1) > data_end || geneve->version)
				return NULL;
			*type = geneve->protocol;
			header = (void *)(geneve + 1) + geneve->options * 4;
		} else {
			return NULL;
		}
		break;
	default:
		return NULL;
	}
	return *type == bpf_htons(ETH_P_TEB) ? skip_ethernet(header, data_end, type) : header;
}

/* Whether the packet has a whole header of TCP, UDP or SCTP. */
static __always_inline int is_transport(void *header, __u8 protocol, void *data_end)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return header + 20 <= data_end;
	case IPPROTO_UDP:
		return header + 8 <= data_end;
	case IPPROTO_SCTP:
		return header + 12 <= data_end;
	default:
		return 0;
	}
}

SEC("xdp")
int tunnel_flows(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct vlan_hdr *vlan = (void *)(eth + 1);
	void *network, *inner, *transport, *inner_transport;
	__be16 outer_type, inner_type;
	__u32 type;
	__u8 protocol, inner_protocol;
	struct flow flow;
	struct udphdr *ports;

	network = find_network(ctx, &outer_type);
	if (!network)
		return XDP_PASS;
	type = outer_type;
	/* Else clang 14 masks the type anew where it is compared again, and the verifier does not know the value. */
	asm volatile("" : "+r"(type));
	flow.vlan = is_vlan(eth->h_proto) && (void *)(vlan + 1) <= data_end ? bpf_ntohs(vlan->tci) & 0xfff : 0;
	transport = skip_network(network, type, ctx, &protocol);
	if (!transport)
		return XDP_PASS;
	inner = find_inner(transport, protocol, data_end, &inner_type);
	if (inner)
		inner = forget(inner, data);
	if (inner) {
		inner_transport = skip_network(inner, inner_type, ctx, &inner_protocol);
		if (inner_transport && is_transport(inner_transport, inner_protocol, data_end)) {
			network = inner;
			type = inner_type;
			transport = inner_transport;
			protocol = inner_protocol;
			goto found;
		}
	}
	if (!is_transport(transport, protocol, data_end))
		return XDP_PASS;
found:
	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = network;

		flow.source = map_address(ip->saddr);
		flow.destination = map_address(ip->daddr);
	} else {
		struct ipv6hdr *ip6 = network;

		flow.source = ip6->saddr;
		flow.destination = ip6->daddr;
	}
	ports = transport;
	flow.source_port = ports->source;
	flow.destination_port = ports->dest;
	flow.protocol = protocol;

	count_traffic(&flows, &flow, data_end - data);
	return XDP_PASS;
}
