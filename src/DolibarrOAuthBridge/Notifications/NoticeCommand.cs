// SPDX-License-Identifier: GPL-3.0-or-later

using System.ComponentModel;
using System.Diagnostics;
using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Notifications;

/// <summary>
/// Runs <c>Bridge:Notify:Command</c> for a notice, without a shell. The values are in the environment (<c>OAUTHBRIDGE_KIND</c>,
/// <c>OAUTHBRIDGE_MESSAGE</c> and so on), which holds nothing else of the sidecar's but what a program needs to run.
/// </summary>
internal sealed class NoticeCommand(DolibarrConf conf, BridgeOptions options, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly string[] Kept = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"];

    /// <summary>Whether there is one.</summary>
    public bool IsConfigured => options.Notify.Command.Length > 0;

    /// <summary>Runs it once, for at most 10 seconds.</summary>
    public async Task<DeliveryResult> RunAsync(Notice notice, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var process = Process.Start(StartInfo(notice))!;
            process.StandardInput.Close();
            try
            {
                // What it writes is read, so that it never blocks on a full pipe, and dropped.
                var output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, both.Token);
                var error = process.StandardError.BaseStream.CopyToAsync(Stream.Null, both.Token);
                await process.WaitForExitAsync(both.Token);
                await Task.WhenAll(output, error);
                return new DeliveryResult(process.ExitCode == 0, $"{process.StartInfo.FileName} ended with {process.ExitCode}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                return new DeliveryResult(false, $"{process.StartInfo.FileName} took more than {Limit.TotalSeconds:0} s and was ended");
            }
        }
        catch (Exception exception) when (exception is Win32Exception or IOException)
        {
            return new DeliveryResult(false, $"Bridge:Notify:Command cannot be run: {exception.Message}");
        }
    }

    // A path may hold spaces; otherwise what follows the first space are arguments.
    private ProcessStartInfo StartInfo(Notice notice)
    {
        var words = File.Exists(options.Notify.Command)
            ? [options.Notify.Command]
            : options.Notify.Command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var kept = Kept.Where(start.Environment.ContainsKey).Select(name => (name, start.Environment[name])).ToList();
        start.Environment.Clear();
        kept.ForEach(one => start.Environment[one.name] = one.Item2);
        foreach (var (name, value) in NoticeWebhook.Values(notice, conf, options))
        {
            start.Environment[$"OAUTHBRIDGE_{name.ToUpperInvariant()}"] = value;
        }

        return start;
    }
}
