#include "headers.h"

struct flow {
	__be32 source;
	__be32 destination;
	__be16 source_port;
	__be16 destination_port;
	__u32 protocol;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__type(key, struct flow);
	__type(value, struct traffic);
	__uint(max_entries, 4096);
} flows SEC(".maps");

SEC("xdp")
int flow_records(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = find_ipv4(ctx);
	struct flow flow;
	void *transport;

	if (!ip)
		return XDP_PASS;
	if (ip->frag_off & bpf_htons(IP_OFFSET))
		return XDP_PASS;
	if (ip->ihl < 5)
		return XDP_PASS;
	transport = (void *)ip + ip->ihl * 4;
	flow.source = ip->saddr;
	flow.destination = ip->daddr;
	flow.protocol = ip->protocol;
	if (ip->protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = transport;

		if ((void *)(tcp + 1) > data_end)
			return XDP_PASS;
		flow.source_port = tcp->source;
		flow.destination_port = tcp->dest;
	} else if (ip->protocol == IPPROTO_UDP) {
		struct udphdr *udp = transport;

		if ((void *)(udp + 1) > data_end)
			return XDP_PASS;
		flow.source_port = udp->source;
		flow.destination_port = udp->dest;
	} else {
		return XDP_PASS;
	}

	count_traffic(&flows, &flow, data_end - data);
	return XDP_PASS;
}
