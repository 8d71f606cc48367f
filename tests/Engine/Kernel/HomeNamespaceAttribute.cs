using System.Reflection;
using System.Runtime.CompilerServices;
using EbpfCat.Attachments;
using EbpfCat.Kernel;
using Xunit.v3;

[assembly: EbpfCat.Tests.Kernel.HomeNamespace]

namespace EbpfCat.Tests.Kernel;

/// <summary>
/// Runs each test in the network namespace that the tests were started in. A new thread has the namespace of the thread
/// that starts it: where a test starts work inside a namespace of its own, the thread pool may keep a thread in there,
/// and the next test on that thread would have no loopback interface.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class HomeNamespaceAttribute : BeforeAfterTestAttribute
{
    private static NetworkNamespace? _home;

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => _home?.Enter();

#pragma warning disable CA2255 // It must run before there is another thread.
    [ModuleInitializer]
    internal static void Capture()
#pragma warning restore CA2255
    {
        var current = NetworkNamespace.OpenCurrent();
        try
        {
            current.Enter();
            _home = current;
        }
        catch (KernelException)
        {
            // Without CAP_SYS_ADMIN no test changes its namespace.
            current.Dispose();
        }
    }
}
