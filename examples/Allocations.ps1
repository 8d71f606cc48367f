#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Draws a histogram of the allocation sizes of each program, in bytes.
.DESCRIPTION
    A uprobe on malloc of the C library counts the sizes in the kernel.
.EXAMPLE
    sudo pwsh examples/Allocations.ps1 -Seconds 5 -ProcessId 4711
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON.
#>
[CmdletBinding()]
param(
    # The time to count.
    [double] $Seconds = 10,

    # The process to watch; the default is all.
    [int] $ProcessId,

    # The library with the function, by name or path.
    [string] $Library = 'libc',

    # A function whose first argument is a size.
    [string] $Function = 'malloc'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

$with = @{}
if ($ProcessId) { $with.ProcessId = $ProcessId }

try {
    $attachment = New-EbpfProgram -Name allocations -Type Kprobe |
        Add-EbpfMap -Name sizes -Type LruHash -Key 'char[16]' -Value histogram -MaxEntries 4096 |
        Add-EbpfCode { $sizes[$process.Name].Observe($event.arg0) } |
        New-UprobeAttachment $Library $Function @with

    Start-Sleep -Milliseconds ($Seconds * 1000)

    $attachment | Get-EbpfMapValue -Name sizes | Sort-Object Key
}
finally {
    ${attachment}?.Dispose()
}
