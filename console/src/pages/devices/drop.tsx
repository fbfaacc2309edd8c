// Finds a device by the file of its certificate.
import {useState} from 'preact/hooks';
import {useLocation} from 'preact-iso';
import {api, take} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {ErrorBox, Notice} from '../../ui/state';
import {FileDrop} from '../../vendor/parts';
import {certificatesOf, fingerprint, names} from './der';
import {texts as x} from './texts';

type Verdict = {kind: 'none'; file: string} | {kind: 'unknown'; subject: string; issuer: string};

export function CertificateDrop({account}: {account: string}) {
	const {t} = useI18n();
	const {route} = useLocation();
	const [verdict, setVerdict] = useState<Verdict>();
	const look = useAction(async (file: File) => {
		setVerdict(undefined);
		const all = await certificatesOf(file);
		for (const der of all) {
			const {items} = await take(api.GET('/api/v1/accounts/{account}/devices',
				{params: {path: {account}, query: {fingerprint: await fingerprint(der)}}}));
			if (items[0])
				return route(`/console/a/${account}/devices/${items[0].fingerprint}`);
		}
		setVerdict(all[0] ? {kind: 'unknown', ...names(all[0])} : {kind: 'none', file: file.name});
	});
	return <div class="stack">
		<FileDrop label={t(x.drop)} hint={t(x.dropHint)}
			accept=".pem,.crt,.cer,.der,application/x-x509-ca-cert,application/x-pem-file"
			onFiles={([file]) => file && void look.run(file)} />
		{look.busy && <Notice>{t(x.looking)}</Notice>}
		<ErrorBox problem={look.problem} />
		{verdict?.kind === 'none' && <Notice kind="bad"><p>{t(x.noCertificate, {file: verdict.file})}</p></Notice>}
		{verdict?.kind === 'unknown' && <Notice kind="bad"><div><p><strong>{t(x.unknownTitle)}</strong></p>
			<p>{t(x.unknownText, {subject: verdict.subject || t(x.unnamed),
				issuer: verdict.issuer || t(x.unnamed)})}</p></div></Notice>}
	</div>;
}
