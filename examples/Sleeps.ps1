#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows who goes to sleep, and for how long.
.DESCRIPTION
    The length of time is read from the memory of the process when it calls nanosleep(2) or clock_nanosleep(2). Of a sleep
    until a moment it is the time until then, where the moment is one of the clock that counts from the start of the machine;
    sleeps until a time of day are not shown.
.EXAMPLE
    sudo pwsh examples/Sleeps.ps1 -Timeout 10 | Group-Object ProcessName -NoElement

    Who wakes up again and again.
#>
[CmdletBinding()]
param(
    # How many sleeps to show; it ends then.
    [long] $First,

    # How many seconds to watch; without it until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    $built = "$PSScriptRoot/../out/EbpfCat"
    Import-Module ((Test-Path $built) ? $built : 'EbpfCat')
}

$attachments = @()
try {
    $attachments += New-EbpfProgram -Name sleeps -Type Tracepoint -Target syscalls/sys_enter_nanosleep -Code {
        $length = $event.rqtp.tv_sec * 1000000000 + $event.rqtp.tv_nsec
        [pscustomobject]@{ Time = [datetime]$kernel.Time; ProcessName = $process.Name; ProcessId = $process.Id; Length = [timespan]$length }
    } | New-TracepointAttachment

    $attachments += New-EbpfProgram -Name clock_sleeps -Type Tracepoint -Target syscalls/sys_enter_clock_nanosleep -Code {
        $length = $event.rqtp.tv_sec * 1000000000 + $event.rqtp.tv_nsec
        # linux/time.h: TIMER_ABSTIME is 1, and so is CLOCK_MONOTONIC.
        $until = $event.flags -band 1
        if ($until) { $length -= $kernel.Time }
        if (-not $until -or $event.which_clock -eq 1) {
            [pscustomobject]@{ Time = [datetime]$kernel.Time; ProcessName = $process.Name; ProcessId = $process.Id; Length = [timespan]$length }
        }
    } | New-TracepointAttachment

    $attachments | Receive-EbpfEvent @PSBoundParameters
}
finally {
    $attachments | Remove-EbpfAttachment
}
