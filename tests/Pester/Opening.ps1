# The opening example of the design up to the attachment, for the test of how quick it is.
param([string] $Module, [switch] $Second)

$ErrorActionPreference = 'Stop'
Import-Module $Module

function Start-Count {
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
        New-XdpAttachment -InterfaceName near0
}

$attachment = Start-Count
if ($Second) {
    $attachment | Remove-EbpfAttachment
    # The time that a processor spent on this thread, in nanoseconds; what the runtime does beside is not the program's.
    function Get-ThreadTime { [long][IO.File]::ReadAllText('/proc/thread-self/schedstat').Split(' ')[0] }

    $before = Get-ThreadTime
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $before = Get-ThreadTime
    $attachment = Start-Count
    $processor = (Get-ThreadTime) - $before
    "$($clock.Elapsed.TotalMilliseconds) $($processor / 1e6)"
}
