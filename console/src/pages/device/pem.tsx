// The certificate and its chain as PEM, to copy and to take along.
import {useEffect, useState} from 'preact/hooks';
import type {Schemas} from '../../api/client';
import {useI18n} from '../../i18n';
import {Badge, Card, Copy} from '../../ui/bits';
import {LinkButton} from '../../ui/button';
import {common} from '../../ui/texts';
import {fromPem, names} from '../devices/der';
import {texts as x} from '../devices/texts';

function useFile(text: string): string | undefined {
	const [url, set] = useState<string>();
	useEffect(() => {
		const made = URL.createObjectURL(new Blob([text], {type: 'application/x-pem-file'}));
		set(made);
		return () => URL.revokeObjectURL(made);
	}, [text]);
	return url;
}

export function Pem({device}: {device: Schemas['Device']}) {
	const {t} = useI18n();
	const url = useFile(device.certificate);
	const file = `${device.chip_id.replace(/[^\w.-]/g, '_') || device.fingerprint.slice(0, 16)}.pem`;
	return <Card title={t(x.pem)} actions={<span class="row"><Copy text={device.certificate} />
		<LinkButton size="small" href={url} download={file}>{t(common.download)}</LinkButton></span>}>
		<pre class="code pem" tabIndex={0} aria-label={t(x.pem)}>{device.certificate}</pre>
	</Card>;
}

function Link({pem, last}: {pem: string; last: boolean}) {
	const {t} = useI18n();
	const der = fromPem(pem)[0];
	const {subject, issuer} = der ? names(der) : {subject: '', issuer: ''};
	return <li>
		<span class="row"><strong>{subject || t(x.unnamed)}</strong>
			<Badge>{t(last && subject === issuer ? x.root : x.issuing)}</Badge></span>
		<details><summary>{t(x.showPem)}</summary>
			<p><Copy text={pem} /></p>
			<pre class="code pem" tabIndex={0} aria-label={`${t(x.pem)}: ${subject}`}>{pem}</pre></details>
	</li>;
}

export function Chain({device}: {device: Schemas['Device']}) {
	const {t} = useI18n();
	const {chain} = device;
	return <Card title={t(x.chain)}>
		{chain.length === 0 && <p class="faint">{t(x.noChain)}</p>}
		<ol class="chain">
			<li><span class="row"><strong>{device.chip_id}</strong><Badge tone="good">{t(x.thisDevice)}</Badge></span></li>
			{chain.map((pem, i) => <Link key={pem} pem={pem} last={i === chain.length - 1} />)}
		</ol>
	</Card>;
}
