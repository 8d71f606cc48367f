<#
.SYNOPSIS
    Measures the rate of events: as PowerShell objects, in the engine's reader alone, and as lines that bpftrace writes to
    a file. Needs root and bpftrace.
.DESCRIPTION
    The load is dd, which reads 64 bytes each time. Each read is an event with the same four fields in all measurements:
    process, name, file descriptor and length. The rate is the number of delivered events by the time that dd took.
    Delivered and lost events must add up to the number that the program itself counted.
.EXAMPLE
    dotnet pwsh benchmarks/Tracing.ps1 -Count 1000000
#>
[CmdletBinding()]
param(
    # How many events the load makes for each measurement; for bpftrace, which is slower, a fifth of it.
    [long] $Count = 1000000,

    # How many rounds, of which the medians are shown.
    [int] $Rounds = 3,

    # The module's folder.
    [string] $Module = "$PSScriptRoot/../out/EbpfCat"
)

$ErrorActionPreference = 'Stop'
$PSStyle.OutputRendering = 'PlainText'
Import-Module $Module
$dd = (Get-Command dd -CommandType Application)[0].Source

Add-Type -ReferencedAssemblies "$((Get-Item $Module).FullName)/EbpfCat.Engine.dll", 'System.Runtime',
    'System.Diagnostics.Process', 'System.Memory', 'System.ComponentModel.Primitives', 'System.Collections' @'
using System;
using System.Diagnostics;
using EbpfCat.Events;
using EbpfCat.Programs;

public static class ReaderBenchmark
{
    // Reads while the load runs, looking at each record's bytes, and then what is left.
    public static long Read(LoadedProgram program, Process load)
    {
        long count = 0, sum = 0;
        using var reader = new EventReader(program);
        EventRecordHandler handler = (_, _, record) => { count++; sum += record[0]; };
        while (!load.HasExited) reader.Read(handler, TimeSpan.FromMilliseconds(100));
        reader.Read(handler, TimeSpan.Zero);
        return count;
    }
}
'@

$report = New-TemporaryFile

function New-Reads {
    New-EbpfProgram reads -Type Tracepoint | Add-EbpfVariable seen uint64 | Add-EbpfCode {
        if ($process.Name -ceq 'dd') {
            $seen++
            [pscustomobject]@{ Pid = $process.Id; Name = $process.Name; Descriptor = $event.fd; Length = $event.count }
        }
    } | New-TracepointAttachment syscalls/sys_enter_read
}

# The seconds that the load took, as dd reports them.
function Get-LoadTime([string] $Report) { [double][regex]::Match($Report, '([\d.]+) s,').Groups[1].Value }

function Start-Load {
    $arguments = 'if=/dev/zero', 'of=/dev/null', 'bs=64', "count=$Count"
    Start-Process $dd $arguments -PassThru -RedirectStandardError $report.FullName
}

# One measurement: starts the load, reads its events, and compares their number with the program's count.
function Measure-Reading([string] $Name, [scriptblock] $Read) {
    $attachment = New-Reads
    try {
        $load = Start-Load
        $delivered = & $Read $attachment $load
        $load.WaitForExit()
        $seconds = Get-LoadTime ([IO.File]::ReadAllText($report.FullName))
        $seen = $attachment | Get-EbpfMapValue seen
        $lost = [EbpfCat.Events.EventReader]::LostBy($attachment.Program)
        [pscustomobject]@{
            Way = $Name; Seen = $seen; Delivered = $delivered; Lost = $lost; Adds = $delivered + $lost -eq $seen
            PerSecond = [long]($delivered / $seconds)
        }
    }
    finally { $attachment | Remove-EbpfAttachment }
}

function Measure-Object-Stream {
    Measure-Reading 'objects (Receive-EbpfEvent)' {
        param($attachment, $load)
        $delivered = 0
        do {
            $ended = $load.HasExited
            $attachment | Receive-EbpfEvent -Timeout ($ended ? 0 : 0.5) -WarningAction SilentlyContinue |
                ForEach-Object { $delivered++ }
        } until ($ended)
        $delivered
    }
}

function Measure-Reader {
    Measure-Reading "the engine's reader" {
        param($attachment, $load)
        [ReaderBenchmark]::Read($attachment.Program, $load)
    }
}

function Measure-Bpftrace {
    $output = New-TemporaryFile
    try {
        $print = 'printf("%d %s %d %d\n", pid, comm, args->fd, args->count);'
        $program = "tracepoint:syscalls:sys_enter_read /comm == `"dd`"/ { $print }"
        $events = [long]($Count / 5)
        $load = "$dd if=/dev/zero of=/dev/null bs=64 count=$events"
        $messages = & bpftrace -o $output.FullName -e $program -c $load 2>&1
        $seconds = Get-LoadTime "$messages"
        $lines = 0
        foreach ($line in [IO.File]::ReadLines($output.FullName)) { if ($line -match '^\d+ dd ') { $lines++ } }
        $lost = [regex]::Matches("$messages" + [IO.File]::ReadAllText($output.FullName), 'Lost (\d+) events') |
            ForEach-Object { [long]$_.Groups[1].Value }
        [pscustomobject]@{
            Way = 'lines (bpftrace)'; Seen = $null; Delivered = $lines; Lost = ($lost | Measure-Object -Sum).Sum
            Adds = $null; PerSecond = [long]($lines / $seconds)
        }
    }
    finally { Remove-Item $output }
}

function Get-Median([double[]] $Values) { ($Values | Sort-Object)[[int][Math]::Floor($Values.Count / 2)] }

# The first run compiles code.
$null = Measure-Object-Stream

$results = foreach ($round in 1..$Rounds) { Measure-Bpftrace; Measure-Object-Stream; Measure-Reader }
$results | Format-Table Way, Seen, Delivered, Lost, Adds, PerSecond -AutoSize
$rates = @{}
foreach ($way in $results | Group-Object Way) { $rates[$way.Name] = Get-Median $way.Group.PerSecond }
$base = $rates['lines (bpftrace)']
foreach ($way in $rates.Keys | Sort-Object { $rates[$_] }) {
    '{0,-28} {1,10:n0} events a second, {2:f1} times bpftrace' -f $way, $rates[$way], ($rates[$way] / $base)
}

$attached = foreach ($time in 1..11) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    Trace-Ebpf -Tracepoint syscalls/sys_enter_openat {
        [pscustomobject]@{ Pid = $process.Id; Name = $process.Name; File = $event.filename }
    } -Timeout 0 -Verbose 4>&1 | Where-Object { "$_" -like '*is being traced*' } |
        ForEach-Object { $clock.Elapsed.TotalMilliseconds }
}

$started = foreach ($time in 1..3) {
    $start = [Diagnostics.ProcessStartInfo]::new('bpftrace')
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    # BEGIN runs when all is attached.
    $print = 'printf("%d %s %s\n", pid, comm, str(args->filename));'
    $start.ArgumentList.Add('-e')
    $start.ArgumentList.Add('BEGIN { printf("attached\n"); exit(); } ' +
        "tracepoint:syscalls:sys_enter_openat /pid == 0/ { $print }")
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $process = [Diagnostics.Process]::Start($start)
    while (($line = $process.StandardOutput.ReadLine()) -ne 'attached' -and $null -ne $line) { }
    $clock.Elapsed.TotalMilliseconds
    $null = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
}

Remove-Item $report
''
'from Trace-Ebpf to attached: {0:f1} ms (median of {1}; the first {2:f1}); bpftrace: {3:f0} ms' -f
    (Get-Median $attached), $attached.Count, $attached[0], (Get-Median $started)
if ($results.Where({ $_.Adds -eq $false })) {
    throw 'Delivered and lost events do not add up to the number that the program counted.'
}
