// SPDX-License-Identifier: GPL-3.0-or-later

using System.Threading.Channels;

namespace DolibarrOAuthBridge.Commands.Consenting;

/// <summary>Reads addresses that a person pastes into the terminal.</summary>
internal static class PastedAnswers
{
    /// <summary>
    /// Reads lines until the input ends, in the background: reading from a terminal cannot be cancelled, and ends with the
    /// process.
    /// </summary>
    /// <param name="answers">Where they go.</param>
    /// <param name="endsAll">Whether no answer can come any more when the input ends.</param>
    public static void Read(ChannelWriter<RedirectAnswer> answers, bool endsAll)
    {
        var thread = new Thread(() =>
        {
            while (Console.In.ReadLine() is { } line)
            {
                if (!string.IsNullOrWhiteSpace(line))
                {
                    answers.TryWrite(new RedirectAnswer(line));
                }
            }

            if (endsAll)
            {
                answers.TryComplete();
            }
        })
        {
            IsBackground = true,
            Name = "pasted answers",
        };
        thread.Start();
    }
}
