namespace EbpfCat.Attachments;

/// <summary>Which of an interface's packets a traffic control program sees.</summary>
public enum TcDirection
{
    /// <summary>Those it receives.</summary>
    Ingress,

    /// <summary>Those it sends.</summary>
    Egress,
}
