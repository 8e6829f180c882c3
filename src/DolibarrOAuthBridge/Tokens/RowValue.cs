// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Journal;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>A token as its column holds it.</summary>
/// <param name="Text">The column's value. A credential.</param>
/// <param name="LeftOut">What was left out so that it fits; null if nothing.</param>
internal readonly record struct EncodedToken(string Text, string? LeftOut)
{
    /// <inheritdoc />
    public override string ToString() => "[encoded token]";
}

/// <summary>What is to be written into the row of the token table, made of a journal record.</summary>
internal sealed class RowValue(TokenTable tokens, TokenCodec codec)
{
    private static readonly string[] Extras = ["id_token"];
    private static readonly string[] Kept = ["scope", "token_type"];

    /// <summary>The token that a record's answer brought; null where it brought none.</summary>
    public AnsweredToken? Read(JournalRecord record, EntryName name)
    {
        if (record.NewValue is { Length: > 0 } former)
        {
            return new AnsweredToken(codec.Decode(former), null, IsSalvaged: false); // of release 0.1.0
        }

        var at = new DateTimeOffset(DateTime.SpecifyKind(record.At, DateTimeKind.Utc));
        var previous = record.Previous is { Length: > 0 } bytes ? StoredTokenFormat.Parse(bytes) : null;
        return AnsweredToken.Read(record.Body ?? [], ProviderCatalogue.Of(name), previous, at);
    }

    /// <summary>
    /// The value with the cipher that the row has. What the column has no room for, or what PHP could not read, is left out: first the ID
    /// token, then everything that the provider added, at last the access token, of which another refresh brings a new one.
    /// </summary>
    /// <exception cref="StoreException">Not even the refresh token fits.</exception>
    public async Task<EncodedToken> EncodeAsync(StoredToken token, StoredGrant present, CancellationToken cancellationToken)
    {
        var schema = await tokens.SchemaAsync(cancellationToken);
        (StoredToken Token, string? LeftOut)[] candidates =
        [
            (token, null),
            (token with { ExtraParams = Extras.Aggregate(token.ExtraParams, static (rest, name) => rest.Without(name)) }, "id_token"),
            (token with { ExtraParams = Needed(token.ExtraParams) }, "all members but scope and token_type"),
            (
                present.Token with
                {
                    RefreshToken = token.RefreshToken,
                    ExtraParams = PhpArray.Empty,
                    EndOfLife = EndOfLife.At(DateTimeOffset.UnixEpoch),
                },
                "the access token, which is larger than the column"
            ),
        ];
        var isNew = false;
        foreach (var (candidate, leftOut) in candidates)
        {
            try
            {
                var text = codec.Rewrite(candidate, present.Row.Value!, schema);
                if (!isNew && !schema.Fits(present.Row.Column, text))
                {
                    // Before anything is left out: somebody may have widened the column since it was read.
                    (schema, isNew) = (await tokens.ReadSchemaAnewAsync(cancellationToken), true);
                }

                if (schema.Fits(present.Row.Column, text))
                {
                    return new EncodedToken(text, leftOut);
                }
            }
            catch (NotStorableException)
            {
                // The next one has less in it.
            }
        }

        throw new StoreException(
            StoreFailure.NotWritable,
            $"The provider's refresh token is larger than the column {present.Row.Column} of the token table. Enlarge the column."
        );
    }

    private static PhpArray Needed(PhpArray extras) =>
        Kept.Aggregate(PhpArray.Empty, (rest, name) => extras.GetString(name) is { } text ? rest.With(name, new PhpString(text)) : rest);
}
