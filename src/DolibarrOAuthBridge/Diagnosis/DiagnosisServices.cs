// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>The doctor and its checks, in the order in which they are told.</summary>
internal static class DiagnosisServices
{
    public static IServiceCollection AddDiagnosis(this IServiceCollection services) =>
        services
            .AddSingleton<InstanceReader>()
            .AddSingleton<DolibarrAccount>()
            .AddSingleton<IDiagnosis, ConfFileDiagnosis>()
            .AddSingleton<IDiagnosis, SecretFileDiagnosis>()
            .AddSingleton<IDiagnosis, DatabaseDiagnosis>()
            .AddSingleton<IDiagnosis, PrivilegeDiagnosis>()
            .AddSingleton<IDiagnosis, SchemaDiagnosis>()
            .AddSingleton<IDiagnosis, JournalDiagnosis>()
            .AddSingleton<IDiagnosis, KeyDiagnosis>()
            .AddSingleton<IDiagnosis, EntryDiagnosis>()
            .AddSingleton<IDiagnosis, RenameDiagnosis>()
            .AddSingleton<IDiagnosis, RowDiagnosis>()
            .AddSingleton<IDiagnosis, WriteDiagnosis>()
            .AddSingleton<IDiagnosis, UpkeepDiagnosis>()
            .AddSingleton<IDiagnosis, GrantDiagnosis>()
            .AddSingleton<IDiagnosis, HealingDiagnosis>()
            .AddSingleton<IDiagnosis, SmtpDiagnosis>()
            .AddSingleton<IDiagnosis, CollectorDiagnosis>()
            .AddSingleton<IDiagnosis, ModuleDiagnosis>()
            .AddSingleton<IDiagnosis, ClockDiagnosis>()
            .AddSingleton<IDiagnosis, ProviderDiagnosis>()
            .AddSingleton<IDiagnosis, SidecarDiagnosis>()
            .AddSingleton<Doctor>();
}
