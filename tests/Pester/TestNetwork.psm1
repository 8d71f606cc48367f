# Two network namespaces with a veth pair between them. They have no names and belong to this process alone, so they are
# gone when it ends, however it ends. The module must be imported.

$outside = $near = $far = $null

<#
.SYNOPSIS
    Makes the namespaces and takes the session into the near one.
#>
function Enter-TestNetwork {
    $script:outside = [EbpfCat.Attachments.NetworkNamespace]::OpenCurrent()
    $script:near = [EbpfCat.Attachments.NetworkNamespace]::Create()
    $script:far = [EbpfCat.Attachments.NetworkNamespace]::Create()
    $script:near.CreateVethPair('near0', $script:far, 'far0')
    Add-TestAddress $script:near near0 1
    2..5 | ForEach-Object { Add-TestAddress $script:far far0 $_ }
    # With the neighbors set, no packets pass but those that are sent.
    Add-TestNeighbor $script:far far0 1 $script:near.GetLinkAddress('near0')
    2..5 | ForEach-Object { Add-TestNeighbor $script:near near0 $_ $script:far.GetLinkAddress('far0') }
    $script:near.Enter()
}

function Add-TestAddress($namespace, $interface, $number) {
    $namespace.AddAddress($interface, "10.77.0.$number", 24)
    $namespace.AddAddress($interface, "fd77::$number", 64)
}

function Add-TestNeighbor($namespace, $interface, $number, $linkAddress) {
    $namespace.AddNeighbor($interface, "10.77.0.$number", $linkAddress)
    $namespace.AddNeighbor($interface, "fd77::$number", $linkAddress)
}

<#
.SYNOPSIS
    Takes the session back, and removes the namespaces with all that is in them.
#>
function Exit-TestNetwork {
    if (-not $script:outside) { return }
    $script:outside.Enter()
    foreach ($namespace in $script:near, $script:far, $script:outside) { ${namespace}?.Dispose() }
    $script:near = $script:far = $script:outside = $null
}

<#
.SYNOPSIS
    Sends UDP packets from the far end to the near one.
#>
function Send-Packet {
    param(
        [int] $Count = 1,
        [ipaddress] $Source = '10.77.0.2',
        [int] $Port = 9999,
        [byte[]] $Payload = [byte[]]::new(16)
    )

    $destination = if ($Source.AddressFamily -eq 'InterNetworkV6') { 'fd77::1' } else { '10.77.0.1' }
    $script:far.Enter()
    try {
        $socket = [Net.Sockets.Socket]::new($Source.AddressFamily, 'Dgram', 'Udp')
        $socket.Bind([Net.IPEndPoint]::new($Source, 0))
        $to = [Net.IPEndPoint]::new([ipaddress]$destination, $Port)
        for ($sent = 0; $sent -lt $Count; $sent++) { $null = $socket.SendTo($Payload, $to) }
    }
    finally {
        ${socket}?.Dispose()
        $script:near.Enter()
    }
}

<#
.SYNOPSIS
    Waits until a condition holds, and gives up after a time that an emulated processor may need.
#>
function Wait-Until([scriptblock] $Condition, [double] $Seconds = 120) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($clock.Elapsed.TotalSeconds -gt $Seconds) { throw "This did not become true: $Condition" }
        Start-Sleep -Milliseconds 10
    }
}

<#
.SYNOPSIS
    A packet as bytes: Ethernet, IPv4 and UDP, without checksums.
#>
function New-Packet {
    param([ipaddress] $Source = '10.77.0.2', [ipaddress] $Destination = '10.77.0.1', [int] $Port = 53,
        [int] $Length = 64)

    $bytes = [byte[]]::new($Length)
    $isIPv4 = $Source.AddressFamily -eq 'InterNetwork'
    if ($isIPv4) {
        $bytes[12], $bytes[13], $bytes[14], $bytes[17], $bytes[22], $bytes[23] = 8, 0, 0x45, ($Length - 14), 64, 17
        $Source.GetAddressBytes().CopyTo($bytes, 26)
        $Destination.GetAddressBytes().CopyTo($bytes, 30)
    }
    else {
        $bytes[12], $bytes[13], $bytes[14], $bytes[20], $bytes[21] = 0x86, 0xdd, 0x60, 17, 64
        $Source.GetAddressBytes().CopyTo($bytes, 22)
        $Destination.GetAddressBytes().CopyTo($bytes, 38)
    }

    $udp = if ($isIPv4) { 34 } else { 54 }
    if ($Length -ge $udp + 8) { $bytes[$udp + 2], $bytes[$udp + 3] = ($Port -shr 8), ($Port -band 255) }
    , $bytes
}

Export-ModuleMember -Function Enter-TestNetwork, Exit-TestNetwork, Send-Packet, Wait-Until, New-Packet
