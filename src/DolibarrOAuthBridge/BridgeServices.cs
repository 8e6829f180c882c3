// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.AppOnly;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Journal;
using DolibarrOAuthBridge.Keys;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Notifications;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Rekeying;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Storage;
using DolibarrOAuthBridge.Tokens;
using DolibarrOAuthBridge.Tokens.Renewal;
using DolibarrOAuthBridge.Transfers;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DolibarrOAuthBridge;

/// <summary>Everything that the server and the commands are made of.</summary>
internal static class BridgeServices
{
    /// <summary>Adds the bridge for one Dolibarr instance. <see cref="TimeProvider"/> may be registered before, for tests.</summary>
    public static IServiceCollection AddBridge(
        this IServiceCollection services,
        DolibarrConf conf,
        BridgeOptions options,
        IConfiguration configuration
    )
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(conf);
        services.AddSingleton(options);
        services.AddSingleton<BridgeSeal>();
        services.TryAddSingleton(configuration);
        return services
            .AddDolibarr(conf)
            .AddProviders(options)
            .AddGrants()
            .AddConsents()
            .AddRekeying()
            .AddEntries()
            .AddLogin()
            .AddMail()
            .AddNotifications()
            .AddDiagnosis();
    }

    private static IServiceCollection AddDolibarr(this IServiceCollection services, DolibarrConf conf) =>
        services
            .AddSingleton(_ => new DolibarrDatabase(conf))
            .AddSingleton(_ => new TokenCodec(conf.Keys))
            .AddSingleton<TokenTable>()
            .AddSingleton<EncryptedCopies>()
            .AddSingleton(provider => new EntryTable(
                provider.GetRequiredService<DolibarrDatabase>(),
                provider.GetRequiredService<TokenCodec>(),
                supplements: new EntrySupplements
                {
                    Certificate = provider.GetRequiredService<ClientCertificates>().PathOf,
                    IsPublic = name => ClientAuthentication.IsPublic(provider.GetRequiredService<IConfiguration>(), name),
                    ServiceAccount = provider.GetRequiredService<ServiceAccountKeys>().Of,
                    IsAppOnly = name => EntrySettingNames.IsAppOnly(provider.GetRequiredService<IConfiguration>(), name),
                }
            ));

    internal static IServiceCollection AddProviders(this IServiceCollection services, BridgeOptions options) =>
        services
            .AddSingleton<DiscoveredHosts>()
            .AddSingleton(provider =>
            {
                var time = provider.GetRequiredService<TimeProvider>();
                return options.UseProxy == ProxyUse.Dolibarr
                    ? new OutboundProxy(
                        options,
                        time,
                        provider.GetRequiredService<EntryTable>(),
                        provider.GetRequiredService<TokenCodec>(),
                        provider.GetRequiredService<EncryptedCopies>(),
                        origin => provider.GetRequiredService<SeenSecrets>().WasElsewhere(origin, OutboundProxy.Password)
                    )
                    : new OutboundProxy(options, time);
            })
            .AddSingleton(provider =>
                ProviderHttpClient.Create(
                    provider.GetRequiredService<OutboundProxy>(),
                    new OwnAuthorities(("Bridge:CaFile", options.CaFile)),
                    provider.GetRequiredService<DiscoveredHosts>(),
                    provider.GetRequiredService<TimeProvider>()
                )
            )
            .AddSingleton<ProviderDocuments>()
            .AddSingleton<ServerMetadataCache>()
            .AddSingleton<ProviderDirectory>()
            .AddSingleton<TokenEndpointClient>()
            .AddSingleton<TokenRevocationClient>()
            .AddSingleton<ClientCertificates>()
            .AddSingleton<ServiceAccountKeys>()
            .AddSingleton<ServiceAccountClient>()
            .AddSingleton<ClientAuthentication>()
            .AddSingleton<AppOnlyClient>();

    private static IServiceCollection AddGrants(this IServiceCollection services) =>
        services
            .AddSingleton<BridgeSchema>()
            .AddSingleton<DatabasePrivilegeScript>()
            .AddSingleton<GrantTable>()
            .AddSingleton<GrantLeaseTable>()
            .AddSingleton<SupersededTable>()
            .AddSingleton<RememberedToken>()
            .AddSingleton<EventTable>()
            .AddSingleton<GrantPauseTable>()
            .AddSingleton<GrantRenames>()
            .AddSingleton<FormerGrants>()
            .AddSingleton<AnswerOddities>()
            .AddSingleton<UseTable>()
            .AddSingleton<BindingTable>()
            .AddSingleton<SeenSecrets>()
            .AddSingleton<SecretGuard>()
            .AddSingleton<EventPrune>()
            .AddSingleton<RefreshJournal>()
            .AddSingleton<UnreleasedLeases>()
            .AddSingleton<JournalReplay>()
            .AddSingleton<GrantReader>()
            .AddSingleton<GrantCache>()
            .AddSingleton<GrantHealer>()
            .AddSingleton<GrantCommitter>()
            .AddSingleton<RefreshCall>()
            .AddSingleton<FailureRecorder>()
            .AddSingleton<GrantTransactions>()
            .AddSingleton<RowValue>()
            .AddSingleton<LeaseOwners>()
            .AddSingleton<GrantLeases>()
            .AddSingleton<RefreshCheck>()
            .AddSingleton<JournaledRefresh>()
            .AddSingleton<GrantRefresher>()
            .AddSingleton<RefreshFlights>()
            .AddSingleton<LastUseRecorder>()
            .AddSingleton<GrantPause>()
            .AddSingleton<GrantExporter>()
            .AddSingleton<GrantImporter>()
            .AddSingleton<TokenBroker>()
            .AddSingleton<StockRefresh>()
            .AddSingleton<GrantRevoker>()
            .AddSingleton<RenewalPolicies>()
            .AddSingleton<JournalWatch>()
            .AddSingleton<Housekeeping>()
            .AddSingleton<RenewalService>();

    private static IServiceCollection AddRekeying(this IServiceCollection services) =>
        services.AddSingleton<EncryptedTables>().AddSingleton<SealedGrants>().AddSingleton<RekeyObstacles>().AddSingleton<Rekeyer>();

    private static IServiceCollection AddEntries(this IServiceCollection services) =>
        services
            .AddSingleton<EntryUseTable>()
            .AddSingleton<EntryDirectory>()
            .AddSingleton<EntryWriter>()
            .AddSingleton<EntryFlows>()
            .AddSingleton<EntryReporter>()
            .AddSingleton<StatusTable>()
            .AddSingleton<CleanupPlan>()
            .AddSingleton<StatusRecorder>()
            .AddTransient<LookSaver>()
            .AddSingleton<RowInspector>()
            .AddSingleton<ApiKeys>()
            .AddSingleton<ApiKeyInstaller>();
}
