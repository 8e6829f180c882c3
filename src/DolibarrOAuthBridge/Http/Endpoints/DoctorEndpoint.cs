// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Http.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DolibarrOAuthBridge.Http.Endpoints;

/// <summary>What the command <c>doctor</c> finds, for the module's page.</summary>
internal static class DoctorEndpoint
{
    private const int FirstCompany = 1;

    public static void MapDoctor(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/v1/doctor", ExamineAsync)
            .WithTags("Health")
            .WithName("Doctor")
            .WithSummary("Everything that is wrong, with what to do; nothing but the database is asked. Company 1 only.");

    // Findings are of all companies: only the one that runs the installation sees them.
    private static async Task<Ok<DoctorJson>> ExamineAsync(Doctor doctor, string? entity, CancellationToken cancellationToken)
    {
        if (RequestValues.Entity(entity) != FirstCompany)
        {
            throw new BridgeException(ProblemCode.Forbidden, "Findings concern the whole installation: ask as company 1.");
        }

        var findings = await doctor.ExamineAsync(offline: true, cancellationToken: cancellationToken);
        return TypedResults.Ok(
            new DoctorJson(
                DoctorReport.Of(findings).Healthy,
                [.. findings.Select(one => new FindingJson(one.Code, one.Severity, one.Subject, one.Evidence, one.Advice))]
            )
        );
    }
}
