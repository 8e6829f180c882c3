// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Security;

/// <summary>A request's body that says on its connection's place when it is waited for, and when the whole of it has arrived.</summary>
internal sealed class ArrivingBody(Stream body, ConnectionGuest guest) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        guest.Await();
        var count = await body.ReadAsync(buffer, cancellationToken);
        if (count == 0 && buffer.Length > 0) // into an empty buffer nothing is read, only waited for
        {
            guest.Arrived();
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
