@{
    RootModule           = 'EbpfCat.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '1d112a4f-1ee7-4675-9230-040d7c5b7b8a'
    Author               = 'The EbpfCat authors'
    CompanyName          = 'The EbpfCat authors'
    Copyright            = 'Copyright (c) The EbpfCat authors. MIT license.'
    Description          = 'Writes eBPF programs in PowerShell, runs them in the Linux kernel and gives objects back: no compiler, no kernel headers, no native library.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = 'Core'
    FormatsToProcess     = 'EbpfCat.format.ps1xml'
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Add-EbpfCode'
        'Add-EbpfMap'
        'Add-EbpfPacketVariable'
        'Add-EbpfPin'
        'Add-EbpfVariable'
        'Clear-EbpfMap'
        'Get-EbpfAttachment'
        'Get-EbpfFeature'
        'Get-EbpfInstruction'
        'Get-EbpfMap'
        'Get-EbpfMapValue'
        'Get-EbpfPin'
        'Get-EbpfProgram'
        'Get-XdpAttachment'
        'Import-EbpfProgram'
        'Invoke-EbpfProgram'
        'New-EbpfMap'
        'New-EbpfProgram'
        'New-XdpAttachment'
        'Receive-EbpfEvent'
        'Remove-EbpfAttachment'
        'Remove-EbpfMapValue'
        'Remove-EbpfPin'
        'Remove-XdpAttachment'
        'Set-EbpfMapValue'
        'Trace-Ebpf'
        'Trace-Syscall'
    )
    PrivateData          = @{
        PSData = @{
            Tags       = 'eBPF', 'XDP', 'Linux', 'kernel', 'tracing', 'networking', 'PSEdition_Core'
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
