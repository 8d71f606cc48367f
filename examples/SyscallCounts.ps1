#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Counts system calls by process and call.
.DESCRIPTION
    Counts in the kernel, so even millions of calls per second cost little. The most frequent calls come first.
.EXAMPLE
    sudo pwsh examples/SyscallCounts.ps1 -Seconds 5 | Select-Object -First 20
.EXAMPLE
    sudo pwsh examples/SyscallCounts.ps1 | Group-Object ProcessName -NoElement

    Shows how many different calls each program makes.
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # The time to count.
    [double] $Seconds = 10,

    # The process to watch; the default is all.
    [int] $ProcessId
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

try {
    $attachment = New-EbpfProgram -Name syscall_counts -Type Tracepoint -Target raw_syscalls/sys_enter |
        Add-EbpfMap -Name calls -Type LruHash -MaxEntries 16384 -Value uint64 -Key (
            [ordered]@{ ProcessId = 'uint32'; Syscall = 'int32'; ProcessName = 'char[16]' }) |
        Add-EbpfCode {
            if ($using:ProcessId -eq 0 -or $process.Id -eq $using:ProcessId) {
                $calls[@{ ProcessId = $process.Id; Syscall = $event.id; ProcessName = $process.Name }] += 1
            }
        } |
        New-TracepointAttachment

    Start-Sleep -Milliseconds ($Seconds * 1000)

    $attachment | Get-EbpfMapValue -Name calls | Sort-Object Value -Descending | ForEach-Object {
        [pscustomobject]@{
            ProcessName = $_.Key.ProcessName; ProcessId = $_.Key.ProcessId
            Syscall = [EbpfCat.Tracing.Syscalls]::Current.NameOf($_.Key.Syscall) ?? $_.Key.Syscall
            Count = $_.Value
        }
    }
}
finally {
    ${attachment}?.Dispose()
}
