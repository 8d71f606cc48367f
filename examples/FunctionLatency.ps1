#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Draws a histogram of the time that calls of a function take, in nanoseconds.
.EXAMPLE
    sudo pwsh examples/FunctionLatency.ps1 libc.so.6:getaddrinfo -Seconds 30
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # The function, as path:function.
    [Parameter(Mandatory)]
    [string] $Function,

    # The time to measure.
    [double] $Seconds = 10,

    # The process to watch; the default is all.
    [int] $ProcessId
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

try {
    $attachments = @()
    $begun = New-EbpfMap -Name begun -Type LruHash -Key uint32 -Value uint64 -MaxEntries 16384
    $path, $name = $Function -split ':', 2
    $process = $ProcessId ? @{ ProcessId = $ProcessId } : @{}

    # The return first, so that every call that is remembered is also seen to end.
    $attachments += New-EbpfProgram -Name return -Type Kprobe |
        Add-EbpfMap -Map $begun |
        Add-EbpfMap -Name latency -Type LruHash -Key 'char[16]' -Value histogram -MaxEntries 1024 |
        Add-EbpfCode {
            $since = $begun.Pop($process.ThreadId)
            if ($since) { $latency[$process.Name].Observe($kernel.Time - $since) }
        } |
        New-UprobeAttachment $path $name -Return @process
    $attachments += New-EbpfProgram -Name entry -Type Kprobe |
        Add-EbpfMap -Map $begun |
        Add-EbpfCode { $begun[$process.ThreadId] = $kernel.Time } |
        New-UprobeAttachment $path $name @process

    Start-Sleep -Milliseconds ($Seconds * 1000)

    $attachments[0] | Get-EbpfMapValue -Name latency | Sort-Object Key
}
finally {
    $attachments | Remove-EbpfAttachment
    ${begun}?.Dispose()
}
