# Errors in a process without privilege: they name missing capabilities, or say that those of a user namespace do not
# count.

BeforeDiscovery {
    $hasSetpriv = [bool](Get-Command setpriv -ErrorAction Ignore)
    # Some kernels and containers forbid user namespaces.
    $hasUserNamespaces = (Get-Command unshare -ErrorAction Ignore) -and
        $(unshare --user --map-root-user true 2>$null; $LASTEXITCODE -eq 0)
}

BeforeAll {
    Import-Module $PSScriptRoot/TestProcess.psm1 -Force
    # Attempts some operations in a PowerShell that a launcher starts. Gives category and message of each error by name.
    function Get-LauncherError([string[]] $Launcher) {
        $script = {
            Import-Module $env:EBPFCAT_MODULE
            $operations = [ordered]@{
                Packets = { New-EbpfProgram -Type Xdp -Code { 'Pass' } | Import-EbpfProgram }
                Kprobe = { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-KprobeAttachment tcp_v4_connect }
                Uprobe = { New-EbpfProgram -Type Kprobe -Code { $x = 1 } | New-UprobeAttachment libc malloc }
                RawTracepoint = { New-EbpfProgram -Type RawTracepoint -Code { $x = 1 } |
                    New-RawTracepointAttachment sys_enter }
                Sample = { New-EbpfProgram -Type PerfEvent -Code { $x = 1 } | New-PerfEventAttachment }
                Map = { New-EbpfMap -Name m -Type Hash -Key uint32 -Value uint32 -MaxEntries 4 }
            }
            foreach ($operation in $operations.GetEnumerator()) {
                try { $null = & $operation.Value; "$($operation.Key)`tnothing`t" }
                catch { "$($operation.Key)`t$($_.CategoryInfo.Category)`t$($_ -replace '\s+', ' ')" }
            }
        }
        $failures = @{}
        Invoke-PowerShell $script $Launcher | ForEach-Object {
            $name, $category, $message = $_ -split "`t"
            $failures[$name] = @{ Category = $category; Message = $message }
        }
        $failures
    }
}

Describe 'A process without privilege' {
    It 'gets errors that name the missing capabilities' -Skip:(-not $hasSetpriv) {
        $failures = Get-LauncherError setpriv, '--inh-caps=-all', '--bounding-set=-all'
        $failures.Count | Should -Be 6
        $failures.Values.Category | Sort-Object -Unique | Should -Be PermissionDenied
        foreach ($message in $failures.Values.Message) {
            $message | Should -BeLike '*the process lacks CAP_BPF*Run it as root or with*'
        }

        $failures.Packets.Message | Should -BeLike '*CAP_BPF and CAP_NET_ADMIN*'
        foreach ($name in 'Kprobe', 'Uprobe', 'RawTracepoint', 'Sample') {
            $failures.$name.Message | Should -BeLike '*CAP_BPF and CAP_PERFMON*'
        }

        "$($failures.Values.Message)" | Should -Not -BeLike '*lockdown*'
    }

    It 'gets errors that rule out capabilities of a user namespace' -Skip:(-not $hasUserNamespaces) {
        $failures = Get-LauncherError unshare, '--user', '--map-root-user'
        $failures.Count | Should -Be 6
        $failures.Values.Category | Sort-Object -Unique | Should -Be PermissionDenied
        foreach ($message in $failures.Values.Message) {
            $message | Should -BeLike '*in a user namespace, whose capabilities do not count*outside*'
        }

        "$($failures.Values.Message)" | Should -Not -BeLike '*lockdown*'
    }
}
