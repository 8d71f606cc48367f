#include "headers.h"

#define NAME_OFFSET 54 /* without VLAN tags and IPv4 options */
#define MAX_NAME 128

#define FNV_OFFSET 2166136261u
#define FNV_PRIME 16777619u

struct dns_hdr {
	__be16 id;
	__be16 flags;
	__be16 questions;
	__be16 answers;
	__be16 authorities;
	__be16 additionals;
};

#define DNS_RESPONSE 0x8000

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 4096);
} names SEC(".maps");

SEC("xdp")
int dns_hash(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	struct dns_hdr *dns = (void *)(udp + 1);
	__u8 *name = data + NAME_OFFSET;
	__u32 hash = FNV_OFFSET;

	if ((void *)(dns + 1) > data_end)
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 || ip->protocol != IPPROTO_UDP ||
	    ip->frag_off & bpf_htons(IP_OFFSET))
		return XDP_PASS;
	if (udp->dest != bpf_htons(53) || dns->flags & bpf_htons(DNS_RESPONSE) || dns->questions == 0)
		return XDP_PASS;
#pragma clang loop unroll(disable)
	for (int i = 0; i < MAX_NAME; i++) {
		__u32 letter;

		if ((void *)(name + i + 1) > data_end)
			return XDP_PASS;
		letter = name[i];
		if (letter == 0)
			break;
		if (letter >= 'A' && letter <= 'Z')
			letter += 'a' - 'A';
		hash = (hash ^ letter) * FNV_PRIME;
	}
	count(&names, &hash);
	return XDP_PASS;
}
