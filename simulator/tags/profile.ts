/**
 * What a government cloud's service tags file is made of, as figures: which tags exist, how many prefixes each has
 * per region, where a tag may be used. Names are Azure's; every address is invented (`addressPlan.ts`).
 */

/** `id` is Azure's number for the region; `weight` scales what every service has there. */
export const regions = [
  { code: 'usdodcentral', suffix: 'USDoDCentral', id: 44, weight: 0.65, blocks: 34, blocks6: 15 },
  { code: 'usdodeast', suffix: 'USDoDEast', id: 45, weight: 0.65, blocks: 32, blocks6: 14 },
  { code: 'usgovarizona', suffix: 'USGovArizona', id: 39, weight: 1.25, blocks: 124, blocks6: 47 },
  { code: 'usgovtexas', suffix: 'USGovTexas', id: 41, weight: 1, blocks: 102, blocks6: 41 },
  { code: 'usgovvirginia', suffix: 'USGovVirginia', id: 42, weight: 1.45, blocks: 104, blocks6: 32 },
] as const;
export type RegionProfile = (typeof regions)[number];

const both = ['API', 'NSG', 'UDR', 'FW'];
/** Where a tag may be used, by one letter; `-` is null in the file: nowhere. */
export const features: Readonly<Record<string, readonly string[] | null>> = {
  b: both,
  v: [...both, 'VSE'],
  a: ['API', 'NSG'],
  n: ['NSG'],
  w: ['NSG', 'API', 'FW', 'UDR'],
  '-': null,
};

export type ServiceProfile = {
  readonly name: string;
  readonly systemService: string;
  readonly global: string;
  readonly regional: string;
  /** Prefixes in a region of weight 1. */
  readonly v4: number;
  readonly v6: number;
  /** Codes of the regions that have a tag of their own; all where absent. */
  readonly only?: readonly string[];
};

const regional = (row: string): ServiceProfile => {
  const [name = '', systemService = '', use = '', v4 = '', v6 = '', only] = row.split(' ');
  const [global = '-', regionalUse = '-'] = use;
  const base = { name, systemService, global, regional: regionalUse, v4: Number(v4), v6: Number(v6) };
  return only === undefined ? base : { ...base, only: only.split(',') };
};

/** Tag, system service, use (global and regional letter), IPv4 and IPv6 prefixes per region. */
export const regionalServices: readonly ServiceProfile[] = [
  'ActionGroup ActionGroup b- 2.5 2',
  'ApiManagement AzureApiManagement bb 4 1.6',
  'AppService AzureAppService vb 6 3.2',
  'AppServiceManagement AzureAppServiceManagement b- 4 3.4',
  'AzureArcInfrastructure AzureArcInfrastructure b- 8 2',
  'AzureAttestation AzureAttestation b- 4.4 0.6',
  'AzureBackup AzureBackup b- 5 3.2',
  'AzureBotService AzureBotService b- 2 1',
  'AzureCognitiveSearch AzureCognitiveSearch b- 2.4 2',
  'AzureConnectors AzureConnectors bb 9.5 1.6',
  'AzureContainerRegistry AzureContainerRegistry vb 7.4 8',
  'AzureCosmosDB AzureCosmosDB vb 5 3.2',
  'AzureDataExplorerManagement AzureDataExplorerManagement b- 2.6 1.6',
  'AzureDigitalTwins AzureDigitalTwins b- 1.6 1 usdodcentral,usgovarizona,usgovtexas',
  'AzureEventGrid AzureEventGrid b- 3.8 1',
  'EventHub AzureEventHub vb 5.2 4.8',
  'AzureIoTHub AzureIoTHub b- 6.4 4.4',
  'AzureKeyVault AzureKeyVault vb 3.6 5.2',
  'AzureMachineLearning AzureMachineLearning b- 5 3',
  'AzureMonitor AzureMonitor bn 20.6 11.4',
  'AzurePortal AzurePortal b- 6.8 1.6',
  'AzureResourceManager AzureResourceManager b- 3.2 3',
  'Sql AzureSQL vb 11.8 6.4',
  'AzureSecurityCenter AzureSecurityCenter a- 2.8 0',
  'ServiceBus AzureServiceBus va 3.6 4.2',
  'AzureSignalR AzureSignalR b- 3.3 1 usdodeast,usgovarizona,usgovvirginia',
  'Storage AzureStorage vb 11.2 1',
  'BatchNodeManagement BatchNodeManagement ba 5 1',
  'DataFactory DataFactory ba 5.8 5.4',
  'Dynamics365ForMarketingEmail Dynamics365ForMarketingEmail b- 1 0 usgovtexas,usgovvirginia',
  'HDInsight HDInsight bb 4 2',
  'LogicApps LogicApps b- 23.6 2.4',
  'MicrosoftCloudAppSecurity MicrosoftCloudAppSecurity b- 64 0',
  'MicrosoftContainerRegistry MicrosoftContainerRegistry bb 1.8 2.2',
  'PowerBI PowerBI bb 5.8 3.2',
  'PowerPlatformInfra PowerPlatformInfra bb 15.8 1.5 usdodcentral,usdodeast,usgovtexas,usgovvirginia',
  'PowerPlatformPlex PowerPlatformPlex aa 8.5 1.5 usdodcentral,usdodeast,usgovtexas,usgovvirginia',
  'PowerQueryOnline PowerQueryOnline b- 6 2.8',
  'SCCservice SCCservice b- 1.2 0.6',
  'ServiceFabric ServiceFabric b- 3 2.2',
  'StorageSyncService StorageSyncService b- 1 2',
  'WindowsVirtualDesktop WVDRelays a- 1.2 1',
].map(regional);

/** Tags without regional ones: name, system service, use, IPv4 and IPv6 prefixes. */
export const globalServices: readonly ServiceProfile[] = [
  'ApplicationInsightsAvailability ApplicationInsightsAvailability b 5 0',
  'AzureActiveDirectoryDomainServices AzureIdentity b 14 6',
  'AzureActiveDirectory.ServiceEndpoint AzureIdentity - 22 14',
  'AzureHealthcareAPIs AzureAPIForFHIR b 21 4',
  'AzureAdvancedThreatProtection AzureAdvancedThreatProtection b 10 5',
  'AppConfiguration AzureAppConfiguration b 44 16',
  'GuestAndHybridManagement AzureAutomation b 49 26',
  'AzureDatabricks AzureDatabricks b 27 7',
  'AzureFrontDoor.Backend ElasticAFD b 64 8',
  'AzureFrontDoor.Frontend ElasticAFD b 60 8',
  'AzureFrontDoor.MicrosoftSecurity AzureFrontDoor b 3 0',
  'AzureInformationProtection AzureInformationProtection b 30 14',
  'AzureMachineLearningInference AzureMachineLearningInference b 4 3',
  'AzureManagedGrafana AzureManagedGrafana w 10 9',
  'AzureMonitor.Core AzureMonitor b 28 23',
  'AzureMonitorForSAP AzureMonitorForSAP w 2 2',
  'AzureSentinel AzureSentinel b 55 2',
  'AzureSiteRecovery AzureSiteRecovery b 33 25',
  'AzureSpringCloud AzureSpringCloud b 3 5',
  'AzureStack AzureStack a 9 5',
  'AzureTrafficManager AzureTrafficManager b 10 6',
  'VideoIndexer AzureVideoAnalyzerForMedia w 11 3',
  'AzureWebPubSub AzureWebPubSub a 6 5',
  'CognitiveServicesFrontend CognitiveServicesFrontend a 6 4',
  'CognitiveServicesManagement CognitiveServicesManagement a 76 21',
  'EOPExternalPublishedIPs EOPExtPublished a 4 4',
  'M365ManagementActivityApi M365ManagementActivityApi b 38 21',
  'M365ManagementActivityApiWebhook M365ManagementActivityApiWebhook a 27 17',
  'Marketplace Marketplace w 25 0',
  'MicrosoftAzureFluidRelay MicrosoftAzureFluidRelay a 5 5',
  'MicrosoftDefenderForEndpoint MicrosoftDefenderForEndpoint b 8 0',
  'MicrosoftPurviewPolicyDistribution MicrosoftPurviewPolicyDistribution w 2 0',
  'OneDsCollector OneDsCollector a 14 9',
  'Scuba Scuba w 8 2',
  'SerialConsole SerialConsole b 22 0',
  'SqlManagement SqlManagement b 42 23',
  'StorageMover StorageMover w 10 0',
  'KustoAnalytics TridentKusto w 5 5',
  'WindowsAdminCenter WindowsAdminCenter b 3 5',
].map(regional);
