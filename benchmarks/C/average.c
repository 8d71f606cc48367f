#include "bpf.h"

#define SCALE 100000 /* a fixed-point number has five decimal places */

__s64 average;

static __always_inline __s64 divide_by_16(__s64 value)
{
#if __BPF_CPU_VERSION__ >= 4
	return value / 16;
#else
	/* There is no signed division before instruction set v4; a shift alone rounds towards minus infinity. */
	return (value + (value >> 63 & 15)) >> 4;
#endif
}

SEC("xdp")
int moving_average(struct xdp_md *ctx)
{
	__s64 length = (long)ctx->data_end - (long)ctx->data;

	__sync_fetch_and_add(&average, divide_by_16(length * SCALE - average));
	return XDP_PASS;
}
