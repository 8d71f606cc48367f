# The opening example of the design up to the attachment, for the test of how quick it is.
param([string] $Module, [switch] $Second)

$ErrorActionPreference = 'Stop'
Import-Module $Module

function New-Count {
    New-EbpfProgram -Name count -Type Xdp |
        Add-EbpfVariable -Name packets -Type uint64 |
        Add-EbpfMap -Name sources -Type LruHash -Key ipaddress -Value uint64 -MaxEntries 4096 |
        Add-EbpfCode {
            if ($packet.IPv4) {
                $packets++
                $sources[$packet.IPv4.Source] += 1
            }
            'Pass'
        }
}

if (-not $Second) {
    $attachment = New-Count | New-XdpAttachment -InterfaceName near0
    return
}

# PowerShell compiles what reads the clock when it comes there first: that is not the program's time.
$clock = [Diagnostics.Stopwatch]::new()
function Get-Time { $clock.Elapsed.TotalMilliseconds }

$null = Get-Time
New-Count | Import-EbpfProgram | New-XdpAttachment -InterfaceName near0 | Remove-EbpfAttachment
$clock.Start()
$loaded = New-Count | Import-EbpfProgram
$ready = Get-Time
$attachment = $loaded | New-XdpAttachment -InterfaceName near0
"$ready $(Get-Time)"
