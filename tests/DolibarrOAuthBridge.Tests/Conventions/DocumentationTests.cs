// SPDX-License-Identifier: GPL-3.0-or-later
using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Commands;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Conventions;

/// <summary>The documentation is complete, its links lead somewhere, and what it shows exists.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Root = Path.GetFullPath(
        typeof(DocumentationTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(data => data.Key == "RepositoryRoot")
            .Value!
    );

    private static readonly IReadOnlyList<Command> CommandLines =
    [
        .. typeof(IBridgeCommand)
            .Assembly.GetTypes()
            .Where(type => type.IsClass && !type.IsAbstract && type.IsAssignableTo(typeof(IBridgeCommand)))
            .Select(type => ((IBridgeCommand)Activator.CreateInstance(type, nonPublic: true)!).Define()),
    ];

    private static IEnumerable<string> Pages =>
        Directory
            .GetFiles(Root, "*.md")
            .Concat(Directory.GetFiles(Path.Combine(Root, "docs"), "*.md"))
            .Concat(Directory.GetFiles(Path.Combine(Root, "sql"), "*.md"))
            .Concat(Directory.GetFiles(Path.Combine(Root, "dolibarr-module/oauthbridge"), "*.md"));

    [Fact]
    public void The_readme_has_at_most_120_lines_and_1200_words()
    {
        var readme = Read("README.md");
        var words = readme.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

        Assert.True(readme.TrimEnd('\n').Split('\n').Length <= 120, "README.md has more than 120 lines: move details to docs/.");
        Assert.True(words.Length <= 1200, "README.md has more than 1,200 words: move details to docs/.");
    }

    [Fact]
    public void Every_page_is_listed_in_the_index()
    {
        var pages = Directory.GetFiles(Path.Combine(Root, "docs"), "*.md").Select(path => Path.GetFileName(path));

        Assert.Empty(Missing(pages.Where(page => page != "README.md").Select(page => $"]({page})"), Read("docs/README.md")));
    }

    [Fact]
    public void Every_relative_link_leads_to_a_file_and_a_heading() =>
        Assert.Empty(
            from page in Pages
            from link in Links(Prose(File.ReadAllText(page)))
            where !link.Contains(':', StringComparison.Ordinal) && !IsThere(page, link)
            select $"{Path.GetRelativePath(Root, page)}: {link}"
        );

    [Fact]
    public void Every_setting_is_on_the_page_of_settings()
    {
        var page = Read("docs/configuration.md");
        var settings = Known("Bridge:Nonsense")
            .Select(setting => $"`Bridge:{setting}`")
            .Concat(Enum.GetNames<ProviderEndpoint>().Select(endpoint => $"`Providers:<Provider>:{endpoint}`"))
            .Concat(Known("Entries:GOOGLE-Mail:Nonsense").Select(setting => $"`Entries:<ENTRY>:{setting}`"));

        Assert.Empty(Missing(settings, page));
        Assert.Empty(Missing(ProviderCatalogue.All.Select(provider => $"`{provider.Name}`"), page));
    }

    [Fact]
    public void Every_call_and_every_problem_code_is_on_the_page_of_the_api()
    {
        var page = Read("docs/api.md");
        using var document = JsonDocument.Parse(Read("openapi/v1.json"));
        var calls = document
            .RootElement.GetProperty("paths")
            .EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"`{method.Name.ToUpperInvariant()} {path.Name}"));
        var codes = typeof(ProblemCode)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => $"`{field.GetRawConstantValue()}`");

        Assert.Empty(Missing(calls, page));
        Assert.Empty(Missing(codes, page));
    }

    [Fact]
    public void Every_command_and_every_option_is_on_the_page_of_the_command_line()
    {
        var page = Read("docs/cli.md");
        var manual = Read("packaging/man/dolibarr-oauth-bridge.1");

        Assert.NotEmpty(CommandLines);
        Assert.All(CommandLines, command =>
        {
            Assert.True(page.Contains($"| `{command.Name}", StringComparison.Ordinal), $"docs/cli.md lacks {command.Name}.");
            Assert.True(manual.Contains($"\n.B {command.Name}", StringComparison.Ordinal), $"The man page lacks {command.Name}.");
            Assert.All(command.Options, option =>
                Assert.True(page.Contains(option.Name, StringComparison.Ordinal), $"docs/cli.md lacks {option.Name} of {command.Name}.")
            );
        });
    }

    [Fact]
    public void Every_command_line_that_a_page_shows_is_one()
    {
        var root = new RootCommand();
        new CommonOptions().AddTo(root);
        CommandLines.ToList().ForEach(root.Subcommands.Add);

        Assert.Empty(
            from page in Pages
            from line in Shown(File.ReadAllText(page))
            let errors = root.Parse([.. ConfigurationArguments.Split(Words(line)).Arguments]).Errors
            where errors.Count > 0
            select $"{Path.GetRelativePath(Root, page)}: {line.Trim()}: {errors[0].Message}"
        );
    }

    [Fact]
    public void Every_make_target_that_a_page_names_exists()
    {
        var targets = MakeTarget().Matches(Read("Makefile")).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(
            from page in Pages
            from match in MakeCall().Matches(File.ReadAllText(page))
            where !targets.Contains(match.Groups[1].Value)
            select $"{Path.GetRelativePath(Root, page)}: make {match.Groups[1].Value}"
        );
    }

    [Fact]
    public void Every_path_that_a_page_names_exists() =>
        Assert.Empty(
            from page in Pages
            from match in RepositoryPath().Matches(Prose(File.ReadAllText(page)))
            let path = Path.Combine(Root, match.Groups[1].Value)
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{Path.GetRelativePath(Root, page)}: {match.Groups[1].Value}"
        );

    [Fact]
    public void Every_folder_of_the_sidecar_is_on_the_page_of_the_architecture()
    {
        var folders = Directory
            .GetDirectories(Path.Combine(Root, "src/DolibarrOAuthBridge"))
            .Select(path => Path.GetFileName(path))
            .Where(folder => folder is not ("bin" or "obj"));

        Assert.Empty(Missing(folders.Select(folder => $"`{folder}` |"), Read("docs/architecture.md")));
    }

    [Fact]
    public void Every_bundled_library_is_named_with_its_licence()
    {
        var copyright = Read("packaging/debian/copyright");
        using var assets = JsonDocument.Parse(Read("src/DolibarrOAuthBridge/obj/project.assets.json"));
        var bundled = assets
            .RootElement.GetProperty("targets")
            .EnumerateObject()
            .First()
            .Value.EnumerateObject()
            .Where(library =>
                library.Value.GetProperty("type").GetString() == "package"
                && library.Value.TryGetProperty("runtime", out var files)
                && files.EnumerateObject().Any(file => file.Name.EndsWith(".dll", StringComparison.Ordinal))
            )
            .Select(library => $" {library.Name.Split('/')[0]}.dll\n");

        Assert.Empty(Missing(bundled, copyright));
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static List<string> Missing(IEnumerable<string> wanted, string text) =>
        [.. wanted.Where(part => !text.Contains(part, StringComparison.Ordinal))];

    // The message about an unknown setting lists those there are.
    private static string[] Known(string unknown)
    {
        var configuration = BridgeConfiguration.Load(file: null, [$"--{unknown}=x"]);
        var refusal = Assert.Throws<UsageException>(() => BridgeConfiguration.Options(configuration, null, null));
        return refusal.Message.Split("Known are ")[1].TrimEnd('.').Split(", ");
    }

    private static IEnumerable<string> Links(string text) => Link().Matches(text).Select(match => match.Groups[1].Value);

    private static string Prose(string text) => CodeBlock().Replace(text, string.Empty);

    private static bool IsThere(string page, string link)
    {
        var (path, heading) = link.Split('#', 2) is [var before, var after] ? (before, after) : (link, null);
        var target = path.Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, path));
        if (heading is null)
        {
            return File.Exists(target) || Directory.Exists(target);
        }

        return File.Exists(target)
            && Heading().Matches(Prose(File.ReadAllText(target))).Any(match => Anchor(match.Groups[1].Value) == heading);
    }

    // As the usual renderers of Markdown name a heading.
    private static string Anchor(string heading) =>
        NotInAnchor().Replace(heading.Trim().ToLowerInvariant(), string.Empty).Replace(' ', '-');

    // The commands in the blocks of a page, with what follows a comment, a pipe or a redirection cut off.
    private static IEnumerable<string> Shown(string text) =>
        from block in CodeBlock().Matches(text)
        from match in CommandCall().Matches(block.Value)
        select match.Groups[1].Value;

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"(?:^|[$(] ?|-- )dolibarr-oauth-bridge ([a-z][^#|>)\n]*)", RegexOptions.Multiline)]
    private static partial Regex CommandCall();

    // NAME and the like stand for a name.
    [GeneratedRegex("`((?:src|tests|dolibarr-module|sql|packaging|openapi|build|docs)/(?![^`]*(?:NAME|[*<… ]))[^`]+)`")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"^([a-z][a-z-]*):", RegexOptions.Multiline)]
    private static partial Regex MakeTarget();

    [GeneratedRegex(@"(?:`|^|&& )make ([a-z][a-z-]*)", RegexOptions.Multiline)]
    private static partial Regex MakeCall();
}
