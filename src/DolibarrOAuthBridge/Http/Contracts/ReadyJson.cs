// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Instances;

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>What <c>/readyz?verbose=1</c> tells the operator, and the holder of an instance's own key.</summary>
/// <param name="Status"><c>ok</c>, <c>draining</c> while the sidecar stops, or what an instance suffers, as without <c>verbose</c>.</param>
/// <param name="Instances">For the operator every instance with a name, also those that are configured wrongly; for others their
/// own.</param>
internal sealed record ReadyJson(string Status, IReadOnlyList<InstanceStateJson> Instances);

/// <summary>The state of one instance: numbers, no names of entries.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State"><c>ok</c>, <c>database_down</c>, <c>broken</c> (its configuration or conf.php cannot be used) or <c>new</c> (not
/// looked at yet).</param>
/// <param name="Problem">What is wrong; null if nothing. With the state <c>ok</c> the new settings are wrong and the former in use, the
/// state directory cannot be written, so that nothing is refreshed, or the instance's own socket is not as configured.</param>
/// <param name="Entries">Its OAuth entries at the last look.</param>
/// <param name="NeedPerson">How many of them need a person.</param>
/// <param name="LookedAt">The last look; null if there was none.</param>
internal sealed record InstanceStateJson(string Name, string State, string? Problem, int Entries, int NeedPerson, DateTimeOffset? LookedAt)
{
    public static InstanceStateJson Of(Instance instance, string? problem)
    {
        var state = instance.State;
        var name = state switch
        {
            { Problem: not null } => "broken",
            { IsDatabaseUp: false } => "database_down",
            { IsDatabaseUp: null } => "new",
            _ => "ok",
        };
        return new InstanceStateJson(
            instance.Name,
            name,
            problem ?? instance.FindProblem(),
            state.Entries,
            state.NeedPerson,
            state.LookedAt
        );
    }

    public static InstanceStateJson Of(InstanceProblem problem) => new(problem.Name, "broken", problem.Message, 0, 0, null);
}
