import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { clouds } from '../base/clouds.ts';
import type { Settings } from '../base/settings.ts';
import { identityHttp } from './identityHttp.ts';

/**
 * The app's identity: its managed identity on Azure (or where a simulation plays its endpoint), on a developer's
 * machine whatever they are signed in with. No token is fetched before one is asked for.
 */
export const createCredential = (settings: Pick<Settings, 'identity' | 'endpoints' | 'cloud'>): TokenCredential => {
  const { identity, endpoints } = settings;
  // The application owns every retry.
  const common = { httpClient: identityHttp(), retryOptions: { maxRetries: 0 } };
  if (identity.kind === 'managedIdentity')
    return new ManagedIdentityCredential({
      ...common,
      ...(identity.clientId === null ? {} : { clientId: identity.clientId }),
    });
  return new DefaultAzureCredential({
    ...common,
    authorityHost: endpoints.loginAuthority,
    // Only the clouds' own authorities can be looked up in the public directory of authorities.
    disableInstanceDiscovery: endpoints.loginAuthority !== clouds[settings.cloud].loginAuthority,
  });
};
