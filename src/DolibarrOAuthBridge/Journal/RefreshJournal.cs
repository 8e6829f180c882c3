// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Text;
using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Journal;

/// <summary>
/// Where a refresh is kept safe between the provider's answer and the database's commit: one encrypted file per refresh
/// in the state directory. A process that finds an abandoned file finishes the refresh.
/// </summary>
internal sealed class RefreshJournal
{
    private const string Ending = ".refresh";

    private readonly BridgeOptions _options;
    private readonly DolibarrConf _conf;
    private string? _directory;

    /// <summary>Prepares the journal of one Dolibarr instance; no file is touched yet.</summary>
    public RefreshJournal(BridgeOptions options, DolibarrConf conf)
    {
        _options = options;
        Instance = $"{conf.DbHost}:{conf.DbPort}/{conf.DbName}/{conf.DbPrefix}";
        _conf = conf;
    }

    /// <summary>The instance that records are made for.</summary>
    public string Instance { get; }

    /// <summary>Reserves space for a refresh and notes that it begins.</summary>
    /// <exception cref="BridgeException">The journal cannot be written, so no refresh token may be spent.</exception>
    public JournalFile Begin(JournalRecord intent)
    {
        try
        {
            _directory ??= StateDirectory.Prepare(_options.StateDirectory);
            return JournalFile.Create(Path.Combine(_directory, Guid.NewGuid().ToString("N") + Ending), intent, Key());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BridgeException(
                ProblemCode.StoreNotWritable,
                $"The refresh journal cannot be written ({exception.Message}) No refresh token was spent. Free space, or give "
                    + "the bridge another directory with --state-directory.",
                innerException: exception
            );
        }
    }

    /// <summary>Whether a refresh of this instance is in the journal, or one whose process lives and may be of this instance.</summary>
    public bool HasUnfinished()
    {
        _directory ??= StateDirectory.Prepare(_options.StateDirectory);
        foreach (var path in Directory.EnumerateFiles(_directory, "*" + Ending))
        {
            using var file = JournalFile.TryOpenAbandoned(path, Key());
            if (file is null || IsOfThisInstance(file))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Opens every file of this instance that a dead process left behind. The caller disposes them.</summary>
    public IEnumerable<JournalFile> Abandoned()
    {
        _directory ??= StateDirectory.Prepare(_options.StateDirectory);
        var key = Key();
        foreach (var path in Directory.EnumerateFiles(_directory, "*" + Ending))
        {
            var file = JournalFile.TryOpenAbandoned(path, key);
            if (file is null)
            {
                continue;
            }

            // Files of other instances, whose key differs, are theirs to finish.
            if (IsOfThisInstance(file))
            {
                yield return file;
            }
            else
            {
                file.Dispose();
            }
        }
    }

    private bool IsOfThisInstance(JournalFile file) => file.ReadIntent()?.Instance == Instance || file.ReadAnswer()?.Instance == Instance;

    // An instance without a key stores its tokens in clear; the journal then leans on the database's password.
    private byte[] Key()
    {
        var secret = _conf.Keys.WholeKey is { Length: > 0 } key ? key.ToArray() : Encoding.UTF8.GetBytes(_conf.DbPassword);
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "dolibarr-oauth-bridge journal"u8.ToArray());
    }
}
