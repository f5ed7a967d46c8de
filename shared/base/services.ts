/**
 * What Service Health calls a service -> the service tag that holds its addresses.
 * Spellings are those seen in real payloads and alert rules; the full list is only served by
 * `Microsoft.ResourceHealth/metadata`. A site can add its own (`serviceNames`).
 */
const tagByServiceName: Readonly<Record<string, string>> = {
  Storage: 'Storage',
  'Storage Accounts': 'Storage',
  'SQL Database': 'Sql',
  'SQL Managed Instance': 'Sql',
  'Azure SQL Database': 'Sql',
  'Key Vault': 'AzureKeyVault',
  'Azure Key Vault': 'AzureKeyVault',
  'Azure Key Vault Managed HSM': 'AzureKeyVault',
  'Event Hubs': 'EventHub',
  'Event Hub': 'EventHub',
  'Azure Event Hubs': 'EventHub',
  'Service Bus': 'ServiceBus',
  'Azure Service Bus': 'ServiceBus',
  'Container Registry': 'AzureContainerRegistry',
  'Azure Container Registry': 'AzureContainerRegistry',
  'Azure Cosmos DB': 'AzureCosmosDB',
  'Cosmos DB': 'AzureCosmosDB',
  'Azure Monitor': 'AzureMonitor',
  'Log Analytics': 'AzureMonitor',
  'Application Insights': 'AzureMonitor',
  Alerts: 'AzureMonitor',
  'Alerts & Metrics': 'AzureMonitor',
  'Activity Logs & Alerts': 'AzureMonitor',
  'Action Groups': 'ActionGroup',
  'App Service': 'AppService',
  'App Service (Linux)': 'AppService',
  'App Service \\ Web Apps': 'AppService',
  'App Service (Linux) \\ Web Apps': 'AppService',
  'App Service (Linux) \\ Web App for Containers': 'AppService',
  Functions: 'AppService',
  'Azure Functions': 'AppService',
  'Azure Resource Manager': 'AzureResourceManager',
  'Azure Active Directory': 'AzureActiveDirectory',
  'Microsoft Entra ID': 'AzureActiveDirectory',
  'Azure Active Directory Domain Services': 'AzureActiveDirectoryDomainServices',
  'Microsoft Entra Domain Services': 'AzureActiveDirectoryDomainServices',
  'IoT Hub': 'AzureIoTHub',
  'Azure IoT Hub': 'AzureIoTHub',
  'Azure Backup': 'AzureBackup',
  Backup: 'AzureBackup',
  'Azure Site Recovery': 'AzureSiteRecovery',
  'Site Recovery': 'AzureSiteRecovery',
  'Data Factory': 'DataFactory',
  'Azure Data Factory': 'DataFactory',
  'Azure Arc enabled servers': 'AzureArcInfrastructure',
  'Azure Arc': 'AzureArcInfrastructure',
};

/** Services that carry the tunnel itself: if one is unwell, moving single services does not help. */
const tunnelServices = [
  'VPN Gateway',
  'Virtual Network',
  'Azure Firewall',
  'Network Infrastructure',
  'Azure Stack Edge',
  'Data Box Edge',
] as const;

/** Case, spaces and an `Azure ` in front do not tell two services apart. */
const fold = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\s*\\+\s*/g, ' \\ ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^azure /, '');

const folded = new Map(Object.entries(tagByServiceName).map(([name, tag]) => [fold(name), tag]));
const tunnel = new Set<string>(tunnelServices.map(fold));

/** Child products are written `Parent \ Child`. */
const parentOf = (name: string): string => name.split(' \\ ')[0] ?? name;

/** One key for all spellings of a service and its child products, for telling how many services an outage hit. */
export const serviceFamily = (serviceName: string): string => parentOf(fold(serviceName));

/** Names of services a site adds to the built-in table: Service Health's spelling -> service tag. */
export type ServiceNames = Readonly<Record<string, string>>;

/** The service tag a name stands for, or undefined where nobody told us. A child product falls back to its parent. */
export const serviceTagFor = (serviceName: string, added: ServiceNames = {}): string | undefined => {
  const name = fold(serviceName);
  const own = Object.entries(added);
  const find = (wanted: string) => own.find(([spelling]) => fold(spelling) === wanted)?.[1] ?? folded.get(wanted);
  return find(name) ?? find(parentOf(name));
};

/** True for a service the VPN of a site stands on (`VPN Gateway \ Virtual WAN` counts as `VPN Gateway`). */
export const carriesTheTunnel = (serviceName: string): boolean => {
  const name = fold(serviceName);
  return tunnel.has(name) || tunnel.has(parentOf(name));
};

/** Resource provider types whose failover operations we follow -> the service tag that moves with them. */
export const tagByResourceType: Readonly<Record<string, string>> = {
  'microsoft.storage/storageaccounts': 'Storage',
  'microsoft.sql/servers': 'Sql',
  'microsoft.documentdb/databaseaccounts': 'AzureCosmosDB',
  'microsoft.eventhub/namespaces': 'EventHub',
  'microsoft.servicebus/namespaces': 'ServiceBus',
  'microsoft.devices/iothubs': 'AzureIoTHub',
};
