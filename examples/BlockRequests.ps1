#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Shows requests to disks, with their size and latency.
.EXAMPLE
    sudo pwsh examples/BlockRequests.ps1 | Where-Object { $_.Duration.TotalMilliseconds -gt 10 }
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

$devices = @{}
Get-Content /proc/partitions | Select-Object -Skip 2 | ForEach-Object {
    $major, $minor, $null, $name = -split $_
    $devices[[uint32]$major -shl 20 -bor $minor] = $name
}

$key = [ordered]@{ Device = 'uint32'; Padding = 'uint32'; Sector = 'uint64' }
New-EbpfProgram -Name block_requests -Type Tracepoint |
    Add-EbpfMap -Name issued -Type LruHash -Key $key -MaxEntries 16384 -Value (
        [ordered]@{ Time = 'uint64'; ProcessId = 'uint32'; Bytes = 'uint32'; ProcessName = 'char[16]' }) |
    Trace-Ebpf -Tracepoint block/block_rq_issue, block/block_rq_complete @PSBoundParameters {
        $request = @{ Device = $event.dev; Padding = 0; Sector = $event.sector }
        if ($event.Hook -eq 'block_rq_issue') {
            $issued[$request] = @{
                Time = $kernel.Time; ProcessId = $process.Id; Bytes = $event.bytes; ProcessName = $event.comm
            }
        }
        elseif ($request -in $issued) {
            [pscustomobject]@{
                Time = [datetime]$issued[$request].Time
                ProcessId = $issued[$request].ProcessId; ProcessName = $issued[$request].ProcessName
                Device = $event.dev; Kind = $event.rwbs; Sector = $event.sector; Bytes = $issued[$request].Bytes
                Duration = [timespan]($kernel.Time - $issued[$request].Time)
            }
            [void]$issued.Remove($request)
        }
    } | ForEach-Object {
        $device = @{ Name = 'Device'; Expression = { $devices[$_.Device] ?? $_.Device } }
        $_ | Select-Object *, $device -ExcludeProperty Device
    }
