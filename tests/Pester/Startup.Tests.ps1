# How long a session takes from nothing to its first program in the kernel: whole processes, medians in one run. Where other
# work keeps the processors busy, a clock on the wall measures that work. So the time that the processors spent on the
# process counts where it is less: it is what the clock would show if the process did not have to wait for its turn.

BeforeAll {
    Import-Module $env:EBPFCAT_MODULE -Force
    Import-Module $PSScriptRoot/TestNetwork.psm1 -Force
    Enter-TestNetwork

    # What the processors have spent on the children of this process, in milliseconds: proc(5), in hundredths of a second.
    function Get-ChildTime {
        $fields = [IO.File]::ReadAllText('/proc/self/stat').Split(') ')[-1].Split(' ')
        10 * ([long]$fields[13] + [long]$fields[14])
    }

    # The milliseconds that a pwsh takes, by the wall's clock and by the processors'.
    function Measure-Pwsh([string[]] $Words) {
        $before = Get-ChildTime
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $output = & pwsh -NoProfile -NonInteractive @Words
        $wall = $clock.Elapsed.TotalMilliseconds
        if ($LASTEXITCODE) { throw "pwsh failed: $output" }
        @{ Wall = $wall; Processor = (Get-ChildTime) - $before }
    }

    function Get-Median([double[]] $Values) {
        ($Values | Sort-Object)[[int][Math]::Floor($Values.Count / 2)]
    }
}

AfterAll {
    Exit-TestNetwork
}

Describe 'A session' {
    It 'has its first program attached 300 ms after an empty one would have ended' {
        $empty, $first = @(), @()
        foreach ($time in 1..9) {
            $empty += Measure-Pwsh '-Command', 'exit'
            $first += Measure-Pwsh '-File', "$PSScriptRoot/Opening.ps1", $env:EBPFCAT_MODULE
        }

        $wall = (Get-Median $first.Wall) - (Get-Median $empty.Wall)
        $processor = (Get-Median $first.Processor) - (Get-Median $empty.Processor)
        Write-Host ('    {0:f0} ms over an empty pwsh, which takes {1:f0}; of the processors {2:f0} over {3:f0}' -f
            $wall, (Get-Median $empty.Wall), $processor, (Get-Median $empty.Processor))
        $processor | Should -BeGreaterThan 0
        [Math]::Min($wall, $processor) | Should -BeLessOrEqual 300
    }

    It 'has a second program attached in 5 ms' {
        $times = foreach ($time in 1..9) {
            $wall, $processor = (& pwsh -NoProfile -NonInteractive -File "$PSScriptRoot/Opening.ps1" $env:EBPFCAT_MODULE -Second) -split ' '
            @{ Wall = [double]$wall; Processor = [double]$processor }
        }

        # By the wall's clock, the kernel takes its time too: whoever attaches an XDP program waits until all processors have
        # left the one before (synchronize_rcu in bpf_dispatcher_change_prog), some ticks of 4 ms on a busy machine. Of the
        # processors' time the least is what other work has disturbed least.
        $least = ($times.Processor | Measure-Object -Minimum).Minimum
        Write-Host ('    {0:f1} ms; of the processors {1:f1}, at the least {2:f1}' -f (Get-Median $times.Wall), (Get-Median $times.Processor), $least)
        $least | Should -BeGreaterThan 0
        [Math]::Min((Get-Median $times.Wall), $least) | Should -BeLessOrEqual 5
    }
}
