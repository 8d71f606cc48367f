using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;

namespace EbpfCat.Commands;

/// <summary>Which session made which attachment: they go when the module is removed from the session.</summary>
public sealed class Session : IModuleAssemblyCleanup
{
    private static readonly ConcurrentDictionary<Attachment, Guid> Owners = new(ReferenceEqualityComparer.Instance);

    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        foreach (var (attachment, owner) in Owners)
        {
            if (owner != Current) continue;
            Owners.TryRemove(attachment, out _);
            attachment.Dispose();
        }
    }

    /// <summary>Remembers an attachment as the current session's.</summary>
    internal static void Own(Attachment attachment)
    {
        foreach (var ended in Owners.Keys.Where(known => known.IsEnded)) Owners.TryRemove(ended, out _);
        Owners[attachment] = Current;
    }

    private static Guid Current => Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty;
}
