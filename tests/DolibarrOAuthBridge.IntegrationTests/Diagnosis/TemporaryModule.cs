// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.IntegrationTests.Diagnosis;

/// <summary>A document root of Dolibarr with nothing in it but the module's descriptor.</summary>
internal sealed class TemporaryModule : IDisposable
{
    public TemporaryModule(string version)
    {
        var directory = Directory.CreateDirectory(System.IO.Path.Combine(Path, "custom", "oauthbridge", "core", "modules"));
        File.WriteAllText(System.IO.Path.Combine(directory.FullName, "modOauthBridge.class.php"), $"<?php $this->version = '{version}';");
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("htdocs").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
