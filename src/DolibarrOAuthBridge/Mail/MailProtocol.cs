namespace DolibarrOAuthBridge.Mail;

/// <summary>The mail protocols in which Dolibarr shows a token.</summary>
public enum MailProtocol
{
    /// <summary>Submission of mail (RFC 6409).</summary>
    Smtp,

    /// <summary>Reading of mail (RFC 3501).</summary>
    Imap,
}
