// What the app may do, action by action. Three roles: reading about the subscription as a whole; changing landing
// zones, and building and taking down whole ones for a region move. The last two are assigned to resource groups only
// (landingZoneAccess.bicep): the second where sites are, the third on both sides of a move, which a person opens first.
targetScope = 'subscription'

param principalId string

var readerActions = [
  'Microsoft.ResourceHealth/events/read' // the sweep finds incidents that no alert told of
  'Microsoft.Network/locations/usages/read' // how many routes a table may hold, for a limit of discover
  'Microsoft.Network/locations/serviceTags/read' // newer service tags, once a day
  'Microsoft.Network/locations/operations/read' // asking how a long operation goes
  'Microsoft.Network/locations/operationResults/read'
  'Microsoft.Network/locations/nfvOperations/read' // of firewalls, policies and IP groups
  // The preflight of a move: regions and what is offered there, and whether the rights are there that it will need.
  'Microsoft.Resources/subscriptions/locations/read'
  'Microsoft.Resources/subscriptions/providers/read'
  'Microsoft.Authorization/permissions/read'
]

var landingZoneActions = [
  'Microsoft.Network/routeTables/read'
  'Microsoft.Network/routeTables/write'
  'Microsoft.Network/azureFirewalls/read'
  'Microsoft.Network/azureFirewalls/write'
  // Where the firewall has a policy, our rules are a group of it; a site may have its prefixes in an IP group. A policy
  // in another resource group than the site's needs this role there, too, and its parent's needs it for reading.
  'Microsoft.Network/firewallPolicies/ruleCollectionGroups/write'
  'Microsoft.Network/ipGroups/write'
  // Writing a firewall or a group of rules joins it again to what it refers to.
  'Microsoft.Network/virtualNetworks/subnets/join/action'
  'Microsoft.Network/publicIPAddresses/join/action'
  'Microsoft.Network/ipGroups/join/action'
  'Microsoft.Network/virtualNetworks/read'
  'Microsoft.Network/virtualNetworkGateways/read'
  'Microsoft.Network/publicIPAddresses/read'
  // A snapshot holds all that a move has to build anew.
  'Microsoft.Resources/subscriptions/resourceGroups/read'
  'Microsoft.Network/firewallPolicies/read'
  'Microsoft.Network/firewallPolicies/ruleCollectionGroups/read'
  'Microsoft.Network/ipGroups/read'
  'Microsoft.Network/networkSecurityGroups/read'
  'Microsoft.Network/connections/read'
  'Microsoft.Network/localNetworkGateways/read'
]

// A region move builds a landing zone, and takes one down that is ours, or that a person gave up. It never writes or
// deletes a resource without the site's tag, but rights know nothing of tags.
var moveActions = [
  'Microsoft.Resources/subscriptions/resourceGroups/write'
  'Microsoft.Resources/subscriptions/resourceGroups/delete'
  'Microsoft.Resources/subscriptions/resourceGroups/resources/read' // whether a group is empty and may go
  'Microsoft.Network/publicIPAddresses/write'
  'Microsoft.Network/publicIPAddresses/delete'
  'Microsoft.Network/routeTables/join/action'
  'Microsoft.Network/routeTables/delete'
  'Microsoft.Network/networkSecurityGroups/write'
  'Microsoft.Network/networkSecurityGroups/delete'
  'Microsoft.Network/networkSecurityGroups/join/action'
  'Microsoft.Network/virtualNetworks/write'
  'Microsoft.Network/virtualNetworks/delete'
  'Microsoft.Network/ipGroups/delete'
  'Microsoft.Network/firewallPolicies/write'
  'Microsoft.Network/firewallPolicies/delete'
  'Microsoft.Network/firewallPolicies/join/action'
  'Microsoft.Network/firewallPolicies/ruleCollectionGroups/delete'
  'Microsoft.Network/azureFirewalls/delete'
  'Microsoft.Network/virtualNetworkGateways/write'
  'Microsoft.Network/virtualNetworkGateways/delete'
  'Microsoft.Network/virtualNetworkGateways/generatevpnprofile/action'
  'Microsoft.Network/virtualNetworkGateways/getvpnclientconnectionhealth/action'
  'Microsoft.Network/localNetworkGateways/write'
  'Microsoft.Network/localNetworkGateways/delete'
  'Microsoft.Network/connections/write'
  'Microsoft.Network/connections/delete'
  'Microsoft.Network/connections/sharedKey/read' // of both sides: the key that is left, and whether what stands has it
]

resource readerRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'asefo-reader')
  properties: {
    roleName: 'Azure Stack Edge failover: reader (${uniqueString(subscription().id)})'
    description: 'Reads the service health events of the subscription, how its long operations go, and what a region offers.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: readerActions, notActions: [] }]
  }
}

resource landingZoneRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'asefo-landing-zone')
  properties: {
    roleName: 'Azure Stack Edge failover: landing zone (${uniqueString(subscription().id)})'
    description: 'Writes route tables and the firewall rules of a landing zone, reads what they stand in.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: landingZoneActions, notActions: [] }]
  }
}

resource moveRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'asefo-move')
  properties: {
    roleName: 'Azure Stack Edge failover: region move (${uniqueString(subscription().id)})'
    description: 'Builds and takes down whole landing zones.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: concat(landingZoneActions, moveActions), notActions: [] }]
  }
}

resource readerAssignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, 'asefo-reader')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: readerRole.id
  }
}

output landingZoneRoleId string = landingZoneRole.id
output moveRoleId string = moveRole.id
