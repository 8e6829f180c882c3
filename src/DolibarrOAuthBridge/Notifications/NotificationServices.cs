// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Notifications;

/// <summary>What the notices are made of.</summary>
internal static class NotificationServices
{
    public static IServiceCollection AddNotifications(this IServiceCollection services) =>
        services
            .AddSingleton<NoticeTable>()
            .AddSingleton<ConditionTable>()
            .AddSingleton<NoticeSignal>()
            .AddSingleton<NoticeFeed>()
            .AddSingleton<StoreConditions>()
            .AddSingleton<NoticeWebhook>()
            .AddSingleton<NoticeCommand>()
            .AddSingleton<NoticeDelivery>()
            .AddSingleton<ImpostorReports>()
            .AddSingleton<DirectNotices>()
            .AddSingleton<NoticeWatch>();
}
