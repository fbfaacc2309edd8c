// A device's side of EST by Bouncy Castle, run from its source by java.
// Must not hold anything that the test does not give it.
import java.io.FileReader;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.est.CSRRequestResponse;
import org.bouncycastle.est.ESTException;
import org.bouncycastle.est.ESTService;
import org.bouncycastle.est.EnrollmentResponse;
import org.bouncycastle.est.jcajce.JcaJceUtils;
import org.bouncycastle.est.jcajce.JsseESTServiceBuilder;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.Store;

public class EstClient {
	static X509Certificate anchor, own;
	static PrivateKey key;
	static String host, label;
	static int port;

	static void read(String file) throws Exception {
		own = null;
		key = null;
		try (PEMParser in = new PEMParser(new FileReader(file))) {
			for (Object o = in.readObject(); o != null; o = in.readObject()) {
				JcaPEMKeyConverter keys = new JcaPEMKeyConverter();
				if (o instanceof X509CertificateHolder && own == null)
					own = new JcaX509CertificateConverter()
						.getCertificate((X509CertificateHolder)o);
				else if (o instanceof PEMKeyPair)
					key = keys.getPrivateKey(((PEMKeyPair)o).getPrivateKeyInfo());
				else if (o instanceof PrivateKeyInfo)
					key = keys.getPrivateKey((PrivateKeyInfo)o);
			}
		}
	}

	/** As the device of the file that was read. */
	static ESTService service() throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		store.setKeyEntry("me", key, new char[0], new X509Certificate[] {own});
		KeyManagerFactory f = KeyManagerFactory.getInstance("PKIX");
		f.init(store, new char[0]);
		JsseESTServiceBuilder b = new JsseESTServiceBuilder(host, port,
			JcaJceUtils.getCertPathTrustManager(
				Set.of(new TrustAnchor(anchor, null)), null));
		b.withKeyManagers(f.getKeyManagers());
		b.withLabel(label);
		return b.build();
	}

	static PKCS10CertificationRequest csr(KeyPair pair, X500Name subject) throws Exception {
		return new JcaPKCS10CertificationRequestBuilder(subject, pair.getPublic())
			.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
	}

	static X509CertificateHolder first(Store<X509CertificateHolder> all) {
		return all.getMatches(null).iterator().next();
	}

	/** ANCHOR HOST PORT LABEL CHIP: each operation once; what was seen. */
	public static void main(String[] args) throws Exception {
		Security.addProvider(new BouncyCastleProvider());
		read(args[0]);
		anchor = own;
		host = args[1];
		port = Integer.parseInt(args[2]);
		label = args[3];
		read(args[4]);
		ESTService est = service();
		int n = est.getCACerts().getCertificateStore().getMatches(null).size();
		System.out.println("cacerts " + n);
		CSRRequestResponse want = est.getCSRAttributes();
		System.out.println("csrattrs " + (want.hasAttributesResponse()
			? want.getAttributesResponse().getRequirements().size() : 0));

		X500Name any = new X500Name("CN=anything");
		KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
		g.initialize(new ECGenParameterSpec("secp256r1"));
		KeyPair pair = g.generateKeyPair();
		EnrollmentResponse r = est.simpleEnroll(false, csr(pair, any), null);
		X509CertificateHolder cert = first(r.getStore());
		System.out.println("simpleenroll " + cert.getSubject());
		own = new JcaX509CertificateConverter().getCertificate(cert);
		key = pair.getPrivate();
		est = service();
		KeyPair next = g.generateKeyPair();
		r = est.simpleEnroll(true, csr(next,
			X500Name.getInstance(own.getSubjectX500Principal().getEncoded())), null);
		System.out.println("simplereenroll " + first(r.getStore()).getSubject());
		try {
			est.simpleEnroll(true, csr(next, any), null);
			System.out.println("another name was taken");
		} catch (ESTException e) {
			System.out.println("refused " + e.getStatusCode());
		}
		r = est.simpleEnrollWithServersideCreation(csr(pair, any), null);
		System.out.println("serverkeygen " + first(r.getStore()).getSubject() + " "
			+ r.getPrivateKeyInfo().getPrivateKeyAlgorithm().getAlgorithm()
				.equals(new ASN1ObjectIdentifier("1.2.840.10045.2.1")));
	}
}
