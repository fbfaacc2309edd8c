/* The route table: every path, who may, how large a body, who handles it.
 * Must not hold anything but the table: scripts and tests read its lines. */
#include "api/api_routes.h"
#include "api/api_account.h"
#include "api/api_audit.h"
#include "api/api_audit_export.h"
#include "api/api_batch.h"
#include "api/api_bind.h"
#include "api/api_ca.h"
#include "api/api_certificate.h"
#include "api/api_claim.h"
#include "api/api_cloud.h"
#include "api/api_cloud_write.h"
#include "api/api_console.h"
#include "api/api_device.h"
#include "api/api_event.h"
#include "api/api_factor.h"
#include "api/api_job.h"
#include "api/api_manifest.h"
#include "api/api_member.h"
#include "api/api_overview.h"
#include "api/api_passkey.h"
#include "api/api_product.h"
#include "api/api_public.h"
#include "api/api_reset.h"
#include "api/api_session.h"
#include "api/api_sighting.h"
#include "api/api_sso.h"
#include "api/api_token.h"
#include "api/api_upload.h"
#include "api/api_upstream.h"
#include "api/api_vendor.h"

/* clang-format off */
const struct api_route api_routes[] = {
	/* public */
	{"GET", "/healthz", API_PUBLIC, 0, 0, api_public_health, NULL},
	{"GET", "/metrics", API_PUBLIC, 0, 0, api_public_metrics, NULL},
	{"GET", "/.well-known/jwks.json", API_PUBLIC, 0, 0, api_public_jwks, NULL},
	{"GET", "/.well-known/birthmark/identity-jwks.json", API_PUBLIC, 0, 0, api_public_identity_jwks, NULL},
	{"GET", "/.well-known/birthmark/accounts/{account}/interop-key.pem", API_PUBLIC, 0, 0, api_public_account_pem, NULL},
	{"GET", "/.well-known/birthmark/accounts/{account}/.well-known/openid-configuration", API_PUBLIC, 0, 0, api_public_account_openid, NULL},
	{"GET", "/.well-known/birthmark/accounts/{account}/jwks.json", API_PUBLIC, 0, 0, api_public_account_jwks, NULL},
	{"GET", "/api/v1/openapi.yaml", API_PUBLIC, 0, 0, api_public_openapi, NULL},
	{"GET", "/", API_PUBLIC, 0, 0, api_console_page, NULL},
	{"GET", "/b/{bid}", API_PUBLIC, 0, 0, api_console_page, NULL},
	{"GET", "/console", API_PUBLIC, 0, 0, api_console_page, NULL},
	{"GET", "/console/{rest}", API_PUBLIC, 0, 0, api_console_page, NULL},
	{"GET", "/scan", API_PUBLIC, 0, 0, api_console_scan, NULL},
	{"GET", "/favicon.svg", API_PUBLIC, 0, 0, api_console_icon, NULL},
	{"GET", "/assets/{file}", API_PUBLIC, 0, 0, api_console_asset, NULL},

	/* identity: sessions, users, accounts, members, tokens, audit */
	{"POST", "/api/v1/sessions", API_PUBLIC, 0, 16384, api_session_create, NULL},
	{"POST", "/api/v1/invitations/accept", API_PUBLIC, 0, 16384, api_member_accept, NULL},
	{"GET", "/api/v1/signin", API_PUBLIC, 0, 0, api_sso_ways, NULL},
	{"GET", "/sso/start", API_PUBLIC, 0, 0, api_sso_start, NULL},
	{"GET", "/sso/callback", API_PUBLIC, 0, 0, api_sso_callback, NULL},
	{"POST", "/api/v1/sessions/sso", API_PUBLIC, 0, 16384, api_sso_login, NULL},
	{"GET", "/api/v1/me", API_USER, 0, 0, api_session_me, NULL},
	{"PATCH", "/api/v1/me", API_USER, 0, 16384, api_session_rename, NULL},
	{"PUT", "/api/v1/me/password", API_USER, 0, 16384, api_session_password, NULL},
	{"POST", "/api/v1/sessions/passkey/options", API_PUBLIC, 0, 16384, api_passkey_login_options, NULL},
	{"POST", "/api/v1/sessions/passkey", API_PUBLIC, 0, 131072, api_passkey_login, NULL},
	{"POST", "/api/v1/me/totp", API_USER, 0, 16384, api_factor_begin, NULL},
	{"PUT", "/api/v1/me/totp", API_USER, 0, 16384, api_factor_confirm, NULL},
	{"POST", "/api/v1/me/totp/removal", API_USER, 0, 16384, api_factor_remove, NULL},
	{"POST", "/api/v1/me/recovery-codes", API_USER, 0, 16384, api_factor_renew, NULL},
	{"POST", "/api/v1/me/passkeys/options", API_USER, 0, 16384, api_passkey_options, NULL},
	{"GET", "/api/v1/me/passkeys", API_USER, 0, 0, api_passkey_list, NULL},
	{"POST", "/api/v1/me/passkeys", API_USER, 0, 131072, api_passkey_add, NULL},
	{"DELETE", "/api/v1/me/passkeys/{passkey}", API_USER, 0, 0, api_passkey_remove, NULL},
	{"POST", "/api/v1/invitations/preview", API_PUBLIC, 0, 16384, api_reset_invitation, NULL},
	{"POST", "/api/v1/resets/preview", API_PUBLIC, 0, 16384, api_reset_preview, NULL},
	{"POST", "/api/v1/resets/accept", API_PUBLIC, 0, 16384, api_reset_accept, NULL},
	{"POST", "/api/v1/accounts/{account}/members/{user}/reset", API_ACCOUNT, R_ADMIN, 16384, api_reset_member, NULL},
	{"POST", "/api/v1/vendors/{vendor}/members/{user}/reset", API_VENDOR, R_VADMIN, 16384, api_reset_member, NULL},
	{"POST", "/api/v1/service/resets", API_SERVICE, R_SERVICE, 16384, api_reset_user, NULL},
	{"GET", "/api/v1/sessions", API_USER, 0, 0, api_session_list, NULL},
	{"DELETE", "/api/v1/sessions", API_USER, 0, 0, api_session_end_all, NULL},
	{"DELETE", "/api/v1/sessions/{session}", API_USER, 0, 0, api_session_end, NULL},
	{"POST", "/api/v1/accounts", API_USER, 0, 16384, api_account_create, NULL},
	{"GET", "/api/v1/accounts", API_USER, 0, 0, api_account_list, NULL},
	{"GET", "/api/v1/accounts/{account}", API_ACCOUNT, R_ADMIN | R_OPERATOR | R_DEVELOPER | R_AUDITOR, 0, api_account_get, NULL},
	{"PATCH", "/api/v1/accounts/{account}", API_ACCOUNT, R_ADMIN, 16384, api_account_update, NULL},
	{"GET", "/api/v1/accounts/{account}/members", API_ACCOUNT, R_ADMIN | R_AUDITOR, 0, api_member_list, NULL},
	{"PATCH", "/api/v1/accounts/{account}/members/{user}", API_ACCOUNT, R_ADMIN, 16384, api_member_update, NULL},
	{"DELETE", "/api/v1/accounts/{account}/members/{user}", API_ACCOUNT, R_ADMIN, 0, api_member_remove, NULL},
	{"POST", "/api/v1/accounts/{account}/invitations", API_ACCOUNT, R_ADMIN, 16384, api_member_invite, NULL},
	{"GET", "/api/v1/accounts/{account}/invitations", API_ACCOUNT, R_ADMIN, 0, api_member_invitations, NULL},
	{"DELETE", "/api/v1/accounts/{account}/invitations/{invitation}", API_ACCOUNT, R_ADMIN, 0, api_member_uninvite, NULL},
	{"GET", "/api/v1/accounts/{account}/tokens", API_ACCOUNT, R_ADMIN, 0, api_token_list, NULL},
	{"POST", "/api/v1/accounts/{account}/tokens", API_ACCOUNT, R_ADMIN, 16384, api_token_create, NULL},
	{"DELETE", "/api/v1/accounts/{account}/tokens/{token}", API_ACCOUNT, R_ADMIN, 0, api_token_revoke, NULL},
	{"GET", "/api/v1/accounts/{account}/audit", API_ACCOUNT, R_ADMIN | R_AUDITOR, 0, api_audit_list, NULL},
	{"GET", "/api/v1/accounts/{account}/audit/export", API_ACCOUNT, R_ADMIN | R_AUDITOR, 0, api_audit_export_get, NULL},
	{"GET", "/api/v1/accounts/{account}/audit/verify", API_ACCOUNT, R_ADMIN | R_AUDITOR, 0, api_audit_verify, NULL},
	{"GET", "/api/v1/vendors/{vendor}/members", API_VENDOR, R_VADMIN | R_VPUBLISHER, 0, api_member_list, NULL},
	{"PATCH", "/api/v1/vendors/{vendor}/members/{user}", API_VENDOR, R_VADMIN, 16384, api_member_update, NULL},
	{"DELETE", "/api/v1/vendors/{vendor}/members/{user}", API_VENDOR, R_VADMIN, 0, api_member_remove, NULL},
	{"POST", "/api/v1/vendors/{vendor}/invitations", API_VENDOR, R_VADMIN, 16384, api_member_invite, NULL},
	{"GET", "/api/v1/vendors/{vendor}/invitations", API_VENDOR, R_VADMIN, 0, api_member_invitations, NULL},
	{"DELETE", "/api/v1/vendors/{vendor}/invitations/{invitation}", API_VENDOR, R_VADMIN, 0, api_member_uninvite, NULL},
	{"GET", "/api/v1/vendors/{vendor}/tokens", API_VENDOR, R_VADMIN, 0, api_token_list, NULL},
	{"POST", "/api/v1/vendors/{vendor}/tokens", API_VENDOR, R_VADMIN, 16384, api_token_create, NULL},
	{"DELETE", "/api/v1/vendors/{vendor}/tokens/{token}", API_VENDOR, R_VADMIN, 0, api_token_revoke, NULL},
	{"GET", "/api/v1/vendors/{vendor}/audit", API_VENDOR, R_VADMIN, 0, api_audit_list, NULL},
	{"GET", "/api/v1/vendors/{vendor}/audit/export", API_VENDOR, R_VADMIN, 0, api_audit_export_get, NULL},
	{"GET", "/api/v1/vendors/{vendor}/audit/verify", API_VENDOR, R_VADMIN, 0, api_audit_verify, NULL},
	{"POST", "/api/v1/service/invitations", API_SERVICE, R_SERVICE, 16384, api_member_invite_service, NULL},
	{"GET", "/api/v1/service/audit", API_SERVICE, R_SERVICE, 0, api_audit_list, NULL},
	{"GET", "/api/v1/service/audit/export", API_SERVICE, R_SERVICE, 0, api_audit_export_get, NULL},
	{"GET", "/api/v1/service/audit/verify", API_SERVICE, R_SERVICE, 0, api_audit_verify, NULL},

	/* vendors, uploads, batches, bindings, devices, products */
	{"GET", "/.well-known/birthmark/manifest-signer.pem", API_PUBLIC, 0, 0, api_manifest_signer, NULL},
	{"GET", "/.well-known/birthmark/voucher-signer.pem", API_PUBLIC, 0, 0, api_claim_signer, NULL},
	{"POST", "/api/v1/vendors", API_SERVICE, R_SERVICE, 16384, api_vendor_create, NULL},
	{"GET", "/api/v1/vendors", API_SERVICE, R_SERVICE, 0, api_vendor_list, NULL},
	{"POST", "/api/v1/vendors/{vendor}/cas", API_SERVICE, R_SERVICE, 65536, api_vendor_ca_add, NULL},
	{"DELETE", "/api/v1/vendors/{vendor}/cas/{fingerprint}", API_SERVICE, R_SERVICE, 0, api_vendor_ca_retire, NULL},
	{"GET", "/api/v1/vendors/{vendor}", API_VENDOR, R_VADMIN | R_VPUBLISHER | R_SERVICE, 0, api_vendor_get, NULL},
	{"GET", "/api/v1/vendors/{vendor}/cas", API_VENDOR, R_VADMIN | R_VPUBLISHER | R_SERVICE, 0, api_vendor_cas, NULL},
	{"GET", "/api/v1/vendors/{vendor}/ocsp-responder.csr", API_VENDOR, R_VADMIN | R_VPUBLISHER, 0, api_vendor_csr, NULL},
	{"PUT", "/api/v1/vendors/{vendor}/cas/{fingerprint}/responder", API_VENDOR, R_VADMIN | R_VPUBLISHER, 16384, api_vendor_responder, NULL},
	{"PUT", "/api/v1/vendors/{vendor}/cas/{fingerprint}/crl", API_VENDOR, R_VADMIN | R_VPUBLISHER, 16777216, api_vendor_crl, NULL},
	{"POST", "/api/v1/vendors/{vendor}/uploads", API_VENDOR, R_VADMIN | R_VPUBLISHER, 16384, api_upload_create, NULL},
	{"GET", "/api/v1/vendors/{vendor}/uploads", API_VENDOR, R_VADMIN | R_VPUBLISHER, 0, api_upload_list, NULL},
	{"GET", "/api/v1/vendors/{vendor}/uploads/{upload}", API_VENDOR, R_VADMIN | R_VPUBLISHER, 0, api_upload_get, NULL},
	{"PATCH", "/api/v1/vendors/{vendor}/uploads/{upload}", API_VENDOR, R_VADMIN | R_VPUBLISHER, 17179869184, NULL, api_upload_open},
	{"PUT", "/api/v1/vendors/{vendor}/uploads/{upload}/signature", API_VENDOR, R_VADMIN | R_VPUBLISHER, 65536, api_upload_sign, NULL},
	{"POST", "/api/v1/vendors/{vendor}/uploads/{upload}/publish", API_VENDOR, R_VADMIN | R_VPUBLISHER, 16384, api_upload_publish, NULL},
	{"DELETE", "/api/v1/vendors/{vendor}/uploads/{upload}", API_VENDOR, R_VADMIN | R_VPUBLISHER, 0, api_upload_cancel, NULL},
	{"GET", "/api/v1/vendors/{vendor}/batches", API_VENDOR, R_VADMIN | R_VPUBLISHER, 0, api_batch_vendor_list, NULL},
	{"GET", "/api/v1/vendors/{vendor}/batches/{bid}", API_VENDOR, R_VADMIN | R_VPUBLISHER, 0, api_batch_vendor_get, NULL},
	{"GET", "/api/v1/accounts/{account}/products", API_ACCOUNT, R_ADMIN | R_OPERATOR | R_DEVELOPER | R_AUDITOR, 0, api_product_list, NULL},
	{"POST", "/api/v1/accounts/{account}/products", API_ACCOUNT, R_ADMIN, 16384, api_product_create, NULL},
	{"GET", "/api/v1/accounts/{account}/products/{product}", API_ACCOUNT, R_ADMIN | R_OPERATOR | R_DEVELOPER | R_AUDITOR, 0, api_product_get, NULL},
	{"PATCH", "/api/v1/accounts/{account}/products/{product}", API_ACCOUNT, R_ADMIN, 16384, api_product_update, NULL},
	{"DELETE", "/api/v1/accounts/{account}/products/{product}", API_ACCOUNT, R_ADMIN, 0, api_product_delete, NULL},
	{"GET", "/api/v1/accounts/{account}/products/{product}/talk", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_claim_talk, NULL},
	{"PUT", "/api/v1/accounts/{account}/products/{product}/talk", API_ACCOUNT, R_ADMIN, 16384, api_claim_talk_set, NULL},
	{"GET", "/api/v1/accounts/{account}/claim-vouchers", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_claim_list, NULL},
	{"POST", "/api/v1/accounts/{account}/claim-vouchers", API_ACCOUNT, R_ADMIN, 16384, api_claim_create, NULL},
	{"GET", "/api/v1/accounts/{account}/claim-vouchers/{voucher}", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_claim_get, NULL},
	{"DELETE", "/api/v1/accounts/{account}/claim-vouchers/{voucher}", API_ACCOUNT, R_ADMIN, 0, api_claim_revoke, NULL},
	{"GET", "/api/v1/accounts/{account}/overview", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_overview_get, NULL},
	{"GET", "/api/v1/accounts/{account}/events", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_event_account, NULL},
	{"GET", "/api/v1/vendors/{vendor}/events", API_VENDOR, R_VADMIN | R_VPUBLISHER, 0, api_event_vendor, NULL},
	{"POST", "/api/v1/accounts/{account}/bindings", API_ACCOUNT, R_ADMIN | R_OPERATOR, 16384, api_bind_create, NULL},
	{"GET", "/api/v1/accounts/{account}/batches", API_ACCOUNT, R_ADMIN | R_OPERATOR | R_DEVELOPER | R_AUDITOR, 0, api_batch_list, NULL},
	{"GET", "/api/v1/accounts/{account}/batches/{bid}", API_ACCOUNT, R_ADMIN | R_OPERATOR | R_DEVELOPER | R_AUDITOR, 0, api_batch_get, NULL},
	{"PATCH", "/api/v1/accounts/{account}/batches/{bid}", API_ACCOUNT, R_ADMIN, 16384, api_batch_update, NULL},
	{"DELETE", "/api/v1/accounts/{account}/batches/{bid}", API_ACCOUNT, R_ADMIN | R_OPERATOR, 0, api_bind_remove, NULL},
	{"GET", "/api/v1/accounts/{account}/batches/{bid}/manifest", API_ACCOUNT, R_ADMIN, 0, api_manifest_get, NULL},
	{"GET", "/api/v1/accounts/{account}/devices", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_device_list, NULL},
	{"GET", "/api/v1/accounts/{account}/devices/{fingerprint}", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_device_get, NULL},

	/* authorities, certificates, what keeps devices out */
	{"GET", "/api/v1/accounts/{account}/cas", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_ca_list, NULL},
	{"POST", "/api/v1/accounts/{account}/cas", API_ACCOUNT, R_ADMIN, 131072, api_ca_create, NULL},
	{"GET", "/api/v1/accounts/{account}/cas/{ca}", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_ca_get, NULL},
	{"DELETE", "/api/v1/accounts/{account}/cas/{ca}", API_ACCOUNT, R_ADMIN, 0, api_ca_retire, NULL},
	{"GET", "/api/v1/accounts/{account}/cas/{ca}/csr", API_ACCOUNT, R_ADMIN, 0, api_ca_csr, NULL},
	{"PUT", "/api/v1/accounts/{account}/cas/{ca}/certificate", API_ACCOUNT, R_ADMIN, 131072, api_ca_import, NULL},
	{"GET", "/api/v1/accounts/{account}/cas/{ca}/requests", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_upstream_requests, NULL},
	{"GET", "/api/v1/accounts/{account}/products/{product}/profile", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_ca_profile_get, NULL},
	{"PUT", "/api/v1/accounts/{account}/products/{product}/profile", API_ACCOUNT, R_ADMIN, 16384, api_ca_profile_put, NULL},
	{"DELETE", "/api/v1/accounts/{account}/products/{product}/profile", API_ACCOUNT, R_ADMIN, 0, api_ca_profile_delete, NULL},
	{"POST", "/api/v1/accounts/{account}/server-certificates", API_ACCOUNT, R_ADMIN, 32768, api_certificate_server, NULL},
	{"GET", "/api/v1/accounts/{account}/certificates", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_certificate_list, NULL},
	{"GET", "/api/v1/accounts/{account}/certificates/{certificate}", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_certificate_get, NULL},
	{"POST", "/api/v1/accounts/{account}/certificates/{certificate}/revoke", API_ACCOUNT, R_ADMIN, 16384, api_certificate_revoke, NULL},
	{"POST", "/api/v1/accounts/{account}/certificates/{certificate}/reactivate", API_ACCOUNT, R_ADMIN, 16384, api_certificate_reactivate, NULL},
	{"POST", "/api/v1/accounts/{account}/devices/{fingerprint}/quarantine", API_ACCOUNT, R_ADMIN, 16384, api_certificate_quarantine, NULL},
	{"POST", "/api/v1/accounts/{account}/devices/{fingerprint}/scrap", API_ACCOUNT, R_ADMIN, 16384, api_certificate_scrap, NULL},
	{"POST", "/api/v1/accounts/{account}/devices/{fingerprint}/release", API_ACCOUNT, R_ADMIN, 16384, api_certificate_release, NULL},
	{"POST", "/api/v1/vendors/{vendor}/devices/{fingerprint}/revoke", API_VENDOR, R_VADMIN | R_VPUBLISHER, 16384, api_certificate_birth_revoke, NULL},
	{"POST", "/api/v1/vendors/{vendor}/devices/{fingerprint}/reactivate", API_VENDOR, R_VADMIN | R_VPUBLISHER, 16384, api_certificate_birth_reactivate, NULL},
	{"GET", "/api/v1/vendors/{vendor}/revocations", API_VENDOR, R_VADMIN | R_VPUBLISHER, 0, api_certificate_birth_list, NULL},

	/* clouds, jobs, feed */
	{"GET", "/api/v1/accounts/{account}/cloud-kinds", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_cloud_write_kinds, NULL},
	{"GET", "/api/v1/accounts/{account}/clouds", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_cloud_list, NULL},
	{"POST", "/api/v1/accounts/{account}/clouds", API_ACCOUNT, R_ADMIN, 131072, api_cloud_create, NULL},
	{"GET", "/api/v1/accounts/{account}/clouds/{cloud}", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_cloud_get, NULL},
	{"PATCH", "/api/v1/accounts/{account}/clouds/{cloud}", API_ACCOUNT, R_ADMIN, 131072, api_cloud_update, NULL},
	{"DELETE", "/api/v1/accounts/{account}/clouds/{cloud}", API_ACCOUNT, R_ADMIN, 0, api_cloud_delete, NULL},
	{"POST", "/api/v1/accounts/{account}/clouds/{cloud}/test", API_ACCOUNT, R_ADMIN, 16384, api_cloud_test, NULL},
	{"POST", "/api/v1/accounts/{account}/clouds/{cloud}/audit", API_ACCOUNT, R_ADMIN, 16384, api_cloud_audit, NULL},
	{"POST", "/api/v1/accounts/{account}/clouds/{cloud}/resume", API_ACCOUNT, R_ADMIN, 16384, api_cloud_resume, NULL},
	{"GET", "/api/v1/accounts/{account}/clouds/{cloud}/feed", API_ACCOUNT, R_GATE, 0, api_cloud_feed, NULL},
	{"POST", "/api/v1/accounts/{account}/clouds/{cloud}/sightings", API_ACCOUNT, R_GATE, 262144, api_sighting_report, NULL},
	{"POST", "/api/v1/accounts/{account}/batches/{bid}/provision", API_ACCOUNT, R_ADMIN, 16384, api_job_provision, NULL},
	{"POST", "/api/v1/accounts/{account}/batches/{bid}/remove", API_ACCOUNT, R_ADMIN, 16384, api_job_remove, NULL},
	{"GET", "/api/v1/accounts/{account}/batches/{bid}/clouds", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_job_clouds, NULL},
	{"GET", "/api/v1/accounts/{account}/jobs", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_job_list, NULL},
	{"GET", "/api/v1/accounts/{account}/jobs/{job}", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_job_get, NULL},
	{"GET", "/api/v1/accounts/{account}/jobs/{job}/exceptions", API_ACCOUNT, R_ADMIN | R_DEVELOPER | R_AUDITOR, 0, api_job_exceptions, NULL},
	{"POST", "/api/v1/accounts/{account}/jobs/{job}/pause", API_ACCOUNT, R_ADMIN, 16384, api_job_pause, NULL},
	{"POST", "/api/v1/accounts/{account}/jobs/{job}/resume", API_ACCOUNT, R_ADMIN, 16384, api_job_resume, NULL},
	{"POST", "/api/v1/accounts/{account}/jobs/{job}/retry", API_ACCOUNT, R_ADMIN, 16384, api_job_retry, NULL},
	{"POST", "/api/v1/accounts/{account}/jobs/{job}/cancel", API_ACCOUNT, R_ADMIN, 16384, api_job_cancel, NULL},

	{NULL, NULL, API_PUBLIC, 0, 0, NULL, NULL},
};
/* clang-format on */
