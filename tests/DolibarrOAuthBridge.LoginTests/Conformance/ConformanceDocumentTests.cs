// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Login;

namespace DolibarrOAuthBridge.LoginTests.Conformance;

public sealed class ConformanceDocumentTests
{
    [Fact]
    public void Every_applicable_module_is_replayed_by_one_test()
    {
        Assert.Equal((22, 21), (Applicable.OpenId.Distinct().Count(), Applicable.Fapi.Distinct().Count()));
        Assert.All(Applicable.OpenId.Concat(Applicable.Fapi), name =>
            Assert.Single(ConformanceDocument.Modules, module => module.Name == name)
        );
    }

    [Fact]
    public void The_guide_explains_every_reason()
    {
        var guide = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ConformanceDocument.FilePath)!, "login.md"));
        Assert.All(typeof(RejectionReason).GetFields().Select(field => (string)field.GetRawConstantValue()!), reason =>
            Assert.Contains($"`{reason}`", guide, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_document_is_that_of_the_tests()
    {
        if (Environment.GetEnvironmentVariable("CONFORMANCE_WRITE") is { Length: > 0 })
        {
            File.WriteAllText(ConformanceDocument.FilePath, ConformanceDocument.Render());
        }

        Assert.True(
            File.ReadAllText(ConformanceDocument.FilePath) == ConformanceDocument.Render(),
            "The tests changed: run `make conformance` and commit docs/login-conformance.md."
        );
    }
}
