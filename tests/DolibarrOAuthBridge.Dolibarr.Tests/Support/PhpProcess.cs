// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Support;

/// <summary>The real PHP, one process for many cases.</summary>
internal static class PhpProcess
{
    public static string[] Run(string script, IEnumerable<string> lines)
    {
        var input = Path.GetTempFileName();
        try
        {
            File.WriteAllText(input, string.Concat(lines.Select(line => line + "\n")));
            var start = new ProcessStartInfo("php") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (
                var argument in (string[])
                    [
                        "-n",
                        "-d",
                        "display_errors=stderr",
                        "-d",
                        "serialize_precision=-1",
                        "-d",
                        "memory_limit=512M",
                        "-d",
                        "short_open_tag=0",
                        Path.Combine(AppContext.BaseDirectory, "php", script),
                        input,
                    ]
            )
            {
                start.ArgumentList.Add(argument);
            }

            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0 && errors.Result.Length == 0, $"php {script} failed: {errors.Result}");
            return output.TrimEnd('\n').Split('\n');
        }
        finally
        {
            File.Delete(input);
        }
    }
}
