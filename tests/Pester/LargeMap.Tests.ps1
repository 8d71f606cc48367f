# Maps of a million entries: written in batches, and read in comparison with bpftool.

BeforeDiscovery {
    $bpftool = Get-Command bpftool -CommandType Application -ErrorAction Ignore
}

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    $entryCount = 1000000
    $map = New-EbpfMap -Name large -Type Hash -Key uint32 -Value uint64 -MaxEntries $entryCount
}

AfterAll {
    ${map}?.Dispose()
}

Describe 'A map of a million entries' -Tag Timing {
    It 'is written through the pipeline, in batches' {
        $batches = 26 # BPF_MAP_UPDATE_BATCH of linux/bpf.h
        $single = 2 # BPF_MAP_UPDATE_ELEM
        $attachment = New-EbpfProgram -Name calls -Type Tracepoint |
            Add-EbpfMap -Name calls -Type Hash -Key uint64 -Value uint64 -MaxEntries 64 |
            Add-EbpfCode { if ($process.Id -eq $using:PID) { $calls[$event.cmd] += 1 } } |
            New-TracepointAttachment -Name syscalls/sys_enter_bpf
        try {
            & {
                foreach ($number in 0..($entryCount - 1)) { [pscustomobject]@{ Key = $number; Value = 3 * $number } }
            } |
                Set-EbpfMapValue -InputObject $map
            $calls = @{}
            $attachment | Get-EbpfMapValue -Name calls | ForEach-Object { $calls[[int]$_.Key] = $_.Value }
        } finally {
            $attachment | Remove-EbpfAttachment
        }

        $calls[$batches] | Should -BeGreaterThan 0
        $calls[$batches] + $calls[$single] | Should -BeLessThan ($entryCount / 100)
    }

    It 'is read whole, as typed objects' {
        $entries = $map | Get-EbpfMapValue
        $entries.Count | Should -Be $entryCount
        $entries[7].Key | Should -BeOfType uint32
        $sum = [decimal]0
        foreach ($entry in $entries) {
            if ($entry.Value -ne 3 * [long]$entry.Key) { throw "$($entry.Key) has $($entry.Value)." }
            $sum += $entry.Key
        }

        $sum | Should -Be ($entryCount / 2 * ($entryCount - 1))
    }

    It 'is read in half the time that bpftool takes to print it' -Skip:(-not $bpftool) {
        $ours, $theirs = @(), @()
        $file = New-TemporaryFile
        try {
            foreach ($time in 1..3) {
                $clock = [Diagnostics.Stopwatch]::StartNew()
                $entries = $map | Get-EbpfMapValue
                $ours += $clock.Elapsed.TotalMilliseconds
                $clock.Restart()
                & bash -c "bpftool map dump id $($map.Id) -j > '$file'"
                $theirs += $clock.Elapsed.TotalMilliseconds
            }
        } finally {
            Remove-Item $file
        }

        $ours, $theirs = ($ours | Sort-Object)[1], ($theirs | Sort-Object)[1]
        Write-Host ('    {0:f0} ms; bpftool {1:f0}' -f $ours, $theirs)
        $ours | Should -BeLessOrEqual ($theirs / 2)
    }
}
