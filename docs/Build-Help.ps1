<#
.SYNOPSIS
    Turns the markdown pages of the cmdlets into the help file that ships with the module.
#>
[CmdletBinding()]
param([Parameter(Mandatory)] [string] $Destination)

$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0

$maml = @{
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

# PlatyPS writes an example as one text, divided at empty lines: its code goes where Get-Help looks for code, and what
# follows it to the remarks.
function Repair-Example([xml] $help, [Xml.XmlElement] $example) {
    $introduction = $example.SelectSingleNode('maml:introduction', $names)
    $text = @($introduction.SelectNodes('maml:para', $names)).InnerText.Where({ $_ -ne [char]0x80 }) -join "`n`n"
    if ($text -notmatch '(?s)^```powershell\r?\n(.*?)\r?\n```\s*(.*)$') { throw "An example without code: $($example.InnerXml)" }
    $introduction.RemoveAll()
    $example.SelectSingleNode('dev:code', $names).InnerText = $Matches[1]
    $remark = $help.CreateElement('maml', 'para', $maml.maml)
    $remark.InnerText = $Matches[2]
    $null = $example.SelectSingleNode('dev:remarks', $names).AppendChild($remark)
}

$scratch = New-Item -ItemType Directory -Path ([IO.Path]::GetTempPath()) -Name "ebpfcat-help-$PID"
try {
    Get-ChildItem -Path "$PSScriptRoot/cmdlets" -Filter *.md |
        Import-MarkdownCommandHelp |
        Export-MamlCommandHelp -OutputFolder $scratch -Force |
        Out-Null
    New-Item -ItemType Directory -Path $Destination -Force | Out-Null
    foreach ($file in Get-ChildItem -Path $scratch -Filter *-Help.xml -Recurse) {
        $help = [xml]::new()
        $help.Load($file.FullName)
        $names = [Xml.XmlNamespaceManager]::new($help.NameTable)
        foreach ($prefix in $maml.Keys) { $names.AddNamespace($prefix, $maml[$prefix]) }
        foreach ($example in $help.SelectNodes('//command:example', $names)) { Repair-Example $help $example }
        foreach ($paragraph in @($help.SelectNodes('//maml:para', $names))) {
            # It separates paragraphs by ones with a control character, which a terminal shows as it likes.
            if ($paragraph.InnerText -eq [char]0x80) { $null = $paragraph.ParentNode.RemoveChild($paragraph) }
            else { $paragraph.InnerText = $paragraph.InnerText.Replace('`', '') }
        }

        # Links to pages lead nowhere in a terminal; the name is what Get-Help takes.
        foreach ($uri in @($help.SelectNodes('//maml:navigationLink/maml:uri', $names))) {
            if ($uri.InnerText -like '*.md') { $uri.InnerText = '' }
            elseif (-not $uri.InnerText) { $null = $uri.ParentNode.ParentNode.RemoveChild($uri.ParentNode) }
        }

        $help.Save("$Destination/$($file.Name)")
    }
}
finally {
    Remove-Item -Path $scratch -Recurse -Force
}
