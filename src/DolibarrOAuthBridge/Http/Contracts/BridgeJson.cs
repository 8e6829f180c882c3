using System.Text.Json.Serialization;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Inspection;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Rekeying;

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>Everything that the API and <c>--json</c> write, in snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TokenAnswerJson))]
[JsonSerializable(typeof(EntryListJson))]
[JsonSerializable(typeof(EntryReport))]
[JsonSerializable(typeof(IReadOnlyList<InspectedRow>))]
[JsonSerializable(typeof(RekeyReport))]
[JsonSerializable(typeof(RevocationJson))]
[JsonSerializable(typeof(ProblemJson))]
[JsonSerializable(typeof(OAuthTokenJson))]
[JsonSerializable(typeof(OAuthErrorJson))]
[JsonSerializable(typeof(HealthJson))]
[JsonSerializable(typeof(VersionJson))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(InitReport))]
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
internal sealed partial class BridgeJson : JsonSerializerContext;
