# Makes events for tests of tracing, and tells what the kernel can trace. The module must be imported.

$library = $null

<#
.SYNOPSIS
    Functions of the C library, called by this process: getpgid(2), a64l(3), l64a(3).
#>
function Get-CLibrary {
    if ($script:library) { return $script:library }
    $name = [Reflection.AssemblyName]::new('EbpfCatTestCalls')
    $module = [Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly($name, 'Run').DefineDynamicModule('Calls')
    $type = $module.DefineType('CLibrary', 'Public,Class')
    $calls = @{ getpgid = [int], [int]; a64l = [long], [string]; l64a = [IntPtr], [long] }
    foreach ($call in $calls.GetEnumerator()) {
        $method = $type.DefinePInvokeMethod($call.Key, 'libc.so.6', 'Public,Static,PinvokeImpl', 'Standard',
            $call.Value[0], @($call.Value[1]), 'Winapi', 'Ansi')
        $method.SetImplementationFlags('PreserveSig')
    }

    $script:library = $type.CreateType()
    $script:library
}

<#
.SYNOPSIS
    The kernel's function for a system call on this processor.
#>
function Get-SyscallFunction([string] $Name) {
    $architecture = [Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture
    $architecture -eq 'Arm64' ? "__arm64_sys_$Name" : "__x64_sys_$Name"
}

<#
.SYNOPSIS
    Whether the kernel has kprobes.
#>
function Test-Kprobe { Test-Path /sys/bus/event_source/devices/kprobe }

<#
.SYNOPSIS
    Whether the kernel can call programs from one of its functions (fentry).
#>
function Test-Trampoline([string] $Function) {
    # Kernels that hide the list run no such programs either.
    try { $functions = [IO.File]::ReadAllText("$([EbpfCat.Tracing.TraceFs]::Current.Path)/available_filter_functions") }
    catch { return $false }
    $functions -match "(?m)^$Function( |`$)" -and
        (Select-String -Path /proc/kallsyms -Pattern ' register_ftrace_direct$' -Quiet)
}

<#
.SYNOPSIS
    Whether the kernel runs LSM programs (lsm=bpf).
#>
function Test-SecurityHook {
    (Test-Path /sys/kernel/security/lsm) -and (Get-Content /sys/kernel/security/lsm) -split ',' -contains 'bpf'
}

<#
.SYNOPSIS
    The first python3 on the PATH that was built with its USDT probes, as Debian's is; nothing where there is none.
#>
function Get-PythonWithProbes {
    (Get-Command python3 -All -CommandType Application -ErrorAction Ignore).Source |
        Where-Object {
            $completion = TabExpansion2 "New-UsdtAttachment $_ python:gc__st"
            $completion.CompletionMatches.CompletionText -like '*gc__start*'
        } |
        Select-Object -First 1
}

<#
.SYNOPSIS
    Runs a script while another thread repeats an action with the given arguments.
#>
function Invoke-While([scriptblock] $Happening, [object[]] $With, [scriptblock] $Script) {
    $job = Start-ThreadJob {
        $happening, $with = $args
        $happening = [scriptblock]::Create($happening)
        while ($true) {
            & $happening @with
            [Threading.Thread]::Sleep(10)
        }
    } -ArgumentList "$Happening", $With
    try { & $Script }
    finally {
        $job | Stop-Job
        $job | Remove-Job
    }
}

<#
.SYNOPSIS
    Runs a script and gives the error that ended it; nothing where none did.
#>
function Get-Refusal([scriptblock] $Script) {
    try { $null = & $Script }
    catch { $_ }
}

Export-ModuleMember -Function Get-CLibrary, Get-SyscallFunction, Test-Kprobe, Test-Trampoline, Test-SecurityHook,
    Get-PythonWithProbes, Invoke-While, Get-Refusal
