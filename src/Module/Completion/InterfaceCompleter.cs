using System.Collections;
using System.Management.Automation.Language;
using EbpfCat.Kernel;

namespace EbpfCat.Completion;

/// <summary>Completes the names of network interfaces.</summary>
public sealed class InterfaceCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tip)> Names(string word, CommandAst command, IDictionary bound)
    {
        using var netlink = new Netlink();
        return [.. netlink.GetLinks().Select(link => (link.Name, Tip(link)))];
    }

    private static string Tip(NetworkLink link) =>
        $"{link.Name}: {(link.IsUp ? "up" : "down")}{(link.XdpMode == XdpAttached.None ? "" : $", XDP {link.XdpMode}")}";
}
