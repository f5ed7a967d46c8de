// What the app may do, action by action. Two roles: reading about the subscription as a whole, and changing landing
// zones; the second is assigned to their resource groups only (landingZoneAccess.bicep).
targetScope = 'subscription'

param principalId string

var readerActions = [
  'Microsoft.ResourceHealth/events/read' // the sweep finds incidents that no alert told of
  'Microsoft.Network/locations/usages/read' // how many routes a table may hold, for a limit of discover
  'Microsoft.Network/locations/serviceTags/read' // newer service tags, once a day
  'Microsoft.Network/locations/operations/read' // asking how a long operation goes
  'Microsoft.Network/locations/operationResults/read'
]

var landingZoneActions = [
  'Microsoft.Network/routeTables/read'
  'Microsoft.Network/routeTables/write'
  'Microsoft.Network/azureFirewalls/read'
  'Microsoft.Network/azureFirewalls/write'
  // Writing a firewall joins it again to what it refers to.
  'Microsoft.Network/virtualNetworks/subnets/join/action'
  'Microsoft.Network/publicIPAddresses/join/action'
  'Microsoft.Network/ipGroups/join/action'
  'Microsoft.Network/virtualNetworks/read'
  'Microsoft.Network/virtualNetworkGateways/read'
  'Microsoft.Network/publicIPAddresses/read'
]

resource readerRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'asefo-reader')
  properties: {
    roleName: 'Azure Stack Edge failover: reader (${uniqueString(subscription().id)})'
    description: 'Reads the service health events of the subscription and how its long operations go.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: readerActions, notActions: [] }]
  }
}

resource landingZoneRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'asefo-landing-zone')
  properties: {
    roleName: 'Azure Stack Edge failover: landing zone (${uniqueString(subscription().id)})'
    description: 'Writes route tables and classic firewalls of a landing zone, reads what they stand in.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: landingZoneActions, notActions: [] }]
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
