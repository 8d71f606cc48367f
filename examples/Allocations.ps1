#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Draws the sizes of memory that programs ask the C library for, in bytes: a histogram for each program.
.EXAMPLE
    sudo pwsh examples/Allocations.ps1 -Seconds 5 -ProcessId 4711
#>
[CmdletBinding()]
param(
    # How long to count.
    [double] $Seconds = 10,

    # The process to watch; all where none is given.
    [int] $ProcessId,

    # The library that has the function, by name or path.
    [string] $Library = 'libc',

    # A function whose first argument is a size.
    [string] $Function = 'malloc'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

$with = @{}
if ($ProcessId) { $with.ProcessId = $ProcessId }

try {
    $attachment = New-EbpfProgram -Name allocations -Type Kprobe |
        Add-EbpfMap -Name sizes -Type LruHash -Key 'char[16]' -Value histogram -MaxEntries 4096 |
        Add-EbpfCode { [void]$sizes.Observe($process.Name, $event.arg0) } |
        New-UprobeAttachment $Library $Function @with

    Start-Sleep -Milliseconds ($Seconds * 1000)

    $attachment | Get-EbpfMapValue -Name sizes | Sort-Object Key
}
finally {
    ${attachment}?.Dispose()
}
