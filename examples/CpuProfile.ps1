#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows where the processors spend their time: the functions being called, those met most often first.
.EXAMPLE
    sudo pwsh examples/CpuProfile.ps1 -Seconds 5 -ProcessId 4711 | Select-Object -First 1 -ExpandProperty Stack

    The stack that a process was in most often, the innermost function first.
.EXAMPLE
    sudo pwsh examples/CpuProfile.ps1 -Folded > profile.txt

    A line for each stack, as the programs that draw flame graphs take it.
#>
[CmdletBinding()]
param(
    # How long to take samples.
    [double] $Seconds = 10,

    # How many samples to take a second, on each processor.
    [int] $Frequency = 99,

    # The process to watch; all where none is given.
    [int] $ProcessId,

    # Writes lines of text: name;outermost;…;innermost count.
    [switch] $Folded
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

$with = @{}
if ($ProcessId) { $with.ProcessId = $ProcessId }

try {
    $attachment = New-EbpfProgram -Name cpu_profile -Type PerfEvent |
        Add-EbpfMap -Name stacks -Type LruHash -MaxEntries 16384 -Value uint64 -Key (
            [ordered]@{ Name = 'char[16]'; Kernel = 'stack'; User = 'stack' }) |
        Add-EbpfCode {
            # Process 0 is the processor at rest.
            if ($process.Id -ne 0) { $stacks[@{ Name = $process.Name; Kernel = $kernel.Stack; User = $kernel.UserStack }] += 1 }
        } |
        New-PerfEventAttachment -Event CpuClock -Frequency $Frequency @with

    Start-Sleep -Milliseconds ($Seconds * 1000)

    $attachment | Get-EbpfMapValue -Name stacks | Sort-Object Value -Descending | ForEach-Object {
        $stack = @($_.Key.Kernel.Frames) + @($_.Key.User.Frames)
        if ($Folded) {
            $functions = @($stack | ForEach-Object { $_.Symbol ?? $_.Module ?? '[unknown]' })
            [array]::Reverse($functions)
            "$((@($_.Key.Name) + $functions) -join ';') $($_.Value)"
        }
        else {
            [pscustomobject]@{ Count = $_.Value; ProcessName = $_.Key.Name; Function = $stack[0].Symbol; Stack = $stack }
        }
    }
}
finally {
    ${attachment}?.Dispose()
}
