#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Samples the call stacks of all processors, and lists the most frequent ones first.
.EXAMPLE
    sudo pwsh examples/CpuProfile.ps1 -Seconds 5 -ProcessId 4711 | Select-Object -First 1 -ExpandProperty Stack

    Shows the most frequent stack of a process, innermost function first.
.EXAMPLE
    sudo pwsh examples/CpuProfile.ps1 -FlameGraph profile.svg

    Draws a flame graph, for a browser.
.EXAMPLE
    sudo pwsh examples/CpuProfile.ps1 -Folded > profile.txt

    Writes a line for each stack, in the format of flame graph tools.
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON.
#>
[CmdletBinding()]
param(
    # The time to sample.
    [double] $Seconds = 10,

    # The number of samples per second, on each processor.
    [int] $Frequency = 99,

    # The process to watch; the default is all.
    [int] $ProcessId,

    # Writes lines of text: name;outermost;…;innermost count.
    [switch] $Folded,

    # Draws a flame graph in this file, instead of listing the stacks.
    [string] $FlameGraph
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

$with = @{}
if ($ProcessId) { $with.ProcessId = $ProcessId }

try {
    $attachment = New-EbpfProgram -Name cpu_profile -Type PerfEvent |
        Add-EbpfMap -Name stacks -Type LruHash -MaxEntries 16384 -Value uint64 -Key (
            [ordered]@{ Name = 'char[16]'; Kernel = 'stack'; User = 'stack' }) |
        Add-EbpfCode {
            # Process 0 is the idle task.
            if ($process.Id -ne 0) {
                $stacks[@{ Name = $process.Name; Kernel = $kernel.Stack; User = $kernel.UserStack }] += 1
            }
        } |
        New-PerfEventAttachment -Event CpuClock -Frequency $Frequency @with

    Start-Sleep -Milliseconds ($Seconds * 1000)

    if ($FlameGraph) {
        $attachment | Get-EbpfMapValue -Name stacks |
            Export-FlameGraph -Path $FlameGraph -Title "CPU, $Frequency samples per second"
        return
    }

    $attachment | Get-EbpfMapValue -Name stacks | Sort-Object Value -Descending | ForEach-Object {
        $stack = @($_.Key.Kernel.Frames) + @($_.Key.User.Frames)
        if ($Folded) {
            $functions = @($stack | ForEach-Object { $_.Symbol ?? $_.Module ?? '[unknown]' })
            [array]::Reverse($functions)
            "$((@($_.Key.Name) + $functions) -join ';') $($_.Value)"
        }
        else {
            [pscustomobject]@{
                Count = $_.Value; ProcessName = $_.Key.Name; Function = $stack[0].Symbol; Stack = $stack
            }
        }
    }
}
finally {
    ${attachment}?.Dispose()
}
