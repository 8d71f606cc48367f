/* The part of the kernel's BPF interface that these programs use (linux/bpf.h, bpf-helpers(7)). */
#pragma once

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u16 __sum16;

#define NULL ((void *)0)
#define SEC(name) __attribute__((section(name), used))
#define __always_inline inline __attribute__((always_inline))
#define __packed __attribute__((packed))
#define __uint(name, value) int (*name)[value]
#define __type(name, value) typeof(value) *name

#define bpf_htons(x) ((__be16)__builtin_bswap16(x))
#define bpf_ntohs(x) ((__u16)__builtin_bswap16(x))

struct xdp_md {
	__u32 data;
	__u32 data_end;
	__u32 data_meta;
	__u32 ingress_ifindex;
	__u32 rx_queue_index;
	__u32 egress_ifindex;
};

enum xdp_action {
	XDP_ABORTED,
	XDP_DROP,
	XDP_PASS,
	XDP_TX,
	XDP_REDIRECT,
};

enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
	BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_DEVMAP = 14,
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_EXIST = 2,
};

#define BPF_F_NO_PREALLOC 1

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*bpf_map_update_elem)(void *map, const void *key, const void *value, __u64 flags) = (void *)2;
static __u64 (*bpf_ktime_get_ns)(void) = (void *)5;
static long (*bpf_redirect_map)(void *map, __u64 key, __u64 flags) = (void *)51;

/* Adds one to a 64-bit counter that other processors count in too, and inserts it where it is absent. */
static __always_inline void count(void *map, const void *key)
{
	__u64 *counter = bpf_map_lookup_elem(map, key);

	if (!counter) {
		__u64 zero = 0;

		bpf_map_update_elem(map, key, &zero, BPF_NOEXIST);
		counter = bpf_map_lookup_elem(map, key);
	}
	if (counter)
		__sync_fetch_and_add(counter, 1);
}

struct traffic {
	__u64 packets;
	__u64 bytes;
};

/* Counts a packet in this processor's copy of a flow's traffic. */
static __always_inline void count_traffic(void *map, const void *flow, __u64 bytes)
{
	struct traffic *traffic = bpf_map_lookup_elem(map, flow);

	if (!traffic) {
		struct traffic none = {};

		bpf_map_update_elem(map, flow, &none, BPF_NOEXIST);
		traffic = bpf_map_lookup_elem(map, flow);
		if (!traffic)
			return;
	}
	traffic->packets++;
	traffic->bytes += bytes;
}
