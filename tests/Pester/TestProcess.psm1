# Starts other PowerShell processes, of the version that runs this one.

<#
.SYNOPSIS
    The words of a command line that starts PowerShell. If it is a .NET tool, the process is dotnet, and the first
    argument is pwsh.dll.
#>
function Get-PowerShellCommand {
    $path = [Environment]::ProcessPath
    $path
    if ([IO.Path]::GetFileNameWithoutExtension($path) -eq 'dotnet') { [Environment]::GetCommandLineArgs()[0] }
}

function Get-CommandLine([string] $Script, [string[]] $Prefix) {
    if ($Prefix) { $Prefix }
    Get-PowerShellCommand
    '-NoProfile', '-NonInteractive', '-Command', $Script
}

<#
.SYNOPSIS
    Runs a script in another PowerShell and gives the lines that it writes. A prefix, such as setpriv, starts it.
#>
function Invoke-PowerShell([string] $Script, [string[]] $Prefix) {
    $command, $arguments = @(Get-CommandLine $Script $Prefix)
    & $command @arguments
}

<#
.SYNOPSIS
    Starts a script in another PowerShell and gives the process, with standard input, output and error redirected.
#>
function Start-PowerShell([string] $Script, [string[]] $Prefix) {
    $command, $arguments = @(Get-CommandLine $Script $Prefix)
    $start = [Diagnostics.ProcessStartInfo]::new($command, [string[]] $arguments)
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $start.Environment['NO_COLOR'] = '1'
    [Diagnostics.Process]::Start($start)
}

Export-ModuleMember -Function Get-PowerShellCommand, Invoke-PowerShell, Start-PowerShell
