<#
.SYNOPSIS
    Writes the help file of the module from the markdown pages of the cmdlets.
#>
[CmdletBinding()]
param([string] $Destination = "$PSScriptRoot/../src/Module/Help")

$ErrorActionPreference = 'Stop'

if (-not (Get-Module Microsoft.PowerShell.PlatyPS -ListAvailable)) {
    throw 'The module Microsoft.PowerShell.PlatyPS is missing. ' +
        'Install it with "Install-PSResource Microsoft.PowerShell.PlatyPS", and run this again.'
}

Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0

$prefixes = @{
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

# PlatyPS writes this character into empty paragraphs, which separate others.
$separator = [string][char]0x80

# PlatyPS writes an example as one introduction. Get-Help shows the code and the remarks from elements of their own.
function Repair-Example([xml] $Help, [Xml.XmlElement] $Example) {
    $introduction = $Example.SelectSingleNode('maml:introduction', $names)
    $text = @($introduction.SelectNodes('maml:para', $names)).InnerText.Where({ $_ -ne $separator }) -join "`n`n"
    if ($text -notmatch '(?s)^```powershell\r?\n(.*?)\r?\n```\s*(.*)$') {
        throw "An example has no code: $($Example.InnerXml)"
    }

    $introduction.RemoveAll()
    $Example.SelectSingleNode('dev:code', $names).InnerText = $Matches[1]
    $remark = $Help.CreateElement('maml', 'para', $prefixes.maml)
    $remark.InnerText = $Matches[2]
    $null = $Example.SelectSingleNode('dev:remarks', $names).AppendChild($remark)
}

$scratch = New-Item -ItemType Directory -Path ([IO.Path]::GetTempPath()) -Name "ebpfcat-help-$PID"
try {
    $file = Get-ChildItem -Path "$PSScriptRoot/cmdlets" -Filter *.md |
        Import-MarkdownCommandHelp |
        Export-MamlCommandHelp -OutputFolder $scratch -Force
    $help = [xml]::new()
    $help.Load($file.FullName)
    $names = [Xml.XmlNamespaceManager]::new($help.NameTable)
    foreach ($prefix in $prefixes.Keys) { $names.AddNamespace($prefix, $prefixes[$prefix]) }
    foreach ($example in $help.SelectNodes('//command:example', $names)) { Repair-Example $help $example }
    foreach ($paragraph in @($help.SelectNodes('//maml:para', $names))) {
        if ($paragraph.InnerText -eq $separator) { $null = $paragraph.ParentNode.RemoveChild($paragraph) }
        else { $paragraph.InnerText = $paragraph.InnerText.Replace('`', '') }
    }

    # A terminal follows no link to a page. The text of the link is the name that Get-Help takes.
    foreach ($uri in @($help.SelectNodes('//maml:navigationLink/maml:uri', $names))) {
        if ($uri.InnerText -like '*.md') { $uri.InnerText = '' }
        elseif (-not $uri.InnerText) { $null = $uri.ParentNode.ParentNode.RemoveChild($uri.ParentNode) }
    }

    $null = New-Item -ItemType Directory -Path $Destination -Force
    $settings = [Xml.XmlWriterSettings]@{
        Indent = $true
        NewLineChars = "`n"
        Encoding = [Text.UTF8Encoding]::new($false)
    }
    $writer = [Xml.XmlWriter]::Create("$((Get-Item $Destination).FullName)/$($file.Name)", $settings)
    try {
        $help.Save($writer)
        $writer.WriteWhitespace("`n")
    }
    finally { $writer.Dispose() }
}
finally {
    Remove-Item -Path $scratch -Recurse -Force
}
