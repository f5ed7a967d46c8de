// What tells the app about one subscription: Service Health through an action group, failover operations through Event
// Grid. Both are hints that make it quick; the sweep finds what they miss. Deploy into a resource group of the very
// subscription that is watched. The app has to be published before: its key and its trigger are looked up here.
targetScope = 'resourceGroup'

@description('Begins the name of everything here.')
param prefix string = 'asefo'

param functionAppName string

@description('Subscription of the app, where it is not this one.')
param functionAppSubscriptionId string = subscription().subscriptionId

@description('Resource group of the app, where it is not this one.')
param functionAppGroup string = resourceGroup().name

@description('Home and failover regions of the sites as Service Health displays them, such as UK South.')
param siteRegions string[]

@description('Secure webhook, optional: object id of the Entra application. The function key is needed all the same.')
param secureWebhookObjectId string = ''
param secureWebhookIdentifierUri string = ''

param createSystemTopic bool = true
param systemTopicName string = '${prefix}-subscription'

resource functionApp 'Microsoft.Web/sites@2024-04-01' existing = {
  name: functionAppName
  scope: resourceGroup(functionAppSubscriptionId, functionAppGroup)
}

var key = listKeys('${functionApp.id}/host/default', '2024-04-01').functionKeys.default
var isSecure = !empty(secureWebhookObjectId) && !empty(secureWebhookIdentifierUri)

var webhook = {
  name: 'asefo'
  serviceUri: 'https://${functionApp.properties.defaultHostName}/api/events/service-health?code=${key}'
  useCommonAlertSchema: true
  useAadAuth: isSecure
}
var secureWebhook = {
  objectId: secureWebhookObjectId
  identifierUri: secureWebhookIdentifierUri
  tenantId: tenant().tenantId
}

// Service Health alerts work only through action groups of the region Global. A new function key needs a new deployment:
// the address with the old one stays in the group.
resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-service-health'
  location: 'Global'
  properties: {
    groupShortName: 'asefo'
    enabled: true
    webhookReceivers: [isSecure ? union(webhook, secureWebhook) : webhook]
  }
}

// No condition on status, stage or service: an incident's end has to be heard as well as its beginning, and many
// services at once mean an outage of the region.
resource serviceHealth 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: '${prefix}-service-health'
  location: 'global'
  properties: {
    description: 'Tells the Azure Stack Edge failover app of incidents in the regions of its sites.'
    enabled: true
    scopes: [subscription().id]
    condition: {
      allOf: [
        { field: 'category', equals: 'ServiceHealth' }
        { field: 'properties.incidentType', equals: 'Incident' }
        {
          field: 'properties.impactedServices[*].ImpactedRegions[*].RegionName'
          containsAny: union(siteRegions, ['Global'])
        }
      ]
    }
    actions: { actionGroups: [{ actionGroupId: actionGroup.id }] }
  }
}

// A subscription can have one system topic only.
resource systemTopic 'Microsoft.EventGrid/systemTopics@2022-06-15' = if (createSystemTopic) {
  name: systemTopicName
  location: 'global'
  properties: {
    source: subscription().id
    topicType: 'Microsoft.Resources.Subscriptions'
  }
}

// The trigger sees no token, so with the secure webhook events come to a webhook of the app. Whoever deploys this needs
// the role AzureEventGridSecureWebhookSubscriber of the Entra application, or owns it.
var triggerDestination = {
  endpointType: 'AzureFunction'
  properties: {
    resourceId: '${functionApp.id}/functions/eventGridEvent'
    maxEventsPerBatch: 1
  }
}
var webhookDestination = {
  endpointType: 'WebHook'
  properties: {
    endpointUrl: 'https://${functionApp.properties.defaultHostName}/api/events/event-grid?code=${key}'
    maxEventsPerBatch: 1
    azureActiveDirectoryTenantId: tenant().tenantId
    azureActiveDirectoryApplicationIdOrUri: secureWebhookIdentifierUri
  }
}

resource failovers 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2022-06-15' = {
  name: '${systemTopicName}/${prefix}-failovers'
  dependsOn: [systemTopic]
  properties: {
    destination: isSecure ? webhookDestination : triggerDestination
    // Trigger and webhook answer the handshake of this schema.
    eventDeliverySchema: 'EventGridSchema'
    filter: {
      includedEventTypes: ['Microsoft.Resources.ResourceActionSuccess']
      advancedFilters: [
        {
          // Compared without regard to case.
          operatorType: 'StringIn'
          key: 'data.operationName'
          values: [
            'Microsoft.Storage/storageAccounts/failover/action'
            'Microsoft.Sql/servers/failoverGroups/failover/action'
            'Microsoft.Sql/servers/failoverGroups/forceFailoverAllowDataLoss/action'
            'Microsoft.DocumentDB/databaseAccounts/failoverPriorityChange/action'
            'Microsoft.EventHub/namespaces/disasterRecoveryConfigs/failover/action'
            'Microsoft.ServiceBus/namespaces/disasterRecoveryConfigs/failover/action'
            'Microsoft.Devices/iotHubs/failover/action'
          ]
        }
      ]
    }
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
  }
}
