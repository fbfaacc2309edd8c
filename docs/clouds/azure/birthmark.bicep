// What Birthmark may do with an IoT Hub and a Device Provisioning Service: keep
// the registry of exactly the devices of bound batches.  Nothing else.
// No secret is stored: the identity trusts tokens of your Birthmark account.

@description('Issuer of your Birthmark account: https://HOST/.well-known/birthmark/accounts/acc_...')
param issuer string

@description('Id of your Birthmark account (acc_...), the subject of its tokens')
param birthmarkAccount string

@description('Name of the IoT Hub; empty for none')
param hubName string = ''

@description('Name of the Device Provisioning Service; empty for none')
param dpsName string = ''

param location string = resourceGroup().location

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'birthmark'
  location: location
}

resource trust 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
  parent: identity
  name: 'birthmark'
  properties: {
    issuer: issuer
    subject: birthmarkAccount
    audiences: ['api://AzureADTokenExchange']
  }
}

resource registry 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'birthmark-registry')
  properties: {
    roleName: 'Birthmark device registry (${resourceGroup().name})'
    description: 'Reads and writes device identities, and reads twins for audits.'
    type: 'CustomRole'
    permissions: [
      {
        actions: []
        dataActions: [
          'Microsoft.Devices/IotHubs/devices/read'
          'Microsoft.Devices/IotHubs/devices/write'
          'Microsoft.Devices/IotHubs/devices/delete'
          'Microsoft.Devices/IotHubs/twins/read'
        ]
      }
    ]
    assignableScopes: [resourceGroup().id]
  }
}

resource enrolments 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'birthmark-enrolments')
  properties: {
    roleName: 'Birthmark enrolments (${resourceGroup().name})'
    description: 'Reads and writes individual enrolments.'
    type: 'CustomRole'
    permissions: [
      {
        actions: []
        dataActions: [
          'Microsoft.Devices/provisioningServices/enrollments/read'
          'Microsoft.Devices/provisioningServices/enrollments/write'
          'Microsoft.Devices/provisioningServices/enrollments/delete'
        ]
      }
    ]
    assignableScopes: [resourceGroup().id]
  }
}

resource hub 'Microsoft.Devices/IotHubs@2023-06-30' existing = if (hubName != '') {
  name: hubName
}

resource dps 'Microsoft.Devices/provisioningServices@2022-12-12' existing = if (dpsName != '') {
  name: dpsName
}

resource hubRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (hubName != '') {
  name: guid(resourceGroup().id, hubName, 'birthmark')
  scope: hub
  properties: {
    roleDefinitionId: registry.id
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource dpsRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (dpsName != '') {
  name: guid(resourceGroup().id, dpsName, 'birthmark')
  scope: dps
  properties: {
    roleDefinitionId: enrolments.id
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

output tenant_id string = identity.properties.tenantId
output client_id string = identity.properties.clientId
