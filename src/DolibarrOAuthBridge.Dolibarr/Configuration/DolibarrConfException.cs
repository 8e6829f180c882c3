// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>
/// A conf.php that cannot be used. The message names the file, the line and the variable where they are known, and what to do; it
/// holds no value.
/// </summary>
public sealed class DolibarrConfException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">The line, from 1; null where no line is to blame.</param>
    /// <param name="variable">The variable with its dollar sign; null where none is to blame.</param>
    /// <param name="problem">What is wrong and what to do, as sentences.</param>
    /// <param name="innerException">What made it fail.</param>
    public DolibarrConfException(string path, int? line, string? variable, string problem, Exception? innerException = null)
        : base($"{path}{(line is null ? "" : $", line {line}")}: {(variable is null ? "" : variable + " ")}{problem}", innerException)
    {
        Path = path;
        Line = line;
        Variable = variable;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The line, from 1; null where no line is to blame.</summary>
    public int? Line { get; }

    /// <summary>The variable with its dollar sign; null where none is to blame.</summary>
    public string? Variable { get; }
}
