// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Notifications;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>Everything that the API reads and writes, in snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TokenAnswerJson))]
[JsonSerializable(typeof(EntryListJson))]
[JsonSerializable(typeof(EntryReport))]
[JsonSerializable(typeof(RevocationJson))]
[JsonSerializable(typeof(ProblemJson))]
[JsonSerializable(typeof(OAuthTokenJson))]
[JsonSerializable(typeof(OAuthErrorJson))]
[JsonSerializable(typeof(HealthJson))]
[JsonSerializable(typeof(ReadyJson))]
[JsonSerializable(typeof(IdentityProofJson))]
[JsonSerializable(typeof(VersionJson))]
[JsonSerializable(typeof(LoginRequestJson))]
[JsonSerializable(typeof(LoginStartJson))]
[JsonSerializable(typeof(LoginCallbackJson))]
[JsonSerializable(typeof(Identity))]
[JsonSerializable(typeof(MailCheckJson))]
[JsonSerializable(typeof(MailCheckReport))]
[JsonSerializable(typeof(ConsentBeginJson))]
[JsonSerializable(typeof(ConsentCallbackJson))]
[JsonSerializable(typeof(ConsentStarted))]
[JsonSerializable(typeof(ConsentResult))]
[JsonSerializable(typeof(ConsentState))]
[JsonSerializable(typeof(DolibarrMailJson))]
[JsonSerializable(typeof(MailCheckList))]
[JsonSerializable(typeof(DoctorJson))]
[JsonSerializable(typeof(NoticeList))]
[JsonSerializable(typeof(EventReportJson))]
[JsonSerializable(typeof(GrantHistory))]
internal sealed partial class ApiJson : JsonSerializerContext;
