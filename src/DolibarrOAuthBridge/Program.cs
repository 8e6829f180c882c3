// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Commands;

return await CommandLine.RunAsync(args);
