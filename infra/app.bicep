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
@description('Application ID URI of the Entra application that tokens are made out to; empty leaves the doors at the function key.')
param entraIdentifierUri string
param entraClientId string
param signIn bool
param requireIdentity bool

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
  // Young objects are collected sooner: a fleet of 1,000 sites takes a fifth less memory (docs/BENCH.md).
  { name: 'NODE_OPTIONS', value: '--max-semi-space-size=8' }
]

// Tokens of version 1.0 are made out to the URI, those of version 2.0 to the client id.
var entraAudiences = filter([entraIdentifierUri, entraClientId], audience => !empty(audience))
var entraSettings = empty(entraIdentifierUri)
  ? []
  : [
      { name: 'ASEFO_ENTRA_TENANT_ID', value: tenant().tenantId }
      { name: 'ASEFO_ENTRA_AUDIENCE', value: join(entraAudiences, ',') }
    ]
var callerSettings = [
  { name: 'ASEFO_APP_SERVICE_AUTH', value: signIn ? 'on' : 'off' }
  { name: 'ASEFO_REQUIRE_IDENTITY', value: requireIdentity ? 'on' : 'off' }
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
  appSettings: concat(hostSettings, ownSettings, entraSettings, callerSettings, insightsSettings, premiumSettings)
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

// Nobody is turned away here: webhooks bring no session, and each door of the app asks for what it needs. What this adds
// is that the headers that name a caller come from App Service alone. The setting and this have to go together.
resource authentication 'Microsoft.Web/sites/config@2024-04-01' = if (signIn) {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true }
    globalValidation: {
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    httpSettings: { requireHttps: true }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: entraClientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: { allowedAudiences: entraAudiences }
      }
    }
    login: { tokenStore: { enabled: false } }
  }
}

output id string = app.id
