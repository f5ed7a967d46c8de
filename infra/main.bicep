// The function app and everything around it, in one resource group.
//
// Never deployed from where it was written, and linted by eye only: no bicep CLI was at hand. Before the first use run
//   bicep build infra/main.bicep && az deployment group what-if -g GROUP -f infra/main.bicep -p ...
//
// Deployed in two passes, since keys and triggers are there only when the code is:
//   1. az deployment group create -g GROUP -f infra/main.bicep -p siteRegions="['UK South','UK West']" landingZoneGroups="['ase-rig-07']"
//   2. npm run build, then publish the folder (func azure functionapp publish NAME --no-build)
//   3. the same as 1 with -p connectEvents=true
//
// Every other subscription that a site or one of its resources is in needs roles.bicep (and landingZoneAccess.bicep for
// its landing zones) and watch.bicep of its own: alerts and system topics see one subscription each.
targetScope = 'resourceGroup'

@description('Region of the app and its storage. It has to lie outside the home region and outside the failover region of every site: the app must be up when either is down. Better not in a pair of theirs either.')
param location string = resourceGroup().location

@description('Home and failover regions of all sites as Service Health displays them, such as UK South. Events of these and of Global are heard.')
@minLength(1)
param siteRegions string[]

@description('Resource groups in this subscription that hold landing zones: route table, firewall, gateway, virtual network. The app may write there, and nowhere else.')
param landingZoneGroups string[] = []

@description('Resource groups in this subscription between which sites move: move.resourceGroup of each, and the one that it comes from. Create them first, each in its own region, and name them in the sites file. The app may build and take down whole landing zones there.')
param moveGroups string[] = []

@description('Begins the name of everything here; lower-case letters and digits.')
@minLength(2)
@maxLength(8)
param prefix string = 'asefo'

@description('FlexConsumption, or ElasticPremium (EP1) where a cloud or region has no Flex Consumption.')
@allowed(['FlexConsumption', 'ElasticPremium'])
param hostingPlan string = 'FlexConsumption'

@description('Version of Node: 22 or 24, as far as the plan offers it.')
@allowed(['22', '24'])
param nodeVersion string = '22'

@description('Redundancy of the storage. Zones of one region are enough: it lies outside the regions that matter.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('Second pass, after the code is published: connects Service Health and Event Grid to the app.')
param connectEvents bool = false

@description('When the sweep over every site runs: NCRONTAB of six fields.')
param sweepSchedule string = '0 */15 * * * *'

@description('Begins the names of our routes and rules in tables and firewalls that others share. Changing it later orphans what is there.')
param namePrefix string = 'asefo-'

@description('Connection string of Application Insights for logs; empty keeps logs on the host only.')
@secure()
param applicationInsightsConnectionString string = ''

@description('Secure webhook, optional: object id of the Entra application that stands for the alert endpoint. Empty leaves it at the function key.')
param secureWebhookObjectId string = ''

@description('Secure webhook, optional: application ID URI of that Entra application. With it the app asks both webhooks for a token; its roles are listed in docs/SECURITY.md.')
param secureWebhookIdentifierUri string = ''

@description('Client id of that Entra application: what tokens of version 2.0 are made out to, and what people sign in to.')
param entraClientId string = ''

@description('App Service authentication: people sign in, and their decisions carry their names. Needs entraClientId.')
param signIn bool = false

@description('Refuses decisions of whoever has a function key alone. Needs signIn or the secure webhook.')
param requireIdentity bool = false

@description('False where this subscription has an Event Grid system topic already (there can be one only); name it in systemTopicName.')
param createSystemTopic bool = true

@description('The system topic of this subscription.')
param systemTopicName string = '${prefix}-subscription'

var suffix = uniqueString(resourceGroup().id)
var functionAppName = '${prefix}-${suffix}'
var storageName = take('${prefix}${suffix}', 24)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${prefix}-identity'
  location: location
}

module storage 'storage.bicep' = {
  name: 'asefo-storage'
  params: {
    location: location
    name: storageName
    skuName: storageSku
    principalId: identity.properties.principalId
  }
}

module notices 'notices.bicep' = {
  name: 'asefo-notices'
  params: {
    location: location
    name: '${prefix}-notices-${suffix}'
    principalId: identity.properties.principalId
  }
}

module app 'app.bicep' = {
  name: 'asefo-app'
  params: {
    location: location
    name: functionAppName
    hostingPlan: hostingPlan
    nodeVersion: nodeVersion
    identityId: identity.id
    identityClientId: identity.properties.clientId
    storageName: storageName
    packageUrl: storage.outputs.packageUrl
    topicEndpoint: notices.outputs.endpoint
    sweepSchedule: sweepSchedule
    namePrefix: namePrefix
    applicationInsightsConnectionString: applicationInsightsConnectionString
    entraIdentifierUri: empty(secureWebhookObjectId) ? '' : secureWebhookIdentifierUri
    entraClientId: entraClientId
    signIn: signIn
    requireIdentity: requireIdentity
  }
}

module roles 'roles.bicep' = {
  name: 'asefo-roles'
  scope: subscription()
  params: {
    principalId: identity.properties.principalId
  }
}

module access 'landingZoneAccess.bicep' = [
  for group in union(landingZoneGroups, moveGroups): {
    name: 'asefo-access-${uniqueString(group)}'
    scope: resourceGroup(group)
    params: {
      principalId: identity.properties.principalId
      // The role of a move has all that the other has.
      roleDefinitionId: contains(moveGroups, group) ? roles.outputs.moveRoleId : roles.outputs.landingZoneRoleId
    }
  }
]

module watch 'watch.bicep' = if (connectEvents) {
  name: 'asefo-watch'
  params: {
    prefix: prefix
    functionAppName: functionAppName
    siteRegions: siteRegions
    secureWebhookObjectId: secureWebhookObjectId
    secureWebhookIdentifierUri: secureWebhookIdentifierUri
    createSystemTopic: createSystemTopic
    systemTopicName: systemTopicName
  }
  dependsOn: [app]
}

output functionAppName string = functionAppName
output storageAccountName string = storageName
output identityPrincipalId string = identity.properties.principalId
output noticesTopicEndpoint string = notices.outputs.endpoint
