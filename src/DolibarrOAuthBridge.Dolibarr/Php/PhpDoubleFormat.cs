// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>Numbers as PHP writes them with <c>serialize_precision = -1</c>: the fewest digits that read back the same.</summary>
internal static partial class PhpDoubleFormat
{
    // zend_gcvt() turns to an exponent from here on.
    private const int MaxDigitsBeforePoint = 17;
    private const int MaxZerosAfterPoint = 3;

    public static string Format(double value)
    {
        // The shortest digits are the same in .NET, only arranged differently: take them out of d.dddE+000.
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var sign = text.StartsWith('-') ? "-" : "";
        var mantissa = text[sign.Length..];
        var exponent = 0;
        if (mantissa.IndexOf('E', StringComparison.Ordinal) is > 0 and var e)
        {
            exponent = int.Parse(mantissa.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            mantissa = mantissa[..e];
        }

        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var beforePoint = (point < 0 ? mantissa.Length : point) + exponent;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimStart('0');
        beforePoint -= digits.Length - significant.Length;
        significant = significant.TrimEnd('0');
        return sign + (significant.Length == 0 ? "0" : Arrange(significant, beforePoint));
    }

    /// <summary>Reads a finite number. It may have more digits than the shortest: <c>serialize_precision</c> is a setting.</summary>
    public static bool TryParse(ReadOnlySpan<byte> number, out double value)
    {
        var text = Encoding.ASCII.GetString(number);
        value = 0;
        return Grammar().IsMatch(text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?(E[+-][0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();

    // The value is 0.digits times ten to the power of beforePoint.
    private static string Arrange(string digits, int beforePoint)
    {
        if (beforePoint is > MaxDigitsBeforePoint or < -MaxZerosAfterPoint)
        {
            var fraction = digits.Length == 1 ? "0" : digits[1..];
            var exponent = beforePoint - 1;
            return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}.{fraction}E{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent)}");
        }

        return beforePoint <= 0 ? "0." + new string('0', -beforePoint) + digits
            : beforePoint >= digits.Length ? digits.PadRight(beforePoint, '0')
            : $"{digits[..beforePoint]}.{digits[beforePoint..]}";
    }
}
