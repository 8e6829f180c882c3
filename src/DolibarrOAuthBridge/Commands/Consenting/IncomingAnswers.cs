// SPDX-License-Identifier: GPL-3.0-or-later

using System.Threading.Channels;

namespace DolibarrOAuthBridge.Commands.Consenting;

/// <summary>The answers that the browser brings and the addresses that a person pastes, whichever is first.</summary>
/// <param name="browser">Answers that arrive by themselves; null where none do.</param>
/// <param name="terminal">Where addresses are pasted. A line after the good one is left to whoever asks next.</param>
internal sealed class IncomingAnswers(ChannelReader<RedirectAnswer>? browser, TypedLines terminal)
{
    private Task<RedirectAnswer>? _arriving;
    private bool _hasInputEnded;

    /// <summary>The next one; null if none can come any more.</summary>
    public async Task<RedirectAnswer?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            _arriving ??= browser?.ReadAsync(cancellationToken).AsTask();
            var typing = _hasInputEnded ? null : terminal.ReadAsync(cancellationToken);
            if (_arriving is null && typing is null)
            {
                return null;
            }

            await Task.WhenAny(new Task?[] { _arriving, typing }.OfType<Task>());
            if (_arriving is { IsCompleted: true } arrived)
            {
                _arriving = null;
                return await arrived;
            }

            if (await typing! is not { } line)
            {
                _hasInputEnded = true;
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                return new RedirectAnswer(line);
            }
        }
    }
}
