using EbpfCat.Kernel;
using EbpfCat.Programs;

namespace EbpfCat.Attachments;

/// <summary>An attachment that was pinned, by this or another process, and opened by its pin: of all hooks but XDP.</summary>
public sealed class PinnedHookAttachment : HookAttachment
{
    private PinnedHookAttachment(LoadedProgram program, string kind, string target, Hold hold)
        : base(program, ownsProgram: true, target, hold) => Kind = kind;

    /// <inheritdoc/>
    public override string Kind { get; }

    internal static PinnedHookAttachment Open(string path, LoadedProgram program, string kind, string target)
    {
        var links = PinDirectory.OpenLinks(path).ToList();
        var hold = links.Count == 0 ? OpenWithoutLink(path, program, kind, target) : Hold.Build(hold => links.ForEach(one => hold.Add(one)));
        return new PinnedHookAttachment(program, kind, target, hold) { PinPath = path };
    }

    private static Hold OpenWithoutLink(string path, LoadedProgram program, string kind, string target)
    {
        var operation = $"open the pinned attachment '{path}'";
        switch (kind)
        {
            case TcAttachment.KindName:
                using (var netlink = new Netlink())
                {
                    var link = Interfaces.Find(netlink, target[..target.LastIndexOf(' ')], operation);
                    return TcAttachment.TakeFilter(program, link.Index, Enum.Parse<TcDirection>(target[(target.LastIndexOf(' ') + 1)..]));
                }

            default:
                throw new KernelException(operation, Errno.ENOTSUPP, $"an attachment of kind {kind} is not kept without a link");
        }
    }
}
