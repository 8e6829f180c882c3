// SPDX-License-Identifier: GPL-3.0-or-later
// The OpenID provider of the package oidc-provider, with two confidential clients, and a user who signs in and agrees to everything.
// usage: node server.mjs CLIENTS, a JSON array of client metadata. It prints "listening URL" and ends with its standard input.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: JSON.parse(process.argv[2]),
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    revocation: { enabled: true },
    introspection: { enabled: true },
  },
  clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  conformIdTokenClaims: true, // whatever userinfo tells is not in the ID token
  ttl: { AccessToken: 3600, RefreshToken: 86400 },
  interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (context, sub) => ({
    accountId: sub,
    claims: () => ({ sub, email: `${sub}@example.com`, email_verified: true }),
  }),
});

const answer = provider.callback();
server.on('request', async (request, response) => {
  if (!request.url.startsWith('/interaction/')) {
    return answer(request, response);
  }

  const details = await provider.interactionDetails(request, response);
  if (details.prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: 'ada' } }, { mergeWithLastSubmission: false });
  }

  const grant = new provider.Grant({ accountId: details.session.accountId, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
});

process.stdin.on('end', () => process.exit(0)).resume();
console.log(`listening ${issuer}`);
