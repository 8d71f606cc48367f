#include "headers.h"

#define MSS 1400
#define MAX_OPTIONS 20

#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_MSS 2

SEC("xdp")
int mss_clamp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	__u32 offset = 0;
	__u32 length;

	if ((void *)(tcp + 1) > data_end)
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 || ip->protocol != IPPROTO_TCP ||
	    ip->frag_off & bpf_htons(IP_OFFSET) || !(tcp->flags & TCP_SYN))
		return XDP_PASS;
	length = (tcp->doff >> 4) * 4;
	offset = sizeof(*tcp);
#pragma clang loop unroll(disable)
	for (int i = 0; i < MAX_OPTIONS && offset < length; i++) {
		__u8 *option = (void *)tcp + offset;
		__u32 size;

		if ((void *)(option + 1) > data_end || *option == OPTION_END)
			break;
		if (*option == OPTION_NOP) {
			offset++;
			continue;
		}
		if ((void *)(option + 2) > data_end)
			break;
		size = option[1];
		if (size < 2)
			break;
		if (*option == OPTION_MSS && size == 4) {
			__u32 mss, sum;

			if ((void *)(option + 4) > data_end)
				break;
			mss = bpf_ntohs(*(__u16 *)(option + 2));
			if (mss <= MSS)
				break;
			*(__u16 *)(option + 2) = bpf_htons(MSS);
			/* RFC 1624: the old value is added to the checksum, and the complement of the new one. */
			sum = mss + 0xffff - MSS;
			if (offset & 1)
				sum <<= 8;
			sum += bpf_ntohs(tcp->check);
			sum = (sum & 0xffff) + (sum >> 16);
			tcp->check = bpf_htons(sum + (sum >> 16));
			return XDP_TX;
		}
		offset += size;
	}
	return XDP_PASS;
}
