# What programs cost.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
}

Describe 'Measure-EbpfProgram' {
    BeforeAll {
        # Runs on each system call of any process.
        $attachment = New-EbpfProgram measured -Type Tracepoint | Add-EbpfVariable calls uint64 |
            Add-EbpfCode { $calls++ } | New-TracepointAttachment raw_syscalls/sys_enter
        $program = $attachment.Program
        $setting = '/proc/sys/kernel/bpf_stats_enabled'
    }

    AfterAll { $attachment | Remove-EbpfAttachment }

    It 'counts runs and their time, in each interval' {
        $before = $attachment | Get-EbpfMapValue calls
        $uses = $attachment | Measure-EbpfProgram -Interval 0.3 -Count 2
        $calls = ($attachment | Get-EbpfMapValue calls) - $before
        $uses | Should -HaveCount 2
        foreach ($use in $uses) {
            $use.Id, $use.Name, $use.Type | Should -Be $program.Id, 'measured', 'Tracepoint'
            $use.RunCount | Should -BeGreaterThan 0
            $use.NanosecondsPerRun | Should -BeGreaterThan 1
            $use.CpuPercent | Should -BeGreaterThan 0
            $use.CpuPercent | Should -BeLessThan 200
            $use.Interval.TotalSeconds | Should -BeGreaterOrEqual 0.3
        }
        ($uses | Measure-Object RunCount -Sum).Sum | Should -BeLessOrEqual $calls
        $uses | Format-Table | Out-String | Should -BeLike '*ns/run*CPU %*measured*'
    }

    It 'finds programs by name, id and from the pipeline' {
        (Measure-EbpfProgram measur* -Interval 0.1).Id | Should -Contain $program.Id
        (Measure-EbpfProgram -Id $program.Id -Interval 0.1).Name | Should -Be measured
        (Get-EbpfProgram -Id $program.Id | Measure-EbpfProgram -Interval 0.1).Name | Should -Be measured
        ($program | Measure-EbpfProgram -Interval 0.1).Name | Should -Be measured
    }

    It 'leaves the counting as it was' -Skip:(-not (Test-Path /proc/sys/kernel/bpf_stats_enabled)) {
        $state = Get-Content $setting
        $null = $program | Measure-EbpfProgram -Interval 0.1
        Get-Content $setting | Should -Be $state
        $runs = (Get-EbpfProgram -Id $program.Id).RunCount
        foreach ($i in 1..10) { $null = Test-Path / }
        if ($state -eq '0') { (Get-EbpfProgram -Id $program.Id).RunCount | Should -Be $runs }
    }

    It 'leaves out programs that ended' {
        $ended = New-EbpfProgram ended -Type Tracepoint -Code { $x = 1 } | Import-EbpfProgram
        $listed = @(Get-EbpfProgram -Id $ended.Id) + @(Get-EbpfProgram -Id $program.Id)
        $ended.Dispose()
        while (Get-EbpfProgram -Id $listed[0].Id -ErrorAction Ignore) { Start-Sleep -Milliseconds 50 }
        ($listed | Measure-EbpfProgram -Interval 0.1 -ErrorAction Stop).Name | Should -Be measured
    }

    It 'reports programs that do not exist' {
        { Measure-EbpfProgram -Id 4294967295 -Interval 0 -ErrorAction Stop } | Should -Throw '*4294967295*'
        { Measure-EbpfProgram no-such-program -ErrorAction Stop } | Should -Throw '*no-such-program*'
        { New-EbpfProgram -Type Xdp | Measure-EbpfProgram -ErrorAction Stop } | Should -Throw '*load it*'
    }
}
