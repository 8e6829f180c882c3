// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>The variables of a conf.php, with errors that name the file, the line and what to do.</summary>
internal sealed class ConfVariables(PhpProgram program, string path)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of a variable; none where it is not set.</summary>
    /// <exception cref="DolibarrConfException">The value is computed.</exception>
    public byte[] Bytes(string name) =>
        program.Find(name) is not { } assignment
            ? []
            : assignment.Value
                ?? throw Error(
                    name,
                    assignment.Problem
                        ?? "is not a plain value: it is computed, or set within other code, and the bridge reads this file without "
                            + "running it. Write its value there between quotes, in a statement of its own."
                );

    /// <summary>The text of a variable; empty where it is not set.</summary>
    /// <exception cref="DolibarrConfException">The value is computed, or not UTF-8.</exception>
    public string Text(string name) => Utf8(name, Bytes(name));

    /// <summary>The text of a variable that must have one.</summary>
    /// <exception cref="DolibarrConfException">The value is missing, empty, computed, or not UTF-8.</exception>
    public string Required(string name) =>
        Text(name) is { Length: > 0 } text
            ? text
            : throw Error(name, "is missing or empty. Finish Dolibarr's installation, or give the path of the conf.php in use.");

    /// <summary>The text of a variable that the bridge can do without; null where it is not there as plain UTF-8 text.</summary>
    public string? Optional(string name) =>
        program.Find(name)?.Value is { Length: > 0 } value && System.Text.Unicode.Utf8.IsValid(value) ? StrictUtf8.GetString(value) : null;

    /// <summary>Bytes of a variable as text.</summary>
    /// <exception cref="DolibarrConfException">They are not UTF-8.</exception>
    public string Utf8(string name, byte[] value)
    {
        try
        {
            return StrictUtf8.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            // Without the inner exception: it quotes the bytes.
            throw Error(name, "is not UTF-8. Save the file in the UTF-8 encoding.");
        }
    }

    /// <summary>An error about a variable.</summary>
    public DolibarrConfException Error(string name, string problem, Exception? innerException = null) =>
        program.Find(name) is { } assignment
            ? new(assignment.Path, assignment.Line, "$" + name, problem, innerException)
            : new(path, null, "$" + name, problem, innerException);
}
