#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Counts the system calls that processes make, by process and call.
.DESCRIPTION
    They are counted in the kernel, so that even millions a second cost little. Those counted most come first.
.EXAMPLE
    sudo pwsh examples/SyscallCounts.ps1 -Seconds 5 | Select-Object -First 20
.EXAMPLE
    sudo pwsh examples/SyscallCounts.ps1 | Group-Object ProcessName | Sort-Object { ($_.Group | Measure-Object Count -Sum).Sum } -Descending

    By program.
#>
[CmdletBinding()]
param(
    # How long to count.
    [double] $Seconds = 10,

    # The process to watch; all where none is given.
    [int] $ProcessId
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
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
