#include "headers.h"

__u64 tagged;
__u64 double_tagged;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 4096);
} vlans SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __be16);
	__type(value, __u64);
	__uint(max_entries, 1024);
} types SEC(".maps");

SEC("xdp")
int vlan_types(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct vlan_hdr *vlan = (void *)(eth + 1);
	__be16 type;

	if ((void *)(eth + 1) > data_end)
		return XDP_PASS;
	type = eth->h_proto;
	if (is_vlan(type) && (void *)(vlan + 1) <= data_end) {
		__u32 id = bpf_ntohs(vlan->tci) & 0x0fff;
		__u64 *packets = bpf_map_lookup_elem(&vlans, &id);

		if (packets)
			__sync_fetch_and_add(packets, 1);
		type = vlan->h_proto;
		vlan++;
		if (is_vlan(type) && (void *)(vlan + 1) <= data_end) {
			type = vlan->h_proto;
			__sync_fetch_and_add(&double_tagged, 1);
		} else {
			__sync_fetch_and_add(&tagged, 1);
		}
	}
	count(&types, &type);
	return XDP_PASS;
}
