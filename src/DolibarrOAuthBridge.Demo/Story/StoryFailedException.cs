// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Story;

/// <summary>A step of the demo did not do what it shows; it has been told already.</summary>
public sealed class StoryFailedException(string step, Exception innerException) : Exception($"The step failed: {step}", innerException);
