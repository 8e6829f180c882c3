// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.EntityFrameworkCore;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>What OpenIddict remembers, in memory.</summary>
internal sealed class StandInDbContext(DbContextOptions<StandInDbContext> options) : DbContext(options);
