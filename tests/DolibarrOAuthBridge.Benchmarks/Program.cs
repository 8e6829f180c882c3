// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using DolibarrOAuthBridge.Benchmarks.Driver;

// usage: dolibarr-oauth-bridge-benchmarks PROGRAM [PART...]  the whole process: PROGRAM is the published sidecar;
//                                                            PART is start, load, php, waiters or many; all without one
//        dolibarr-oauth-bridge-benchmarks micro              single functions, by BenchmarkDotNet
//        dolibarr-oauth-bridge-benchmarks hosting PROGRAM N  the whole process with N instances
//        dolibarr-oauth-bridge-benchmarks kestrel PORT FILE  the bare server that the sidecar is compared with
switch (args)
{
    case ["micro", .. var rest]:
        var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance));
        BenchmarkSwitcher.FromAssembly(typeof(ProcessBenchmarks).Assembly).Run(rest.Length == 0 ? ["--filter", "*"] : rest, config);
        return 0;
    case ["kestrel", var port, var file]:
        await BareKestrel.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), await File.ReadAllBytesAsync(file));
        return 0;
    case ["hosting", var sidecar, var number] when File.Exists(sidecar):
        await HostingBenchmark.RunAsync(Path.GetFullPath(sidecar), int.Parse(number, CultureInfo.InvariantCulture));
        return 0;
    case [var program, .. var parts] when File.Exists(program):
        await ProcessBenchmarks.RunAsync(Path.GetFullPath(program), parts);
        return 0;
    default:
        Console.Error.WriteLine("Say where the published sidecar is, or micro. See docs/performance.md.");
        return 2;
}
