// The plan, the app and its settings.
param location string
param name string
@allowed(['FlexConsumption', 'ElasticPremium'])
param hostingPlan string
param nodeVersion string
param identityId string
param identityClientId string
param storageName string
@description('Container the package is published to (Flex Consumption), or that holds app.zip (Elastic Premium).')
param packageUrl string
param topicEndpoint string
param sweepSchedule string
param namePrefix string
@secure()
param applicationInsightsConnectionString string

var isFlex = hostingPlan == 'FlexConsumption'

// As ASEFO_CLOUD and the service tag files spell the clouds.
var clouds = {
  AzureCloud: 'Public'
  AzureUSGovernment: 'AzureGovernment'
  AzureChinaCloud: 'China'
}

var ownSettings = [
  { name: 'ASEFO_CLOUD', value: clouds[environment().name] }
  { name: 'ASEFO_IDENTITY_CLIENT_ID', value: identityClientId }
  { name: 'ASEFO_TOPIC_ENDPOINT', value: topicEndpoint }
  { name: 'ASEFO_SWEEP_SCHEDULE', value: sweepSchedule }
  { name: 'ASEFO_NAME_PREFIX', value: namePrefix }
]

var hostSettings = [
  { name: 'AzureWebJobsStorage__accountName', value: storageName }
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: identityClientId }
  // The host knows the public storage names only where none are given.
  { name: 'AzureWebJobsStorage__blobServiceUri', value: 'https://${storageName}.blob.${environment().suffixes.storage}' }
  { name: 'AzureWebJobsStorage__queueServiceUri', value: 'https://${storageName}.queue.${environment().suffixes.storage}' }
  { name: 'AzureWebJobsStorage__tableServiceUri', value: 'https://${storageName}.table.${environment().suffixes.storage}' }
  // Compiled code kept between starts of a worker on one machine; halves the time the bundle takes to load.
  { name: 'NODE_COMPILE_CACHE', value: '/tmp/node-compile-cache' }
]

var insightsSettings = empty(applicationInsightsConnectionString)
  ? []
  : [{ name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: applicationInsightsConnectionString }]

// Flex Consumption takes runtime and package from functionAppConfig and refuses these.
var premiumSettings = isFlex
  ? []
  : [
      { name: 'FUNCTIONS_EXTENSION_VERSION', value: '~4' }
      { name: 'FUNCTIONS_WORKER_RUNTIME', value: 'node' }
      { name: 'WEBSITE_RUN_FROM_PACKAGE', value: '${packageUrl}/app.zip' }
      { name: 'WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID', value: identityId }
    ]

var commonSite = {
  appSettings: concat(hostSettings, ownSettings, insightsSettings, premiumSettings)
  minTlsVersion: '1.2'
  ftpsState: 'Disabled'
  http20Enabled: true
}

var flexConfig = {
  deployment: {
    storage: {
      type: 'blobContainer'
      value: packageUrl
      authentication: {
        type: 'UserAssignedIdentity'
        userAssignedIdentityResourceId: identityId
      }
    }
  }
  runtime: { name: 'node', version: nodeVersion }
  scaleAndConcurrency: {
    // The smallest that may be set; the work is serial per site.
    maximumInstanceCount: 40
    instanceMemoryMB: 2048
    // An alert waits ten seconds at most: one instance of the doors stays warm.
    alwaysReady: [{ name: 'http', instanceCount: 1 }]
  }
}

var commonApp = {
  serverFarmId: plan.id
  httpsOnly: true
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${name}-plan'
  location: location
  kind: isFlex ? 'functionapp' : 'elastic'
  sku: isFlex ? { name: 'FC1', tier: 'FlexConsumption' } : { name: 'EP1', tier: 'ElasticPremium' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: union(
    commonApp,
    isFlex
      ? { siteConfig: commonSite, functionAppConfig: flexConfig }
      : { siteConfig: union(commonSite, { linuxFxVersion: 'NODE|${nodeVersion}', minimumElasticInstanceCount: 1 }) }
  )
}

output id string = app.id
