/* Why a device waits, or refuses somebody.
 * Must not say what only the service knows. */
#include "device/agent_why.h"

static const char *const texts[BM_WHY_COUNT] = {
    [BM_OK] = "All is well.",
    [BM_WHY_CONNECT] = "Nobody answers there.",
    [BM_WHY_TLS] = "The server is not trusted, or refuses this device.",
    [BM_WHY_IO] = "The connection broke.",
    [BM_WHY_TIMEOUT] = "The server did not answer in time.",
    [BM_WHY_CONFIG] = "The configuration of the device cannot be used.",
    [BM_WHY_STORE] = "The state cannot be read or written.",
    [BM_WHY_KEY] = "The device's key cannot be made or does not sign.",
    [BM_WHY_RANDOM] = "There are no random numbers.",
    [BM_WHY_SPACE] = "The answer is larger than the device can take.",
    [BM_WHY_BUSY] = "The device is busy.",
    [BM_WHY_HTTP] = "The server's answer is no HTTP.",
    [BM_WHY_TOO_LARGE] = "The server's answer is too large.",
    [BM_WHY_STATUS] = "The server answered with an unexpected status.",
    [BM_WHY_CONTENT_TYPE] = "The server's answer is of another kind.",
    [BM_WHY_REDIRECT] = "The server redirects to where we must not go.",
    [BM_WHY_UNOWNED] = "Nobody has bound the reel of this device yet.",
    [BM_WHY_UNKNOWN] = "The service does not know this device.",
    [BM_WHY_MALFORMED] = "The server does not understand the request.",
    [BM_WHY_DENIED] = "No certificate for us: not bound, or revoked.",
    [BM_WHY_OVERLOAD] = "The server is busy or has a fault.",
    [BM_WHY_PENDING] = "The server decides later.",
    [BM_WHY_CLAIM] = "The claim voucher is refused.",
    [BM_WHY_VOUCHER_FORM] = "The answer is no voucher.",
    [BM_WHY_VOUCHER_SIGNATURE] = "The voucher is by nobody whom we trust.",
    [BM_WHY_VOUCHER_CONTENT] = "The voucher lacks what it must have.",
    [BM_WHY_VOUCHER_NONCE] = "The voucher answers another request.",
    [BM_WHY_VOUCHER_SERIAL] = "The voucher is another device's.",
    [BM_WHY_VOUCHER_ISSUER] = "The voucher is for another issuer's chip.",
    [BM_WHY_VOUCHER_TIME] = "The voucher is from the future, or expired.",
    [BM_WHY_VOUCHER_DOMAIN] = "The voucher pins no certificate to use.",
    [BM_WHY_VOUCHER_EST] = "The voucher names no EST server.",
    [BM_WHY_CACERTS] = "The EST server has no CA certificates to use.",
    [BM_WHY_CERT_FORM] = "The certificate issued cannot be read.",
    [BM_WHY_CERT_KEY] = "The certificate issued is for another key.",
    [BM_WHY_CERT_ISSUER] = "The certificate is by none of the owner's CAs.",
    [BM_WHY_CERT_TIME] = "The certificate is expired or not yet valid.",
    [BM_WHY_PEERS] = "The list of peers cannot be read.",
    [BM_WHY_NOT_ENROLLED] = "This device has no operational certificate.",
    [BM_WHY_NO_CLOCK] = "Without the time nobody's proof can be judged.",
    [BM_WHY_PEER_FORM] = "The peer's certificates cannot be read.",
    [BM_WHY_PEER_ISSUER] = "The peer is another owner's.",
    [BM_WHY_PEER_SIGNATURE] =
	"The signature of the peer's certificate is wrong.",
    [BM_WHY_PEER_TIME] = "The peer's certificate is expired or not valid yet.",
    [BM_WHY_PEER_PRODUCT] = "The peer's certificate names no product.",
    [BM_WHY_PEER_NOT_ALLOWED] = "The peer's product may not talk to ours.",
    [BM_WHY_PROOF_MISSING] = "The peer has no proof that it is not revoked.",
    [BM_WHY_PROOF_FORM] = "The peer's status proof cannot be read.",
    [BM_WHY_PROOF_SIGNER] = "The peer's status proof is signed by a stranger.",
    [BM_WHY_PROOF_SIGNATURE] = "The signature of the peer's proof is wrong.",
    [BM_WHY_PROOF_OTHER] = "The peer's proof is about another certificate.",
    [BM_WHY_PROOF_STALE] = "The peer's status proof is too old.",
    [BM_WHY_PROOF_UNKNOWN] = "The peer's CA does not know its certificate.",
    [BM_WHY_REVOKED] = "The peer is revoked.",
};

const char *agent_why(enum bm_why why)
{
	const char *t = (unsigned int)why < BM_WHY_COUNT ? texts[why] : NULL;

	return t ? t : "There is no reason known.";
}
