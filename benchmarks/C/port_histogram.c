#include "headers.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 65536);
} ports SEC(".maps");

SEC("xdp")
int port_histogram(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	__u64 *packets;
	void *transport;
	__u8 protocol;
	__u32 port;

	transport = find_transport(ctx, &protocol);
	if (!transport)
		return XDP_PASS;
	if (protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = transport;

		if ((void *)(tcp + 1) > data_end)
			return XDP_PASS;
		port = bpf_ntohs(tcp->dest);
	} else if (protocol == IPPROTO_UDP) {
		struct udphdr *udp = transport;

		if ((void *)(udp + 1) > data_end)
			return XDP_PASS;
		port = bpf_ntohs(udp->dest);
	} else {
		return XDP_PASS;
	}
	packets = bpf_map_lookup_elem(&ports, &port);
	if (packets)
		__sync_fetch_and_add(packets, 1);
	return XDP_PASS;
}
