# What Birthmark may do in this AWS account: make exactly the devices of bound
# batches known to IoT Core, and take them out again.  Nothing else.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.81" }
  }
}

variable "issuer" {
  description = "Issuer of your Birthmark account without https://; empty to trust an AWS account instead"
  default     = ""
}

variable "birthmark_account" {
  description = "Id of your Birthmark account (acc_...), the subject of its tokens"
  default     = ""
}

variable "trusted_aws_account" {
  description = "AWS account that may assume the role, where no issuer is given"
  default     = ""
}

variable "external_id" {
  description = "External ID that it has to show"
  default     = ""
  sensitive   = true
}

variable "device_policy" {
  description = "IoT policy that devices get, the setting \"policy\" of the cloud"
  default     = "birthmark-devices"
}

data "aws_caller_identity" "here" {}
data "aws_region" "here" {}
data "aws_partition" "here" {}

locals {
  by_token = var.issuer != ""
  iot      = "arn:${data.aws_partition.here.partition}:iot:${data.aws_region.here.name}:${data.aws_caller_identity.here.account_id}"
}

resource "aws_iam_openid_connect_provider" "birthmark" {
  count          = local.by_token ? 1 : 0
  url            = "https://${var.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trust" {
  dynamic "statement" {
    for_each = local.by_token ? [1] : []
    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]
      principals {
        type        = "Federated"
        identifiers = [aws_iam_openid_connect_provider.birthmark[0].arn]
      }
      condition {
        test     = "StringEquals"
        variable = "${var.issuer}:aud"
        values   = ["sts.amazonaws.com"]
      }
      condition {
        test     = "StringEquals"
        variable = "${var.issuer}:sub"
        values   = [var.birthmark_account]
      }
    }
  }
  dynamic "statement" {
    for_each = local.by_token ? [] : [1]
    content {
      actions = ["sts:AssumeRole"]
      principals {
        type        = "AWS"
        identifiers = ["arn:${data.aws_partition.here.partition}:iam::${var.trusted_aws_account}:root"]
      }
      condition {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [var.external_id]
      }
    }
  }
}

data "aws_iam_policy_document" "rights" {
  statement {
    sid = "Certificates"
    actions = [
      "iot:DescribeCertificate",
      "iot:UpdateCertificate",
      "iot:DeleteCertificate",
      "iot:AttachPolicy",
    ]
    resources = ["${local.iot}:cert/*"]
  }
  statement {
    sid = "Things"
    actions = [
      "iot:CreateThing",
      "iot:DescribeThing",
      "iot:UpdateThing",
      "iot:DeleteThing",
      "iot:AddThingToThingGroup",
      "iot:DescribeThingType",
      "iot:ListTargetsForPolicy",
    ]
    resources = [
      "${local.iot}:thing/*",
      "${local.iot}:thinggroup/*",
      "${local.iot}:thingtype/*",
      "${local.iot}:policy/${var.device_policy}",
    ]
  }
  statement {
    sid = "WithoutResources"
    actions = [
      "iot:RegisterCertificateWithoutCA",
      "iot:AttachThingPrincipal",
      "iot:DetachThingPrincipal",
      "iot:ListCertificates",
      "iot:ListThings",
    ]
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [data.aws_region.here.name]
    }
  }
}

resource "aws_iam_role" "birthmark" {
  name               = "birthmark"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "rights" {
  role   = aws_iam_role.birthmark.id
  policy = data.aws_iam_policy_document.rights.json
}

resource "aws_iot_policy" "devices" {
  name = var.device_policy
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "iot:Connect"
        Resource  = "${local.iot}:client/$${iot:Connection.Thing.ThingName}"
        Condition = { Bool = { "iot:Connection.Thing.IsAttached" = "true" } }
      },
      {
        Effect   = "Allow"
        Action   = ["iot:Publish", "iot:Receive"]
        Resource = "${local.iot}:topic/devices/$${iot:Connection.Thing.ThingName}/*"
      },
      {
        Effect   = "Allow"
        Action   = "iot:Subscribe"
        Resource = "${local.iot}:topicfilter/devices/$${iot:Connection.Thing.ThingName}/*"
      },
    ]
  })
}

output "role_arn" {
  description = "The setting \"role_arn\" of the cloud"
  value       = aws_iam_role.birthmark.arn
}
