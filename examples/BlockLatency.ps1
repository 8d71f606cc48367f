#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Draws histograms of disk request latency, in microseconds.
.DESCRIPTION
    Measures a request from its start at the device to its completion, without the time in the queue. Requests are
    identified by device and first sector. A slow or failing disk shows as a second peak at high latency.
.EXAMPLE
    sudo pwsh examples/BlockLatency.ps1 -Seconds 5
.EXAMPLE
    sudo pwsh examples/BlockLatency.ps1 -ByDevice | Where-Object Key -Like 'nvme*'

    Draws a histogram for each NVMe disk.
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_PERFMON and access to tracefs.
#>
[CmdletBinding()]
param(
    # The time to measure.
    [double] $Seconds = 10,

    # Draws a histogram for each device instead of one for all.
    [switch] $ByDevice
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

# In dev_t the minor number has 20 bits, below the major number.
function Get-DeviceName([uint32] $Number) {
    $name = "$($Number -shr 20):$($Number -band 0xfffff)"
    $link = Get-Item "/sys/dev/block/$name" -ErrorAction Ignore
    $link ? (Split-Path $link.LinkTarget -Leaf) : $name
}

try {
    $attachments = @()
    $issued = New-EbpfMap -Name issued -Type LruHash -Value uint64 -MaxEntries 16384 -Key (
        [ordered]@{ Device = 'uint32'; Sector = 'uint64' })

    # Attached first, so that every stored request is completed.
    $attachments += New-EbpfProgram -Name complete -Type Tracepoint -Target block/block_rq_complete |
        Add-EbpfMap -Map $issued |
        Add-EbpfMap -Name latency -Type Hash -Key uint32 -Value histogram -MaxEntries 1024 |
        Add-EbpfCode {
            $since = $issued.Pop(@{ Device = $event.dev; Sector = $event.sector })
            if ($since) {
                $device = $using:ByDevice ? $event.dev : 0
                $latency[$device].Observe([Math]::Floor(($kernel.Time - $since) / 1000))
            }
        } |
        New-TracepointAttachment

    $attachments += New-EbpfProgram -Name issue -Type Tracepoint -Target block/block_rq_issue |
        Add-EbpfMap -Map $issued |
        Add-EbpfCode { $issued[@{ Device = $event.dev; Sector = $event.sector }] = $kernel.Time } |
        New-TracepointAttachment

    Start-Sleep -Milliseconds ($Seconds * 1000)

    # Objects of the type with the histogram view, with a name instead of the number.
    $attachments[0] | Get-EbpfMapValue -Name latency | ForEach-Object {
        [pscustomobject]@{
            PSTypeName = 'EbpfCat.Maps.MapEntry#Histogram'
            Key = $ByDevice ? (Get-DeviceName $_.Key) : 'all'
            Value = $_.Value
        }
    } | Sort-Object Key
}
finally {
    $attachments | Remove-EbpfAttachment
    ${issued}?.Dispose()
}
