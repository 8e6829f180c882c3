// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>What the diagnosis reads from a running sidecar.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SidecarVersion))]
internal sealed partial class DiagnosisJson : JsonSerializerContext;
