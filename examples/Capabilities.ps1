#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows which capabilities of the superuser processes are asked for, and whether they have them.
.EXAMPLE
    sudo pwsh examples/Capabilities.ps1 | Where-Object { -not $_.IsGranted }
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # Ends after this number of events.
    [long] $First,

    # Ends after this number of seconds; the default is until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

# capabilities(7), by number
$names = -split ('CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE ' +
    'NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE ' +
    'SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE ' +
    'AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF ' +
    'CHECKPOINT_RESTORE')

# The tracepoint came with Linux 6.14.
Trace-Ebpf -Tracepoint capability/cap_capable @PSBoundParameters {
    [pscustomobject]@{
        Time = [datetime]$kernel.Time; ProcessId = $process.Id; ProcessName = $process.Name; UserId = $process.UserId
        Capability = $event.cap; IsGranted = $event.ret -eq 0
    }
} | ForEach-Object {
    [pscustomobject]@{
        Time = $_.Time; ProcessId = $_.ProcessId; ProcessName = $_.ProcessName; UserId = $_.UserId
        Capability = $names[$_.Capability] ?? $_.Capability; IsGranted = $_.IsGranted
    }
}
