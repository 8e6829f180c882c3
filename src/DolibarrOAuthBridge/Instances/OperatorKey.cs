// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Instances;

/// <summary>
/// The key of whoever runs the machine: it opens the metrics and the state of all instances, and no instance. Read at start and at
/// SIGHUP.
/// </summary>
internal sealed class OperatorKey
{
    private const int ShortestKey = 32; // characters

    private readonly string _path;
    private volatile string _key;

    /// <summary>Reads the key.</summary>
    /// <param name="path">The file; empty for no key.</param>
    /// <exception cref="FormatException">The file cannot be read, or its key is too short.</exception>
    public OperatorKey(string path)
    {
        _path = path;
        _key = Read(path);
    }

    /// <summary>Whether there is one.</summary>
    public bool IsSet => _key.Length > 0;

    /// <summary>The file that it is read from; null where there is none.</summary>
    public SecretFile? File => _path.Length == 0 ? null : new SecretFile("Bridge:OperatorKeyFile", _path);

    /// <summary>Whether a presented key is the operator's, compared in constant time.</summary>
    public bool IsValid(string presented) => _key is { Length: > 0 } key && SecretHash.AreEqual(presented, key);

    /// <summary>Reads the file again.</summary>
    /// <exception cref="FormatException">It cannot be read; the former key stays.</exception>
    public void Reload() => _key = Read(_path);

    private static string Read(string path)
    {
        if (path.Length == 0)
        {
            return string.Empty;
        }

        try
        {
            var key = System.IO.File.ReadAllText(path).Trim();
            return key.Length >= ShortestKey
                ? key
                : throw new FormatException(
                    $"The key in Bridge:OperatorKeyFile ({path}) is shorter than {ShortestKey} characters. Make one: openssl rand -hex 32"
                );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"Bridge:OperatorKeyFile cannot be read: {exception.Message}", exception);
        }
    }
}
