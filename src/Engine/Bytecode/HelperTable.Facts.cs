namespace EbpfCat.Bytecode;

public static partial class HelperTable
{
    // A row for each helper: number, first version of Linux, traits, result, name, parameters with their kinds; a
    // parameter without a kind is a number.
    // The signatures are those of include/uapi/linux/bpf.h; the traits are those of Linux 6.18:
    //
    //   G  only for programs under a license compatible with the GPL
    //   N  has no effect but its result
    //   S  gives a status whose upper 32 bits are undefined before Linux 6.4
    //   P  invalidates packet pointers (bpf_helper_changes_pkt_data of net/core/filter.c)
    //   W  writes to the packet, and leaves packet pointers valid
    //   D  takes addresses in the packet for memory that it reads (pkt_access of struct bpf_func_proto)
    //   C  missing under lockdown for confidentiality (bpf_base_func_proto, bpf_tracing_func_proto)
    //   I  missing under lockdown for integrity
    private const string Facts =
        """
          1 3.19 N  pointer? map_lookup_elem                map:map key:key
          2 3.19 S  int64    map_update_elem                map:map key:key value:value flags
          3 3.19 S  int64    map_delete_elem                map:map key:key
          4 4.1  GC int64    probe_read                     dst:write size:size unsafe_ptr:address
          5 4.1  N  uint64   ktime_get_ns
          6 4.1  G  int64    trace_printk                   fmt:read fmt_size:size ...
          7 4.1  N  uint32   get_prandom_u32
          8 4.1  N  uint32   get_smp_processor_id
          9 4.1  P  int64    skb_store_bytes                skb:context offset from:read len:size flags
         10 4.1  P  int64    l3_csum_replace                skb:context offset from to size
         11 4.1  P  int64    l4_csum_replace                skb:context offset from to flags
         12 4.2  P  int64    tail_call                      ctx:context prog_array_map:map index
         13 4.2  P  int64    clone_redirect                 skb:context ifindex flags
         14 4.2  N  uint64   get_current_pid_tgid
         15 4.2  N  uint64   get_current_uid_gid
         16 4.2  -  int64    get_current_comm               buf:write size_of_buf:size
         17 4.3  -  uint32   get_cgroup_classid             skb:context
         18 4.3  P  int64    skb_vlan_push                  skb:context vlan_proto vlan_tci
         19 4.3  P  int64    skb_vlan_pop                   skb:context
         20 4.3  -  int64    skb_get_tunnel_key             skb:context key:write size:size flags
         21 4.3  -  int64    skb_set_tunnel_key             skb:context key:read size:size flags
         22 4.3  G  uint64   perf_event_read                map:map flags
         23 4.4  -  int64    redirect                       ifindex flags
         24 4.4  -  uint32   get_route_realm                skb:context
         25 4.4  GD int64    perf_event_output              ctx:context map:map flags data:read size:size
         26 4.5  -  int64    skb_load_bytes                 skb:context offset to:write len:size
         27 4.6  G  int64    get_stackid                    ctx:context map:map flags
         28 4.6  D  int64    csum_diff                      from:read from_size:size to:read to_size:size seed
         29 4.6  -  int64    skb_get_tunnel_opt             skb:context opt:write size:size
         30 4.6  -  int64    skb_set_tunnel_opt             skb:context opt:read size:size
         31 4.8  P  int64    skb_change_proto               skb:context proto flags
         32 4.8  -  int64    skb_change_type                skb:context type
         33 4.8  -  int64    skb_under_cgroup               skb:context map:map index
         34 4.8  -  uint32   get_hash_recalc                skb:context
         35 4.8  GN uint64   get_current_task
         36 4.8  GI int64    probe_write_user               dst:address src:read len:size
         37 4.9  -  int64    current_task_under_cgroup      map:map index
         38 4.9  P  int64    skb_change_tail                skb:context len flags
         39 4.9  P  int64    skb_pull_data                  skb:context len
         40 4.9  -  int64    csum_update                    skb:context csum
         41 4.9  -  void     set_hash_invalid               skb:context
         42 4.10 -  int64    get_numa_node_id
         43 4.10 P  int64    skb_change_head                skb:context len flags
         44 4.10 P  int64    xdp_adjust_head                xdp_md:context delta
         45 4.11 GC int64    probe_read_str                 dst:write size:size unsafe_ptr:address
         46 4.12 -  uint64   get_socket_cookie              skb:context
         47 4.12 -  uint32   get_socket_uid                 skb:context
         48 4.13 -  int64    set_hash                       skb:context hash
         49 4.13 -  int64    setsockopt                     bpf_socket:context level optname optval:read optlen:size
         50 4.13 P  int64    skb_adjust_room                skb:context len_diff mode flags
         51 4.14 -  int64    redirect_map                   map:map key flags
         52 4.14 -  int64    sk_redirect_map                skb:context map:map key flags
         53 4.14 -  int64    sock_map_update                skops:context map:map key:key flags
         54 4.15 P  int64    xdp_adjust_meta                xdp_md:context delta
         55 4.15 G  int64    perf_event_read_value          map:map flags buf:write buf_size:size
         56 4.15 G  int64    perf_prog_read_value           ctx:context buf:write buf_size:size
         57 4.15 -  int64    getsockopt                     bpf_socket:context level optname optval:write optlen:size
         58 4.16 G  int64    override_return                regs:context rc
         59 4.16 -  int64    sock_ops_cb_flags_set          bpf_sock:context argval
         60 4.17 -  int64    msg_redirect_map               msg:context map:map key flags
         61 4.17 -  int64    msg_apply_bytes                msg:context bytes
         62 4.17 -  int64    msg_cork_bytes                 msg:context bytes
         63 4.17 P  int64    msg_pull_data                  msg:context start end flags
         64 4.17 -  int64    bind                           ctx:context addr:read addr_len:size
         65 4.18 P  int64    xdp_adjust_tail                xdp_md:context delta
         66 4.18 -  int64    skb_get_xfrm_state             skb:context index xfrm_state:write size:size flags
         67 4.18 G  int64    get_stack                      ctx:context buf:write size:size flags
         68 4.18 -  int64    skb_load_bytes_relative        skb:context offset to:write len:size start_header
         69 4.18 G  int64    fib_lookup                     ctx:context params:write plen:size flags
         70 4.18 -  int64    sock_hash_update               skops:context map:map key:key flags
         71 4.18 -  int64    msg_redirect_hash              msg:context map:map key:key flags
         72 4.18 -  int64    sk_redirect_hash               skb:context map:map key:key flags
         73 4.18 P  int64    lwt_push_encap                 skb:context type hdr:read len:size
         74 4.18 P  int64    lwt_seg6_store_bytes           skb:context offset from:read len:size
         75 4.18 P  int64    lwt_seg6_adjust_srh            skb:context offset delta
         76 4.18 P  int64    lwt_seg6_action                skb:context action param:read param_len:size
         77 4.18 G  int64    rc_repeat                      ctx:context
         78 4.18 G  int64    rc_keydown                     ctx:context protocol scancode toggle
         79 4.18 -  uint64   skb_cgroup_id                  skb:context
         80 4.18 N  uint64   get_current_cgroup_id
         81 4.19 -  pointer  get_local_storage              map:map flags
         82 4.19 -  int64    sk_select_reuseport            reuse:context map:map key:key flags
         83 4.19 -  uint64   skb_ancestor_cgroup_id         skb:context ancestor_level
         84 4.20 D  pointer? sk_lookup_tcp                  ctx:context tuple:read tuple_size:size netns flags
         85 4.20 D  pointer? sk_lookup_udp                  ctx:context tuple:read tuple_size:size netns flags
         86 4.20 -  int64    sk_release                     sock:object
         87 4.20 S  int64    map_push_elem                  map:map value:value flags
         88 4.20 S  int64    map_pop_elem                   map:map value:write
         89 4.20 S  int64    map_peek_elem                  map:map value:write
         90 4.20 P  int64    msg_push_data                  msg:context start len flags
         91 5.0  P  int64    msg_pop_data                   msg:context start len flags
         92 5.0  G  int64    rc_pointer_rel                 ctx:context rel_x rel_y
         93 5.1  -  int64    spin_lock                      lock:value
         94 5.1  -  int64    spin_unlock                    lock:value
         95 5.1  -  pointer? sk_fullsock                    sk:object
         96 5.1  -  pointer? tcp_sock                       sk:object
         97 5.1  W  int64    skb_ecn_set_ce                 skb:context
         98 5.1  -  pointer? get_listener_sock              sk:object
         99 5.2  D  pointer? skc_lookup_tcp                 ctx:context tuple:read tuple_size:size netns flags
        100 5.2  GD int64    tcp_check_syncookie            sk:object iph:read iph_len:size th:read th_len:size
        101 5.2  -  int64    sysctl_get_name                ctx:context buf:write buf_len:size flags
        102 5.2  -  int64    sysctl_get_current_value       ctx:context buf:write buf_len:size
        103 5.2  -  int64    sysctl_get_new_value           ctx:context buf:write buf_len:size
        104 5.2  -  int64    sysctl_set_new_value           ctx:context buf:read buf_len:size
        105 5.2  -  int64    strtol                         buf:read buf_len:size flags res:write
        106 5.2  -  int64    strtoul                        buf:read buf_len:size flags res:write
        107 5.2  -  pointer? sk_storage_get                 map:map sk:object value:value flags
        108 5.2  -  int64    sk_storage_delete              map:map sk:object
        109 5.3  -  int64    send_signal                    sig
        110 5.4  GD int64    tcp_gen_syncookie              sk:object iph:read iph_len:size th:read th_len:size
        111 5.5  G  int64    skb_output                     ctx:context map:map flags data:read size:size
        112 5.5  G  int64    probe_read_user                dst:write size:size unsafe_ptr:address
        113 5.5  GC int64    probe_read_kernel              dst:write size:size unsafe_ptr:address
        114 5.5  G  int64    probe_read_user_str            dst:write size:size unsafe_ptr:address
        115 5.5  GC int64    probe_read_kernel_str          dst:write size:size unsafe_ptr:address
        116 5.6  -  int64    tcp_send_ack                   tp:object rcv_nxt
        117 5.6  -  int64    send_signal_thread             sig
        118 5.6  -  uint64   jiffies64
        119 5.7  G  int64    read_branch_records            ctx:context buf:write size:size flags
        120 5.7  -  int64    get_ns_current_pid_tgid        dev ino nsdata:write size:size
        121 5.7  G  int64    xdp_output                     ctx:context map:map flags data:read size:size
        122 5.7  -  uint64   get_netns_cookie               ctx:context
        123 5.7  -  uint64   get_current_ancestor_cgroup_id ancestor_level
        124 5.7  -  int64    sk_assign                      skb:context sk:object flags
        125 5.8  N  uint64   ktime_get_boot_ns
        126 5.8  G  int64    seq_printf                     m:object fmt:read fmt_size:size data:read data_len:size
        127 5.8  G  int64    seq_write                      m:object data:read len:size
        128 5.8  -  uint64   sk_cgroup_id                   sk:object
        129 5.8  -  uint64   sk_ancestor_cgroup_id          sk:object ancestor_level
        130 5.8  -  int64    ringbuf_output                 ringbuf:map data:read size:size flags
        131 5.8  -  pointer? ringbuf_reserve                ringbuf:map size flags
        132 5.8  -  void     ringbuf_submit                 data:record flags
        133 5.8  -  void     ringbuf_discard                data:record flags
        134 5.8  -  uint64   ringbuf_query                  ringbuf:map flags
        135 5.8  -  int64    csum_level                     skb:context level
        136 5.9  -  pointer? skc_to_tcp6_sock               sk:object
        137 5.9  -  pointer? skc_to_tcp_sock                sk:object
        138 5.9  -  pointer? skc_to_tcp_timewait_sock       sk:object
        139 5.9  -  pointer? skc_to_tcp_request_sock        sk:object
        140 5.9  -  pointer? skc_to_udp6_sock               sk:object
        141 5.9  -  int64    get_task_stack                 task:object buf:write size:size flags
        142 5.10 -  int64    load_hdr_opt                   skops:context searchby_res:update len:size flags
        143 5.10 P  int64    store_hdr_opt                  skops:context from:read len:size flags
        144 5.10 -  int64    reserve_hdr_opt                skops:context len flags
        145 5.10 -  pointer? inode_storage_get              map:map inode:object value:value flags
        146 5.10 -  int32    inode_storage_delete           map:map inode:object
        147 5.10 -  int64    d_path                         path:object buf:write sz:size
        148 5.10 -  int64    copy_from_user                 dst:write size:size user_ptr:address
        149 5.10 -  int64    snprintf_btf                   str:write str_size:size ptr:read btf_ptr_size:size flags
        150 5.10 G  int64    seq_printf_btf                 m:object ptr:read ptr_size:size flags
        151 5.10 -  uint64   skb_cgroup_classid             skb:context
        152 5.10 -  int64    redirect_neigh                 ifindex params:read plen:size flags
        153 5.10 -  pointer? per_cpu_ptr                    percpu_ptr:object cpu
        154 5.10 -  pointer  this_cpu_ptr                   percpu_ptr:object
        155 5.10 -  int64    redirect_peer                  ifindex flags
        156 5.11 -  pointer? task_storage_get               map:map task:object value:value flags
        157 5.11 -  int64    task_storage_delete            map:map task:object
        158 5.11 GN pointer  get_current_task_btf
        159 5.11 -  int64    bprm_opts_set                  bprm:object flags
        160 5.11 -  uint64   ktime_get_coarse_ns
        161 5.11 -  int64    ima_inode_hash                 inode:object dst:write size:size
        162 5.11 -  pointer? sock_from_file                 file:object
        163 5.12 G  int64    check_mtu                      ctx:context ifindex mtu_len:update len_diff flags
        164 5.13 -  int64    for_each_map_elem              map:map callback_fn:function callback_ctx:any flags
        165 5.13 G  int64    snprintf                       str:write str_size:size fmt:read data:read data_len:size
        166 5.14 -  int64    sys_bpf                        cmd attr:update attr_size:size
        167 5.14 -  int64    btf_find_by_name_kind          name:read name_sz:size kind flags
        168 5.14 -  int64    sys_close                      fd
        169 5.15 G  int64    timer_init                     timer:value map:map flags
        170 5.15 G  int64    timer_set_callback             timer:value callback_fn:function
        171 5.15 G  int64    timer_start                    timer:value nsecs flags
        172 5.15 G  int64    timer_cancel                   timer:value
        173 5.15 G  uint64   get_func_ip                    ctx:context
        174 5.15 -  uint64   get_attach_cookie              ctx:context
        175 5.15 G  pointer  task_pt_regs                   task:object
        176 5.16 G  int64    get_branch_snapshot            entries:write size:size flags
        177 5.16 G  int64    trace_vprintk                  fmt:read fmt_size:size data:read data_len:size
        178 5.16 -  pointer? skc_to_unix_sock               sk:object
        179 5.16 -  int64    kallsyms_lookup_name           name:read name_sz:size flags res:write
        180 5.17 -  int64    find_vma                       task:object addr callback_fn:function callback_ctx:any flags
        181 5.17 -  int64    loop                           nr_loops callback_fn:function callback_ctx:any flags
        182 5.17 -  int64    strncmp                        s1:read s1_sz:size s2:read
        183 5.17 -  int64    get_func_arg                   ctx:context n value:write
        184 5.17 -  int64    get_func_ret                   ctx:context value:write
        185 5.17 -  int64    get_func_arg_cnt               ctx:context
        186 5.18 -  int32    get_retval
        187 5.18 -  int32    set_retval                     retval
        188 5.18 -  uint64   xdp_get_buff_len               xdp_md:context
        189 5.18 -  int64    xdp_load_bytes                 xdp_md:context offset buf:write len:size
        190 5.18 W  int64    xdp_store_bytes                xdp_md:context offset buf:read len:size
        191 5.18 G  int64    copy_from_user_task            dst:write size:size user_ptr:address tsk:object flags
        192 5.18 -  int64    skb_set_tstamp                 skb:context tstamp tstamp_type
        193 5.18 -  int64    ima_file_hash                  file:object dst:write size:size
        194 5.19 -  pointer? kptr_xchg                      map_value:value ptr:object
        195 5.19 N  pointer? map_lookup_percpu_elem         map:map key:key cpu
        196 5.19 -  pointer? skc_to_mptcp_sock              sk:object
        197 5.19 -  int64    dynptr_from_mem                data:read size:size flags ptr:dynptr
        198 5.19 -  int64    ringbuf_reserve_dynptr         ringbuf:map size flags ptr:dynptr
        199 5.19 -  void     ringbuf_submit_dynptr          ptr:dynptr flags
        200 5.19 -  void     ringbuf_discard_dynptr         ptr:dynptr flags
        201 5.19 -  int64    dynptr_read                    dst:write len:size src:dynptr offset flags
        202 5.19 W  int64    dynptr_write                   dst:dynptr offset src:read len:size flags
        203 5.19 -  pointer? dynptr_data                    ptr:dynptr offset len
        204 6.0  GD int64    tcp_raw_gen_syncookie_ipv4     iph:read th:read th_len:size
        205 6.0  GD int64    tcp_raw_gen_syncookie_ipv6     iph:read th:read th_len:size
        206 6.0  GD int64    tcp_raw_check_syncookie_ipv4   iph:read th:read
        207 6.0  GD int64    tcp_raw_check_syncookie_ipv6   iph:read th:read
        208 6.1  -  uint64   ktime_get_tai_ns
        209 6.1  -  int64    user_ringbuf_drain             map:map callback_fn:function ctx:any flags
        210 6.2  -  pointer? cgrp_storage_get               map:map cgroup:object value:value flags
        211 6.2  -  int64    cgrp_storage_delete            map:map cgroup:object
        """;
}
