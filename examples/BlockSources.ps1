#!/usr/bin/env pwsh

<#
.SYNOPSIS
    Drops packets that an interface receives from listed addresses, until it is called with -Clear.
.DESCRIPTION
    The list has addresses and networks of IPv4 and IPv6, such as 192.0.2.7 and 2001:db8::/32. It stays in force
    when the session ends. A new list replaces the previous one.
.EXAMPLE
    sudo pwsh -Command "Get-Content blocked.txt | examples/BlockSources.ps1 eth0"

    The file has one address or network per line.
.EXAMPLE
    sudo pwsh examples/BlockSources.ps1 eth0 -Clear
.NOTES
    Requires root, or the capabilities CAP_BPF and CAP_NET_ADMIN.
#>
[CmdletBinding(DefaultParameterSetName = 'Block')]
param(
    # The interface.
    [Parameter(Mandatory, Position = 0)]
    [string] $InterfaceName,

    # Addresses and networks.
    [Parameter(Mandatory, Position = 1, ValueFromPipeline, ParameterSetName = 'Block')]
    [string[]] $Source,

    # Stops dropping packets.
    [Parameter(Mandatory, ParameterSetName = 'Clear')]
    [switch] $Clear
)

begin {
    $ErrorActionPreference = 'Stop'
    if (-not (Get-Module EbpfCat)) {
        Import-Module ((Get-Item "$PSScriptRoot/../out/EbpfCat" -ErrorAction Ignore) ?? 'EbpfCat')
    }

    $pin = "blocked-$InterfaceName"
    $list = [Collections.Generic.List[string]]::new()
}

process {
    if ($Source) { $list.AddRange($Source) }
}

end {
    $before = Get-EbpfAttachment -Pin $pin -ErrorAction Ignore
    if ($before) { $before | Remove-EbpfAttachment }
    if ($Clear) { return }

    $program = New-EbpfProgram -Name blocked -Type Tc |
        Add-EbpfMap -Name blocked -Type LpmTrie -Key ipprefix -Value uint8 -MaxEntries 65536 |
        Add-EbpfVariable -Name dropped -Type uint64 |
        Add-EbpfCode {
            if (($packet.IPv4 -and $packet.IPv4.Source -in $blocked) -or
                ($packet.IPv6 -and $packet.IPv6.Source -in $blocked)) {
                $dropped++
                'Drop'
            }
            else { 'Unspec' }
        } |
        Import-EbpfProgram
    $list | ForEach-Object { [pscustomobject]@{ Key = $_; Value = 1 } } |
        Set-EbpfMapValue -InputObject $program -Name blocked
    $program | New-TcAttachment $InterfaceName Ingress -Pin $pin
}
