#include "bpf.h"

#define SCALE 100000 /* a fixed-point number has five decimal places */

__s64 average;

/* There is no signed division in instruction set v3. */
static __always_inline __s64 divide_by_16(__s64 value)
{
	return value < 0 ? -(__s64)((__u64)-value / 16) : (__s64)((__u64)value / 16);
}

SEC("xdp")
int moving_average(struct xdp_md *ctx)
{
	__s64 length = (long)ctx->data_end - (long)ctx->data;

	__sync_fetch_and_add(&average, divide_by_16(length * SCALE - average));
	return XDP_PASS;
}
