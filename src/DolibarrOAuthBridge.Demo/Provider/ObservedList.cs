// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>A list that many threads write and that can be waited for.</summary>
internal sealed class ObservedList<T>
{
    private readonly Lock _lock = new();
    private readonly List<T> _items = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The items now.</summary>
    public IReadOnlyList<T> Snapshot()
    {
        lock (_lock)
        {
            return [.. _items];
        }
    }

    /// <summary>Adds an item.</summary>
    public void Add(T item) => Change(items => items.Add(item));

    /// <summary>Puts an item in another's place, if that is still there.</summary>
    public void Replace(T old, T item) =>
        Change(items =>
        {
            var index = items.IndexOf(old);
            if (index >= 0)
            {
                items[index] = item;
            }
        });

    /// <summary>Removes all items.</summary>
    public void Clear() => Change(items => items.Clear());

    /// <summary>Waits until the items are as wanted.</summary>
    public async Task<IReadOnlyList<T>> WaitAsync(Func<IReadOnlyList<T>, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            IReadOnlyList<T> items;
            lock (_lock)
            {
                changed = _changed.Task;
                items = [.. _items];
            }

            if (condition(items))
            {
                return items;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Change(Action<List<T>> change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change(_items);
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
