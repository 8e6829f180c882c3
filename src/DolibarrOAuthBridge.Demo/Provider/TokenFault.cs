using System.Net;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Something that goes wrong with one request to the token endpoint.</summary>
public abstract record TokenFault
{
    /// <summary>The name that appears in the request log.</summary>
    public abstract string Name { get; }

    /// <summary>An HTTP status instead of an answer; nothing is issued.</summary>
    /// <param name="status">The status, such as 503.</param>
    /// <param name="retryAfter">For the <c>Retry-After</c> header; null for none.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="contentType">The body's type.</param>
    public static TokenFault Status(HttpStatusCode status, TimeSpan? retryAfter = null, string? body = null, string contentType = "text/plain") => throw new NotImplementedException();

    /// <summary>An OAuth error; nothing is issued.</summary>
    public static TokenFault Error(string error, string? description = null, HttpStatusCode status = HttpStatusCode.BadRequest) => throw new NotImplementedException();

    /// <summary>No answer until the client gives up; nothing is issued.</summary>
    public static TokenFault Hang() => throw new NotImplementedException();

    /// <summary>A redirect (307); nothing is issued.</summary>
    public static TokenFault Redirect(Uri location) => throw new NotImplementedException();

    /// <summary>A page of HTML with status 200, as a captive portal gives; nothing is issued.</summary>
    public static TokenFault Html() => throw new NotImplementedException();

    /// <summary>A JSON body of this many bytes with status 200; nothing is issued.</summary>
    public static TokenFault HugeBody(long bytes = 8 * 1024 * 1024) => throw new NotImplementedException();

    /// <summary>A complete HTTP answer whose JSON ends in the middle.</summary>
    /// <param name="issue">Whether tokens have been issued (and the refresh token spent) before.</param>
    public static TokenFault TruncatedJson(bool issue = false) => throw new NotImplementedException();

    /// <summary>The real answer, later.</summary>
    public static TokenFault Delay(TimeSpan delay) => throw new NotImplementedException();

    /// <summary>The connection is dropped before anything happens; nothing is issued.</summary>
    public static TokenFault DropBefore() => throw new NotImplementedException();

    /// <summary>The tokens are issued and the refresh token is spent, then the connection is dropped before the answer.</summary>
    public static TokenFault DropAfter() => throw new NotImplementedException();
}
