<#
.SYNOPSIS
    Turns the markdown pages of the cmdlets into the help file that ships with the module.
#>
[CmdletBinding()]
param([Parameter(Mandatory)] [string] $Destination)

$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0

$scratch = New-Item -ItemType Directory -Path ([IO.Path]::GetTempPath()) -Name "ebpfcat-help-$PID"
try {
    Get-ChildItem -Path "$PSScriptRoot/cmdlets" -Filter *.md |
        Import-MarkdownCommandHelp |
        Export-MamlCommandHelp -OutputFolder $scratch -Force |
        Out-Null
    New-Item -ItemType Directory -Path $Destination -Force | Out-Null
    Get-ChildItem -Path $scratch -Filter *-Help.xml -Recurse | Copy-Item -Destination $Destination -Force
}
finally {
    Remove-Item -Path $scratch -Recurse -Force
}
