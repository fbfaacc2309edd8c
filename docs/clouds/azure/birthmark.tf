# What Birthmark may do with an IoT Hub and a Device Provisioning Service: keep
# the registry of exactly the devices of bound batches.  Nothing else.
# No secret is stored: the identity trusts tokens of your Birthmark account.
terraform {
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = ">= 3.80" }
  }
}

provider "azurerm" {
  features {}
}

variable "issuer" {
  description = "Issuer of your Birthmark account: https://HOST/.well-known/birthmark/accounts/acc_..."
}

variable "birthmark_account" {
  description = "Id of your Birthmark account (acc_...), the subject of its tokens"
}

variable "resource_group" {
  description = "Resource group of the hub and the DPS"
}

variable "hub_id" {
  description = "Resource id of the IoT Hub; empty for none"
  default     = ""
}

variable "dps_id" {
  description = "Resource id of the Device Provisioning Service; empty for none"
  default     = ""
}

data "azurerm_resource_group" "here" {
  name = var.resource_group
}

resource "azurerm_user_assigned_identity" "birthmark" {
  name                = "birthmark"
  location            = data.azurerm_resource_group.here.location
  resource_group_name = data.azurerm_resource_group.here.name
}

resource "azurerm_federated_identity_credential" "birthmark" {
  name                = "birthmark"
  resource_group_name = data.azurerm_resource_group.here.name
  parent_id           = azurerm_user_assigned_identity.birthmark.id
  issuer              = var.issuer
  subject             = var.birthmark_account
  audience            = ["api://AzureADTokenExchange"]
}

resource "azurerm_role_definition" "registry" {
  name        = "Birthmark device registry (${var.resource_group})"
  description = "Reads and writes device identities, and reads twins for audits."
  scope       = data.azurerm_resource_group.here.id
  permissions {
    data_actions = [
      "Microsoft.Devices/IotHubs/devices/read",
      "Microsoft.Devices/IotHubs/devices/write",
      "Microsoft.Devices/IotHubs/devices/delete",
      "Microsoft.Devices/IotHubs/twins/read",
    ]
  }
}

resource "azurerm_role_definition" "enrolments" {
  name        = "Birthmark enrolments (${var.resource_group})"
  description = "Reads and writes individual enrolments."
  scope       = data.azurerm_resource_group.here.id
  permissions {
    data_actions = [
      "Microsoft.Devices/provisioningServices/enrollments/read",
      "Microsoft.Devices/provisioningServices/enrollments/write",
      "Microsoft.Devices/provisioningServices/enrollments/delete",
    ]
  }
}

resource "azurerm_role_assignment" "hub" {
  count              = var.hub_id != "" ? 1 : 0
  scope              = var.hub_id
  role_definition_id = azurerm_role_definition.registry.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.birthmark.principal_id
}

resource "azurerm_role_assignment" "dps" {
  count              = var.dps_id != "" ? 1 : 0
  scope              = var.dps_id
  role_definition_id = azurerm_role_definition.enrolments.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.birthmark.principal_id
}

output "tenant_id" {
  value = azurerm_user_assigned_identity.birthmark.tenant_id
}

output "client_id" {
  value = azurerm_user_assigned_identity.birthmark.client_id
}
