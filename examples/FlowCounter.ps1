#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Counts packets and bytes of an interface by flow: protocol, addresses and ports.
.DESCRIPTION
    A socket filter counts copies of the received and sent packets, without affecting them. On lo each packet is
    both sent and received, and counts twice.
.EXAMPLE
    sudo pwsh examples/FlowCounter.ps1 eth0 -Seconds 5 | Select-Object -First 10

    Shows the ten flows with the most bytes.
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_NET_RAW.
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
    $attachment = New-EbpfProgram -Name flow_counter -Type SocketFilter |
        Add-EbpfMap -Name flows -Type LruHash -MaxEntries 16384 -Value (
            [ordered]@{ Packets = 'uint64'; Bytes = 'uint64' }) -Key (
            [ordered]@{
                Source = 'ipaddress'; Destination = 'ipaddress'
                SourcePort = 'uint16'; DestinationPort = 'uint16'; Protocol = 'uint8'
            }) |
        Add-EbpfCode {
            [uint16]$sourcePort = $packet.Tcp ? $packet.Tcp.SourcePort : $packet.Udp ? $packet.Udp.SourcePort : 0
            [uint16]$destinationPort =
                $packet.Tcp ? $packet.Tcp.DestinationPort : $packet.Udp ? $packet.Udp.DestinationPort : 0
            if ($packet.IPv4) {
                $flow = @{
                    Source = [ipaddress]$packet.IPv4.Source; Destination = [ipaddress]$packet.IPv4.Destination
                    SourcePort = $sourcePort; DestinationPort = $destinationPort; Protocol = $packet.IPv4.Protocol
                }
                $flows[$flow].Packets++
                $flows[$flow].Bytes += $packet.Length
            }
            elseif ($packet.IPv6) {
                $flow6 = @{
                    Source = [ipaddress]$packet.IPv6.Source; Destination = [ipaddress]$packet.IPv6.Destination
                    SourcePort = $sourcePort; DestinationPort = $destinationPort; Protocol = $packet.IPv6.NextHeader
                }
                $flows[$flow6].Packets++
                $flows[$flow6].Bytes += $packet.Length
            }
            # Keeps no copies in the socket.
            'Drop'
        } |
        New-SocketFilterAttachment -InterfaceName $InterfaceName

    Write-Host "Counting on $InterfaceName for $Seconds s."
    Start-Sleep -Milliseconds ($Seconds * 1000)

    $attachment | Get-EbpfMapValue -Name flows | Sort-Object { $_.Value.Bytes } -Descending | ForEach-Object {
        [pscustomobject]@{
            Protocol = [Net.Sockets.ProtocolType][int]$_.Key.Protocol
            Source = $_.Key.Source; SourcePort = $_.Key.SourcePort
            Destination = $_.Key.Destination; DestinationPort = $_.Key.DestinationPort
            Packets = $_.Value.Packets; Bytes = $_.Value.Bytes
        }
    }
}
finally {
    ${attachment}?.Dispose()
}
