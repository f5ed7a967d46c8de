/** The sovereign clouds, spelled as service tag files spell them in `cloud`. */
export const cloudNames = ['Public', 'AzureGovernment', 'China'] as const;
export type CloudName = (typeof cloudNames)[number];

/** Where a cloud's services answer, and what tokens for them are made out to. */
export type CloudEndpoints = {
  readonly resourceManager: string;
  /** Audience of ARM tokens; the scope asked for is `<audience>/.default`. */
  readonly tokenAudience: string;
  readonly loginAuthority: string;
  /** Issuer of version 1.0 tokens, the tenant's id follows; version 2.0 tokens name the authority itself. */
  readonly tokenIssuer: string;
  readonly storageSuffix: string;
  /** Key vaults answer at `<name>.<suffix>`; tokens for them are made out to it. */
  readonly vaultSuffix: string;
};

/** Source: the `az cloud list` tables of the three clouds. */
export const clouds: Readonly<Record<CloudName, CloudEndpoints>> = {
  Public: {
    resourceManager: 'https://management.azure.com',
    tokenAudience: 'https://management.azure.com',
    loginAuthority: 'https://login.microsoftonline.com',
    tokenIssuer: 'https://sts.windows.net',
    storageSuffix: 'core.windows.net',
    vaultSuffix: 'vault.azure.net',
  },
  AzureGovernment: {
    resourceManager: 'https://management.usgovcloudapi.net',
    tokenAudience: 'https://management.usgovcloudapi.net',
    loginAuthority: 'https://login.microsoftonline.us',
    tokenIssuer: 'https://sts.windows.net',
    storageSuffix: 'core.usgovcloudapi.net',
    vaultSuffix: 'vault.usgovcloudapi.net',
  },
  China: {
    resourceManager: 'https://management.chinacloudapi.cn',
    tokenAudience: 'https://management.chinacloudapi.cn',
    loginAuthority: 'https://login.chinacloudapi.cn',
    tokenIssuer: 'https://sts.chinacloudapi.cn',
    storageSuffix: 'core.chinacloudapi.cn',
    vaultSuffix: 'vault.azure.cn',
  },
};
