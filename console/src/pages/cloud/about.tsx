// What a product cloud is: its kind, its settings, its quotas; its
// credentials are known to be there, and never shown.
import type {ComponentChildren} from 'preact';
import type {Schemas} from '../../api/client';
import {useI18n} from '../../i18n';
import {Badge, Card, Facts, Id, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {credentialsOf, settingsOf, useFieldLabel} from '../clouds/fields';
import {kindKey, useKindWords, type CloudKind} from '../clouds/kind';
import {texts as x} from '../clouds/texts';

type Cloud = Schemas['Cloud'];
type Row = readonly [string, ComponentChildren];

export function About({cloud, kind}: {cloud: Cloud; kind: CloudKind | undefined}) {
	const {t} = useI18n();
	const words = useKindWords();
	const key = kindKey(cloud);
	const docs = words.docs(key);
	const rows: Row[] = [[t(x.kind), words.name(key, kind)]];
	if (cloud.url)
		rows.push([t(x.url), <Id text={cloud.url} copy />]);
	if (cloud.audience)
		rows.push([t(x.audience), <code>{cloud.audience}</code>]);
	if (cloud.username)
		rows.push([t(x.username), cloud.username]);
	if (cloud.type !== 'gate')
		rows.push([t(x.caOwn), t(cloud.private_ca ? x.caPrivate : x.caSystem)]);
	if (cloud.chunk && cloud.type === 'interop')
		rows.push([t(x.chunk), cloud.chunk]);
	// Who is set up with our key: receivers, and clouds that trust our tokens.
	const trusting = cloud.type === 'interop' || cloud.type === 'webhook';
	const federated = !!cloud.settings['web_identity'] || !!cloud.settings['federated'];
	if (cloud.key_url)
		rows.push([t(x.key), <Id text={cloud.key_url} copy />]);
	if (cloud.jwks_url && (trusting || federated))
		rows.push([t(cloud.key_url ? x.jwks : x.jwksOnly), <Id text={cloud.jwks_url} copy />]);
	if (cloud.jwks_url && federated)
		rows.push([t(x.issuer), <Id text={cloud.jwks_url.replace(/\/[^/]*$/, '')} copy />]);
	if (cloud.feed_url)
		rows.push([t(x.feed), <Id text={cloud.feed_url} copy />]);
	if (cloud.type === 'gate')
		rows.push([t(x.feedSeen), <Time at={cloud.feed_seen_at ?? null} />]);
	rows.push([t(x.added), <Time at={cloud.created_at} exact />]);
	return <Card title={t(x.facts)}><Facts rows={rows} />
		{docs && <p class="faint">{t(docs[0])} <code>{docs[1]}</code></p>}</Card>;
}

export function Settings({cloud, kind, onChange}: {cloud: Cloud; kind: CloudKind;
		onChange: (() => void) | undefined}) {
	const {t} = useI18n();
	const label = useFieldLabel();
	const fields = settingsOf(kind);
	if (fields.length === 0)
		return null;
	return <Card title={t(x.settings)} actions={onChange &&
		<Button size="small" onClick={onChange}>{t(x.changeSettings)}</Button>}>
		<Facts rows={fields.filter((f) => f.required || cloud.settings[f.name]).map((f): Row => [
			label(f.name), <span class="row">{cloud.settings[f.name] ?
				<code>{cloud.settings[f.name]}</code> : <span class="faint">{t(x.notSet)}</span>}
			{f.fixed && <Badge>{t(x.isFixed)}</Badge>}</span>])} />
	</Card>;
}

export function Secrets({cloud, kind, onChange}: {cloud: Cloud; kind: CloudKind; onChange: () => void}) {
	const {t} = useI18n();
	if (credentialsOf(kind).length === 0)
		return null;
	return <Card title={t(x.credentials)} actions={<Button size="small" onClick={onChange}>
		{t(x.replace)}</Button>}>
		<p>{t(cloud.has_credentials ? x.hasSecrets : x.noSecrets)}</p></Card>;
}

export function Quotas({cloud, kind, onChange}: {cloud: Cloud; kind: CloudKind;
		onChange: (() => void) | undefined}) {
	const {t, num} = useI18n();
	if (kind.quotas.length === 0)
		return null;
	return <Card title={t(x.quotas)} actions={onChange &&
		<Button size="small" onClick={onChange}>{t(x.changeQuotas)}</Button>}>
		<Facts rows={kind.quotas.map((q): Row => [q.name, <>
			{t(x.perMinute, {n: num(cloud.quotas[q.name] ?? q.per_minute)})}
			<span class="line faint">{q.what}</span></>])} />
	</Card>;
}
