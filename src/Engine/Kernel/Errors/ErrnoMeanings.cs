namespace EbpfCat.Kernel;

/// <summary>What an error number means from a command of bpf(2), where it means something of its own there.</summary>
internal static class ErrnoMeanings
{
    private static readonly Dictionary<(BpfCommand, Errno), (string Cause, string Remedy)> Table = new()
    {
        [(BpfCommand.MapCreate, Errno.EINVAL)] =
            ("the kernel does not take this combination of type, sizes and flags",
             "Check key size, value size, number of entries and flags against the type of the map."),
        [(BpfCommand.MapCreate, Errno.E2BIG)] =
            ("key, value or number of entries are beyond the kernel's limit", "Make the map smaller."),
        [(BpfCommand.MapCreate, Errno.ENOMEM)] =
            ("there is not enough memory, or the memory control group's limit is reached",
             "Make the map smaller or raise the limit."),
        [(BpfCommand.MapUpdateElement, Errno.E2BIG)] =
            ("the map is full, or the index is beyond its end",
             "Remove entries, make the map with more entries, or use an LRU map, which drops the oldest."),
        [(BpfCommand.MapUpdateElement, Errno.EEXIST)] =
            ("the key is present", "Update without NoExist to replace the value."),
        [(BpfCommand.MapUpdateElement, Errno.ENOENT)] = ("the key is absent", "Update without Exist to insert it."),
        [(BpfCommand.MapUpdateElement, Errno.EPERM)] =
            ("the map is frozen or read-only for user space", "Values of such a map are set before it is frozen."),
        [(BpfCommand.MapUpdateElement, Errno.ENOMEM)] =
            ("there is no memory for a further entry", "Preallocate the map or raise the memory limit."),
        [(BpfCommand.MapDeleteElement, Errno.EPERM)] =
            ("the map is frozen or read-only for user space", "It stays as it is."),
        [(BpfCommand.MapDeleteElement, Errno.EINVAL)] =
            ("entries of this type of map cannot be removed", "Set the value to zero in its place."),
        [(BpfCommand.MapLookupElement, Errno.EPERM)] =
            ("the map is write-only for user space", "Programs alone read it."),
        [(BpfCommand.MapUpdateBatch, Errno.E2BIG)] =
            ("the map is full",
             "Remove entries, make the map with more entries, or use an LRU map, which drops the oldest."),
        [(BpfCommand.MapLookupBatch, Errno.ENOSPC)] =
            ("one bucket of the hash holds more entries than asked for", "Ask for more at a time."),
        [(BpfCommand.MapLookupAndDeleteBatch, Errno.ENOSPC)] =
            ("one bucket of the hash holds more entries than asked for", "Ask for more at a time."),
        [(BpfCommand.MapFreeze, Errno.EBUSY)] =
            ("the map is being written, or is mapped writable", "Unmap it and finish writing first."),
        [(BpfCommand.ProgramLoad, Errno.EACCES)] = ("the verifier refused the program", "Its log says why."),
        [(BpfCommand.ProgramLoad, Errno.EINVAL)] =
            ("the kernel does not accept the program, or its type, hook or flags",
             "Where the verifier wrote a log, that says why."),
        [(BpfCommand.ProgramLoad, Errno.ENOSPC)] =
            ("the buffer for the verifier's log is too small", "Give a larger one."),
        [(BpfCommand.ProgramLoad, Errno.E2BIG)] =
            ("the program is too long or too complex for the verifier", "Shorten it, or split it with tail calls."),
        [(BpfCommand.BtfLoad, Errno.EINVAL)] = ("the kernel does not accept the type information", "The log says why."),
        [(BpfCommand.LinkCreate, Errno.EBUSY)] =
            ("the hook has a program already", "Detach that first, or replace it."),
        [(BpfCommand.LinkCreate, Errno.EEXIST)] =
            ("the hook has this program already", "Load it a second time to attach it twice."),
        [(BpfCommand.LinkCreate, Errno.EOPNOTSUPP)] =
            ("the target does not support this way of attaching",
             "On an interface without XDP in its driver, use generic mode."),
        [(BpfCommand.LinkUpdate, Errno.EPERM)] =
            ("the link holds another program than expected, or is detached", "Look at the link again and repeat."),
        [(BpfCommand.LinkUpdate, Errno.ENOLINK)] = ("the link is detached", "Attach the program anew."),
        [(BpfCommand.ObjectPin, Errno.EEXIST)] = ("the name is taken", "Remove the old pin or choose another name."),
        [(BpfCommand.ObjectPin, Errno.EINVAL)] =
            ("the name is not one for a pin", "Use letters, digits, '-' and '_', and no dot."),
        [(BpfCommand.ObjectPin, Errno.ENOENT)] = ("the directory does not exist", "Make it first."),
        [(BpfCommand.ObjectGet, Errno.ENOENT)] = ("nothing is pinned there", "Look at what is: ls /sys/fs/bpf."),
        [(BpfCommand.ObjectGet, Errno.EACCES)] =
            ("the file's permissions do not allow it, or it is no BPF object", "Ask the pin's owner for access."),
        [(BpfCommand.ProgramLoad, Errno.ENOTSUPP)] =
            ("the kernel's own compiler (JIT) cannot translate it, though the verifier accepts it",
             "Write it a little differently, or use a newer kernel; the kernel's log may say more: dmesg."),
        [(BpfCommand.ProgramTestRun, Errno.ENOTSUPP)] =
            ("the kernel cannot test-run programs of this type", "Attach the program and let the event happen."),
        [(BpfCommand.ProgramTestRun, Errno.ENOSPC)] = ("the buffer for the result is too small", "Give a larger one."),
        [(BpfCommand.ProgramTestRun, Errno.EINVAL)] =
            ("the kernel does not take this data or context", "A packet has at least 14 bytes."),
    };

    /// <summary>The meaning of an error from a command, or null.</summary>
    public static (string Cause, string Remedy)? Find(BpfCommand command, Errno errno) =>
        Table.TryGetValue((command, errno), out var meaning) ? meaning : null;
}
