// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Notifications;
using DolibarrOAuthBridge.Rekeying;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Storage;
using DolibarrOAuthBridge.Tokens;
using DolibarrOAuthBridge.Transfers;

namespace DolibarrOAuthBridge.Commands;

/// <summary>Everything that <c>--json</c> writes, in snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TokenAnswerJson))]
[JsonSerializable(typeof(EntryListJson))]
[JsonSerializable(typeof(IReadOnlyList<InspectedRow>))]
[JsonSerializable(typeof(RekeyReport))]
[JsonSerializable(typeof(IReadOnlyList<CleanupItem>))]
[JsonSerializable(typeof(RevocationJson))]
[JsonSerializable(typeof(BuildJson))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(InstanceList))]
[JsonSerializable(typeof(DoctorReports))]
[JsonSerializable(typeof(InitReport))]
[JsonSerializable(typeof(InitPlan))]
[JsonSerializable(typeof(PruneReport))]
[JsonSerializable(typeof(MailCheckReport))]
[JsonSerializable(typeof(MailCheckList))]
[JsonSerializable(typeof(ConsentStarted))]
[JsonSerializable(typeof(ConsentResult))]
[JsonSerializable(typeof(GrantHistory))]
[JsonSerializable(typeof(IReadOnlyList<GrantUse>))]
[JsonSerializable(typeof(EntryReport))]
[JsonSerializable(typeof(RevocationPlan))]
[JsonSerializable(typeof(TransferReport))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, DeliveryResult>))]
internal sealed partial class CommandJson : JsonSerializerContext;
