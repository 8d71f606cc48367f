# Runs kernel scripts for the tests. Not a module, so that $using: finds the variables of the test.

# Loads a program, runs it once, and gives the run with the values of its variables and maps.
function Invoke-Script {
    param(
        [scriptblock] $Code, [scriptblock] $Declare = { $input }, [byte[]] $Packet = (New-Packet),
        [hashtable] $With = @{}, [hashtable] $Set = @{}, [int] $Repeat = 1
    )

    $program = New-EbpfProgram -Name language -Type Xdp @With | & $Declare | Add-EbpfCode $Code | Import-EbpfProgram
    try {
        foreach ($name in $Set.Keys) { $program | Set-EbpfMapValue -Name $name -Value $Set[$name] }
        $result = [ordered]@{ Run = $program | Invoke-EbpfProgram $Packet -Repeat $Repeat }
        foreach ($name in $program.Variables.Keys) { $result[$name] = $program | Get-EbpfMapValue $name }
        foreach ($name in $program.Maps.Keys -notlike '.*') { $result[$name] = @($program | Get-EbpfMapValue $name) }
        [pscustomobject]$result
    }
    finally { $program.Dispose() }
}

# The value that a script assigns to the variable $result.
function Get-Result([scriptblock] $Code, $Type = 'int64', [byte[]] $Packet = (New-Packet),
    [scriptblock] $Before = { $input }) {
    (Invoke-Script $Code { $input | & $Before | Add-EbpfVariable result $Type } -Packet $Packet).result
}
