using DolibarrOAuthBridge.Commands;

return await CommandLine.RunAsync(args).ConfigureAwait(false);
