using System.Management.Automation.Language;

namespace EbpfCat.Commands;

/// <summary>The engine's exceptions as error records: a stable id, a category, and the remedy.</summary>
internal static class Errors
{
    /// <summary>The error record of an exception, or null where the exception is none of the engine's.</summary>
    public static ErrorRecord? Describe(Exception exception, object? target) => exception switch
    {
        // PowerShell's own exceptions have their record. An argument out of range is a fault of this module.
        IContainsErrorRecord or ArgumentOutOfRangeException or ArgumentNullException => null,
        CompileException error => Make(Advice.Complete(error), error.Id, ErrorCategory.InvalidArgument, target),
        TypeConversionException error => Make(error, "InvalidValue", ErrorCategory.InvalidData, target),
        UnknownNameException error => Make(error, "UnknownName", ErrorCategory.ObjectNotFound, target),
        InvalidDataException error => Make(error, "InvalidFile", ErrorCategory.InvalidData, target),
        VerifierException error => Make(
            error, "ProgramRefused",
            error.Lockdown == LockdownMode.None ? ErrorCategory.InvalidArgument : ErrorCategory.PermissionDenied,
            target),
        UnauthorizedAccessException or System.Security.SecurityException =>
            Make(exception, "AccessDenied", ErrorCategory.PermissionDenied, target),
        FileNotFoundException or DirectoryNotFoundException =>
            Make(exception, "FileNotFound", ErrorCategory.ObjectNotFound, target),
        IOException => Make(exception, "FileFailed", ErrorCategory.ResourceUnavailable, target),
        KernelException error => Make(Advice.Complete(error), $"Kernel{error.Errno}", Category(error), target),
        FormatException error => Make(error, "InvalidFormat", ErrorCategory.InvalidArgument, target),
        ArgumentException error => Make(error, "InvalidArgument", ErrorCategory.InvalidArgument, target),
        ObjectDisposedException error => Make(error, "Closed", ErrorCategory.ResourceUnavailable, target),
        KeyNotFoundException error => Make(error, "NotFound", ErrorCategory.ObjectNotFound, target),
        InvalidOperationException error => Make(error, "InvalidOperation", ErrorCategory.InvalidOperation, target),
        NotSupportedException error => Make(error, "NotSupported", ErrorCategory.NotImplemented, target),
        _ => null,
    };

    /// <summary>The error record for something that is not there.</summary>
    public static ErrorRecord NotFound(string id, string message, object? target) =>
        Make(new ItemNotFoundException(message), id, ErrorCategory.ObjectNotFound, target);

    /// <summary>The place in a script of an exception, which PowerShell then shows instead of the command's.</summary>
    public static IScriptExtent? PlaceOf(Exception exception) => exception switch
    {
        CompileException { SourceSpan: { LineText.Length: > 0 } span } => Extent(span),
        VerifierException { SourceSpan: { LineText.Length: > 0 } span } => Extent(span),
        _ => null,
    };

    private static ScriptExtent Extent(SourceSpan span)
    {
        var end = Math.Min(span.Column + span.Length, span.LineText.Length + 1);
        return new ScriptExtent(
            new ScriptPosition(span.File, span.Line, span.Column, span.LineText),
            new ScriptPosition(span.File, span.Line, end, span.LineText));
    }

    private static ErrorRecord Make(Exception exception, string id, ErrorCategory category, object? target) =>
        new(exception, id, category, target);

    private static ErrorCategory Category(KernelException error) => error switch
    {
        { MissingCapabilities.Count: > 0 } or { Lockdown: not LockdownMode.None } => ErrorCategory.PermissionDenied,
        { RequiredVersion: not null } => ErrorCategory.NotImplemented,
        _ => error.Errno switch
        {
            Errno.EPERM or Errno.EACCES => ErrorCategory.PermissionDenied,
            Errno.ENOENT or Errno.ENODEV or Errno.ESRCH or Errno.ENXIO => ErrorCategory.ObjectNotFound,
            Errno.EEXIST => ErrorCategory.ResourceExists,
            Errno.EBUSY => ErrorCategory.ResourceBusy,
            Errno.E2BIG or Errno.ENOSPC or Errno.ENOMEM or Errno.EMFILE or Errno.ENFILE or Errno.EDQUOT =>
                ErrorCategory.ResourceUnavailable,
            Errno.EINVAL or Errno.EDOM or Errno.ERANGE or Errno.ENAMETOOLONG or Errno.EMSGSIZE =>
                ErrorCategory.InvalidArgument,
            Errno.ENOSYS or Errno.ENOTSUPP or Errno.EOPNOTSUPP => ErrorCategory.NotImplemented,
            Errno.ETIMEDOUT => ErrorCategory.OperationTimeout,
            _ => ErrorCategory.NotSpecified,
        },
    };
}
