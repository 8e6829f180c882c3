await Console.Error.WriteLineAsync("The demo is not written yet.").ConfigureAwait(false);
return 2;
