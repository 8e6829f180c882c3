// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.IntegrationTests.Providers;
using DolibarrOAuthBridge.IntegrationTests.Support;

[assembly: AssemblyFixture(typeof(OidcProviderPackage))]

namespace DolibarrOAuthBridge.IntegrationTests.Providers;

/// <summary>The npm package oidc-provider in its pinned version (tests/oidc-provider), installed once for all tests that want it.</summary>
public sealed class OidcProviderPackage : IAsyncDisposable
{
    private readonly ScratchDirectory _directory = ScratchDirectory.Create("oidc-provider");
    private readonly Lazy<Task> _installation;

    public OidcProviderPackage() => _installation = new(InstallAsync);

    /// <summary>Starts a server with some clients, in a process of its own.</summary>
    internal async Task<OidcProviderServer> StartAsync(JsonArray clients)
    {
        await _installation.Value;
        var process = Start("node", "server.mjs", clients.ToJsonString());
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Limit);
        Assert.StartsWith("listening ", line, StringComparison.Ordinal);
        return new OidcProviderServer(process, line!["listening ".Length..]);
    }

    public ValueTask DisposeAsync() => _directory.DisposeAsync();

    private async Task InstallAsync()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "oidc-provider")))
        {
            File.Copy(file, Path.Combine(_directory.Path, Path.GetFileName(file)));
        }

        using var install = Start("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        install.StandardInput.Close();
        var said = await install.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(2));
        await install.WaitForExitAsync();
        Assert.True(install.ExitCode == 0, said);
    }

    private Process Start(string program, params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = _directory.Path,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
}

/// <summary>The certified OpenID provider of the npm package oidc-provider.</summary>
internal sealed class OidcProviderServer(Process process, string issuer) : IAsyncDisposable
{
    public string Issuer => issuer;

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Eventually.Limit);
        process.Dispose();
    }
}
