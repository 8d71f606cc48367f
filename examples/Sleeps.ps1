#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Traces sleeping processes, with the requested duration.
.DESCRIPTION
    The duration is read from the memory of the process when it calls nanosleep(2) or clock_nanosleep(2). For an
    absolute time of CLOCK_MONOTONIC it is the time until then; absolute times of other clocks are not shown.
.EXAMPLE
    sudo pwsh examples/Sleeps.ps1 -Timeout 10 | Group-Object ProcessName -NoElement

    Shows which programs wake up repeatedly.
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # Ends after this number of sleeps.
    [long] $First,

    # Ends after this number of seconds; the default is until Ctrl-C.
    [double] $Timeout
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

$attachments = @()
try {
    $nanosleep, $clockNanosleep = 'syscalls/sys_enter_nanosleep', 'syscalls/sys_enter_clock_nanosleep'
    $attachments += New-EbpfProgram -Name sleeps -Type Tracepoint -Target $nanosleep -Code {
        $length = $event.rqtp.tv_sec * 1000000000 + $event.rqtp.tv_nsec
        [pscustomobject]@{
            Time = [datetime]$kernel.Time; ProcessName = $process.Name; ProcessId = $process.Id
            Length = [timespan]$length
        }
    } | New-TracepointAttachment

    $attachments += New-EbpfProgram -Name clock_sleeps -Type Tracepoint -Target $clockNanosleep -Code {
        $length = $event.rqtp.tv_sec * 1000000000 + $event.rqtp.tv_nsec
        # linux/time.h: TIMER_ABSTIME is 1, and so is CLOCK_MONOTONIC.
        $until = $event.flags -band 1
        if ($until) { $length -= $kernel.Time }
        if (-not $until -or $event.which_clock -eq 1) {
            [pscustomobject]@{
                Time = [datetime]$kernel.Time; ProcessName = $process.Name; ProcessId = $process.Id
                Length = [timespan]$length
            }
        }
    } | New-TracepointAttachment

    $attachments | Receive-EbpfEvent @PSBoundParameters
}
finally {
    $attachments | Remove-EbpfAttachment
}
