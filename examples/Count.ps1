#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Counts the IPv4 packets that an interface receives, in total and by source.
.EXAMPLE
    sudo pwsh examples/Count.ps1 eth0 -Seconds 30
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_NET_ADMIN.
#>
[CmdletBinding()]
param(
    # The interface.
    [Parameter(Mandatory, Position = 0)]
    [string] $InterfaceName,

    # The time to count.
    [double] $Seconds = 10
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module EbpfCat)) {
    Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
}

try {
    New-EbpfProgram -Name count -Type Xdp |
        Add-EbpfVariable -Name packets -Type uint64 |
        Add-EbpfMap -Name sources -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 4096 |
        Add-EbpfCode {
            if ($packet.IPv4) {
                $packets++
                $sources[$packet.IPv4.Source] += 1
            }
            'Pass'
        } |
        New-XdpAttachment -InterfaceName $InterfaceName -OutVariable attachment |
        Out-Null

    Write-Host "Counting on $InterfaceName for $Seconds s."
    Start-Sleep -Milliseconds ($Seconds * 1000)

    Write-Host "$($attachment | Get-EbpfMapValue -Name packets) packets:"
    $attachment | Get-EbpfMapValue -Name sources | Sort-Object Value -Descending
}
finally {
    $attachment | Remove-EbpfAttachment
}
