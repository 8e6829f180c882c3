// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Database;

/// <summary>A server in the place of PostgreSQL that nobody vouches for, and that asks for the password in the clear.</summary>
public sealed class PostgreSqlPasswordTests
{
    private const string Password = "s3cret-of-the-database";

    [Fact]
    public async Task A_server_that_nobody_vouches_for_is_not_told_the_password_in_the_clear()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener);
        await using var database = new DolibarrDatabase(
            new DolibarrConf
            {
                Path = "conf.php",
                DbType = "pgsql",
                DbHost = "127.0.0.1",
                DbPort = ((IPEndPoint)listener.LocalEndpoint).Port,
                DbName = "dolibarr",
                DbUser = "dolibarr",
                DbPassword = Password,
                Keys = new InstanceKeys(null, null, null),
            },
            isPooled: false
        );

        await Assert.ThrowsAsync<StoreException>(() => database.PingAsync(TestContext.Current.CancellationToken));

        listener.Stop();
        Assert.DoesNotContain(Password, await serving, StringComparison.Ordinal);
    }

    // What the client says after it was asked, on all its connections.
    private static async Task<string> ServeAsync(TcpListener listener)
    {
        var said = new StringBuilder();
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                said.Append(await AskAsync(client.GetStream()));
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
            return said.ToString();
        }
    }

    private static async Task<string> AskAsync(NetworkStream stream)
    {
        const int AskForTls = 80877103;
        const int AskForGss = 80877104;
        var rest = new byte[4096];
        var said = new StringBuilder();
        try
        {
            var head = new byte[8];
            while (true)
            {
                await stream.ReadExactlyAsync(head, TestContext.Current.CancellationToken);
                if (BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4)) is not (AskForTls or AskForGss))
                {
                    break;
                }

                await stream.WriteAsync("N"u8.ToArray(), TestContext.Current.CancellationToken);
            }

            await stream.ReadExactlyAsync(rest.AsMemory(0, BinaryPrimitives.ReadInt32BigEndian(head) - 8));
            await stream.WriteAsync(new byte[] { (byte)'R', 0, 0, 0, 8, 0, 0, 0, 3 }, TestContext.Current.CancellationToken);
            for (int read; (read = await stream.ReadAsync(rest, TestContext.Current.CancellationToken)) > 0;)
            {
                said.Append(Encoding.ASCII.GetString(rest, 0, read));
            }
        }
        catch (IOException)
        {
            // The client has gone.
        }

        return said.ToString();
    }
}
