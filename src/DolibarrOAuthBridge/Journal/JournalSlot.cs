// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace DolibarrOAuthBridge.Journal;

/// <summary>
/// One record at a fixed place of a journal file: length, nonce, tag and AES-256-GCM ciphertext. A torn or foreign record reads
/// as none.
/// </summary>
internal static class JournalSlot
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = sizeof(int) + NonceLength + TagLength;

    public static void Write(SafeFileHandle file, long offset, int capacity, JournalRecord record, ReadOnlySpan<byte> key)
    {
        var plaintext = JsonSerializer.SerializeToUtf8Bytes(record, JournalJson.Default.JournalRecord);
        if (HeaderLength + plaintext.Length > capacity)
        {
            throw new IOException("The journal record is too large.");
        }

        var bytes = new byte[HeaderLength + plaintext.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, plaintext.Length);
        var nonce = bytes.AsSpan(sizeof(int), NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce, plaintext, bytes.AsSpan(HeaderLength), bytes.AsSpan(sizeof(int) + NonceLength, TagLength));
        CryptographicOperations.ZeroMemory(plaintext);
        RandomAccess.Write(file, bytes, offset);
        RandomAccess.FlushToDisk(file);
    }

    public static JournalRecord? Read(SafeFileHandle file, long offset, int capacity, ReadOnlySpan<byte> key)
    {
        var bytes = new byte[capacity];
        var read = RandomAccess.Read(file, bytes, offset);
        var length = read < HeaderLength ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length <= 0 || length > read - HeaderLength)
        {
            return null;
        }

        var plaintext = new byte[length];
        try
        {
            using var aes = new AesGcm(key, TagLength);
            aes.Decrypt(
                bytes.AsSpan(sizeof(int), NonceLength),
                bytes.AsSpan(HeaderLength, length),
                bytes.AsSpan(sizeof(int) + NonceLength, TagLength),
                plaintext
            );
            return JsonSerializer.Deserialize(plaintext, JournalJson.Default.JournalRecord);
        }
        catch (Exception exception) when (exception is CryptographicException or JsonException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }
}
