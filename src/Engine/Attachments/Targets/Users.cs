namespace EbpfCat.Attachments;

/// <summary>The users of this machine.</summary>
public static class Users
{
    /// <summary>The names of the users in <c>/etc/passwd</c>.</summary>
    public static IEnumerable<string> Names => File.Exists("/etc/passwd")
        ? File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).Where(name => name.Length > 0) : [];

    /// <summary>The id of a user, whatever service knows it.</summary>
    internal static unsafe long Find(string name)
    {
        const int idOffset = 16; // struct passwd of pwd.h: two pointers precede the id
        var found = Libc.FindUser(name);
        return found is null ? throw new UnknownNameException("user", name, Names) : *(uint*)(found + idOffset);
    }
}
