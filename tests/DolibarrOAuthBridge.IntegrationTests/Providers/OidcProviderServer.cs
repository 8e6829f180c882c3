// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Providers;

/// <summary>The certified OpenID provider of the npm package oidc-provider, in its own process (tests/oidc-provider).</summary>
internal sealed class OidcProviderServer : IAsyncDisposable
{
    private readonly ScratchDirectory _directory;
    private readonly Process _process;

    private OidcProviderServer(ScratchDirectory directory, Process process, string issuer) =>
        (_directory, _process, Issuer) = (directory, process, issuer);

    public string Issuer { get; }

    /// <summary>Installs the pinned packages into a directory of its own and starts the server.</summary>
    public static async Task<OidcProviderServer> StartAsync(JsonArray clients)
    {
        var directory = ScratchDirectory.Create("oidc-provider");
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "oidc-provider")))
        {
            File.Copy(file, Path.Combine(directory.Path, Path.GetFileName(file)));
        }

        using (var install = Start(directory.Path, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"))
        {
            install.StandardInput.Close();
            var said = await install.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(2));
            await install.WaitForExitAsync();
            Assert.True(install.ExitCode == 0, said);
        }

        var process = Start(directory.Path, "node", "server.mjs", clients.ToJsonString());
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Limit);
        Assert.StartsWith("listening ", line, StringComparison.Ordinal);
        return new OidcProviderServer(directory, process, line!["listening ".Length..]);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Eventually.Limit);
        _process.Dispose();
        await _directory.DisposeAsync();
    }

    private static Process Start(string directory, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }
}
