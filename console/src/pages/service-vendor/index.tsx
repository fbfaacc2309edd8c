// One vendor as the operators of the service see it: its CAs, its invitation.
import {useEffect, useState} from 'preact/hooks';
import {useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {InviteDialog} from '../../people/invite';
import {texts as x} from '../../service/texts';
import {Badge, Card, Facts, Id, PageHead, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Confirm, Dialog} from '../../ui/dialog';
import {AreaField, Form, SelectField} from '../../ui/form';
import {Empty, ErrorBox, Loading, Notice} from '../../ui/state';
import {Table, type Column} from '../../ui/table';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {FileDrop} from '../../vendor/parts';
import {texts as v} from '../../vendor/texts';

type Ca = Schemas['VendorCa'];
type Open = {kind: 'ca'} | {kind: 'invite'} | {kind: 'retire'; ca: Ca};
const pem_max = 65536;

function pemOf(bytes: Uint8Array): string {
	if (bytes[0] !== 0x30)
		return new TextDecoder().decode(bytes);
	const base64 = btoa(String.fromCharCode(...bytes)).match(/.{1,64}/g)?.join('\n');
	return ['-----BEGIN', ' CERTIFICATE-----\n', base64, '\n-----END', ' CERTIFICATE-----\n'].join('');
}

// Of the first certificate, in groups of four; '' when there is none.
async function fingerprintOf(pem: string): Promise<string> {
	const base64 = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(pem)?.[1] ?? '';
	try {
		const der = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
		if (der.length === 0)
			return '';
		const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', der));
		return [...hash].map((b, i) => (i > 0 && i % 2 === 0 ? ' ' : '') +
			b.toString(16).padStart(2, '0')).join('');
	} catch {
		return '';
	}
}

function AddCa({vendor, onClose, onDone}: {vendor: string; onClose: () => void; onDone: () => void}) {
	const {t} = useI18n();
	const [role, setRole] = useState<Ca['role']>('root');
	const [certificate, setCertificate] = useState('');
	const [fingerprint, setFingerprint] = useState('');
	const [large, setLarge] = useState(false);
	useEffect(() => {
		let current = true;
		void fingerprintOf(certificate).then((f) => current && setFingerprint(f));
		return () => {
			current = false;
		};
	}, [certificate]);
	const save = useAction(async () => {
		await take(api.POST('/api/v1/vendors/{vendor}/cas',
			{params: {path: {vendor}}, body: {certificate, role}}));
		onDone();
	});
	return <Dialog title={t(x.addCa)} onClose={onClose} wide>
		<Form action={save} submit={t(x.addCa)} onSubmit={() => void save.run()}>
			<SelectField label={t(x.caRole)} value={role} onValue={(r) => setRole(r as Ca['role'])}
				choices={[{value: 'root', label: t(v.root)}, {value: 'issuing', label: t(v.issuing)}]} />
			<FileDrop label={t(x.chooseFile)} onFiles={(files) => {
				const file = files[0];
				setLarge(!!file && file.size > pem_max);
				if (file && file.size <= pem_max)
					void file.arrayBuffer().then((b) => setCertificate(pemOf(new Uint8Array(b))));
			}} />
			{large && <Notice kind="bad">{t(x.noCertificate)}</Notice>}
			<AreaField label={t(x.pem)} hint={t(x.pemHint)} rows={8} required value={certificate}
				onValue={setCertificate} />
			{fingerprint && <Facts rows={[[t(v.fingerprint), <code>{fingerprint}</code>]]} />}
		</Form>
	</Dialog>;
}

function useCaColumns(onRetire: (ca: Ca) => void): Column<Ca>[] {
	const {t, date} = useI18n();
	return [
		{key: 'subject', title: t(v.subject), main: true, cell: (c) => c.subject},
		{key: 'role', title: t(v.caRole), cell: (c) => <Badge>{t(v[c.role])}</Badge>},
		{key: 'to', title: t(v.validTo), cell: (c) => c.not_after ? date(c.not_after) : t(v.unlimited)},
		{key: 'added', title: t(v.added), cell: (c) => <Time at={c.added_at} />},
		{key: 'fp', title: t(v.fingerprint), cell: (c) => <Id text={c.fingerprint} short={16} copy />},
		{key: 'actions', title: t(common.actions), align: 'end', cell: (c) =>
			<Button size="small" kind="quiet" aria-label={t(x.retireOf, {name: c.subject})}
				onClick={() => onRetire(c)}>{t(x.retire)}</Button>},
	];
}

export default function ServiceVendor() {
	const {t} = useI18n();
	const toast = useToast();
	const vendor = useRoute().params['vendor'] ?? '';
	const [open, setOpen] = useState<Open>();
	const detail = useLoad((signal) => take(api.GET('/api/v1/vendors/{vendor}',
		{params: {path: {vendor}}, signal})), [vendor]);
	const cas = useLoad((signal) => take(api.GET('/api/v1/vendors/{vendor}/cas',
		{params: {path: {vendor}}, signal})), [vendor]);
	const columns = useCaColumns((ca) => setOpen({kind: 'retire', ca}));
	const close = () => setOpen(undefined);
	const done = (text: string) => {
		close();
		toast(text);
		cas.reload();
	};
	return <div class="stack">
		<PageHead title={detail.value?.name ?? t(x.vendors)} back={{href: '/console/service', label: t(x.vendors)}}
			sub={detail.value && <Id text={detail.value.id} copy />} actions={<>
				<Button onClick={() => setOpen({kind: 'invite'})}>{t(x.invite)}</Button>
				<Button kind="primary" onClick={() => setOpen({kind: 'ca'})}>{t(x.addCa)}</Button></>} />
		<ErrorBox problem={detail.problem} retry={detail.reload} />
		<Card title={t(x.cas)} flush>
			<ErrorBox problem={cas.problem} retry={cas.reload} />
			{!cas.value ? cas.loading && <Loading /> : cas.value.items.length === 0 ?
				<Empty title={t(x.casEmpty)} /> :
				<Table caption={t(x.cas)} columns={columns} rowKey={(c) => c.fingerprint} rows={cas.value.items} />}
		</Card>
		{open?.kind === 'ca' && <AddCa vendor={vendor} onClose={close} onDone={() => done(t(x.registered))} />}
		{open?.kind === 'invite' && <InviteDialog roles={['vendor-administrator', 'vendor-publisher']}
			title={t(x.invite)} onClose={close} onDone={() => undefined}
			invite={(email, role, header) => take(api.POST('/api/v1/service/invitations',
				{params: {header}, body: {email, role, scope: 'vendor', id: vendor}}))} />}
		{open?.kind === 'retire' && <Confirm title={t(x.retireOf, {name: open.ca.subject})} confirm={t(x.retire)}
			onClose={close} onConfirm={async () => {
				await take(api.DELETE('/api/v1/vendors/{vendor}/cas/{fingerprint}',
					{params: {path: {vendor, fingerprint: open.ca.fingerprint}}}));
				done(t(x.retired));
			}}><p>{t(x.retireText)}</p></Confirm>}
	</div>;
}
