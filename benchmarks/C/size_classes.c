#include "headers.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 6);
} classes SEC(".maps");

SEC("xdp")
int size_classes(struct xdp_md *ctx)
{
	__u32 length = ctx->data_end - ctx->data;
	__u64 *packets;
	__u32 class;

	if (length < 65)
		class = 0;
	else if (length < 128)
		class = 1;
	else if (length < 256)
		class = 2;
	else if (length < 512)
		class = 3;
	else if (length < 1024)
		class = 4;
	else
		class = 5;
	packets = bpf_map_lookup_elem(&classes, &class);
	if (packets)
		__sync_fetch_and_add(packets, 1);
	return XDP_PASS;
}
