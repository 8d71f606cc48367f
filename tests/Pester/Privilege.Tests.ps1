# What a process without privilege is told: which capabilities it lacks, or that those it has do not count.

BeforeDiscovery {
    $hasSetpriv = [bool](Get-Command setpriv -ErrorAction Ignore)
    # Some kernels and containers let nobody make a user namespace.
    $hasUserNamespaces = (Get-Command unshare -ErrorAction Ignore) -and $(unshare --user --map-root-user true 2>$null; $LASTEXITCODE -eq 0)
}

BeforeAll {
    Import-Module $PSScriptRoot/TestProcess.psm1 -Force
    # Runs the same few things in a pwsh that something starts: by name, the category and the message of each error.
    function Get-RefusalElsewhere([string[]] $Launcher) {
        $script = {
            Import-Module $env:EBPFCAT_MODULE
            $things = [ordered]@{
                Packets = { New-EbpfProgram -Type Xdp -Code { 'Pass' } | Import-EbpfProgram }
                Kprobe = { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-KprobeAttachment tcp_v4_connect }
                Uprobe = { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-UprobeAttachment libc malloc }
                RawTracepoint = { New-EbpfProgram -Type RawTracepoint -Code { $x = 1 } | New-RawTracepointAttachment sys_enter }
                Sample = { New-EbpfProgram -Type PerfEvent -Code { $x = 1 } | New-PerfEventAttachment }
                Map = { New-EbpfMap -Name m -Type Hash -Key uint32 -Value uint32 -MaxEntries 4 }
            }
            foreach ($thing in $things.GetEnumerator()) {
                try { $null = & $thing.Value; "$($thing.Key)`tnothing`t" }
                catch { "$($thing.Key)`t$($_.CategoryInfo.Category)`t$($_ -replace '\s+', ' ')" }
            }
        }
        $told = @{}
        Invoke-PowerShell $script $Launcher | ForEach-Object {
            $name, $category, $message = $_ -split "`t"
            $told[$name] = @{ Category = $category; Message = $message }
        }
        $told
    }
}

Describe 'A process without privilege' {
    It 'is told which capabilities it lacks' -Skip:(-not $hasSetpriv) {
        $told = Get-RefusalElsewhere setpriv, '--inh-caps=-all', '--bounding-set=-all'
        $told.Count | Should -Be 6
        $told.Values.Category | Sort-Object -Unique | Should -Be PermissionDenied
        foreach ($message in $told.Values.Message) { $message | Should -BeLike '*the process lacks CAP_BPF*Run it as root or with*' }
        $told.Packets.Message | Should -BeLike '*CAP_BPF and CAP_NET_ADMIN*'
        foreach ($name in 'Kprobe', 'Uprobe', 'RawTracepoint', 'Sample') { $told.$name.Message | Should -BeLike '*CAP_BPF and CAP_PERFMON*' }
        "$($told.Values.Message)" | Should -Not -BeLike '*lockdown*'
    }

    It 'is told that the capabilities of a user namespace do not count' -Skip:(-not $hasUserNamespaces) {
        $told = Get-RefusalElsewhere unshare, '--user', '--map-root-user'
        $told.Count | Should -Be 6
        $told.Values.Category | Sort-Object -Unique | Should -Be PermissionDenied
        foreach ($message in $told.Values.Message) { $message | Should -BeLike '*in a user namespace, whose capabilities do not count*outside*' }
        "$($told.Values.Message)" | Should -Not -BeLike '*lockdown*'
    }
}
